"""One act on an entry of somebody else, as the journal has it: read-only."""

import asyncio

from textual.app import ComposeResult

from kumo_tui.errors import JournalError
from kumo_tui.journal.other_act import OtherAct
from kumo_tui.text import clean
from kumo_tui.ui import past_acts, past_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.screens.paper import PaperScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


class PastActScreen(PaperScreen):
    """Shows the act of this number."""

    DEFAULT_CSS = """
    PastActScreen #head { margin: 0 0 1 0; }
    """

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

    async def read(self) -> None:
        """Read the act and draw it, or say why not."""
        try:
            act = await asyncio.to_thread(dashboard_host(self).past.other, self.number)
        except JournalError as error:
            self.say(str(error), Look.AMBER)
            return
        if act is None:
            self.say("This act is not in the journal any more.", Look.AMBER)
            return
        self._act = act
        self.say("", Look.NORMAL)
        self.draw_all()

    def draw(self) -> None:
        """Draw the act, once it was read."""
        act, signs = self._act, glyphs_of(self)
        if act is None:
            return
        self.part("head").fit(lambda width, _: past_acts.act_head(act, width, signs))
        self.query_one("#queues", LineTable).show(past_acts.queue_rows(act, signs))
        self.show_events(past_acts.act_events(act))

    def action_copy(self) -> None:
        if self._act is not None:
            self.copy(clean(self._act.id))
