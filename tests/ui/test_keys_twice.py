"""A key that comes twice in one packet, bounced or pasted, ends one screen, never the one below it too."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

from kumo_tui.act.draft import Draft
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui import screens
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.screens.leaving_once import LeavesOnce
from kumo_tui.ui.screens.question import Choice, Paragraph, QuestionScreen
from kumo_tui.ui.theme import Look
from tests.ui.acting_world import ActingApp, Pilot, checked, figures, open_screen
from tests.ui.pilots import wait_for


def words_of(_snapshot: Snapshot) -> list[Paragraph]:
    return [("Is it so?", Look.NORMAL)]


def question() -> QuestionScreen:
    return QuestionScreen(words_of, [Choice("keep", "Keep it"), Choice("end", "End it")])


async def twice(pilot: Pilot, key: str) -> None:
    """The key two times at once, and all that comes of it."""
    for _time in range(2):
        pilot.app.post_message(events.Key(key, None))
    await pilot.pause()


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_dialog_left_twice_leaves_the_form_below_it_open(key: str) -> None:
    async with ActingApp().run_test() as pilot:
        form = await open_screen(pilot, ComposeScreen(Draft(campaign="promo", reason="bad link"), "7F3A2C"))
        await open_screen(pilot, question())
        pilot.app.clock.jump(1.0)
        await twice(pilot, key)
        await wait_for(pilot, lambda: pilot.app.screen is form, "the form is gone")


async def test_a_confirmation_given_twice_confirms_once_and_ends_nothing_else() -> None:
    given: list[str | None] = []
    async with ActingApp().run_test() as pilot:
        form = await open_screen(pilot, ComposeScreen(Draft(campaign="promo", reason="bad link"), "7F3A2C"))
        shown = ConfirmScreen(figures(pilot.app.snapshot, None), checked(), pilot.app.settings)
        screen = await open_screen(pilot, shown, given.append)
        pilot.app.clock.jump(1.0)
        await pilot.press("up", *("space" if char == " " else char for char in screen.token))
        pilot.app.clock.jump(1.0)
        await twice(pilot, "enter")
        await wait_for(pilot, lambda: pilot.app.screen is form, "the form is gone")
    assert given == [screen.token]


def every_screen() -> Iterator[type[Screen[Any]]]:
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        for _name, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(kind, Screen) and kind.__module__ == module.name:
                yield kind


def test_every_screen_leaves_once() -> None:
    found = list(every_screen())
    assert len(found) > 15
    assert [kind.__name__ for kind in found if not issubclass(kind, LeavesOnce)] == []
