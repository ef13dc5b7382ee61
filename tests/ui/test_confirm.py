"""The typed confirmation: what confirms, what does not, and when the frozen preview gives way (rules 6 to 8)."""

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.config import Settings
from kumo_tui.model.selector import ExactQueues
from kumo_tui.ui.screens.confirm import ConfirmScreen
from tests.frames import check_frame
from tests.ui.acting_world import (
    CLICKABLE,
    HOSTILE,
    OTHERS,
    PROMO,
    ActingApp,
    checked,
    entry,
    figures,
    node,
    open_screen,
    paste,
    press_all,
    screen_text,
    snapshot,
)
from tests.ui.confirming import Ends, button, field, opened, shown_again, typed
from tests.ui.pilots import wait_for
from tests.ui.worlds import START

TOKEN = "prod 142030"


async def test_the_dialog_names_verb_count_queues_target_reason_domains_and_what_to_type() -> None:
    app = ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310, directives=[entry()])))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        text = screen_text(pilot)
        for words in (
            "Bounce 142,030 messages in 3 queues on prod (1 node)",
            "CANNOT BE UNDONE",
            "reason: bad link #4711  (senders may read it)",
            "yahoo.com 92,110 · gmail.com 41,800 · aol.com 8,120",
            "it is REPLACED",
            f"Type  {TOKEN}  to bounce:",
            "[ Bounce 142,030 ]",
        ):
            assert words in text
        check_frame(app, "confirm-80x24")


async def test_the_wide_dialog_shows_the_same() -> None:
    app = ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310, directives=[entry()])))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        check_frame(app, "confirm-120x40")


async def test_cancel_has_the_focus_and_enter_there_goes_back_without_a_confirmation() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        assert screen.focused is screen.query_one("#cancel")
        assert button(screen).disabled
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [None])


async def test_the_exact_text_and_enter_confirm_what_was_frozen() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        assert not button(screen).disabled
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [TOKEN])
        assert screen.preview.messages == 142_030


async def test_the_exact_text_and_the_button_confirm() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        button(screen).focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [TOKEN])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prod",
        "142030",
        "prod 14203",
        "prod 142030 ",
        " prod 142030",
        "Prod 142030",
        "prod 142,030",
        "yes",
        "y",
    ],
)
async def test_any_other_text_does_nothing(text: str) -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, text)
        assert button(screen).disabled
        await pilot.press("enter", "enter")
        button(screen).action_press()
        await pilot.pause()
        assert ends == []
        assert app.screen is screen


async def test_keys_that_were_on_their_way_when_it_opened_do_nothing() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends, after_s=0.3)
        await pilot.press("enter", "escape")
        field(screen).focus()
        await press_all(pilot, TOKEN)
        await pilot.press("enter")
        await pilot.pause()
        assert (ends, field(screen).value) == ([], "")
        app.clock.jump(0.2)
        await pilot.press("escape")
        await wait_for(pilot, lambda: ends == [None])


async def test_enter_right_after_the_last_character_asks_for_another_enter() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        field(screen).focus()
        await press_all(pilot, TOKEN)
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert ends == []
        assert "press Enter once more" in screen_text(pilot)
        app.clock.jump(0.5)
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [TOKEN])


async def test_a_pasted_line_break_confirms_nothing_and_one_line_is_kept() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        field(screen).focus()
        await paste(pilot, f"{TOKEN}\n{TOKEN}\n\n")
        app.clock.jump(1.0)
        await pilot.pause()
        assert (ends, field(screen).value) == ([], TOKEN)


async def test_text_pasted_while_cancel_has_the_focus_goes_nowhere() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await paste(pilot, f"{TOKEN}\n")
        assert (ends, field(screen).value) == ([], "")


async def test_queues_that_appear_or_go_change_the_text_and_clear_what_was_typed() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        moved = {
            "promo:acme@yahoo.com": 92_110,
            "promo:acme@gmail.com": 41_800,
            "promo:x@a.de": 8_000,
            "promo:x@b.de": 1,
        }
        await shown_again(pilot, moved, 1.0)
        assert (field(screen).value, screen.token) == ("", "prod 141911")
        assert "It moved: +2 queues, -1 queue, -119 messages (came: promo:x@a.de 8,000," in screen_text(pilot)
        assert button(screen).disabled
        await typed(pilot, screen, TOKEN)
        await pilot.press("enter")
        await pilot.pause()
        assert ends == []
        assert set(screen.preview.matched.names) == set(moved)


