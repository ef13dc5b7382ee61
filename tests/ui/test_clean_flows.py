"""The flows of stops and clean bounces: stop and look, stop then confirm, let go, end; nothing gets lost."""

from dataclasses import replace

import pytest

from kumo_tui.act.draft import STOP_REASON, Draft, How, Scope
from kumo_tui.act.steps import Came
from kumo_tui.errors import JournalError, KumoTuiError, Refused, Unreachable
from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import clean_flows, flows
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.question import QuestionScreen
from kumo_tui.ui.screens.stop import StopScreen
from kumo_tui.ui.widgets.form import TextField, TickBox
from tests.frames import check_frame
from tests.ui.acting_world import (
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    node,
    press_all,
    screen_text,
    snapshot,
)
from tests.ui.clean_world import DEFECTIVE, clean_node, clean_status, stopped, sweeping
from tests.ui.dialogs import answer, app_of, at, on_operation, words
from tests.ui.pilots import wait_for

DRAFT = Draft(campaign="promo", reason="bad link", ticket="#4711", duration="15m")


def world(*operations: OperationStatus) -> ActingApp:
    return ActingApp(snapshot(node(PROMO, ready=2_310, capability=DEFECTIVE), operations=operations))


async def composed(pilot: Pilot, button: str, draft: Draft = DRAFT) -> None:
    """The form of a bounce, left by this button."""
    app = app_of(pilot)
    app.run_worker(flows.bounce_flow(app, draft))
    await at(pilot, ComposeScreen)
    await wait_for(pilot, lambda: "how " in screen_text(pilot))
    app.screen.query_one(f"#{button}").focus()
    await pilot.press("enter")


async def confirm(pilot: Pilot) -> ConfirmScreen:
    """The confirmation, with its text typed and sent off."""
    await at(pilot, ConfirmScreen)
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    screen.query_one("#typed", TextField).focus()
    await press_all(pilot, screen.token)
    app_of(pilot).clock.jump(1.0)
    await pilot.press("enter")
    return screen


async def test_a_clean_bounce_is_confirmed_by_the_typed_text_and_followed() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "review")
        await at(pilot, ConfirmScreen)
        text = words(pilot)
        assert "Stop and bounce 142,030 messages in 3 queues" in text
        assert "CANNOT BE UNDONE" in text
        assert "clean: stop, then sweep until nothing comes back; new mail that matches in 15m goes too" in text
        assert "may miss ours" not in text
        check_frame(app, "confirm-clean-80x24")
        await confirm(pilot)
        await at(pilot, OperationScreen)
        await wait_for(pilot, lambda: "▶ SWEEPING" in screen_text(pilot))
        sent = app.acts.clean.confirmed[0]
        assert (sent.tag, sent.typed, sent.checked.duration_s) == (TAG, "prod 142030", 900)
        assert app.acts.confirmed == []
        assert app.acts.clean.stops == []


async def test_a_plain_bounce_that_was_chosen_goes_the_plain_way_and_says_its_price_again() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "review", replace(DRAFT, how=How.PLAIN))
        await at(pilot, ConfirmScreen)
        assert "plain, for 15m" in words(pilot)
        assert "may take other queues' mail among them, and may miss ours" in words(pilot)
        await confirm(pilot)
        await at(pilot, OperationScreen)
        assert len(app.acts.confirmed) == 1
        assert app.acts.clean.confirmed == []


async def test_stop_first_stops_then_asks_and_the_bounce_goes_on_with_that_stop() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "stop-first")
        await at(pilot, ConfirmScreen)
        assert [tag for _preview, _checked, tag in app.acts.clean.stops] == [TAG]
        app.pass_time(8.0)
        await pilot.pause()
        assert "Stopped for 00:10, until 12:12 UTC. 142,030 stand." in words(pilot)
        assert "Bounce 142,030 messages" in words(pilot)
        check_frame(app, "confirm-stopped-80x24")
        await confirm(pilot)
        await at(pilot, OperationScreen)
        assert app.acts.clean.confirmed[0].tag == TAG
        assert len(app.acts.clean.stops) == 1


async def test_leaving_the_confirmation_after_stop_first_leads_to_the_stop_which_stands() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "stop-first")
        await at(pilot, ConfirmScreen)
        await pilot.press("escape")
        await at(pilot, OperationScreen)
        assert "■ STOPPED" in screen_text(pilot)
        assert app.acts.clean.confirmed == []
        assert app.acts.clean.ended == []


