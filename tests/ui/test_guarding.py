"""The dashboard ends a plain bounce at its first collateral, and says so."""

from collections.abc import AsyncIterator

import pytest
from textual.pilot import Pilot

from kumo_tui.act.draft import Draft, check_draft
from kumo_tui.act.ports import Confirmed
from kumo_tui.sim import Kind
from tests.fakes import settle
from tests.frames import frame_of
from tests.stage import Stage
from tests.ui.pilots import wait_for


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Two tenants who take turns in one ready queue."""
    async with Stage("two-tenants") as stage:
        await stage.play(1.0)
        yield stage


async def bounce_s1(stage: Stage) -> str:
    """A plain bounce of one tenant, sent past the screens; its tag."""
    checked = check_draft(Draft(tenant="s1", reason="bad link"), stage.settings.act)
    assert checked.selector is not None
    preview = await stage.acts.fresh_preview(checked.selector)
    return (await stage.acts.bounce(Confirmed(preview, checked, stage.acts.new_tag()))).tag


async def play(stage: Stage, pilot: Pilot[None], polls: int) -> None:
    for _poll in range(polls):
        await stage.play(2.0)
        await settle()
        await pilot.pause()


def shown(stage: Stage) -> str:
    return "\n".join(frame_of(stage.app))


def lost(stage: Stage) -> int:
    return stage.fleet.nodes["mta1"].log.count(Kind.ADMIN_BOUNCE, tenant="s2")


async def test_the_dashboard_says_that_it_cancelled_and_whose_mail_was_lost(stage: Stage) -> None:
    async with stage.app.run_test(size=(120, 40)) as pilot:
        tag = await bounce_s1(stage)
        await play(stage, pilot, 2)
        words = f"✗ CANCELLED BY ITSELF on mta1: {lost(stage)} messages of other queues were bounced (op {tag})"
        await wait_for(pilot, lambda: words in shown(stage))
        assert f"{lost(stage)} COLLATERAL CANCELLED" in shown(stage)
        taken = lost(stage)
        await play(stage, pilot, 5)
        assert lost(stage) == taken > 0


async def test_the_operation_screen_has_it_as_its_alarm(stage: Stage) -> None:
    async with stage.app.run_test(size=(120, 40)) as pilot:
        tag = await bounce_s1(stage)
        stage.app.open_operation(tag)
        await play(stage, pilot, 2)
        await wait_for(pilot, lambda: "✗ CANCELLED BY ITSELF on mta1" in shown(stage))
        text = shown(stage)
        assert f"collateral {lost(stage)} · may have leaked up to" in text
        assert "✗ CANCELLED" in text.splitlines()[0]


async def test_leaving_waits_for_the_cancel_that_is_on_its_way(stage: Stage) -> None:
    async with stage.app.run_test():
        await bounce_s1(stage)
        stage.time.advance(2.0)
        await stage.watcher.poll_once()
    requests = stage.fleet.nodes["mta1"].requests
    assert [request.method for request in requests].count("DELETE") == 1
