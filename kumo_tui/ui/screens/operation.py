"""One operation, live: how far it is on each node and in each queue, and what that means."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.ui import keys
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.keys import command
from kumo_tui.ui.operation_lines import QUEUE_COLUMNS, event_lines, head_lines, node_lines, queue_rows
from kumo_tui.ui.operation_words import collateral_mark, collateral_words, sent_requests
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


class OperationScreen(Screen[None], inherit_bindings=False):
    """Follows the operation of this tag through the snapshots."""

    DEFAULT_CSS = """
    OperationScreen { background: $background; }
    OperationScreen FittedLines { padding: 0 1; }
    OperationScreen #nodes { margin: 1 0; }
    OperationScreen #queues { height: 1fr; min-height: 4; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "cancel", "copy", "refresh"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "#queues"

    def __init__(self, tag: str, problem: str = "") -> None:
        super().__init__()
        self.tag = tag
        self._problem = problem

    def compose(self) -> ComposeResult:
        """Head, alarm, nodes, queues, timeline, keys."""
        yield FittedLines(id="head")
        yield FittedLines(id="alarm")
        yield FittedLines(id="nodes")
        yield LineTable(QUEUE_COLUMNS, id="queues", empty="no totals yet")
        yield FittedLines(id="timeline")
        yield FittedLines(id="said")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Say what went wrong on the way here."""
        self.say(self._problem, Look.RED)

    def on_screen_resume(self) -> None:
        """Draw the snapshot of now, at first and after something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the operation as it is in this snapshot."""
        if not self.is_mounted:
            return
        status = snapshot.operation(self.tag)
        self._draw_keys(status)
        if status is None:
            words = f"op {self.tag}: waiting for the first look at the nodes"
            self._part("head").show_words(words, Look.DIM)
            return
        signs = glyphs_of(self)
        self._part("head").fit(lambda width, _height: head_lines(status, snapshot, width, signs))
        self._part("alarm").show_words(collateral_words(status), Look.ALARM, collateral_mark(status, signs))
        self._part("nodes").fit(lambda width, _height: node_lines(status, snapshot, width, signs))
        self._part("timeline").fit(lambda width, _height: event_lines(status, width))
        self.query_one("#queues", LineTable).show(queue_rows(status, signs))

    def say(self, words: str, look: Look) -> None:
        """Say what came of an act, in a line of its own that stays until the next."""
        self._part("said").show_words(words, look)

    def tick(self, now: float) -> None:
        """Nothing: countdowns here come with the snapshots."""

    def action_back(self) -> None:
        """Go back; the operation goes on."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Ask whether to cancel what is active of it."""
        if not host_of(self).settings.read_only:
            host_of(self).cancel_operation(self.tag)

    def action_refresh(self) -> None:
        """Read all nodes now."""
        host_of(self).read_now()

    def action_copy(self) -> None:
        """Show and copy the requests as they were sent."""
        snapshot = host_of(self).snapshot
        status = snapshot.operation(self.tag)
        if status is not None:
            self.app.push_screen(RequestsScreen(sent_requests(status.operation, snapshot)))

    def _part(self, identity: str) -> FittedLines:
        return self.query_one(f"#{identity}", FittedLines)

    def _draw_keys(self, status: OperationStatus | None) -> None:
        active = status is not None and not status.verdict.is_final
        offered = [
            replace(command("copy"), label="requests"),
            *(command(name) for name in ("refresh", "help", "back")),
        ]
        if active and not host_of(self).settings.read_only:
            offered.insert(0, command("cancel"))
        self.query_one("#keys", Lines).show(footer_line(offered, self.size.width, glyphs_of(self)))
