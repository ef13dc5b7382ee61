"""What a node can do is read off its own description: how often, and that no old one outlives its build."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kumo_tui.model.capability import Capability
from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import BOUNCE, DESCRIPTION, MACHINE_INFO, METRICS
from kumo_tui.watch.node_watch import PROBE_EVERY_S, NodeWatch
from tests.fakes import FakeClock
from tests.scripted import RELEASE, ScriptedNode

REFUSED = httpx.ConnectError("refused")
OLD = "2024.11.08-x"


def build(version: str, *, names: bool, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The description of another build: with exact names or without, and without these paths."""
    document: dict[str, Any] = json.loads(json.dumps(RELEASE))
    document["info"]["version"] = version
    if not names:
        schemas = document["components"]["schemas"]
        del schemas["BounceV1Request"]["properties"]["queue_names"]
        del schemas["SuspendV1Request"]["properties"]["queue_names"]
    for path in without:
        del document["paths"][path]
    return document


def known(watch: NodeWatch) -> Capability:
    capability = watch.snapshot().capability
    assert capability is not None
    return capability


async def capable(node: ScriptedNode) -> NodeWatch:
    watch = node.watch()
    await watch.poll()
    assert known(watch).exact_bounce
    assert known(watch).exact_stop
    return watch


async def test_a_node_without_description_is_not_asked_for_it_with_every_poll(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    node.answers["GET", DESCRIPTION] = httpx.Response(404)
    for _poll in range(5):
        await watch.poll()
    assert watch.snapshot().state is NodeState.OK
    assert node.count("GET", DESCRIPTION) == 1
    clock.jump(11)
    await watch.poll()
    assert node.count("GET", DESCRIPTION) == 2


async def test_after_a_restart_the_node_tells_anew_what_it_can_do(node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.uptime_s = 1.0
    node.description = {**node.description, "info": {"title": "kumod", "version": "2024.11.08-x"}}
    await watch.poll()
    capability = watch.snapshot().capability
    assert capability is not None
    assert capability.version == "2024.11.08-x"


async def test_what_a_node_can_do_is_read_again_now_and_then_though_no_restart_was_seen(
    clock: FakeClock, node: ScriptedNode
) -> None:
    node.uptime_s = None
    node.description = build("2026.06.23-x", names=True, without=(MACHINE_INFO,))
    watch = await capable(node)
    node.description = build(OLD, names=False, without=(MACHINE_INFO,))
    clock.jump(PROBE_EVERY_S - 1)
    await watch.poll()
    assert node.count("GET", DESCRIPTION) == 1
    clock.jump(1)
    await watch.poll()
    assert (known(watch).version, known(watch).exact_bounce, known(watch).exact_stop) == (OLD, False, False)


async def test_a_node_that_came_back_from_an_outage_tells_anew(clock: FakeClock, node: ScriptedNode) -> None:
    watch = await capable(node)
    node.fail(REFUSED, BOUNCE)
    await watch.poll()
    node.recover()
    node.description = build(OLD, names=False)
    await watch.poll()
    assert not known(watch).exact_bounce


async def test_a_node_that_starts_anew_tells_anew_by_its_start_time_alone(node: ScriptedNode) -> None:
    node.uptime_s = None
    watch = await capable(node)
    node.online_since = "2026-11-21T11:59:00Z"
    node.description = build(OLD, names=False)
    await _look_at_info(node, watch)
    assert not known(watch).exact_bounce


async def test_a_machine_info_that_went_away_means_another_build(node: ScriptedNode) -> None:
    node.uptime_s = None
    watch = await capable(node)
    node.answers["GET", MACHINE_INFO] = httpx.Response(404)
    node.description = build(OLD, names=False, without=(MACHINE_INFO,))
    await _look_at_info(node, watch)
    seen = watch.snapshot()
    assert (known(watch).exact_bounce, seen.version, seen.info) == (False, OLD, None)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(500, text="Error: no"),
        httpx.Response(401, text="not permitted"),
        httpx.Response(200, text=""),
        httpx.Response(200, text="OK"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, text="<html>log in</html>", headers={"content-type": "text/html"}),
        httpx.Response(200, text=json.dumps(RELEASE)[: len(json.dumps(RELEASE)) // 2]),
        httpx.Response(200, text="[" * 100_000),
        httpx.Response(200, text='{"info":' * 5_000),
        httpx.Response(302, headers={"location": "http://elsewhere/"}),
        httpx.ReadTimeout("silent"),
        httpx.ReadError("cut"),
    ],
)
async def test_a_description_that_cannot_be_read_leaves_nothing_of_the_one_before(
    clock: FakeClock, node: ScriptedNode, answer: httpx.Response | Exception
) -> None:
    watch = await capable(node)
    node.answers["GET", DESCRIPTION] = answer
    clock.jump(PROBE_EVERY_S)
    await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, seen.capability) == (NodeState.OK, None)
    node.recover()
    clock.jump(11)
    await watch.poll()
    assert known(watch).exact_bounce


async def test_why_a_description_cannot_be_read_is_said_until_it_can(clock: FakeClock, node: ScriptedNode) -> None:
    node.answers["GET", DESCRIPTION] = httpx.Response(500, text="Error: no spool")
    watch = node.watch()
    for _poll in range(3):
        await watch.poll()
    assert node.count("GET", DESCRIPTION) == 1
    assert "no spool" in watch.snapshot().errors["description"]
    node.recover()
    clock.jump(11)
    await watch.poll()
    assert watch.snapshot().errors == {}


async def test_a_description_of_another_version_than_the_node_runs_is_not_taken(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = await capable(node)
    newer = build("2027.01.01-y", names=True)
    node.answers["GET", DESCRIPTION] = httpx.Response(200, json=newer)
    clock.jump(PROBE_EVERY_S)
    await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, seen.capability) == (NodeState.OK, None)
    assert "not of the version that it runs" in seen.errors["description"]
    node.description = newer
    clock.jump(11)
    await watch.poll()
    assert (known(watch).version, watch.snapshot().errors) == ("2027.01.01-y", {})


@pytest.mark.parametrize("begins_with", [0, 1])
async def test_behind_a_load_balancer_with_two_builds_nothing_that_needs_a_description_is_offered(
    clock: FakeClock, node: ScriptedNode, begins_with: int
) -> None:
    """Each request goes to the other one of two nodes."""
    new, old = build("2026.06.23-x", names=True), build(OLD, names=False)
    turns = _alternating(begins_with)

    def described(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=(new, old)[next(turns)])

    def told(_request: httpx.Request) -> httpx.Response:
        which = next(turns)
        version, hour = ((new, 1), (old, 7))[which][0]["info"]["version"], (1, 7)[which]
        return httpx.Response(
            200, json={"node_id": f"n{which}", "version": version, "online_since": f"2026-11-21T0{hour}:00:00Z"}
        )

    node.answers["GET", DESCRIPTION] = described
    node.answers["GET", MACHINE_INFO] = told
    watch = node.watch()
    for _poll in range(8):
        await watch.poll()
        assert watch.snapshot().capability is None
        clock.jump(11)


async def test_a_node_without_readings_can_do_nothing_that_needs_a_description(node: ScriptedNode) -> None:
    node.fail(REFUSED, METRICS)
    watch = node.watch()
    await watch.poll()
    assert watch.snapshot().capability is None


def _alternating(first: int) -> Iterator[int]:
    turn = first
    while True:
        yield turn % 2
        turn += 1


async def _look_at_info(node: ScriptedNode, watch: NodeWatch) -> None:
    """Poll when the machine info is due."""
    node.clock.jump(11)
    await watch.poll()
