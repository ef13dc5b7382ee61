"""Watching one node: what is kept, what is asked, and what it is called."""

import asyncio

import httpx
import pytest

from kumo_tui.model.snapshot import NodeState
from kumo_tui.node.client import BOUNCE, DESCRIPTION, LIVENESS, MACHINE_INFO, METRICS, SUSPEND
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode

REFUSED = httpx.ConnectError("refused")
SILENT = httpx.ReadTimeout("silent")


@pytest.fixture
def node(clock: FakeClock) -> ScriptedNode:
    node = ScriptedNode(clock)
    node.queues = {"promo:acme@yahoo.com": 5}
    return node


async def test_a_node_that_answers_is_read_whole(node: ScriptedNode) -> None:
    watch = node.watch()
    assert watch.snapshot().state is NodeState.STARTING
    await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, seen.table.total, seen.errors) == (NodeState.OK, 5, {})
    assert (seen.version, seen.restarts) == ("2026.06.23-f3af1cd0", 0)
    assert seen.capability is not None
    assert seen.capability.exact_bounce


async def test_what_fails_keeps_its_last_good_value_with_its_age(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    clock.jump(7)
    node.directives = [node.list_entry("a", campaign="promo")]
    node.answers["GET", METRICS] = httpx.Response(500, text="Error: no")
    await watch.poll()
    seen = watch.snapshot()
    assert seen.state is NodeState.STALE
    assert (seen.table.total, seen.age_s(clock.monotonic())) == (5, 7)
    assert seen.directives is not None
    assert seen.directives.age_s(clock.monotonic()) == 0
    assert [entry.id for entry in seen.directives.value] == ["a"]
    assert list(seen.errors) == ["metrics"]


@pytest.mark.parametrize("path", [SUSPEND, DESCRIPTION, MACHINE_INFO])
@pytest.mark.parametrize("answer", [httpx.Response(500, text="Error: no"), httpx.Response(401, text="no")])
async def test_a_node_counts_as_read_without_what_is_not_essential(
    node: ScriptedNode, path: str, answer: httpx.Response
) -> None:
    watch = node.watch()
    node.answers["GET", path] = answer
    for _poll in range(5):
        await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, watch.failures) == (NodeState.OK, 0)
    assert len(seen.errors) == 1


async def test_who_may_read_metrics_but_not_the_list_is_unauthorized_and_sees_the_metrics(
    node: ScriptedNode,
) -> None:
    watch = node.watch()
    node.answers["GET", BOUNCE] = httpx.Response(401, text="not permitted")
    await watch.poll()
    seen = watch.snapshot()
    assert seen.state is NodeState.UNAUTHORIZED
    assert seen.table.total == 5


