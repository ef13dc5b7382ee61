"""One act on an entry of somebody else, as the journal has it: read-only."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.errors import JournalError
from kumo_tui.journal.other_act import OtherAct
from kumo_tui.text import clean
from kumo_tui.ui import keys, past_acts, past_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import command
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import GUTTER, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

SHOWN_KEYS = ("other_pane", "copy", "refresh", "help", "back")


class PastActScreen(QuietScreen[None], inherit_bindings=False):
    """Shows the act of this number; it is read once, and again with `r`."""

    DEFAULT_CSS = """
    PastActScreen { overflow: hidden; }
    PastActScreen FittedLines { padding: 0 1; }
    PastActScreen #head { margin: 0 0 1 0; }
    PastActScreen #queues { height: 2fr; min-height: 3; }
    PastActScreen #timeline { height: 1fr; min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "refresh", "copy", "other_pane"),
        *keys.bindings("help", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "#queues"

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._act: OtherAct | None = None

    def compose(self) -> ComposeResult:
        """Head, queues, timeline, what was said, keys."""
        yield FittedLines(id="head")
        yield LineTable(past_acts.QUEUE_COLUMNS, id="queues", empty="no counts per queue in the journal")
        yield LineTable(past_lines.EVENT_COLUMNS, id="timeline", empty="nothing was noted")
        yield FittedLines(id="said")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Read the journal."""
        self._part("head").show_words("reading the journal", Look.DIM)
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read the journal once more."""
        self.run_worker(self._read(), exclusive=True, group="past", exit_on_error=False)

    async def _read(self) -> None:
        try:
            act = await asyncio.to_thread(dashboard_host(self).past.other, self.number)
        except JournalError as error:
            self._say(str(error), Look.AMBER)
            return
        if act is None:
            self._say("This act is not in the journal any more.", Look.AMBER)
            return
        self._act = act
        self._say("", Look.NORMAL)
        self._draw()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        signs, act = glyphs_of(self), self._act
        shown = [command(name) for name in SHOWN_KEYS]
        self.query_one("#keys", Lines).show(footer_line(shown, self.size.width, signs))
        if act is None:
            return
        self._part("head").fit(lambda width, _: past_acts.act_head(act, width, signs))
        self.query_one("#queues", LineTable).show(past_acts.queue_rows(act, signs))
        room = self.size.width - GUTTER - past_lines.TIME_WIDTH - 2
        self.query_one("#timeline", LineTable).show(list(past_lines.event_rows(past_acts.act_events(act), room)))

    def _say(self, words: str, look: Look) -> None:
        self._part("said").show_words(words, look)

    # Keys

    def action_back(self) -> None:
        self.dismiss(None)

    def action_other_pane(self) -> None:
        timeline = self.query_one("#timeline", LineTable)
        self.set_focus(self.query_one("#queues", LineTable) if timeline.has_focus else timeline)

    def action_copy(self) -> None:
        if self._act is not None:
            self.app.copy_to_clipboard(self._act.id)
            self._say(f"sent to the terminal's clipboard: {clean(self._act.id)}", Look.STRONG)

    def _part(self, identity: str) -> FittedLines:
        return self.query_one(f"#{identity}", FittedLines)
