"""Views of big tables are built beside the event loop, the last request wins."""

import threading
from array import array
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace

import pytest

from kumo_tui.errors import InputError
from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import ViewSpec
from kumo_tui.ui import view_builder
from kumo_tui.ui.view_builder import Built, ViewBuilder
from tests.fakes import FakeClock
from tests.ui.worlds import node, snapshot


def world(queues: int) -> Snapshot:
    return snapshot(node("mta1", {f"c:t{number}@x": number for number in range(1, queues + 1)}))


def unslow(error: InputError) -> None:
    raise error


def never() -> float:
    return 0.0


def unexpected(_work: Coroutine[None, None, None]) -> None:
    raise AssertionError("a small table needs no thread")


def test_a_small_table_is_done_at_once() -> None:
    done: list[Built] = []
    ViewBuilder(unexpected, done.append, unslow, never).request(world(10), ViewSpec())
    assert [built.view.matching_queues for built in done] == [10]


@dataclass(frozen=True, eq=False)
class Looked(QueueTable):
    """A table that notes in which threads it was asked for the places of its queues."""

    by: list[threading.Thread] = field(default_factory=list)

    @property
    def index(self) -> Mapping[str, int]:
        self.by.append(threading.current_thread())
        return super().index


async def test_where_each_queue_stands_is_found_out_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_builder, "AT_ONCE_QUEUES", 5)
    started: list[Coroutine[None, None, None]] = []
    nodes, tables = [], [Looked(["c:t1@x", "c:t2@x", "c:t3@x"], array("q", [1, 2, 3])) for _node in range(2)]
    for number, table in enumerate(tables):
        known = node(f"mta{number}", {})
        assert known.metrics is not None
        metrics = replace(known.metrics, value=replace(known.metrics.value, table=table))
        nodes.append(replace(known, metrics=metrics))
    ViewBuilder(started.append, lambda _built: None, unslow, never).request(snapshot(*nodes), ViewSpec())
    await started[0]
    assert [len(table.by) for table in tables] == [1, 1]
    assert threading.main_thread() not in {thread for table in tables for thread in table.by}


async def test_of_several_requests_for_a_big_table_the_first_and_the_last_are_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(view_builder, "AT_ONCE_QUEUES", 5)
    started: list[Coroutine[None, None, None]] = []
    done: list[Built] = []
    builder = ViewBuilder(started.append, done.append, unslow, never)
    first, second, third = world(10), world(11), world(12)
    builder.request(first, ViewSpec())
    assert (len(started), done) == (1, [])

    def hand_over(built: Built) -> None:
        done.append(built)
        if built.snapshot is first:
            builder.request(second, ViewSpec())
            builder.request(third, ViewSpec(group=Part.CAMPAIGN))

    builder._done = hand_over
    await started[0]
    assert [built.snapshot for built in done] == [first, third]
    assert done[-1].view.spec.group is Part.CAMPAIGN
    builder.request(first, ViewSpec())
    assert len(started) == 2
    await started[1]


@pytest.mark.parametrize(("asked", "rested"), [(ViewSpec(), [3.0 * 0.2]), (ViewSpec(group=Part.CAMPAIGN), [])])
async def test_after_a_view_that_took_long_only_another_view_is_built_without_a_rest(
    monkeypatch: pytest.MonkeyPatch, asked: ViewSpec, rested: list[float]
) -> None:
    monkeypatch.setattr(view_builder, "AT_ONCE_QUEUES", 5)
    started: list[Coroutine[None, None, None]] = []
    done: list[Built] = []
    rests: list[float] = []
    clock = FakeClock()

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    def hand_over(built: Built) -> None:
        done.append(built)
        if len(done) == 1:
            clock.jump(0.2)
            builder.request(world(11), asked)

    builder = ViewBuilder(started.append, hand_over, unslow, clock.monotonic, sleep)
    builder.request(world(10), ViewSpec())
    await started[0]
    assert len(done) == 2
    assert rests == pytest.approx(rested)


def test_figures_are_read_by_row_key() -> None:
    done: list[Built] = []
    ViewBuilder(unexpected, done.append, unslow, never).request(world(3), ViewSpec())
    assert done[0].rate("c:t1@x") is None
    assert done[0].bounced("c:t1@x") == 0


SLOW = parse_filter("~(x|xx)+!$")


def test_a_filter_that_takes_too_long_over_one_name_is_said_and_shows_nothing() -> None:
    done: list[Built] = []
    failed: list[InputError] = []
    builder = ViewBuilder(unexpected, done.append, failed.append, never)
    builder.request(snapshot(node("mta1", {"x" * 50 + "!y": 1})), ViewSpec(filter=SLOW))
    assert done == []
    assert [error.field for error in failed] == ["filter"]
    assert "too long" in str(failed[0])


def test_a_filter_that_takes_too_long_over_all_names_is_given_up() -> None:
    failed: list[InputError] = []
    times = iter(range(0, 100, 6))
    builder = ViewBuilder(unexpected, lambda _built: None, failed.append, lambda: float(next(times)))
    builder.request(world(4000), ViewSpec(filter=parse_filter("t1")))
    assert len(failed) == 1


async def test_a_filter_that_nobody_wants_any_more_is_not_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_builder, "AT_ONCE_QUEUES", 5)
    started: list[Coroutine[None, None, None]] = []
    done: list[Built] = []
    asked: list[float] = []

    def now() -> float:
        if len(asked) == 1:
            builder.request(shot, ViewSpec(filter=parse_filter("t2")))
        asked.append(0.0)
        return 0.0

    builder = ViewBuilder(started.append, done.append, unslow, now)
    shot = world(3000)
    builder.request(shot, ViewSpec(filter=parse_filter("t1")))
    await started[0]
    assert [built.view.spec.filter.text for built in done] == ["t2"]
