"""The form's choice between clean and plain: what is the default, what each one means, and what it offers."""

from dataclasses import replace

from kumo_tui.act.draft import Draft, How, Scope
from kumo_tui.ui.screens.compose import Composed, ComposeScreen
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.widgets.draft_form import DraftForm
from kumo_tui.ui.widgets.form import PushButton
from kumo_tui.ui.widgets.how_choice import HowChoice
from tests.frames import check_frame
from tests.ui.acting_world import (
    OTHERS,
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    node,
    open_screen,
    screen_text,
    snapshot,
)
from tests.ui.clean_world import DEFECTIVE, stopped
from tests.ui.pilots import wait_for
from tests.ui.worlds import settings

READY = Draft(campaign="promo", reason="bad link", ticket="#4711", names=("promo:acme@yahoo.com",))
Ends = list[Composed | None]


def world(**kinds: object) -> ActingApp:
    """A node with the two defects."""
    return ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310, capability=DEFECTIVE, **kinds)))


async def opened(pilot: Pilot, draft: Draft = READY, ends: Ends | None = None) -> ComposeScreen:
    screen = await open_screen(pilot, ComposeScreen(draft, TAG), ends.append if ends is not None else None)
    await wait_for(pilot, lambda: "messages" in screen_text(pilot), "the preview never came")
    await pilot.pause()
    assert isinstance(pilot.app, ActingApp)
    pilot.app.clock.jump(1.0)
    return screen


def way(screen: ComposeScreen) -> How | None:
    return screen.query_one(DraftForm).way


def words(pilot: Pilot) -> str:
    return " ".join(screen_text(pilot).replace("│", " ").split())


async def pick(pilot: Pilot, screen: ComposeScreen, *keys: str) -> None:
    screen.query_one(HowChoice).focus()
    await pilot.press(*keys)
    await pilot.pause()


async def press(pilot: Pilot, screen: ComposeScreen, button: str) -> None:
    screen.query_one(f"#{button}").focus()
    await pilot.press("enter")
    await screen.workers.wait_for_complete()
    await pilot.pause()


async def test_clean_is_the_default_where_plain_is_not_exact_and_plain_names_its_price() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert way(screen) is How.CLEAN
        assert screen.draft == READY
        text = words(pilot)
        assert "(●) clean: stop, then sweep until nothing comes back" in text
        assert "( ) plain: 2,310 messages wait in 1 ready queue now; a plain bounce may take other queues'" in text
        assert "[ Cancel ] [ Stop first ] [ Review ]" in text
        check_frame(app, "compose-clean-80x24")


async def test_the_wide_form_shows_the_same() -> None:
    app = world()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        check_frame(app, "compose-clean-120x40")


async def test_the_form_fits_the_small_screen_with_every_line_it_may_have() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, replace(READY, duration="5", domain="Yahoo.com"))
        for button in screen.query(PushButton):
            if button.display:
                assert button.region.bottom <= 23 and button.region.right <= 79


async def test_plain_is_chosen_by_space_and_never_by_passing_over_it() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pick(pilot, screen, "down")
        assert way(screen) is How.CLEAN
        await pick(pilot, screen, "down", "space")
        assert way(screen) is How.PLAIN
        assert screen.draft.how is How.PLAIN
        assert "Stop first" not in screen_text(pilot)
        assert "! 2,310 messages wait in 1 ready queue now" in words(pilot)


async def test_a_clean_bounce_is_not_charged_the_price_of_a_plain_one() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "! 2,310 messages wait" not in words(pilot)


async def test_everything_is_exact_when_plain_and_there_is_no_choice() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, replace(READY, scope=Scope.EVERYTHING))
        assert "plain is exact here: EVERYTHING" in words(pilot)
        assert way(screen) is How.PLAIN
        assert not screen.query_one(HowChoice).can_focus
        assert "Stop first" not in screen_text(pilot)


async def test_where_the_version_has_not_the_defects_the_form_says_that_plain_is_exact() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "plain is exact here: this version has not the two defects" in words(pilot)
        assert way(screen) is How.PLAIN


async def test_where_a_clean_bounce_is_not_possible_the_form_says_why() -> None:
    app = world()
    app.acts.clean.forbidden = ("mta1 cannot stop exact queues: its version does not list them.",)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "plain: mta1 cannot stop exact queues: its version does not list them." in words(pilot)
        assert way(screen) is How.PLAIN
        assert "! 2,310 messages wait" in words(pilot)


async def test_what_forbids_both_ways_is_no_reason_to_go_the_plain_one() -> None:
    app = world()
    app.settings = settings(read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert way(screen) is How.CLEAN
        assert "This is a read-only session (settings)." in words(pilot)


async def test_where_our_stop_stands_already_the_bounce_goes_on_with_it() -> None:
    app = world()
    app.snapshot = replace(app.snapshot, operations=(stopped(),))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        assert "clean: goes on with the stop of op 7F3A2C" in words(pilot)
        assert way(screen) is How.CLEAN
        assert "Stop first" not in screen_text(pilot)


async def test_a_review_ends_with_the_way_and_does_not_stop() -> None:
    ends: Ends = []
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends=ends)
        await press(pilot, screen, "review")
        assert ends[0] is not None
        assert (ends[0].how, ends[0].stop_first) == (How.CLEAN, False)
        assert app.acts.clean.stops == []


async def test_stop_first_reads_the_nodes_and_ends_the_form_with_that_wish() -> None:
    ends: Ends = []
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends=ends)
        await press(pilot, screen, "stop-first")
        assert ends[0] is not None and ends[0].stop_first
        assert app.acts.asked == ["fresh_preview"]


async def test_stop_first_does_nothing_by_a_key_that_was_on_its_way() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_screen(pilot, ComposeScreen(READY, TAG))
        await wait_for(pilot, lambda: "Stop first" in screen_text(pilot))
        await press(pilot, screen, "stop-first")
        assert app.screen is screen
        assert app.acts.asked == []


async def test_what_forbids_a_stop_is_said_and_the_form_stays() -> None:
    app = world()
    app.acts.clean.stop_forbidden = ("mta1 cannot stop campaign=promo.",)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await press(pilot, screen, "stop-first")
        assert app.screen is screen
        assert "! mta1 cannot stop campaign=promo." in screen_text(pilot)


async def test_stop_first_without_a_reason_asks_for_it() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, replace(READY, reason=""))
        await press(pilot, screen, "stop-first")
        assert "A reason is needed" in screen_text(pilot)
        assert app.acts.asked == []


async def test_the_requests_shown_are_those_of_the_way() -> None:
    app = world()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("f2")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        await pilot.pause()
        assert "sweep on mta1" in screen_text(pilot)
        await pilot.press("escape")
        await pick(pilot, screen, "down", "space")
        await pilot.press("f2")
        await wait_for(pilot, lambda: isinstance(app.screen, RequestsScreen))
        await pilot.pause()
        assert "sweep on mta1" not in screen_text(pilot)
        assert "bounce on mta1" in screen_text(pilot)


async def test_a_click_takes_the_line_that_was_clicked() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.click(HowChoice, offset=(12, 1))
        assert way(screen) is How.PLAIN
        await pilot.click(HowChoice, offset=(12, 0))
        assert way(screen) is How.CLEAN
