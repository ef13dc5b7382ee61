"""What two readings of a node's counters tell: that it started anew, that a log hook is full."""

import httpx
import pytest

from kumo_tui.model.queues import EMPTY_TABLE
from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.client import MACHINE_INFO
from kumo_tui.watch.counters import HOOK_TOLD_S, Counters
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode


def reading(*, received: int | None = None, uptime_s: float | None = None, **hooks: int) -> Metrics:
    return Metrics(EMPTY_TABLE, received=received, uptime_s=uptime_s, hooks_full=hooks)


def troubles(counters: Counters, now: float) -> tuple[str, ...]:
    return tuple(counters.troubles(now))


def test_a_log_hook_that_was_full_some_time_since_the_start_is_no_trouble_now() -> None:
    counters = Counters().taken(reading(web=1204), 10.0)
    assert troubles(counters, 10.0) == ()
    assert troubles(counters.taken(reading(web=1204), 12.0), 12.0) == ()


def test_a_log_hook_whose_counter_rises_is_full_and_stays_so_while_nothing_gets_through() -> None:
    counters = Counters().taken(reading(web=1204), 10.0).taken(reading(web=1207), 12.0)
    assert troubles(counters, 12.0) == ("log hook web is full: logging had to wait for it 3 times",)
    stuck = counters.taken(reading(web=1207), 100.0)
    assert troubles(stuck, 100.0) == (
        "log hook web is full: logging had to wait for it 3 times, last seen 1m ago",
    )
    assert troubles(stuck, 12.0 + HOOK_TOLD_S) == ()


def test_a_counter_that_was_not_there_before_has_risen_from_nothing() -> None:
    counters = Counters().taken(reading(), 10.0).taken(reading(web=1), 12.0)
    assert troubles(counters, 12.0) == ("log hook web is full: logging had to wait for it 1 time",)


def test_a_family_that_is_missing_once_is_kept() -> None:
    counters = Counters().taken(reading(web=5, received=9, uptime_s=3.0), 10.0).taken(reading(), 12.0)
    assert (counters.received, counters.uptime_s) == (9, 3.0)
    assert troubles(counters.taken(reading(web=5), 14.0), 14.0) == ()


@pytest.mark.parametrize(
    ("before", "after", "fell"),
    [
        (reading(uptime_s=9.0), reading(uptime_s=8.0), True),
        (reading(uptime_s=9.0), reading(uptime_s=11.0), False),
        (reading(received=9), reading(received=8), True),
        (reading(received=9), reading(received=9), False),
        (reading(received=9), reading(), False),
        # The time that it runs is the better witness.
        (reading(uptime_s=9.0, received=9), reading(uptime_s=11.0, received=3), False),
    ],
)
def test_counters_that_fall_are_of_another_process(before: Metrics, after: Metrics, *, fell: bool) -> None:
    assert Counters().taken(before, 1.0).fell(after) is fell
    assert not Counters().fell(after)


async def test_a_restart_of_a_build_that_tells_neither_start_nor_uptime_shows_in_what_it_received() -> None:
    clock = FakeClock()
    node = ScriptedNode(clock)
    node.uptime_s = None
    node.answers["GET", MACHINE_INFO] = httpx.Response(404)
    watch = node.watch()
    for received in (900, 950, 3, 40):
        node.more_metrics = f"# TYPE total_messages_received counter\n{RECEIVED} {received}\n"
        clock.jump(2)
        await watch.poll()
    assert watch.snapshot().restarts == 1


async def test_a_full_log_hook_is_a_trouble_of_the_node_until_it_was_well_for_a_while() -> None:
    clock = FakeClock()
    node = ScriptedNode(clock)
    watch = node.watch()

    async def seen(times: int) -> tuple[str, ...]:
        node.more_metrics = (
            f'# TYPE log_hook_backlog_count counter\nlog_hook_backlog_count{{logger="web"}} {times}\n'
        )
        await watch.poll()
        metrics = watch.snapshot().metrics
        assert metrics is not None
        return metrics.value.troubles

    assert await seen(70) == ()
    clock.jump(2)
    assert await seen(71) == ("log hook web is full: logging had to wait for it 1 time",)
    clock.jump(HOOK_TOLD_S)
    assert await seen(71) == ()


RECEIVED = 'total_messages_received{service="esmtp_listener"}'
