"""The side of the app that faces the terminal: themes, bytes, slow links, Ctrl+Z, sizes, and an end by mistake."""

import logging
import os
import signal
import sys
from typing import Any, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import Screen

from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.ui.canvas import Canvas, Painted
from kumo_tui.ui.colours import PLAIN, THEMES
from kumo_tui.ui.crash import crash_words
from kumo_tui.ui.drawn import Drawn
from kumo_tui.ui.driver import TerminalDriver
from kumo_tui.ui.room import is_too_small
from kumo_tui.ui.screens.too_small import TooSmallScreen

_log = logging.getLogger(__name__)

GONE_EVERY_S = 1.0
HUNG_UP = 128 + signal.SIGHUP

# What still works where nothing can be shown: leaving.
_ALWAYS = frozenset({"ctrl+c", "ctrl+q", "ctrl+z"})


class TerminalApp(App[None], inherit_bindings=False):
    """An app on a terminal that may be far away; `drawn` counts the bytes that it gets."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", "suspend", show=False)]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, settings: Settings, clock: Clock) -> None:
        # Native ANSI colours, so that NO_COLOR leaves the terminal's own and not greys on black.
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.settings = settings
        self.drawn = Drawn(clock.monotonic)
        self._canvas = Canvas()
        self._shown_cursor = Offset(-1, -1)
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)

    def set_theme(self) -> None:
        """Take the theme of the settings; over a slow link the one without colours."""
        self.theme = PLAIN if self.settings.low_bandwidth else self.settings.theme

    def on_mount(self) -> None:
        """Draw everything anew after Ctrl+Z, and end with the terminal."""
        self.set_theme()
        self.app_resume_signal.subscribe(self, lambda _app: self.redraw())
        self.set_interval(GONE_EVERY_S, self._end_with_terminal)

    def _end_with_terminal(self) -> None:
        """Nobody will read or press anything any more: a container's or a tunnel's end sends no hang-up."""
        if isinstance(self._driver, TerminalDriver) and self._driver.is_gone():
            self.exit(return_code=HUNG_UP)

    def on_resize(self, event: events.Resize) -> None:
        """What the terminal shows now nobody knows; where there is no room for anything, say so instead of it."""
        self._canvas.forget(event.size.width)
        if is_too_small(event.size) and not any(isinstance(each, TooSmallScreen) for each in self.screen_stack):
            self.push_screen(TooSmallScreen())

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """As Textual's, but only what differs from what the terminal shows."""
        if isinstance(renderable, LayoutUpdate | ChopsUpdate) and self._writes_now:
            text = self._canvas.paint(renderable, self.console)
            if not text and self.cursor_position == self._shown_cursor:
                return
            self._shown_cursor = self.cursor_position
            super()._display(screen, Painted(text))  # type: ignore[arg-type]  # as Textual's own updates
        else:
            super()._display(screen, renderable)

    @property
    def _writes_now(self) -> bool:
        """Whether Textual would write a frame now."""
        is_up = self._running and not self._closed and self._driver is not None
        return is_up and not self._batch_count and not self.is_headless

    def redraw(self) -> None:
        """Write the whole screen, whatever the terminal shows now."""
        self._canvas.forget(self.size.width)
        self.screen.refresh(self.screen.size.region)

    def catch_up(self) -> None:
        """Write the whole screen once the terminal takes frames again after some were left out."""
        if isinstance(self._driver, TerminalDriver) and self._driver.has_caught_up():
            self.redraw()

    async def on_event(self, event: events.Event) -> None:
        """As Textual's, but what is pressed where nothing can be shown is pressed blindly, and does nothing."""
        blind = isinstance(event, events.Key | events.Paste | events.MouseEvent) and is_too_small(self.size)
        if not blind or (isinstance(event, events.Key) and event.key in _ALWAYS):
            await super().on_event(event)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The terminal lost the focus. Textual takes it from the widget too: what is typed next would act as keys.

        It would also repaint for it.
        """
        event.prevent_default()
        self.attend(is_attended=False)

    def on_app_focus(self, event: events.AppFocus) -> None:
        """The terminal has the focus again."""
        event.prevent_default()
        self.attend(is_attended=True)

    def attend(self, *, is_attended: bool) -> None:
        """Somebody looks, or nobody does."""

    # Ctrl+Z

    def cannot_suspend(self) -> str:
        """Why the program may not be suspended now, empty where it may."""
        return ""

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell until `fg`; nothing where no shell would take it.

        The shell sees its own child stop: under make or sudo that is another process of the same group.
        """
        why = self.cannot_suspend()
        if why:
            self.notify(why, markup=False)
        elif has_job_control() and isinstance(self._driver, TerminalDriver):
            self.app_suspend_signal.publish(self)
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    # The end by a mistake

    def _fatal_error(self) -> None:
        """Textual's own trace shows what variables hold: secrets, and names with control characters in them."""
        error = sys.exception()
        _log.error("the dashboard ended by a mistake in kumo-tui", exc_info=error)
        self.panic(Text(crash_words(error, self.settings.log.file) if error else ""))

    def panic(self, *renderables: RenderableType) -> None:
        """End, with a message of ours and no trace; the exit code says that it was a mistake."""
        self._return_code = self._return_code or 1
        ours = [each for each in renderables if isinstance(each, Text)]
        super().panic(*(ours or [Text(crash_words(None, self.settings.log.file))]))


def has_job_control() -> bool:
    """Whether a shell waits for this program to stop: it puts what it runs into process groups of their own."""
    try:
        return os.getpgrp() != os.getsid(0)
    except OSError:
        return False
