"""The dashboard on hand-built snapshots."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from kumo_tui.model.queues import QueueTable as Counts
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.model.trend import Trend
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.widgets.directives_table import DirectivesTable
from kumo_tui.ui.widgets.queue_table import QueueTable
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.pilots import refreshed_regions, wait_for
from tests.ui.worlds import START, later, node, snapshot


@dataclass
class Running:
    """A running dashboard."""

    app: KumoTuiApp
    pilot: Pilot[None]
    watching: worlds.FakeWatching
    clock: FakeClock

    @property
    def table(self) -> QueueTable:
        return self.app.screen.query_one(QueueTable)

    @property
    def lines(self) -> list[str]:
        return frame_of(self.app)

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    async def give(self, world: Snapshot) -> None:
        self.watching.give(world)
        await wait_for(self.pilot, lambda: self.app.snapshot is world)
        await self.pilot.pause()


@asynccontextmanager
async def dashboard(
    world: Snapshot, size: tuple[int, int] = (80, 24), **settings: object
) -> AsyncIterator[Running]:
    watching, clock = worlds.FakeWatching(world), FakeClock()
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(**settings), clock)  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=size, notifications=True) as pilot:
        running = Running(app, pilot, watching, clock)
        await wait_for(pilot, lambda: "── Directives" in running.screen or "-- Directives" in running.screen)
        await pilot.pause()
        yield running


def queues(at: float = START, **counts: int) -> Snapshot:
    return snapshot(node("mta1", {f"{name}@x.example": count for name, count in counts.items()}, at=at), at=at)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_screen_answers_without_a_key(size: tuple[int, int]) -> None:
    async with dashboard(worlds.fleet(production=True), size) as running:
        check_frame(running.app, f"dashboard-{size[0]}x{size[1]}")
        for words in ("PRODUCTION", "2 of 3 nodes", "mta3 DOWN", "data 0s", "growing", "bouncing", "88%"):
            assert words in running.screen
        assert all(len(line) <= size[0] for line in running.lines)


async def test_a_tiny_terminal_still_shows_a_row_of_each_table() -> None:
    async with dashboard(worlds.fleet(), (40, 12)) as running:
        assert "yahoo" in running.screen and "92,110" in running.screen
        assert "SCOPE" in running.screen


async def test_the_watcher_runs_with_the_app_and_stops_with_it() -> None:
    async with dashboard(queues(a=1)) as running:
        assert running.watching.is_running
    assert not running.watching.is_running


async def test_the_cursor_stays_on_its_queue_while_numbers_move() -> None:
    async with dashboard(queues(a=3, b=2, c=1)) as running:
        await running.pilot.press("down")
        assert running.table.cursor_queue == "b@x.example"
        await running.give(queues(c=900, a=300, b=2))
        assert running.table.cursor_queue == "b@x.example"
        assert next(line for line in running.lines if line.startswith("›")).startswith("›  b@x.example")


async def test_equal_rows_keep_their_order() -> None:
    async with dashboard(queues(b=5, a=5, c=5)) as running:
        await running.give(queues(c=5, b=5, a=5))
        assert list(running.table.row_keys) == ["a@x.example", "b@x.example", "c@x.example"]


async def test_an_unchanged_snapshot_refreshes_no_row_and_one_changed_row_one_line() -> None:
    async with dashboard(queues(a=300, b=200, c=100)) as running:
        with refreshed_regions(running.table) as seen:
            await running.give(queues(a=300, b=200, c=100))
            assert seen == []
            await running.give(queues(a=300, b=201, c=100))
            assert [region and (region.y, region.height) for region in seen] == [(2, 1)]


async def test_a_failed_node_never_empties_the_table() -> None:
    world = queues(a=3, b=2)
    broken = node(
        "mta1", {"a@x.example": 3, "b@x.example": 2}, state=NodeState.STALE, errors={"metrics": "mta1: cut."}
    )
    async with dashboard(world) as running:
        await running.give(snapshot(broken))
        assert "a@x.example" in running.screen
        assert "mta1 STALE, last read 0s ago: cut." in running.screen
        await running.give(snapshot(node("mta1", None, state=NodeState.DOWN), node("mta2", {"a@x.example": 3})))
        assert "a@x.example" in running.screen and "1 of 2 nodes (mta1 DOWN)" in running.screen


async def test_old_numbers_are_marked_in_their_rows() -> None:
    world = snapshot(node("mta1", {"a@x": 30}), node("mta2", {"b@x": 20}, at=START - 7, state=NodeState.STALE))
    async with dashboard(world) as running:
        rows = {line.split()[0].strip("›"): line.split()[1:3] for line in running.lines if "@x" in line}
        assert "30" in running.screen and "~30" not in running.screen
        assert "~20" in " ".join(rows["b@x"])
        running.clock.jump(3.0)
        running.app.tick()
        await wait_for(running.pilot, lambda: "~20" in running.screen)
        running.clock.jump(20.0)
        running.app.tick()
        await wait_for(running.pilot, lambda: "-- msgs" in running.screen)
        assert "~20" not in running.screen


async def test_escape_clears_the_filter_then_the_marks_and_never_quits() -> None:
    async with dashboard(queues(a=3, b=2)) as running:
        await running.pilot.press("space", "slash", "b", "enter")
        assert "1 marked (1 hidden)" in running.screen
        await running.pilot.press("escape")
        assert "hidden" not in running.screen and "1 marked" in running.screen
        await running.pilot.press("escape")
        assert "marked" not in running.screen
        for _again in range(5):
            await running.pilot.press("escape")
        assert running.app.is_running
        assert isinstance(running.app.screen, DashboardScreen)


async def test_the_filter_works_while_it_is_typed_and_keys_are_then_text() -> None:
    async with dashboard(queues(aq=3, b=2)) as running:
        await running.pilot.press("slash", "q")
        assert list(running.table.row_keys) == ["aq@x.example"]
        assert running.app.is_running
        assert "showing 1-1 of 1 queue, 3 messages pass the filter" in running.screen
        await running.pilot.press("enter")
        assert running.table.has_focus
        assert not any(field.can_focus for field in running.app.screen.query(Input))


async def test_a_bad_regex_says_why_and_the_last_good_filter_stays() -> None:
    async with dashboard(queues(a=3, b=2)) as running:
        await running.pilot.press("slash", "~", "b", "[")
        assert "not a regular expression" in running.lines[1]
        assert list(running.table.row_keys) == ["b@x.example"]
        await running.pilot.press("backspace")
        assert "not a regular expression" not in running.screen


async def test_marks_hidden_by_the_filter_are_counted() -> None:
    async with dashboard(queues(a=3, b=2, c=1)) as running:
        await running.pilot.press("space", "space", "slash", "a", "@", "enter")
        assert "2 marked (1 hidden)" in running.lines[1]
        assert running.table.marks == {"a@x.example", "b@x.example"}


async def test_orders_and_groups_go_round() -> None:
    world = snapshot(node("mta1", {"c:t1@x": 5, "c:t2@x": 4, "d:t1@y": 7, "z": 1}))
    async with dashboard(world) as running:
        await running.pilot.press("g")
        assert "group campaign" in running.lines[1]
        named = [line[3:].split()[0] for line in running.lines if line[3:5] in ("c ", "d ", "(n")]
        assert named == ["c", "d", "(no"]
        await running.pilot.press("space")
        assert "Single queues are marked" in running.screen
        await running.pilot.press("enter")
        assert "group none" in running.lines[1]
        assert list(running.table.row_keys) == ["c:t1@x", "c:t2@x"]
        await running.pilot.press("escape", "o", "o", "o")
        assert "sort name ↑" in running.lines[1]
        assert list(running.table.row_keys) == ["c:t1@x", "c:t2@x", "d:t1@y", "z"]
        await running.pilot.press("O")
        assert running.table.row_keys[0] == "z"


async def test_a_frozen_screen_keeps_its_numbers_while_the_age_goes_on() -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("f")
        running.clock.jump(3.0)
        await running.give(queues(at=START + 3, a=99))
        assert "FROZEN" in running.lines[0] and "data 3s" in running.lines[0]
        assert "99" not in running.screen
        await running.pilot.press("f")
        assert "99" in running.screen and "FROZEN" not in running.screen


async def test_an_alarm_shows_on_a_frozen_screen_too() -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("f")
        free = worlds.directive(campaign=None)
        await running.give(snapshot(node("mta1", {"a@x.example": 3}, directives=(free,))))
        assert "NOT OURS: everything, or an exact list: the server does not say" in running.screen


async def test_tab_changes_the_pane_and_the_keys_that_are_offered() -> None:
    async with dashboard(worlds.fleet()) as running:
        assert "b bounce" in running.lines[-1]
        await running.pilot.press("tab")
        assert running.app.screen.query_one(DirectivesTable).has_focus
        assert "x cancel" in running.lines[-1] and "b bounce" not in running.lines[-1]
        await running.pilot.press("tab")
        assert running.table.has_focus


async def test_refresh_and_interval_reach_the_watcher() -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("r", "plus")
        assert (running.watching.refreshes, running.watching.interval_s) == (1, 4.0)
        assert "reading every 4 s" in running.screen
        await running.pilot.press(*["minus"] * 9)
        assert running.watching.interval_s == 0.5


async def test_what_was_said_goes_after_a_while() -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("ctrl+c")
        assert "q quits" in running.screen
        running.clock.jump(9)
        running.app.tick()
        await wait_for(running.pilot, lambda: "q quits" not in running.screen)


async def test_nothing_read_from_nodes_that_are_down_is_not_waiting() -> None:
    down = worlds.snapshot(worlds.node("mta1", None, state=NodeState.DOWN, errors={"metrics": "mta1: refused."}))
    async with dashboard(down) as running:
        assert "no node could be read yet" in running.screen


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_keys_that_end_other_programs_say_how_to_quit_this_one(key: str) -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("question_mark", key)
        await wait_for(running.pilot, lambda: "q quits, on the dashboard" in running.screen)


async def test_rates_say_when_it_is_too_early() -> None:
    async with dashboard(queues(a=300)) as running:
        assert next(line for line in running.lines if "a@x" in line).split()[-2] == "·"
        trend = Trend(((START - 60, Counts.of({"a@x.example": 100})), (START, Counts.of({"a@x.example": 300}))))
        await running.give(later(running.app.snapshot, trend=trend))
        assert "+200" in running.screen and "▲ growing" in running.screen


async def test_a_countdown_moves_once_a_second_and_nothing_else_does() -> None:
    two = (worlds.directive("a"), worlds.directive("b", tenant="acme"))
    async with dashboard(snapshot(node("mta1", {"promo:acme@x": 5}, directives=two))) as running:
        directives = running.app.screen.query_one(DirectivesTable)
        running.clock.jump(1.0)
        with refreshed_regions(running.table) as rows, refreshed_regions(directives) as entries:
            running.app.tick()
            running.app.tick()
        assert rows == []
        assert [region and region.y for region in entries] == [1, 2]


async def test_q_quits() -> None:
    async with dashboard(queues(a=3)) as running:
        await running.pilot.press("q")
        await wait_for(running.pilot, lambda: not running.app.is_running)


def type_at_once(running: Running, text: str) -> None:
    """Keys that come in one packet, before any of them was handled."""
    for char in text:
        running.app.post_message(Key({"/": "slash", " ": "space", "=": "equals_sign"}.get(char, char), char))


async def test_letters_that_follow_a_slash_at_once_are_text_and_not_keys() -> None:
    async with dashboard(snapshot(node("mta1", {"promo:a@x": 3, "b@x": 2}))) as running:
        type_at_once(running, "/c=promo")
        await wait_for(running.pilot, lambda: list(running.table.row_keys) == ["promo:a@x"])
        await running.pilot.press("enter")
        assert running.table.has_focus
        assert running.app.screen.query_one(Input).value == "c=promo"
        assert "sort messages" in running.screen
        assert running.watching.refreshes == 0


async def test_keys_that_come_at_once_act_in_their_order() -> None:
    async with dashboard(queues(a=4, b=3, c=2, d=1)) as running:
        type_at_once(running, "jj jj")
        await wait_for(running.pilot, lambda: bool(running.table.marks))
        await running.pilot.pause()
        assert running.table.marks == {"c@x.example"}


async def test_until_a_dialog_stands_its_keys_do_nothing_on_the_dashboard() -> None:
    async with dashboard(queues(a=4, b=3)) as running:
        gate = asyncio.Event()

        async def slow_flow() -> None:
            await gate.wait()

        running.app._act(slow_flow())
        await running.pilot.press("q", "o", "r")
        assert running.app.is_running and "sort messages" in running.screen
        assert running.watching.refreshes == 0
        gate.set()
        await wait_for(running.pilot, lambda: not running.app.is_opening)
        await running.pilot.press("r")
        assert running.watching.refreshes == 1