async def test_refusals_mean_down_at_once_and_an_answer_means_recovered(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    asked = node.count("GET", LIVENESS)
    node.fail(REFUSED)
    clock.jump(60)
    await watch.poll()
    assert watch.snapshot().state is NodeState.DOWN
    assert watch.snapshot().table.total == 5
    assert node.count("GET", LIVENESS) == asked
    node.recover()
    clock.jump(60)
    await watch.poll()
    seen = watch.snapshot()
    assert (seen.state, seen.errors, watch.failures) == (NodeState.OK, {}, 0)


async def test_a_node_that_cannot_be_reached_is_asked_only_once_a_poll(node: ScriptedNode) -> None:
    node.fail(REFUSED)
    await node.watch().poll()
    assert len(node.asked) == 1


async def test_failures_of_other_kinds_are_stale_first_and_down_after_three(node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.fail(httpx.ReadError("cut"))
    states = []
    for _poll in range(3):
        await watch.poll()
        states.append(watch.snapshot().state)
    assert states == [NodeState.STALE, NodeState.STALE, NodeState.DOWN]


async def test_silence_after_an_act_is_busy_and_not_down(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    watch.patient_until = clock.monotonic() + 900
    node.fail(SILENT)
    for _poll in range(5):
        await watch.poll()
    assert watch.snapshot().state is NodeState.BUSY
    clock.jump(901)
    assert watch.snapshot().state is NodeState.DOWN


async def test_while_a_request_is_silent_the_snapshot_says_for_how_long(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    watch.patient_until = clock.monotonic() + 900
    node.hold[BOUNCE] = asyncio.Event()
    poll = asyncio.create_task(watch.poll())
    await settle()
    clock.jump(40)
    seen = watch.snapshot()
    assert (seen.state, seen.silent_s) == (NodeState.BUSY, 40)
    node.hold[BOUNCE].set()
    await poll
    seen = watch.snapshot()
    assert (seen.state, seen.silent_s) == (NodeState.OK, 0)
    assert seen.directives is not None
    assert (seen.directives.asked_at, seen.directives.at) == (1000, 1040)


async def test_an_active_directive_makes_silence_explainable(clock: FakeClock, node: ScriptedNode) -> None:
    node.directives = [node.list_entry("a", campaign="promo")]
    watch = node.watch()
    assert not watch.is_patient
    await watch.poll()
    assert watch.is_patient
    clock.jump(301)
    assert not watch.is_patient


async def test_a_node_that_is_not_ready_says_why(node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.answers["GET", METRICS] = httpx.Response(503, text="Error: busy")
    node.answers["GET", LIVENESS] = httpx.Response(503, text="load shedding")
    await watch.poll()
    assert watch.snapshot().liveness == "load shedding"


async def test_a_restart_shows_in_falling_uptime_and_counts_once(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.uptime_s, node.online_since = 1.0, "2026-11-21T12:00:00Z"
    for _poll in range(3):
        clock.jump(11)
        await watch.poll()
        node.uptime_s += 11
    assert watch.snapshot().restarts == 1
    info = watch.snapshot().info
    assert info is not None
    assert info.online_since.hour == 12


async def test_a_restart_shows_in_online_since_and_counts_once(clock: FakeClock, node: ScriptedNode) -> None:
    watch = node.watch()
    node.uptime_s = None
    await watch.poll()
    node.online_since = "2026-11-21T12:00:00Z"
    for _poll in range(3):
        clock.jump(11)
        await watch.poll()
        node.uptime_s = 5.0 if node.uptime_s is None else node.uptime_s + 11
    assert watch.snapshot().restarts == 1


async def test_a_restart_is_noticed_though_the_first_metrics_lack_the_uptime(node: ScriptedNode) -> None:
    watch = node.watch()
    node.answers["GET", MACHINE_INFO] = httpx.Response(404)
    await watch.poll()
    node.uptime_s = None
    await watch.poll()
    node.uptime_s = 3.0
    await watch.poll()
    assert watch.snapshot().restarts == 1


async def test_when_a_directive_leaves_the_list_the_node_is_asked_since_when_it_is_online(
    node: ScriptedNode,
) -> None:
    watch = node.watch()
    node.uptime_s = None
    node.directives = [node.list_entry("a", campaign="promo")]
    await watch.poll()
    node.directives, node.online_since = [], "2026-11-21T12:00:00Z"
    node.answers["GET", MACHINE_INFO] = httpx.Response(503, text="Error: machine info not yet available")
    await watch.poll()
    assert watch.snapshot().restarts == 0
    node.recover()
    await watch.poll()
    assert watch.snapshot().restarts == 1


async def test_a_mistake_of_ours_is_shown_as_an_error_of_its_part(node: ScriptedNode) -> None:
    watch = node.watch()
    await watch.poll()
    node.answers["GET", METRICS] = RuntimeError("surprise\x1b")
    await watch.poll()
    assert watch.snapshot().errors == {"metrics": "mta1: unexpected RuntimeError: surprise\\x1b"}
    assert watch.failures == 1


async def test_a_list_that_an_act_has_read_is_taken_unless_a_newer_one_is_known(
    clock: FakeClock, node: ScriptedNode
) -> None:
    watch = node.watch()
    await watch.poll()
    old = watch.snapshot().directives
    assert old is not None
    node.directives = [node.list_entry("a", campaign="promo")]
    clock.jump(1)
    await watch.poll()
    watch.heard(old)
    newest = watch.snapshot().directives
    assert newest is not None
    assert [entry.id for entry in newest.value] == ["a"]


async def test_polls_of_one_node_wait_for_each_other(node: ScriptedNode) -> None:
    watch = node.watch()
    node.hold[BOUNCE] = asyncio.Event()
    polls = [asyncio.create_task(watch.poll()) for _poll in range(2)]
    await settle()
    assert node.count("GET", BOUNCE) == 1
    node.hold[BOUNCE].set()
    await asyncio.gather(*polls)
    assert node.count("GET", BOUNCE) == 2


async def test_an_entry_that_cannot_be_read_is_said_and_the_others_are_shown(node: ScriptedNode) -> None:
    watch = node.watch()
    node.directives = [{"id": "odd", "campaign": "promo"}, node.list_entry("sound", campaign="news", news=1)]
    await watch.poll()
    seen = watch.snapshot()
    assert seen.state is NodeState.OK
    assert seen.directives is not None
    assert [(each.id, each.campaign) for each in seen.directives.value] == [("odd", "promo"), ("sound", "news")]
    assert "(1 of them): entry 0: reason: Field required" in seen.errors["directives in part"]
    node.directives = node.directives[1:]
    await watch.poll()
    assert watch.snapshot().errors == {}
