"""After a clean bounce on the simulator: its mail gathers, it is bounced again, and both are written down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kumo_tui.act.draft import Draft
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.widgets.line_table import LineTable
from tests.stage import Stage
from tests.ui.pilots import wait_for
from tests.ui.staged import at, play, shown


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Queues that hold their mail, and senders who do not stop."""
    async with Stage("growing") as stage:
        stage.app.folder = tmp_path
        await stage.play(1.0)
        yield stage


def standing(stage: Stage, tenant: str) -> int:
    return stage.watcher.snapshot.queues.select(Criteria(tenant=tenant)).total


async def review_and_confirm(stage: Stage, pilot: Pilot[None]) -> None:
    """From the form to the operation, with all that it takes."""
    await at(stage, pilot, ComposeScreen)
    await wait_for(pilot, lambda: "Stop first" in shown(stage))
    stage.app.screen.query_one("#review").focus()
    await pilot.press("enter")
    await at(stage, pilot, ConfirmScreen)
    await play(stage, pilot, 1.0)
    screen = stage.app.screen
    assert isinstance(screen, ConfirmScreen)
    await pilot.press("up", *("space" if char == " " else char for char in screen.token))
    await play(stage, pilot, 1.0)
    await pilot.press("enter")
    await at(stage, pilot, OperationScreen)


async def until_done(stage: Stage, pilot: Pilot[None]) -> None:
    for _turn in range(60):
        await play(stage, pilot, 10.0)
        if stage.watcher.snapshot.operations[0].verdict is Verdict.DONE:
            return
    raise AssertionError("it never ended")


async def test_mail_that_gathers_is_bounced_again_by_a_new_confirmation_and_all_is_written_down(
    stage: Stage, tmp_path: Path
) -> None:
    async with stage.app.run_test(size=(120, 40)) as pilot:
        stage.app.bounce(Draft(tenant="acme", reason="bad link", duration="30s"))
        await review_and_confirm(stage, pilot)
        await until_done(stage, pilot)
        assert "since the end" not in shown(stage)
        first, ended = stage.watcher.snapshot.operations[0].operation, standing(stage, "acme")
        await play(stage, pilot, 20.0, polls=10)
        gathered = stage.watcher.snapshot.gathered[first.tag].messages
        assert gathered >= standing(stage, "acme") - ended > 500
        assert f"{gathered} messages in 20 s since the end (" in shown(stage)
        assert "the sender has not stopped. b bounces it again" in shown(stage)
        await pilot.press("b")
        await review_and_confirm(stage, pilot)
        second = stage.watcher.snapshot.operations[0].operation
        assert second.tag != first.tag
        assert (second.selector, second.reason, second.duration_s) == (first.selector, "bad link", 30)
        assert first.tag not in stage.watcher.snapshot.gathered
        await until_done(stage, pilot)
        assert standing(stage, "acme") < gathered
        assert standing(stage, "zenith") >= 500
        await pilot.press("escape", "escape", "h")
        await at(stage, pilot, HistoryScreen)
        await wait_for(
            pilot,
            lambda: list(stage.app.screen.query_one(LineTable).row_keys) == [second.tag, first.tag],
            "the history never came",
        )
        await pilot.press("down", "w")
        await wait_for(pilot, lambda: f"kumo-tui-report-{first.tag}.md" in shown(stage))
        report = (tmp_path / f"kumo-tui-report-{first.tag}.md").read_text("utf-8")
        assert "clean bounce (stop, sweeps, release) of tenant=acme" in report
        assert "sweep" in report and "curl" in report
