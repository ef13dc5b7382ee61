"""Helpers for tests that press keys: waiting for conditions, reading the screen, a small app for one widget."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from kumo_tui.ui.colours import DARK, THEMES
from tests.waiting import PATIENCE_S


async def wait_for(pilot: Pilot, predicate: Callable[[], bool], message: str = "") -> None:
    """Let the app and its threads work until the predicate holds; fails where it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not predicate():
        assert time.monotonic() < deadline, message or "the awaited condition never held"
        await pilot.pause()


class WidgetApp(App[None]):
    """An app of one or more widgets under test."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__(ansi_color=True)
        self._widgets = widgets
        for theme in THEMES:
            self.register_theme(theme)

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_mount(self) -> None:
        self.theme = DARK


@contextmanager
def refreshed_regions(widget: Widget) -> Iterator[list[Region | None]]:
    """The regions that the widget asks to be painted inside the block; None stands for all of it."""
    seen: list[Region | None] = []
    refresh = widget.refresh

    def recording(*regions: Region, **options: bool) -> Widget:
        seen.extend(regions or [None])
        return refresh(*regions, **options)

    widget.refresh = recording  # type: ignore[method-assign]  # only records
    try:
        yield seen
    finally:
        del widget.refresh