@pytest.mark.parametrize("error", [Refused("no journal: disk full."), JournalError("The journal is gone.")])
async def test_a_stop_that_was_not_sent_opens_the_form_again_with_the_same_draft(error: KumoTuiError) -> None:
    app = world()
    app.acts.clean.stop_error = error
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "stop-first")
        await wait_for(pilot, lambda: f"! {error}" in screen_text(pilot))
        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.draft == DRAFT


async def test_a_stop_that_was_not_taken_by_every_node_is_looked_at_and_not_confirmed() -> None:
    app = world()
    app.acts.clean.stop_states = (ActState.UNKNOWN,)
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "stop-first")
        await at(pilot, OperationScreen)
        assert app.acts.clean.confirmed == []


async def test_a_node_that_cannot_be_read_after_the_stop_leads_to_the_stop_with_the_reason() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        app.acts.clean.after_stop = lambda: setattr(app.acts, "read_error", Unreachable("mta1", "refused."))
        await composed(pilot, "stop-first")
        await at(pilot, OperationScreen)
        assert "mta1: refused." in screen_text(pilot)


async def test_a_refused_confirmation_leaves_the_stop_and_says_why() -> None:
    app = world()
    app.acts.clean.bounce_error = Refused("Another kumo-tui holds this operation.")
    async with app.run_test(size=(80, 24)) as pilot:
        await composed(pilot, "stop-first")
        await confirm(pilot)
        await at(pilot, OperationScreen)
        assert "Another kumo-tui holds this operation." in screen_text(pilot)
        assert "■ STOPPED" in screen_text(pilot)


async def test_s_stops_and_shows_what_is_stopped() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        app.stop(Draft(campaign="promo", reason=STOP_REASON, duration="30m"))
        await at(pilot, StopScreen)
        await wait_for(pilot, lambda: "142,030" in screen_text(pilot))
        app.screen.query_one("#stop").focus()
        await pilot.press("enter")
        await at(pilot, OperationScreen)
        assert "■ STOPPED" in screen_text(pilot)
        _preview, checked, _tag = app.acts.clean.stops[0]
        assert (checked.selector, checked.duration_s, checked.reason) == (
            Criteria(campaign="promo"),
            1800,
            STOP_REASON,
        )


async def test_a_refused_stop_opens_its_dialog_again_with_the_reason() -> None:
    app = world()
    app.acts.clean.stop_error = Refused("no journal: disk full.")
    async with app.run_test(size=(80, 24)) as pilot:
        app.stop(Draft(campaign="promo", reason="look at it", duration="45m"))
        await at(pilot, StopScreen)
        app.screen.query_one("#stop").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: "! no journal: disk full." in screen_text(pilot))
        assert isinstance(app.screen, StopScreen)
        assert (app.screen.draft.reason, app.screen.draft.duration) == ("look at it", "45m")


@pytest.mark.parametrize(
    ("draft", "is_covered"),
    [
        (Draft(campaign="promo"), True),
        (Draft(scope=Scope.EXACT, names=("promo:acme@yahoo.com",)), True),
        (Draft(campaign="promo", domain="aol.com"), True),
        (Draft(tenant="acme"), False),
        (Draft(scope=Scope.EVERYTHING), False),
    ],
)
async def test_s_on_what_our_stop_holds_already_opens_that_operation(draft: Draft, is_covered: bool) -> None:
    more = {**PROMO, "news:acme@web.de": 5}
    app = ActingApp(snapshot(node(more, capability=DEFECTIVE), operations=[stopped()]))
    async with app.run_test(size=(80, 24)) as pilot:
        app.stop(replace(draft, reason=STOP_REASON, duration="30m"))
        await at(pilot, OperationScreen if is_covered else StopScreen)


async def test_a_stop_that_is_lost_on_a_node_covers_nothing() -> None:
    torn = clean_status(clean_node(Verdict.STOPPED), clean_node(Verdict.LOST, name="mta2"), waiting=True)
    assert clean_flows.covering_stop(world(torn).snapshot, DRAFT) is None


async def test_b_on_a_stop_that_waits_asks_for_the_reason_and_bounces_it() -> None:
    app = world(stopped())
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("b")
        await at(pilot, ComposeScreen)
        screen = app.screen
        assert isinstance(screen, ComposeScreen)
        assert (screen.draft.campaign, screen.draft.reason, screen.draft.duration) == ("promo", "", "5m")
        await press_all(pilot, "bad link")
        await wait_for(pilot, lambda: "goes on with the stop" in screen_text(pilot))
        screen.query_one("#review").focus()
        await pilot.press("enter")
        await at(pilot, ConfirmScreen)
        assert "until 12:12 UTC. 142,030 stand, up to 2,310 come back." in words(pilot)
        await confirm(pilot)
        await at(pilot, OperationScreen)
        sent = app.acts.clean.confirmed[0]
        assert (sent.tag, sent.checked.reason) == (TAG, "bad link")


