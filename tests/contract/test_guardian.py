"""Collateral ends by itself: proved message by message with the simulator's delivery log."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kumo_tui.act.draft import Draft, check_draft
from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.act.ports import Confirmed
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from tests.fakes import settle
from tests.stage import Stage

S1 = Draft(tenant="s1", reason="bad link", duration="2m")


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with Stage(request.param) as stage:
        yield stage


async def bounced(stage: Stage, draft: Draft) -> None:
    """A plain bounce that was just sent."""
    checked = check_draft(draft, stage.settings.act)
    assert checked.selector is not None
    preview = await stage.acts.fresh_preview(checked.selector)
    await stage.acts.bounce(Confirmed(preview, checked, stage.acts.new_tag()))


async def play(stage: Stage, polls: int) -> OperationStatus:
    """Polls two seconds apart, and whatever they set going."""
    for _poll in range(polls):
        await stage.play(2.0)
        await settle()
    await stage.acts.guardian.finish()
    return (await stage.watcher.poll_once()).operations[0]


def lost(stage: Stage, tenant: str = "s2") -> int:
    (node,) = stage.fleet.nodes.values()
    return node.log.count(Kind.ADMIN_BOUNCE, tenant=tenant)


@pytest.mark.parametrize("stage", ["two-tenants"], indirect=True)
async def test_other_mail_is_bounced_no_more_after_the_automatic_cancel(stage: Stage) -> None:
    await stage.play(1.0)
    stage.acts.guardian.start()
    await bounced(stage, S1)
    await play(stage, 1)
    taken = lost(stage)
    assert taken > 0
    after = await play(stage, 20)
    assert lost(stage) == taken
    assert after.verdict is Verdict.CANCELLED
    assert after.ledger.progress.collateral == taken
    (words,) = cancelled_by_itself(after.operation)
    assert words == f"CANCELLED BY ITSELF on mta1: {taken} messages of other queues were bounced"


@pytest.mark.parametrize("stage", ["two-tenants"], indirect=True)
async def test_while_nobody_guards_it_other_mail_goes_on_being_bounced(stage: Stage) -> None:
    await stage.play(1.0)
    await bounced(stage, S1)
    await play(stage, 1)
    taken = lost(stage)
    grown = await play(stage, 1)
    assert lost(stage) > taken > 0
    assert grown.verdict is not Verdict.CANCELLED
    assert grown.meters.collateral_grows


@pytest.mark.parametrize("stage", ["shared-backlog"], indirect=True)
async def test_a_backlog_that_two_tenants_share_is_spared_as_well(stage: Stage) -> None:
    await stage.play(3.0)
    stage.acts.guardian.start()
    await bounced(stage, S1)
    ended = await play(stage, 3)
    assert ended.verdict is Verdict.CANCELLED
    (node,) = stage.fleet.nodes.values()
    handled = node.engine.ready
    before = sum(ready.delivered for ready in handled.values())
    await play(stage, 5)
    assert sum(ready.delivered for ready in handled.values()) - before >= 5 * 2 * 20 - 20


@pytest.mark.parametrize("stage", ["behind-other-mail"], indirect=True)
async def test_mail_that_is_missed_is_no_collateral_and_leaks_no_more_than_is_said(stage: Stage) -> None:
    await stage.play(1.0)
    stage.acts.guardian.start()
    await bounced(stage, Draft(campaign="promo", reason="bad link", duration="2m"))
    middle = await play(stage, 20)
    assert cancelled_by_itself(middle.operation) == ()
    (node,) = stage.fleet.nodes.values()
    leaked = node.log.count(Kind.DELIVERY, tenant="acme")
    assert leaked > 0
    assert middle.meters.leak_at_most >= leaked
    in_hands = sum(ready.held for ready in node.engine.ready.values())
    assert leaked + middle.meters.may_wait + in_hands >= 300


@pytest.mark.parametrize("stage", ["two-tenants"], indirect=True)
async def test_the_loops_of_the_watch_need_no_help(stage: Stage) -> None:
    """The cancel leaves with the snapshot that shows it, not with the poll after it."""
    await stage.play(1.0)
    stage.acts.guardian.start()
    await bounced(stage, S1)
    await stage.play(2.0)
    await asyncio.sleep(0)
    await stage.acts.guardian.finish()
    (node,) = stage.fleet.nodes.values()
    assert [request.method for request in node.requests].count("DELETE") == 1
