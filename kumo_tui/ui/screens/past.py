"""One operation as the journal has it: read-only, for what nobody follows any more."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from kumo_tui.errors import JournalError
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.report_queues import QueueLine, queue_lines
from kumo_tui.ui import keys, past_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.papers import account_of
from kumo_tui.ui.screens.paper import PaperScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


class PastScreen(PaperScreen):
    """Shows the operation of this tag."""

    DEFAULT_CSS = """
    PastScreen #nodes { margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("report", "export")
    SHOWN_KEYS = ("other_pane", "report", "export", "copy", "refresh", "help", "back")

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag
        self._account: Account | None = None
        self._queues: Sequence[QueueLine] = ()

    def compose(self) -> ComposeResult:
        """Head, nodes, queues, timeline, what was said, keys."""
        yield FittedLines(id="head")
        yield FittedLines(id="nodes")
        yield LineTable(past_lines.QUEUE_COLUMNS, id="queues", empty="no queues in the journal")
        yield LineTable(past_lines.EVENT_COLUMNS, id="timeline", empty="nothing was noted")
        yield FittedLines(id="said")
        yield Lines(id="keys")

    @property
    def reading_words(self) -> str:
        """What stands there while the journal is read."""
        return f"op {self.tag}: reading the journal"

    async def read(self) -> None:
        """Read the operation and draw it, or say why not."""
        past, tag = dashboard_host(self).past, self.tag

        def read() -> tuple[Account, Sequence[QueueLine]]:
            account = account_of(past, tag)
            return account, queue_lines(account)

        try:
            self._account, self._queues = await asyncio.to_thread(read)
        except JournalError as error:
            self.say(str(error), Look.AMBER)
        else:
            self.draw_all()

    def draw(self) -> None:
        """Draw the operation, once it was read."""
        account, signs = self._account, glyphs_of(self)
        if account is None:
            return
        self.part("head").fit(lambda width, _: past_lines.head_lines(account, width, signs))
        self.part("nodes").fit(lambda width, _: past_lines.node_lines(account, width, signs))
        queues, at_least = self._queues, account.entry.at_least
        self.query_one("#queues", LineTable).show_lazily(
            [line.name for line in queues],
            lambda index: past_lines.queue_row(queues[index], signs, at_least=at_least),
        )
        self.show_events(account.recorded.operation.events)

    # Keys

    def action_copy(self) -> None:
        self.copy(self.tag)

    def action_report(self) -> None:
        dashboard_host(self).write_report(self.tag)

    def action_export(self) -> None:
        dashboard_host(self).export_queues(self.tag)

    @on(LineTable.Opened, "#queues")
    def _queue_opened(self) -> None:
        key = self.query_one("#queues", LineTable).cursor_key
        if isinstance(key, str):
            dashboard_host(self).open_queue(key)
