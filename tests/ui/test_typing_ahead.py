"""Keys that come in one packet, as they do over a slow line, end up where they were meant."""

import pytest
from textual import events

from kumo_tui.act.draft import Draft, How
from kumo_tui.model.selector import Criteria
from kumo_tui.ui.screens.choose_nodes import ChooseNodesScreen
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.widgets.form import PushButton, TextField
from tests.ui.acting_world import PROMO, ActingApp, Pilot, checked, figures, node, open_screen, snapshot
from tests.ui.pilots import wait_for

SIZE = (80, 24)


def burst(pilot: Pilot, *keys: str) -> None:
    """All of these keys at once; words are typed character by character."""
    for key in keys:
        if key in {"tab", "enter", "shift+tab", "backspace", "ctrl+u", "down"}:
            pilot.app.post_message(events.Key(key, None))
        else:
            for char in key:
                pilot.app.post_message(events.Key("space" if char == " " else char, char))


async def test_the_form_takes_reason_ticket_and_duration_from_one_packet() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo", duration=""), "7F3A2C"))
        burst(pilot, "bad link", "tab", "#4711", "enter", "45s")
        await wait_for(pilot, lambda: screen.draft.duration == "45s", f"the draft is {screen.draft}")
        assert (screen.draft.reason, screen.draft.ticket) == ("bad link", "#4711")


@pytest.mark.parametrize("rubbing_out", [("backspace", "backspace"), ("ctrl+u",)])
async def test_what_is_rubbed_out_and_written_anew_in_one_packet_keeps_its_order(
    rubbing_out: tuple[str, ...],
) -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo", duration="5m"), "7F3A2C"))
        burst(pilot, "tab", "tab", *rubbing_out, "90s")
        await wait_for(pilot, lambda: screen.draft.duration == "90s", f"the draft is {screen.draft}")


async def test_going_back_in_one_packet_types_into_the_field_before() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await open_screen(pilot, ComposeScreen(Draft(campaign="promo"), "7F3A2C"))
        burst(pilot, "tab", "x", "shift+tab", "bad link")
        await wait_for(pilot, lambda: screen.draft.reason == "bad link", f"the draft is {screen.draft}")
        assert screen.draft.ticket == "x"


async def confirmation(pilot: Pilot) -> ConfirmScreen:
    assert isinstance(pilot.app, ActingApp)
    shown, settings = figures(pilot.app.snapshot, None), pilot.app.settings
    screen = await open_screen(pilot, ConfirmScreen(shown, checked(), settings))
    pilot.app.clock.jump(1.0)
    return screen


async def test_cancel_has_the_focus_and_what_is_typed_goes_into_the_field() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await confirmation(pilot)
        assert screen.focused is screen.query_one("#cancel", PushButton)
        await pilot.press("p", "r")
        assert screen.query_one("#typed", TextField).value == "pr"
        assert screen.focused is screen.query_one("#typed", TextField)


async def test_space_on_cancel_is_cancel_and_no_text() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await confirmation(pilot)
        await pilot.press("space")
        await wait_for(pilot, lambda: pilot.app.screen is not screen, "the dialog is still open")


async def test_a_text_with_a_blank_in_one_packet_fills_the_field_from_cancel() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await confirmation(pilot)
        assert " " in screen.token
        burst(pilot, screen.token)
        field = screen.query_one("#typed", TextField)
        await wait_for(pilot, lambda: field.value == screen.token, f"the field holds {field.value!r}")
        assert pilot.app.screen is screen


async def test_space_on_a_button_that_was_gone_to_after_typing_presses_it() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await confirmation(pilot)
        burst(pilot, screen.token)
        await pilot.pause()
        screen.query_one("#cancel", PushButton).focus()
        await pilot.pause()
        await pilot.press("space")
        await wait_for(pilot, lambda: pilot.app.screen is not screen, "the dialog is still open")


async def test_tab_and_the_text_in_one_packet_fill_the_field() -> None:
    async with ActingApp().run_test(size=SIZE) as pilot:
        screen = await confirmation(pilot)
        burst(pilot, "tab", screen.token)
        field = screen.query_one("#typed", TextField)
        await wait_for(pilot, lambda: field.value == screen.token, f"the field holds {field.value!r}")


@pytest.mark.parametrize("keys", [(" ", "enter"), (" ", "down", " ", "down", "enter")])
async def test_a_node_is_left_out_by_a_space_that_comes_with_the_enter_behind_it(keys: tuple[str, ...]) -> None:
    ends: list[tuple[str, ...] | None] = []
    shot = snapshot(*(node(PROMO, name=name) for name in ("mta1", "mta2", "mta3")))
    async with ActingApp(shot).run_test(size=SIZE) as pilot:
        chooser = ChooseNodesScreen(shot, (), Criteria(campaign="promo"), How.PLAIN)
        await open_screen(pilot, chooser, ends.append)
        burst(pilot, *keys)
        await wait_for(pilot, lambda: bool(ends))
        assert ends == [("mta1", "mta2", "mta3")[keys.count(" ") :]]
