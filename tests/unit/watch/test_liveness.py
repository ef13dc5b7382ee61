"""Whether a node takes mail is asked of the node that answers everything else, too: now and then."""

import asyncio
import json

import httpx
import pytest

from kumo_tui.config import PollSettings
from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import LIVENESS, METRICS
from tests.fakes import FakeClock, settle
from tests.scripted import RELEASE, ScriptedNode

FULL = httpx.Response(503, text="storage is too full")


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


@pytest.mark.parametrize(("read_timeout_s", "waited_s"), [(30.0, 5.0), (1.0, 1.0)])
async def test_a_node_that_is_silent_at_this_question_alone_is_not_waited_for_as_for_its_numbers(
    node: ScriptedNode, read_timeout_s: float, waited_s: float
) -> None:
    patience = list[float]()

    def silent(request: httpx.Request) -> httpx.Response:
        patience.append(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("silent", request=request)

    node.answers["GET", LIVENESS] = silent
    watch = node.watch(PollSettings(read_timeout_s=read_timeout_s))
    await watch.poll()
    assert patience == [waited_s]
    assert (watch.snapshot().state, watch.snapshot().liveness) == (NodeState.OK, None)


async def test_one_that_was_silent_at_it_is_asked_again_after_a_minute(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    node.answers["GET", LIVENESS] = httpx.ReadTimeout("silent")
    for _poll in range(13):
        await watch.poll()
        clock.jump(5)
    assert node.count("GET", LIVENESS) == 2


async def test_its_silence_at_it_is_seen_while_it_lasts(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    node.hold[LIVENESS] = asyncio.Event()
    polling = asyncio.create_task(watch.poll())
    await settle()
    await clock.advance(3)
    assert watch.silent_s == 3
    node.hold[LIVENESS].set()
    await polling
    assert (watch.silent_s, watch.snapshot().liveness) == (0, "OK")


async def test_a_mistake_of_ours_at_it_does_not_end_the_poll(node: ScriptedNode) -> None:
    watch = node.watch()
    node.answers["GET", LIVENESS] = RuntimeError("ours")
    await watch.poll()
    assert (watch.snapshot().state, watch.snapshot().liveness) == (NodeState.OK, None)
