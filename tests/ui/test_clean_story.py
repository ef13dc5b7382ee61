"""The clean bounce by keys on the simulator: no message of others is taken, and a stop may be let go."""

from collections.abc import AsyncIterator

import pytest
from textual.pilot import Pilot

from kumo_tui.act.draft import STOP_DURATION, STOP_REASON, Draft
from kumo_tui.model.operation import Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.question import QuestionScreen
from kumo_tui.ui.screens.stop import StopScreen
from tests.stage import Stage
from tests.ui.pilots import wait_for
from tests.ui.staged import at, play, shown


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Two tenants who take turns in one ready queue."""
    async with Stage("two-tenants") as stage:
        await stage.play(1.0)
        yield stage


def operation(stage: Stage) -> Operation:
    (status,) = stage.watcher.snapshot.operations
    return status.operation


def verdict(stage: Stage) -> Verdict:
    (status,) = stage.watcher.snapshot.operations
    return status.verdict


def bounced(stage: Stage, tenant: str) -> int:
    return stage.fleet.nodes["mta1"].log.count(Kind.ADMIN_BOUNCE, tenant=tenant)


def requests(stage: Stage) -> list[str]:
    made = stage.fleet.nodes["mta1"].requests
    return [f"{entry.method} {entry.path.rsplit('/', 2)[-2]}" for entry in made if entry.method != "GET"]


async def type_token(stage: Stage, pilot: Pilot[None]) -> None:
    screen = stage.app.screen
    assert isinstance(screen, ConfirmScreen)
    await pilot.press("up", *("space" if char == " " else char for char in screen.token))
    await play(stage, pilot, 1.0)
    await pilot.press("enter")


async def test_stop_first_then_bounce_takes_all_of_one_tenant_and_none_of_the_other(stage: Stage) -> None:
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.bounce(Draft(tenant="s1", reason="bad link"))
        await at(stage, pilot, ComposeScreen)
        await wait_for(pilot, lambda: "Stop first" in shown(stage))
        await play(stage, pilot, 1.0)
        stage.app.screen.query_one("#stop-first").focus()
        await pilot.press("enter")
        await at(stage, pilot, ConfirmScreen)
        assert requests(stage) == ["POST suspend"]
        assert "Stopped for 00:0" in shown(stage)
        assert operation(stage).is_waiting
        await play(stage, pilot, 1.0)
        await type_token(stage, pilot)
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 30.0, polls=15)
        assert "sweeps" in shown(stage)
        await play(stage, pilot, 400.0, polls=40)
        await wait_for(pilot, lambda: verdict(stage) is Verdict.DONE)
        assert "DONE: the stop is over; sure:" in shown(stage)
        assert bounced(stage, "s1") > 100
        assert bounced(stage, "s2") == 0


async def test_a_stop_bounces_nothing_and_is_let_go(stage: Stage) -> None:
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.stop(Draft(tenant="s1", reason=STOP_REASON, duration=STOP_DURATION))
        await at(stage, pilot, StopScreen)
        await play(stage, pilot, 1.0)
        stage.app.screen.query_one("#stop").focus()
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 20.0, polls=10)
        assert "■ STOPPED" in shown(stage)
        assert "nothing is bounced yet: b bounces it, s lets it go." in shown(stage)
        await pilot.press("escape")
        await at(stage, pilot, DashboardScreen)
        await wait_for(pilot, lambda: "■ stopped" in shown(stage))
        assert "not bounced: Enter on its row below opens it" in shown(stage)
        await pilot.press("s")
        await at(stage, pilot, OperationScreen)
        await pilot.press("s")
        await at(stage, pilot, QuestionScreen)
        await play(stage, pilot, 1.0)
        stage.app.screen.query_one("#let-go").focus()
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 4.0, polls=2)
        assert verdict(stage) is Verdict.RELEASED
        assert "RELEASED: let go" in shown(stage)
        assert requests(stage) == ["POST suspend", "DELETE suspend"]
        assert bounced(stage, "s1") == bounced(stage, "s2") == 0


async def test_the_bounce_of_a_stop_that_waits_goes_on_with_it(stage: Stage) -> None:
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.stop(Draft(tenant="s1", reason=STOP_REASON, duration=STOP_DURATION))
        await at(stage, pilot, StopScreen)
        await play(stage, pilot, 1.0)
        stage.app.screen.query_one("#stop").focus()
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        tag = operation(stage).tag
        await play(stage, pilot, 10.0, polls=5)
        await pilot.press("b")
        await at(stage, pilot, ComposeScreen)
        await pilot.press(*"bad link")
        await wait_for(pilot, lambda: f"goes on with the stop of op {tag}" in shown(stage))
        stage.app.screen.query_one("#review").focus()
        await pilot.press("enter")
        await at(stage, pilot, ConfirmScreen)
        await play(stage, pilot, 1.0)
        await type_token(stage, pilot)
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 10.0, polls=5)
        assert operation(stage).tag == tag
        assert operation(stage).reason == "bad link"
        assert bounced(stage, "s1") > 0
        assert bounced(stage, "s2") == 0


async def test_ending_a_clean_bounce_by_x_releases_the_stop(stage: Stage) -> None:
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.bounce(Draft(tenant="s1", reason="bad link"))
        await at(stage, pilot, ComposeScreen)
        await wait_for(pilot, lambda: "Stop first" in shown(stage))
        stage.app.screen.query_one("#review").focus()
        await pilot.press("enter")
        await at(stage, pilot, ConfirmScreen)
        await play(stage, pilot, 1.0)
        await type_token(stage, pilot)
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 4.0, polls=2)
        await pilot.press("x")
        await at(stage, pilot, QuestionScreen)
        await play(stage, pilot, 1.0)
        stage.app.screen.query_one("#end").focus()
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        await play(stage, pilot, 4.0, polls=2)
        assert verdict(stage) is Verdict.CANCELLED
        assert requests(stage)[-1] == "DELETE suspend"
        assert bounced(stage, "s2") == 0