async def test_a_queue_that_only_goes_clears_what_was_typed() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await typed(pilot, screen, TOKEN)
        await shown_again(pilot, {"promo:acme@yahoo.com": 92_110, "promo:acme@gmail.com": 41_800}, 1.0)
        assert field(screen).value == ""
        assert "It moved: -1 queue, -8,120 messages (went: promo:zenith@aol.com 8,120)" in screen_text(pilot)


async def test_the_same_number_of_messages_in_other_queues_is_not_the_same_target() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await typed(pilot, screen, TOKEN)
        others = {"promo:acme@yahoo.com": 92_110, "promo:acme@gmail.com": 41_800, "promo:other@aol.com": 8_120}
        await shown_again(pilot, others, 1.0)
        assert field(screen).value == ""
        assert "It moved: +1 queue, -1 queue (came: promo:other@aol.com 8,120;" in screen_text(pilot)


async def test_a_count_that_only_grows_is_told_at_once_and_the_frozen_one_can_be_confirmed() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        await shown_again(pilot, {**PROMO, "promo:acme@yahoo.com": 93_314}, 2.0)
        assert "since then +1,204 messages" in screen_text(pilot)
        assert (field(screen).value, screen.token) == (TOKEN, TOKEN)
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [TOKEN])
        assert screen.preview.messages == 142_030


async def test_a_grown_count_takes_over_when_the_frozen_one_is_too_old() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await typed(pilot, screen, TOKEN)
        await shown_again(pilot, {**PROMO, "promo:acme@yahoo.com": 93_314}, 12.0)
        assert field(screen).value == TOKEN
        app.pass_time(3.0)
        await pilot.pause()
        assert (field(screen).value, screen.token) == ("", "prod 143234")
        assert "It moved: +1,204 messages. The text to type is new." in screen_text(pilot)


async def test_numbers_that_nobody_renews_can_not_be_confirmed() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        app.clock.jump(14.0)
        await pilot.press("enter")
        await pilot.pause()
        assert ends == []
        assert field(screen).value == ""
        assert "too old to confirm" in screen_text(pilot)


async def test_a_silent_node_is_named_with_what_bounces_without_it() -> None:
    several = snapshot(node(PROMO), node({}, at=START - 60.0, name="mta2"), profile="")
    async with ActingApp(several).run_test(size=(80, 24)) as pilot:
        await open_screen(pilot, ConfirmScreen(figures(several), checked(), Settings()))
        text = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "too old to confirm; waiting for mta2. Esc, then F6 in the form, leaves it out" in text
        assert "in 3 queues on 2 nodes CANNOT" in text


async def test_numbers_that_stand_still_stay_fresh_and_keep_what_is_typed() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await typed(pilot, screen, TOKEN)
        for _poll in range(4):
            await shown_again(pilot, {**PROMO, **OTHERS}, 8.0)
        assert field(screen).value == TOKEN
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [TOKEN])


async def test_an_older_reading_never_replaces_a_newer_one() -> None:
    app = ActingApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        app.show(snapshot(node({"promo:old@a.de": 1}, at=900.0), at=900.0))
        await app.screen.workers.wait_for_complete()
        await pilot.pause()
        assert screen.preview.messages == 142_030


async def test_what_does_not_fit_is_scrolled_with_the_page_keys_while_the_text_to_type_stays_in_sight() -> None:
    app = ActingApp(snapshot(node({**PROMO, **OTHERS}, ready=2_310, directives=[entry()])))
    async with app.run_test(size=(60, 12)) as pilot:
        await opened(pilot)
        assert "whose they are" not in screen_text(pilot)
        assert TOKEN in screen_text(pilot)
        await pilot.press("pagedown", "pagedown")
        await wait_for(
            pilot, lambda: "say whose they are." in " ".join(screen_text(pilot).replace("│", " ").split())
        )
        assert TOKEN in screen_text(pilot)


async def test_hostile_reasons_and_names_are_shown_as_text() -> None:
    counts = {f"promo:{HOSTILE}@{CLICKABLE}": 7}
    app = ActingApp(snapshot(node(counts)))
    async with app.run_test(size=(80, 24)) as pilot:
        held = checked(Draft(campaign="promo", reason=f"[/b] {CLICKABLE}"))
        await opened(pilot, selector=ExactQueues.of(counts), checked=held)
        text = screen_text(pilot)
        assert all(char.isprintable() for char in text.replace("\n", ""))
        assert f"reason: [/b] {CLICKABLE}" in text
        assert "\\x1b]52;c;aGk=" in text


async def test_escape_goes_back() -> None:
    app, ends = ActingApp(), Ends()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        field(screen).focus()
        await pilot.press("escape")
        await wait_for(pilot, lambda: ends == [None])
