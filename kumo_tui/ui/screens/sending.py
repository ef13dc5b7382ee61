"""What is shown while a confirmed act is under way."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.form import Dialog


class SendingScreen(Modal[None]):
    """Says that requests are under way. Esc hides it; what was sent goes on.

    `finish` ends it, at once or, where another screen covers it, when that one goes.
    """

    DEFAULT_CSS = """
    SendingScreen { align: center middle; background: $background; }
    SendingScreen > Dialog { max-width: 76; height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "hide", show=False)]

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self._is_finished = False

    def compose(self) -> ComposeResult:
        """One text."""
        with Dialog():
            yield FittedLines(id="words")

    def on_mount(self) -> None:
        """Show it."""
        self.query_one("#words", FittedLines).show_words(f"{self._words} Esc hides this; what was sent goes on.")

    def on_screen_resume(self) -> None:
        """Go, when the work ended while another screen was above."""
        if self._is_finished:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Hide it."""
        self.dismiss(None)

    def finish(self) -> None:
        """The work has ended."""
        self._is_finished = True
        if self.is_current:
            self.dismiss(None)
