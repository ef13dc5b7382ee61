"""The flows: compose, confirm, send, follow; look, confirm, cancel. Errors are one line and lose nothing."""

import asyncio

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.act.ports import CancelState
from kumo_tui.errors import JournalError, KumoTuiError, NoAnswer, Refused, Unauthorized, Unreachable
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import flows
from kumo_tui.ui.flow_steps import open_operation
from kumo_tui.ui.screens.cancel import CancelScreen, targets_of
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.sending import SendingScreen
from kumo_tui.ui.widgets.form import TextField
from tests.ui.acting_world import (
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    checked,
    entry,
    figures,
    node,
    press_all,
    screen_text,
    snapshot,
    status,
)
from tests.ui.pilots import wait_for

DRAFT = Draft(campaign="promo", reason="bad link", ticket="#4711", duration="15m")


async def at(pilot: Pilot, kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), f"{kind.__name__} never came")
    await pilot.pause()


async def composed(pilot: Pilot, draft: Draft = DRAFT) -> ActingApp:
    """The form of a running flow."""
    app = pilot.app
    assert isinstance(app, ActingApp)
    app.run_worker(flows.bounce_flow(app, draft))
    await at(pilot, ComposeScreen)
    return app


async def reviewed(pilot: Pilot) -> ConfirmScreen:
    """The confirmation that the form leads to."""
    pilot.app.screen.query_one("#review").focus()
    await pilot.press("enter")
    await at(pilot, ConfirmScreen)
    assert isinstance(pilot.app, ActingApp)
    pilot.app.clock.jump(1.0)
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    return screen


async def confirmed(pilot: Pilot) -> None:
    """The text typed and sent off."""
    screen = await reviewed(pilot)
    screen.query_one("#typed", TextField).focus()
    await press_all(pilot, screen.token)
    assert isinstance(pilot.app, ActingApp)
    pilot.app.clock.jump(1.0)
    await pilot.press("enter")


def said(app: ActingApp) -> list[str]:
    return [notification.message for notification in app._notifications]


async def test_a_bounce_goes_from_the_form_over_the_typed_text_to_its_progress() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        await confirmed(pilot)
        await at(pilot, OperationScreen)
        await wait_for(pilot, lambda: "op 7F3A2C" in screen_text(pilot))
        assert app.acts.asked == ["fresh_preview", "bounce"]
        sent = app.acts.confirmed[0]
        assert (sent.tag, sent.typed, sent.partial) == (TAG, "prod 142030", False)
        assert (sent.preview.messages, sent.checked.reason) == (142_030, "bad link #4711")
        assert sent.checked.duration_s == 900


async def test_what_is_sent_is_the_preview_that_was_on_the_screen_when_it_was_confirmed() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        screen = await reviewed(pilot)
        now = app.clock.monotonic()
        app.show(snapshot(node({"promo:x@a.de": 3}, now), at=now))
        await wait_for(pilot, lambda: screen.token == "prod 3")
        screen.query_one("#typed", TextField).focus()
        await press_all(pilot, "prod 3")
        app.clock.jump(1.0)
        await pilot.press("enter")
        await at(pilot, OperationScreen)
        assert app.acts.confirmed[0].preview.matched.as_counts() == {"promo:x@a.de": 3}


async def test_leaving_the_confirmation_leads_back_to_the_form_as_it_was() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        await reviewed(pilot)
        await pilot.press("enter")
        await at(pilot, ComposeScreen)
        assert app.screen.draft == DRAFT
        assert "bounce" not in app.acts.asked


async def test_leaving_the_form_ends_the_flow() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        await pilot.press("escape")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert screen_text(pilot).startswith("dashboard")
        assert app.acts.asked == []


@pytest.mark.parametrize(
    "error",
    [
        Refused("The preview is 20s old.", "Look at a new one and confirm again."),
        JournalError("The journal cannot be written: disk full."),
        Unreachable("mta1", "connection refused."),
    ],
)
async def test_when_nothing_was_sent_the_form_opens_again_with_the_reason_and_the_same_draft(
    error: KumoTuiError,
) -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        app.acts.bounce_error = error
        await confirmed(pilot)
        await at(pilot, ComposeScreen)
        assert app.screen.draft == DRAFT
        assert f"! {error}" in screen_text(pilot)
        assert app.acts.tags == 2


