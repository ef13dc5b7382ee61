"""Leaving while a bounce of EVERYTHING is in force: nobody would read the list that ends it."""

from dataclasses import replace

import pytest

from kumo_tui.act.ports import CancelState
from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Criteria, Everything
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.leaving import asks_before_leaving
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.question import QuestionScreen
from tests.fakes import FakeClock
from tests.frames import check_frame
from tests.ui.clean_world import stopped
from tests.ui.pilots import wait_for
from tests.ui.test_dashboard_stops import board
from tests.ui.worlds import FakeActs, FakeWatching, directive, node, operation, settings, snapshot

QUEUES = {"promo:acme@yahoo.com": 100}


def everything(verdict: Verdict = Verdict.RUNNING, tag: str = "7F3A2C") -> OperationStatus:
    return operation(tag, baseline=QUEUES, bounced={}, selector=Everything(), verdict=verdict)


def unanswered(minutes_ago: float) -> OperationStatus:
    status = operation(baseline=QUEUES, bounced={}, selector=Everything(), minutes_ago=minutes_ago)
    act = replace(status.nodes[0].act, state=ActState.UNKNOWN, id=None)
    progress = NodeProgress(act, status.nodes[0].ledger, Verdict.UNKNOWN, None)
    return replace(status, operation=replace(status.operation, acts=(act,)), nodes=(progress,))


def world(*operations: OperationStatus) -> Snapshot:
    listed = directive("mta1-7F3A2C", campaign=None, reason="purge [kt:7F3A2C]")
    return snapshot(node("mta1", QUEUES, directives=(listed,)), operations=operations)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict.is_final])
def test_what_is_over_is_not_asked_about(verdict: Verdict) -> None:
    assert not asks_before_leaving(world(everything(verdict)))


@pytest.mark.parametrize("verdict", [Verdict.RUNNING, Verdict.STALLED, Verdict.SWEPT, Verdict.CATCHING])
def test_an_everything_in_force_is_asked_about_and_a_bounce_by_criteria_is_not(verdict: Verdict) -> None:
    assert asks_before_leaving(world(everything(verdict)))
    chosen = operation(baseline=QUEUES, bounced={}, selector=Criteria(campaign="promo"), verdict=verdict)
    assert not asks_before_leaving(world(chosen))


def test_an_everything_without_an_answer_is_asked_about_until_its_time_is_over() -> None:
    assert asks_before_leaving(world(unanswered(minutes_ago=4.9)))
    assert not asks_before_leaving(world(unanswered(minutes_ago=5.1)))


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_asks_and_staying_is_the_default(key: str) -> None:
    async with board(world(everything())) as running:
        await running.press(key)
        await running.at(QuestionScreen)
        assert "EVERYTHING is being bounced on mta1 for 04:12 more (op 7F3A2C)." in running.words
        assert "Past its end a node bounces new mail on until its list is read." in running.words
        if key == "q":
            check_frame(running.app, "quit-everything-80x24")
        await running.press("enter")
        await running.at(DashboardScreen)
        assert not running.app._exit


async def test_left_on_by_an_answer_it_is_left_alone() -> None:
    async with board(world(everything())) as running:
        await running.press("q")
        await running.answer("leave")
        await wait_for(running.pilot, lambda: running.app._exit)
        assert running.acts.cancelled == []


async def test_cancelled_by_an_answer_it_is_cancelled_before_the_program_ends() -> None:
    async with board(world(everything())) as running:
        await running.press("q")
        await running.answer("end")
        await wait_for(running.pilot, lambda: running.app._exit)
        assert running.acts.cancelled == [("mta1", "mta1-7F3A2C")]


async def test_a_cancel_without_an_answer_keeps_the_program_open() -> None:
    async with board(world(everything())) as running:
        running.acts.cancel_came = CancelState.UNKNOWN
        await running.press("q")
        await running.answer("end")
        await wait_for(running.pilot, lambda: "unknown; as the test has it" in running.words)
        assert not running.app._exit


async def test_a_session_that_may_not_cancel_offers_no_cancel() -> None:
    async with board(world(everything()), read_only=True) as running:
        await running.press("q")
        await running.at(QuestionScreen)
        assert "Cancel it" not in running.words
        assert "Leave it on" in running.words


async def test_a_stop_and_an_everything_are_asked_about_one_after_the_other() -> None:
    async with board(world(everything(tag="8A4B3D"), stopped())) as running:
        await running.press("q")
        await running.at(QuestionScreen)
        assert "is stopped until" in running.words
        await running.answer("leave")
        await wait_for(running.pilot, lambda: "EVERYTHING is being bounced" in running.words)
        await running.answer("leave")
        await wait_for(running.pilot, lambda: running.app._exit)


class Late(FakeWatching):
    """Its end takes so long that another second of the dashboard passes."""

    app: KumoTuiApp

    async def stop(self) -> None:
        self.app._beat()
        await super().stop()


async def test_a_second_that_passes_while_the_screens_are_taken_apart_draws_on_none_of_them() -> None:
    watching = Late(world())
    watching.app = KumoTuiApp(watching, FakeActs(), settings(), FakeClock())  # type: ignore[arg-type]  # not asked
    async with watching.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await wait_for(pilot, lambda: isinstance(watching.app.screen, NodesScreen))
    assert not watching.is_running