async def test_b_keeps_the_reason_that_was_written_before_the_stop() -> None:
    app = world(clean_status(stopped().nodes[0], waiting=True, reason="bad link #4711", duration_s=900))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("b")
        await at(pilot, ComposeScreen)
        assert isinstance(app.screen, ComposeScreen)
        assert (app.screen.draft.reason, app.screen.draft.duration) == ("bad link #4711", "15m")


async def test_b_on_exact_queues_means_exactly_these() -> None:
    names = tuple(sorted(PROMO))
    app = world(stopped(selector=ExactQueues.of(names)))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("b")
        await at(pilot, ComposeScreen)
        assert isinstance(app.screen, ComposeScreen)
        assert app.screen.checked.selector == ExactQueues.of(names)


@pytest.mark.parametrize("key", ["s", "x"])
async def test_a_stop_that_waits_is_let_go_after_a_question(key: str) -> None:
    app = world(stopped())
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press(key)
        await at(pilot, QuestionScreen)
        text = words(pilot)
        assert "Let promo go: 142,030 messages stand, up to 2,310 more come back from ready queues." in text
        assert "Released mail waits for its next retry, in 20 minutes or more." in text
        assert "[ ] flush: due now instead of at the next retry" in text
        check_frame(app, "let-go-80x24")
        await answer(pilot, "let-go")
        assert app.acts.clean.ended == [(TAG, False)]
        assert "mta1: let go." in screen_text(pilot)


async def test_the_tick_flushes() -> None:
    app = world(stopped())
    async with app.run_test(size=(80, 24)) as pilot:
        app.cancel_operation(TAG)
        await at(pilot, QuestionScreen)
        app.screen.query_one(TickBox).action_toggle_tick()
        await answer(pilot, "let-go")
        assert app.acts.clean.ended == [(TAG, True)]


async def test_no_flush_is_offered_where_no_node_can_do_it() -> None:
    app = ActingApp(snapshot(node(PROMO), operations=[stopped()]))
    async with app.run_test(size=(80, 24)) as pilot:
        app.cancel_operation(TAG)
        await at(pilot, QuestionScreen)
        assert "flush" not in screen_text(pilot)


@pytest.mark.parametrize("shown", [stopped(), sweeping()])
async def test_the_safe_answer_has_the_focus_and_escape_is_it(shown: OperationStatus) -> None:
    for key in ("enter", "escape"):
        app = world(shown)
        async with app.run_test(size=(80, 24)) as pilot:
            app.cancel_operation(TAG)
            await at(pilot, QuestionScreen)
            await pilot.press(key)
            await app.workers.wait_for_complete()
            assert app.acts.clean.ended == []


async def test_an_answer_that_acts_does_nothing_by_a_key_that_was_on_its_way() -> None:
    app = world(stopped())
    async with app.run_test(size=(80, 24)) as pilot:
        app.cancel_operation(TAG)
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        app.screen.query_one("#let-go").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, QuestionScreen)


async def test_x_on_a_clean_bounce_that_runs_says_what_would_go_out() -> None:
    app = world(sweeping())
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("x")
        await at(pilot, QuestionScreen)
        text = words(pilot)
        assert "End the bounce of promo now" in text
        assert "1,204 messages stand, up to 2,310 more come back from ready queues. It would go out" in text
        await answer(pilot, "end")
        assert app.acts.clean.ended == [(TAG, False)]


async def test_a_release_that_failed_is_bad_news_on_the_operation() -> None:
    app = world(stopped())
    app.acts.clean.came = Came.UNKNOWN
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("s")
        await answer(pilot, "let-go")
        assert "mta1: let go." in screen_text(pilot)
        app.acts.clean.end_error = Refused("This is a read-only session.")
        await pilot.press("s")
        await answer(pilot, "let-go")
        assert "Not released: This is a read-only session." in screen_text(pilot)


async def test_s_on_a_lost_bounce_stops_again() -> None:
    lost = clean_status(clean_node(Verdict.LOST, note="somebody released the stop"))
    app = world(lost)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_operation(pilot)
        await pilot.press("s")
        await at(pilot, StopScreen)
        assert isinstance(app.screen, StopScreen)
        assert (app.screen.draft.campaign, app.screen.draft.reason) == ("promo", "bad link #4711")
        assert app.screen.draft.duration == "30m"
