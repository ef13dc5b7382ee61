"""One operation as the journal has it: read-only, for what nobody follows any more."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.errors import JournalError
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.report_queues import QueueLine, queue_lines
from kumo_tui.ui import keys, past_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import command
from kumo_tui.ui.papers import account_of
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import GUTTER, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

SHOWN_KEYS = ("other_pane", "report", "export", "copy", "refresh", "help", "back")


class PastScreen(QuietScreen[None], inherit_bindings=False):
    """Shows the operation of this tag; it is read once, and again with `r`."""

    DEFAULT_CSS = """
    PastScreen { overflow: hidden; }
    PastScreen FittedLines { padding: 0 1; }
    PastScreen #nodes { margin: 1 0; }
    PastScreen #queues { height: 2fr; min-height: 3; }
    PastScreen #timeline { height: 1fr; min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "refresh", "copy", "report", "export", "other_pane"),
        *keys.bindings("help", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "#queues"

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

    def on_mount(self) -> None:
        """Read the journal."""
        self._part("head").show_words(f"op {self.tag}: reading the journal", Look.DIM)
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read the journal once more."""
        self.run_worker(self._read(), exclusive=True, group="past", exit_on_error=False)

    async def _read(self) -> None:
        past, tag = dashboard_host(self).past, self.tag

        def read() -> tuple[Account, Sequence[QueueLine]]:
            account = account_of(past, tag)
            return account, queue_lines(account)

        try:
            self._account, self._queues = await asyncio.to_thread(read)
        except JournalError as error:
            self.say(str(error), Look.AMBER)
        else:
            self._draw()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        signs = glyphs_of(self)
        shown = [command(name) for name in SHOWN_KEYS]
        self.query_one("#keys", Lines).show(footer_line(shown, self.size.width, signs))
        account = self._account
        if account is None:
            return
        self._part("head").fit(lambda width, _: past_lines.head_lines(account, width, signs))
        self._part("nodes").fit(lambda width, _: past_lines.node_lines(account, width, signs))
        queues, at_least = self._queues, account.entry.at_least
        self.query_one("#queues", LineTable).show_lazily(
            [line.name for line in queues],
            lambda index: past_lines.queue_row(queues[index], signs, at_least=at_least),
        )
        room = self.size.width - GUTTER - past_lines.TIME_WIDTH - 2
        events = account.recorded.operation.events
        self.query_one("#timeline", LineTable).show(list(past_lines.event_rows(events, room)))

    def say(self, words: str, look: Look) -> None:
        """Say what came of an act, until the next."""
        self._part("said").show_words(words, look)

    # Keys

    def action_back(self) -> None:
        self.dismiss(None)

    def action_other_pane(self) -> None:
        timeline = self.query_one("#timeline", LineTable)
        self.set_focus(self.query_one("#queues", LineTable) if timeline.has_focus else timeline)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.tag)
        self.say(f"sent to the terminal's clipboard: {self.tag}", Look.STRONG)

    def action_report(self) -> None:
        dashboard_host(self).write_report(self.tag)

    def action_export(self) -> None:
        dashboard_host(self).export_queues(self.tag)

    @on(LineTable.Opened, "#queues")
    def _queue_opened(self) -> None:
        key = self.query_one("#queues", LineTable).cursor_key
        if isinstance(key, str):
            dashboard_host(self).open_queue(key)

    def _part(self, identity: str) -> FittedLines:
        return self.query_one(f"#{identity}", FittedLines)
