"""A screen on something that the journal has: read once, and again with `r`; it changes nothing."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from kumo_tui.model.operation import Event
from kumo_tui.ui import keys, past_lines
from kumo_tui.ui.keys import command
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import GUTTER, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


class PaperScreen(QuietScreen[None], inherit_bindings=False):
    """Head, queues, timeline, what was said, keys; what they show, and how it is read, is its own screen's."""

    DEFAULT_CSS = """
    PaperScreen { overflow: hidden; }
    PaperScreen FittedLines { padding: 0 1; }
    PaperScreen #queues { height: 2fr; min-height: 3; }
    PaperScreen #timeline { height: 1fr; min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "refresh", "copy", "other_pane"),
        *keys.bindings("help", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "#queues"
    SHOWN_KEYS: ClassVar[Sequence[str]] = ("other_pane", "copy", "refresh", "help", "back")

    def on_mount(self) -> None:
        """Read the journal."""
        self.part("head").show_words(self.reading_words, Look.DIM)
        self.action_refresh()

    @property
    def reading_words(self) -> str:
        """What stands there while the journal is read."""
        return "reading the journal"

    async def read(self) -> None:
        """Read the journal and draw what it has, or say why not."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw what was read, where anything was."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self.draw_all)

    def draw_all(self) -> None:
        """Draw the keys, and what was read."""
        shown = [command(name) for name in self.SHOWN_KEYS]
        self.query_one("#keys", Lines).show(footer_line(shown, self.size.width, glyphs_of(self)))
        self.draw()

    def show_events(self, events: Sequence[Event]) -> None:
        """Show the timeline."""
        room = self.size.width - GUTTER - past_lines.TIME_WIDTH - 2
        self.query_one("#timeline", LineTable).show(list(past_lines.event_rows(events, room)))

    def say(self, words: str, look: Look) -> None:
        """Say what came of an act, until the next."""
        self.part("said").show_words(words, look)

    def copy(self, text: str) -> None:
        """Copy clean text, and say so."""
        self.app.copy_to_clipboard(text)
        self.say(f"sent to the terminal's clipboard: {text}", Look.STRONG)

    def part(self, identity: str) -> FittedLines:
        """One of the parts that are lines."""
        return self.query_one(f"#{identity}", FittedLines)

    # Keys

    def action_refresh(self) -> None:
        """Read the journal once more."""
        self.run_worker(self.read(), exclusive=True, group="past", exit_on_error=False)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_other_pane(self) -> None:
        timeline = self.query_one("#timeline", LineTable)
        self.set_focus(self.query_one("#queues", LineTable) if timeline.has_focus else timeline)
