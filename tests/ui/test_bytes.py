"""What a poll costs: bytes on the line, frames, rows that are looked at."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui.widgets.line_table import LineRow
from kumo_tui.ui.widgets.queue_table import QueueTable
from tests.ui import worlds
from tests.ui.pen import frames_of
from tests.ui.test_dashboard import Running, dashboard
from tests.ui.worlds import START, later, node, snapshot

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)])


def many(count: int, at: float = START, **changed: int) -> Snapshot:
    """So many queues of different sizes, some of them changed."""
    counts = {f"q{number}@x.example": 100_000_000 - number * 50 for number in range(count)}
    counts |= {f"{name}@x.example": value for name, value in changed.items()}
    return snapshot(node("mta1", counts, at=at), at=at)


@contextmanager
def rows_looked_at() -> Iterator[list[int]]:
    """The indexes of the rows that are asked for inside the block."""
    seen: list[int] = []
    row_at = QueueTable._row_at

    def recording(table: QueueTable, index: int) -> LineRow:
        seen.append(index)
        return row_at(table, index)

    QueueTable._row_at = recording  # type: ignore[method-assign]  # only records
    try:
        yield seen
    finally:
        QueueTable._row_at = row_at  # type: ignore[method-assign]  # as it was


async def poll(running: Running, world: Snapshot) -> None:
    """Two seconds later the watcher has this."""
    running.clock.jump(2.0)
    await running.give(world)


@SIZES
async def test_nothing_changed_and_nothing_is_written(size: tuple[int, int]) -> None:
    async with dashboard(worlds.fleet(), size) as running:
        with frames_of(running.app) as frames:
            await running.give(later(worlds.fleet()))
            running.app.tick()
            await running.pilot.pause()
        assert frames == []


@SIZES
async def test_a_poll_that_finds_the_same_writes_nothing_but_what_time_alone_changes(
    size: tuple[int, int],
) -> None:
    async with dashboard(many(100), size) as running:
        await poll(running, many(100, START + 2))
        with frames_of(running.app) as frames:
            await poll(running, many(100, START + 4))
        assert frames == []


@SIZES
async def test_one_count_changed_and_only_its_digits_and_the_sum_are_written(size: tuple[int, int]) -> None:
    async with dashboard(many(100), size) as running:
        await poll(running, many(100, START + 2))
        with frames_of(running.app) as frames:
            await poll(running, many(100, START + 4, q3=99_999_870))
        assert len(frames) == 1
        assert frames.size <= 40
        assert re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", frames[0]) == "27"


async def test_a_control_that_paints_the_whole_table_is_seen_by_the_same_measure() -> None:
    async with dashboard(many(100)) as running:
        with frames_of(running.app) as frames:
            running.table.forget()
            await running.pilot.pause()
        assert frames.size > 1000


async def test_however_much_moves_a_poll_is_one_frame() -> None:
    async with dashboard(many(100)) as running:
        moved = {f"q{number}": 200_000_000 - number for number in range(60)}
        with frames_of(running.app) as frames:
            await poll(running, many(100, START + 2, **moved))
        assert len(frames) == 1


async def test_a_poll_looks_at_the_rows_in_sight_and_not_at_the_others() -> None:
    async with dashboard(many(3000)) as running:
        with rows_looked_at() as seen:
            await poll(running, many(3000, START + 2, q2990=99_999_999))
        assert set(seen) <= set(running.table.shown_range)
        assert len(seen) <= len(running.table.shown_range)


async def test_moving_the_cursor_writes_two_rows() -> None:
    async with dashboard(many(100)) as running:
        with frames_of(running.app) as frames:
            await running.pilot.press("down")
            await running.pilot.pause()
        assert frames.size <= 250
