"""Whether a node takes mail is asked of the node that answers everything else, too: now and then."""

import json

import httpx
import pytest

from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import LIVENESS, METRICS
from tests.fakes import FakeClock
from tests.scripted import RELEASE, ScriptedNode

FULL = httpx.Response(503, text="storage is too full")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def node(clock: FakeClock) -> ScriptedNode:
    return ScriptedNode(clock)


async def test_a_node_that_takes_no_mail_says_why_while_it_answers_everything_else(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    node.answers["GET", LIVENESS] = FULL
    await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, seen.liveness, seen.takes_no_mail) == (
        NodeState.OK,
        "storage is too full",
        "storage is too full",
    )
    node.recover()
    clock.jump(11)
    await watch.poll()
    assert (watch.snapshot().liveness, watch.snapshot().takes_no_mail) == ("OK", "")


async def test_it_is_asked_every_ten_seconds_while_all_is_well(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    for _poll in range(11):
        await watch.poll()
        clock.jump(2)
    assert node.count("GET", LIVENESS) == 3


async def test_it_is_asked_at_each_poll_that_fails_and_not_where_nothing_answers(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    node.answers["GET", METRICS] = httpx.Response(500, text="Error: x")
    node.answers["GET", LIVENESS] = FULL
    await watch.poll()
    await watch.poll()
    assert (node.count("GET", LIVENESS), watch.snapshot().takes_no_mail) == (3, "storage is too full")
    node.fail(httpx.ReadTimeout("silent"))
    await watch.poll()
    assert (node.count("GET", LIVENESS), watch.snapshot().liveness) == (3, None)


async def test_it_is_asked_at_once_after_a_restart_while_the_spool_is_read(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    node.uptime_s = 1.0
    node.answers["GET", LIVENESS] = httpx.Response(503, text="waiting for spool startup")
    clock.jump(2)
    await watch.poll()
    assert (watch.snapshot().restarts, watch.snapshot().takes_no_mail) == (1, "waiting for spool startup")


async def test_a_build_without_the_endpoint_is_not_asked_again(clock: FakeClock, node: ScriptedNode) -> None:
    old = json.loads(json.dumps(RELEASE))
    del old["paths"][LIVENESS]
    node.description = old
    node.answers["GET", LIVENESS] = httpx.Response(404)
    watch = node.watch()
    for _poll in range(4):
        await watch.poll()
        clock.jump(11)
    assert node.count("GET", LIVENESS) == 0
    assert (watch.snapshot().liveness, watch.snapshot().takes_no_mail) == (None, "")


async def test_what_it_said_is_nothing_of_a_node_that_may_not_be_asked(node: ScriptedNode) -> None:
    watch = node.watch()
    node.answers["GET", LIVENESS] = httpx.Response(401, text="nobody")
    await watch.poll()
    assert (watch.snapshot().state, watch.snapshot().liveness) == (NodeState.OK, None)
