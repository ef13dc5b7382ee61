"""Stops on the dashboard: ours and others' in the pane and the queues, the key for them, and leaving."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from textual.pilot import Pilot

from kumo_tui.act.draft import Scope
from kumo_tui.act.steps import Came
from kumo_tui.model.directives import Suspension
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.question import QuestionScreen
from kumo_tui.ui.screens.stop import StopScreen
from kumo_tui.ui.screens.stop_detail import StopDetailScreen
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.clean_world import PROMO, clean_node, clean_status, own_stop, stopped, sweeping
from tests.ui.pilots import wait_for
from tests.ui.worlds import node, snapshot

QUEUES = {**PROMO, "news:zenith@gmail.com": 12_000, "news:zenith@aol.com": 700}
OTHER = Suspension("0c11aa22-bbbb", None, "zenith", None, "hold for legal [kt:ABCDEF]", 600.0)


@dataclass
class Board:
    """A running dashboard on fakes."""

    app: KumoTuiApp
    acts: worlds.FakeActs
    clock: FakeClock
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        return "\n".join(frame_of(self.app))

    @property
    def words(self) -> str:
        return " ".join(self.text.replace("│", " ").split())

    async def at(self, kind: type) -> None:
        await wait_for(self.pilot, lambda: isinstance(self.app.screen, kind), f"{kind.__name__} never came")
        await self.pilot.pause()
        self.clock.jump(1.0)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def answer(self, button: str) -> None:
        await self.at(QuestionScreen)
        self.app.screen.query_one(f"#{button}").focus()
        await self.pilot.press("enter")
        await self.pilot.pause()


def world(*operations: OperationStatus, stops: tuple[Suspension, ...] = ()) -> Snapshot:
    return snapshot(node("mta1", QUEUES, suspensions=stops), operations=operations)


@asynccontextmanager
async def board(shown: Snapshot, size: tuple[int, int] = (80, 24), **settings: object) -> AsyncIterator[Board]:
    acts, clock = worlds.FakeActs(), FakeClock()
    app = KumoTuiApp(worlds.FakeWatching(shown), acts, worlds.settings(**settings), clock)  # type: ignore[arg-type]  # clean acts only
    async with app.run_test(size=size, notifications=True) as pilot:
        running = Board(app, acts, clock, pilot)
        await wait_for(pilot, lambda: "── Directives" in running.text)
        await pilot.pause()
        yield running


async def test_a_stop_of_ours_that_waits_is_named_above_all_and_its_queues_say_how_long() -> None:
    async with board(world(stopped(), stops=(own_stop(), OTHER))) as running:
        assert "■ promo stopped" in running.text
        assert "promo stopped until 12:12 UTC, not bounced: Enter on its row below opens it" in running.words
        assert running.text.count("■ stopped 12m") == 3
        check_frame(running.app, "dashboard-stopped-80x24")


async def test_the_pane_has_ours_once_and_others_as_stops() -> None:
    async with board(world(stopped(), stops=(own_stop(), OTHER))) as running:
        pane = running.text.split("── Directives")[1]
        assert "1 active · 1 stop of others" in pane
        assert "STOPPED" in pane
        assert pane.count("campaign=promo") == 1
        assert "■ tenant=zenith" in pane
        assert "stop · kumo-tui" in pane
        assert "hold for le" in pane and "[kt:" not in pane


async def test_a_wide_pane_says_whose_a_stop_is() -> None:
    foreign = replace(OTHER, id="f", reason="hold")
    async with board(world(stops=(OTHER, foreign)), (120, 40)) as running:
        assert "stop, another kumo-tui" in running.text
        assert "stop, not ours" in running.text


async def test_the_clean_acts_run_with_the_app_and_stop_with_it() -> None:
    async with board(world()) as running:
        assert running.acts.clean.runs
    assert not running.acts.clean.runs


async def test_a_clean_bounce_is_bouncing_and_shows_how_far_it_is() -> None:
    async with board(world(sweeping(), stops=(own_stop(),))) as running:
        assert running.text.count("▶ bouncing") == 3
        assert "▶ campaign=promo" in running.text
        assert "SWEEPING 87% +12" in running.text
        assert "not bounced" not in running.text


async def test_s_on_a_queue_asks_for_a_stop_of_just_that() -> None:
    async with board(world()) as running:
        await running.press("s")
        await running.at(StopScreen)
        screen = running.app.screen
        assert isinstance(screen, StopScreen)
        assert screen.draft.campaign == "promo" and screen.draft.domain == "yahoo.com"
        assert (screen.draft.reason, screen.draft.duration) == ("stopped to look", "30m")


async def test_s_on_a_group_takes_it_as_b_does() -> None:
    async with board(world()) as running:
        await running.press("g")
        await wait_for(running.pilot, lambda: "CAMPAIGN" in running.text)
        await running.press("s")
        await running.at(StopScreen)
        screen = running.app.screen
        assert isinstance(screen, StopScreen)
        assert screen.checked.selector == Criteria(campaign="promo")


async def test_s_on_marks_takes_exactly_these() -> None:
    async with board(world()) as running:
        await running.press("space", "space", "s")
        await running.at(StopScreen)
        screen = running.app.screen
        assert isinstance(screen, StopScreen)
        assert (screen.draft.scope, len(screen.draft.names)) == (Scope.EXACT, 2)


async def test_s_on_a_row_that_our_stop_holds_opens_that_operation() -> None:
    async with board(world(stopped(), stops=(own_stop(),))) as running:
        await running.press("s")
        await running.at(OperationScreen)
        assert "s let go" in running.text


async def test_s_does_nothing_in_a_read_only_session() -> None:
    async with board(world(), read_only=True) as running:
        await running.press("s")
        assert isinstance(running.app.screen, DashboardScreen)
        assert "s stop" not in running.text


async def test_enter_on_somebody_elses_stop_shows_it_and_what_it_holds() -> None:
    async with board(world(stops=(OTHER,))) as running:
        await running.press("tab", "enter")
        await running.at(StopDetailScreen)
        assert "another kumo-tui (ABCDEF)" in running.text
        assert "news:zenith@gmail.com" in running.text
        assert "promo:acme" not in running.text


async def test_x_on_somebody_elses_stop_says_whose_it_is_before_it_is_released() -> None:
    async with board(world(stops=(OTHER,))) as running:
        await running.press("tab", "x")
        await running.at(QuestionScreen)
        assert "Another kumo-tui made it (ABCDEF). Who placed it counts on it" in running.words
        assert running.acts.clean.released == []
        await running.answer("end")
        await wait_for(running.pilot, lambda: "mta1: released." in running.text)
        assert running.acts.clean.released == [("mta1", OTHER.id)]


async def test_x_on_a_stop_of_ours_asks_whether_to_let_it_go() -> None:
    async with board(world(stopped(), stops=(own_stop(),))) as running:
        await running.press("tab", "x")
        await running.at(QuestionScreen)
        assert "Let promo go" in running.words


async def test_leaving_asks_where_a_stop_of_ours_stands_and_leaving_it_is_the_default() -> None:
    async with board(world(stopped(), stops=(own_stop(),))) as running:
        await running.press("q")
        await running.at(QuestionScreen)
        assert "promo is stopped until 12:12 UTC." in running.words
        check_frame(running.app, "quit-80x24")
        await running.press("enter")
        await wait_for(running.pilot, lambda: running.app._exit)
        assert running.acts.clean.ended == []


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_escape_stays(key: str) -> None:
    async with board(world(sweeping(), stops=(own_stop(),))) as running:
        await running.press(key)
        await running.at(QuestionScreen)
        assert "promo is being bounced, and stopped until 12:12 UTC." in running.words
        assert (
            "Nobody sweeps while no kumo-tui runs; the next start, or `kumo-tui watch`, goes on." in running.words
        )
        await running.press("escape")
        await running.at(DashboardScreen)
        assert not running.app._exit
        await running.press(key)
        await running.at(QuestionScreen)


async def test_let_go_releases_before_the_program_ends() -> None:
    async with board(world(stopped(), stops=(own_stop(),))) as running:
        await running.press("q")
        await running.answer("let-go")
        await wait_for(running.pilot, lambda: running.app._exit)
        assert running.acts.clean.ended == [("7F3A2C", False)]


async def test_a_stop_that_could_not_be_released_keeps_the_program_open() -> None:
    async with board(world(stopped(), stops=(own_stop(),))) as running:
        running.acts.clean.came = Came.UNKNOWN
        await running.press("q")
        await running.answer("let-go")
        await wait_for(running.pilot, lambda: "mta1: let go." in running.text)
        assert not running.app._exit


async def test_ctrl_c_asks_only_where_something_stands() -> None:
    over = clean_status(clean_node(Verdict.DONE, swept=PROMO))
    async with board(world(over)) as running:
        await running.press("ctrl+c")
        await wait_for(running.pilot, lambda: "q quits, on the dashboard" in running.text)


async def test_ctrl_c_on_the_operation_asks_as_well_and_only_once() -> None:
    async with board(world(stopped())) as running:
        running.app.open_operation("7F3A2C")
        await running.at(OperationScreen)
        await running.press("ctrl+c", "ctrl+c")
        await running.at(QuestionScreen)
        await running.press("escape")
        await running.at(OperationScreen)
