"""What a terminal gets in which nothing can be shown: how large it must be. What was going on goes on."""

from textual import events
from textual.app import ComposeResult

from kumo_tui.ui.room import LEAST, is_too_small, needs_words
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.widgets.fitted_lines import FittedLines


class TooSmallScreen(QuietScreen[None], inherit_bindings=False):
    """Covers everything until there is room."""

    DEFAULT_CSS = """
    TooSmallScreen { overflow: hidden; }
    TooSmallScreen FittedLines { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        """The words."""
        yield FittedLines(id="words")

    def on_mount(self) -> None:
        """Say it."""
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Say it anew, or make room for what is below."""
        if is_too_small(event.size):
            self.call_after_refresh(self._show)
        else:
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        """What was opened on top is gone: so is the need, perhaps."""
        if not is_too_small(self.app.size):
            self.dismiss(None)

    def _show(self) -> None:
        self.query_one(FittedLines).show_words(f"kumo-tui {needs_words(self.app.size, LEAST)}.")
