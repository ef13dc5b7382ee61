"""The question before a cancel: honest words, and no cancel without an explicit one."""

import pytest

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.selector import Criteria
from kumo_tui.ui.screens.cancel import CancelScreen, targets_of
from kumo_tui.ui.widgets.form import PushButton, TextField
from tests.frames import check_frame
from tests.ui.acting_world import (
    HOSTILE,
    PROMO,
    ActingApp,
    Pilot,
    entry,
    node,
    open_screen,
    paste,
    press_all,
    screen_text,
    snapshot,
    status,
)
from tests.ui.pilots import wait_for

OURS = entry()
FOREIGN = entry(id="9d0c11aa-cccc", reason="purge", total_bounced=9_001)
EVERYTHING = entry(id="abcdef01-2345", campaign=None, reason="purge [/x]")
AUTOMATION = entry(id="77777777-dddd", reason="550 spam (rule_hash=abc)")


def world(*directives: object) -> ActingApp:
    """An app on a node that lists these directives; OURS is of our operation."""
    ours = status(Ledger(Criteria(campaign="promo"), PROMO))
    return ActingApp(snapshot(node(PROMO, directives=directives), operations=[ours]))


async def opened(pilot: Pilot, *ids: str, ends: list[bool | None] | None = None) -> CancelScreen:
    app = pilot.app
    assert isinstance(app, ActingApp)
    targets = targets_of(app.snapshot, [("mta1", identity) for identity in ids])
    assert len(targets) == len(ids)
    screen = CancelScreen(targets)
    await open_screen(pilot, screen, ends.append if ends is not None else None)
    app.clock.jump(1.0)
    return screen


async def test_it_says_what_a_cancel_does_and_what_it_does_not() -> None:
    app = world(OURS)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id)
        text = " ".join(screen_text(pilot).replace("│", " ").split())
        assert "It stops matching new mail. Mail already taken from its queues still bounces" in text
        assert "its totals leave the list" in text
        assert "81,302 messages bounced" in text
        check_frame(app, "cancel-80x24")


async def test_keeping_it_has_the_focus_and_enter_cancels_nothing() -> None:
    app, ends = world(OURS), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, OURS.id, ends=ends)
        assert screen.focused is screen.query_one("#keep")
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [False])


async def test_the_named_button_cancels() -> None:
    app, ends = world(OURS), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id, ends=ends)
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: ends == [True])


async def test_escape_cancels_nothing() -> None:
    app, ends = world(OURS), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id, ends=ends)
        await pilot.press("escape")
        await wait_for(pilot, lambda: ends == [False])


async def test_a_press_that_was_on_its_way_when_it_opened_does_nothing() -> None:
    app, ends = world(OURS), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id, ends=ends)
        app.clock.jump(-0.7)
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert ends == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_directive_without_criteria_that_is_not_ours_takes_the_start_of_its_id(
    size: tuple[int, int],
) -> None:
    app, ends = world(EVERYTHING), list[bool | None]()
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, EVERYTHING.id, ends=ends)
        text = screen_text(pilot)
        assert "Type  abcd  to cancel it:" in text
        assert "everything or exact queues" in text
        assert "purge [/x]" in text
        check_frame(app, f"cancel-without-criteria-{size[0]}x{size[1]}")
        screen.query_one("#typed").focus()
        await press_all(pilot, "abcd")
        await pilot.press("enter")
        assert screen.focused is screen.query_one("#cancel", PushButton)
        assert ends == []
        await pilot.press("enter")
        await wait_for(pilot, lambda: ends == [True])


@pytest.mark.parametrize("wrong", ["", "abc", "abcde", "ABCD", "abcd ", " abcd", "abcdef01"])
async def test_enter_with_anything_else_typed_does_nothing(wrong: str) -> None:
    app, ends = world(EVERYTHING), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, EVERYTHING.id, ends=ends)
        field, button = screen.query_one("#typed", TextField), screen.query_one("#cancel", PushButton)
        field.focus()
        await press_all(pilot, wrong)
        await pilot.press("enter")
        await pilot.pause()
        assert button.disabled
        assert screen.focused is field
        button.action_press()
        await pilot.pause()
        assert ends == []


async def test_a_pasted_line_break_confirms_nothing() -> None:
    app, ends = world(EVERYTHING), list[bool | None]()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, EVERYTHING.id, ends=ends)
        screen.query_one("#typed").focus()
        await pilot.pause()
        await paste(pilot, "abcd\n\n")
        await wait_for(pilot, lambda: screen.query_one("#typed", TextField).value == "abcd")
        await pilot.pause()
        assert screen.focused is screen.query_one("#typed")
        assert ends == []


async def test_ours_without_criteria_needs_no_typing() -> None:
    ours = entry(campaign=None)
    app = world(ours)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ours.id)
        assert not screen.query("#typed")


async def test_whose_it_is_is_said_unless_it_is_ours() -> None:
    app = world(OURS, FOREIGN, AUTOMATION, entry(id="55550000-eeee"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, FOREIGN.id)
        assert "it is not ours." in screen_text(pilot)
        screen.dismiss(False)
        screen = await opened(pilot, AUTOMATION.id)
        assert "the server's automation made it, and may place it again." in screen_text(pilot)
        screen.dismiss(False)
        screen = await opened(pilot, "55550000-eeee")
        assert "another kumo-tui made it (7F3A2C)." in screen_text(pilot)
        screen.dismiss(False)
        screen = await opened(pilot, OURS.id)
        assert "made it" not in screen_text(pilot)
        assert "not ours" not in screen_text(pilot)


async def test_the_totals_go_on_while_it_is_open_and_the_last_ones_stay() -> None:
    app = world(OURS)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id)
        app.show(snapshot(node(PROMO, directives=[entry(total_bounced=90_000)])))
        await wait_for(pilot, lambda: "90,000 messages bounced" in screen_text(pilot))
        app.show(snapshot(node(PROMO)))
        await pilot.pause()
        assert "90,000 messages bounced" in screen_text(pilot)


async def test_several_directives_of_one_operation_are_named_one_by_one() -> None:
    app = world(OURS, FOREIGN)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, OURS.id, FOREIGN.id)
        text = screen_text(pilot)
        assert "Cancel directive 552016f1 on mta1" in text
        assert "Cancel directive 9d0c11aa on mta1" in text
        assert "[ Keep them ]  [ Cancel 2 directives ]" in text


async def test_hostile_ids_and_reasons_are_shown_as_text() -> None:
    bad = entry(id="a\x1b[2J-123456", campaign=HOSTILE, reason=HOSTILE)
    app = world(bad)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, bad.id)
        text = screen_text(pilot)
        assert all(char.isprintable() for char in text.replace("\n", ""))
        assert "[/x]" in text