async def test_an_unknown_outcome_leads_to_the_operation_and_never_back_to_the_form() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        app.acts.bounce_error = NoAnswer("mta1", "no answer in 30 s.")
        await confirmed(pilot)
        await at(pilot, OperationScreen)
        assert "Not known whether it was carried out: mta1: no answer in 30 s." in screen_text(pilot)


async def test_unknown_and_rejected_nodes_are_on_the_screen_that_follows() -> None:
    unknown = NodeProgress(
        NodeAct("mta2", ActState.UNKNOWN, None, "no answer in 30 s"),
        Ledger(Criteria(campaign="promo"), {}),
        Verdict.UNKNOWN,
        note="no answer in 30 s",
    )
    rejected = NodeProgress(
        NodeAct("mta3", ActState.REJECTED, None, "401"),
        Ledger(Criteria(campaign="promo"), {}),
        Verdict.REJECTED,
        note="mta3: not allowed",
    )
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        app.acts.outcome = status(Ledger(Criteria(campaign="promo"), PROMO), Verdict.RUNNING, unknown, rejected)
        await confirmed(pilot)
        await at(pilot, OperationScreen)
        await wait_for(pilot, lambda: "mta2" in screen_text(pilot))
        for words in ("⚠ UNKNOWN", "(asking)", "✗ REJECTED", "mta3: not allowed"):
            assert words in screen_text(pilot)


def listed() -> ActingApp:
    ours = status(Ledger(Criteria(campaign="promo"), PROMO))
    return ActingApp(snapshot(node(PROMO, directives=[entry()]), operations=[ours]))


async def cancel(pilot: Pilot, *keys: str) -> ActingApp:
    """A cancel of the listed directive, with these keys in its dialog."""
    app = pilot.app
    assert isinstance(app, ActingApp)
    app.run_worker(flows.cancel_flow(app, [("mta1", entry().id)]))
    await at(pilot, CancelScreen)
    app.clock.jump(1.0)
    await pilot.press(*keys)
    await app.workers.wait_for_complete()
    await pilot.pause()
    return app


async def test_a_cancel_is_sent_once_and_its_outcome_is_one_line() -> None:
    async with listed().run_test(size=(80, 24), notifications=True) as pilot:
        app = await cancel(pilot, "tab", "enter")
        assert app.acts.cancelled == [("mta1", entry().id)]
        assert said(app) == ["552016f1 on mta1: removed; it no longer matches new mail. Last total: 81,302."]


async def test_a_cancel_that_was_not_confirmed_is_not_sent() -> None:
    async with listed().run_test(size=(80, 24)) as pilot:
        app = await cancel(pilot, "enter")
        assert app.acts.cancelled == []


async def test_an_unknown_cancel_says_so() -> None:
    async with listed().run_test(size=(80, 24), notifications=True) as pilot:
        assert isinstance(pilot.app, ActingApp)
        pilot.app.acts.cancel_state = CancelState.UNKNOWN
        app = await cancel(pilot, "tab", "enter")
        assert said(app)[0].startswith("552016f1 on mta1: unknown;")


@pytest.mark.parametrize(
    "error", [Refused("This is a read-only session."), Unauthorized("mta1", "not allowed [/x].")]
)
async def test_a_failed_cancel_is_one_line(error: KumoTuiError) -> None:
    async with listed().run_test(size=(80, 24), notifications=True) as pilot:
        assert isinstance(pilot.app, ActingApp)
        pilot.app.acts.cancel_error = error
        app = await cancel(pilot, "tab", "enter")
        assert said(app) == [f"Not cancelled: {error}"]


async def test_a_directive_that_has_left_the_list_is_not_asked_about() -> None:
    async with ActingApp().run_test(size=(80, 24), notifications=True) as pilot:
        app = pilot.app
        assert isinstance(app, ActingApp)
        await app.run_worker(flows.cancel_flow(app, [("mta1", "gone")])).wait()
        assert said(app) == ["Nothing to cancel: it has left the list."]


async def test_the_outcome_of_a_cancel_stands_on_the_operation_that_it_was_asked_on() -> None:
    async with listed().run_test(size=(80, 24), notifications=True) as pilot:
        app = pilot.app
        assert isinstance(app, ActingApp)
        open_operation(app, TAG)
        await at(pilot, OperationScreen)
        await cancel(pilot, "tab", "enter")
        assert "552016f1 on mta1: removed; it no longer matches new mail." in screen_text(pilot)
        assert said(app) == []


async def test_what_is_under_way_is_said_and_hiding_that_stops_nothing() -> None:
    async with ActingApp().run_test(size=(80, 24)) as pilot:
        app = await composed(pilot)
        app.acts.hold = asyncio.Event()
        await confirmed(pilot)
        await at(pilot, SendingScreen)
        assert "Sending op 7F3A2C to mta1" in screen_text(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: not isinstance(app.screen, SendingScreen))
        app.acts.hold.set()
        await at(pilot, OperationScreen)
        assert len(app.acts.confirmed) == 1


def on_three_nodes() -> ActingApp:
    """An operation that is in force on mta1 and mta2, and over on mta3."""
    second = NodeProgress(
        NodeAct("mta2", ActState.ACCEPTED, "9d0c11aa"), Ledger(Criteria(campaign="promo"), {}), Verdict.SWEPT
    )
    over = NodeProgress(
        NodeAct("mta3", ActState.ACCEPTED, "77777777"), Ledger(Criteria(campaign="promo"), {}), Verdict.DONE
    )
    shot = snapshot(
        node(PROMO, directives=[entry()]),
        node({}, name="mta2", directives=[entry(id="9d0c11aa")]),
        node({}, name="mta3", directives=[entry(id="77777777")]),
        operations=[status(Ledger(Criteria(campaign="promo"), PROMO), Verdict.RUNNING, second, over)],
    )
    return ActingApp(shot)


async def test_all_that_an_operation_has_in_force_is_cancelled_with_one_question() -> None:
    async with on_three_nodes().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, ActingApp)
        app.cancel_operation(TAG)
        await at(pilot, CancelScreen)
        app.clock.jump(1.0)
        await pilot.press("tab", "enter")
        await app.workers.wait_for_complete()
        assert app.acts.cancelled == [("mta1", entry().id), ("mta2", "9d0c11aa")]


async def test_a_silent_node_holds_up_no_cancel_on_the_others_and_every_outcome_is_said() -> None:
    async with on_three_nodes().run_test(size=(80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, ActingApp)
        app.acts.silent, app.acts.hold = "mta1", asyncio.Event()
        open_operation(app, TAG)
        await at(pilot, OperationScreen)
        app.cancel_operation(TAG)
        await at(pilot, CancelScreen)
        app.clock.jump(1.0)
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: app.acts.cancelled == [("mta2", "9d0c11aa")])
        await wait_for(pilot, lambda: "Cancelling 2 directives, waiting for the answer." in screen_text(pilot))
        app.acts.hold.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        text = " ".join(screen_text(pilot).split())
        assert "552016f1 on mta1: removed" in text
        assert "9d0c11aa on mta2: removed" in text


async def test_a_snapshot_that_comes_while_a_screen_is_being_built_waits_for_it() -> None:
    for build in (
        lambda app: ComposeScreen(DRAFT, TAG),
        lambda app: ConfirmScreen(figures(app.snapshot), checked(), app.settings),
        lambda app: CancelScreen(targets_of(app.snapshot, [("mta1", entry().id)])),
        lambda app: OperationScreen(TAG),
    ):
        app = listed()
        async with app.run_test(size=(80, 24)) as pilot:
            screen = build(app)
            app.push_screen(screen)
            app.show(app.snapshot)
            app.pass_time(0.0)
            await wait_for(pilot, lambda screen=screen: screen.is_mounted)
            await pilot.pause()
            assert app.screen is screen
