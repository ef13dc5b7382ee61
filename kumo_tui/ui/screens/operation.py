"""One operation, live: how far it is on each node and in each queue, and what that means."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.act.draft import STOP_DURATION, Draft, checked_again, draft_again
from kumo_tui.act.preview import take_preview
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.sending_on import draft_on, next_offers, nodes_again
from kumo_tui.errors import InputError
from kumo_tui.model.offer import Offer
from kumo_tui.model.operation import Mode
from kumo_tui.model.partial import waits
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui import clean_lines, keys, operation_lines
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.keys import Command, command
from kumo_tui.ui.operation_lines import event_lines
from kumo_tui.ui.operation_room import FIXED_ROWS, OperationTexts, share
from kumo_tui.ui.operation_words import collateral_mark, collateral_words, sent_requests
from kumo_tui.ui.partial_words import send_label
from kumo_tui.ui.screens.leaving_once import LeavesOnce
from kumo_tui.ui.screens.requests import RequestsScreen
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


class OperationScreen(LeavesOnce[None], inherit_bindings=False):
    """Follows the operation of this tag through the snapshots."""

    DEFAULT_CSS = """
    OperationScreen { background: $background; overflow: hidden; }
    OperationScreen FittedLines { padding: 0 1; }
    OperationScreen #nodes { margin: 1 0; }
    OperationScreen #queues { height: 1fr; min-height: 4; }
    OperationScreen #keys { dock: bottom; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "bounce", "stop", "cancel", "send_there", "copy", "report", "export", "refresh"),
        *keys.bindings("help", "low_bandwidth", of="app"),
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
        yield LineTable(operation_lines.QUEUE_COLUMNS, id="queues", empty="no totals yet")
        yield FittedLines(id="timeline")
        yield FittedLines(id="said")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Say what went wrong on the way here."""
        self.say(self._problem, Look.RED)

    def on_screen_resume(self) -> None:
        """Draw the snapshot of now, at first and after something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def on_resize(self) -> None:
        """Share the room anew."""
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
        self._part("alarm").show_words(collateral_words(status), Look.ALARM, collateral_mark(status, signs))
        self._draw_texts(status, snapshot, signs)
        if status.operation.mode is Mode.CLEAN:
            self._draw_clean_queues(status, signs)
        else:
            self.query_one("#queues", LineTable).show(operation_lines.queue_rows(status, signs))

    def say(self, words: str, look: Look) -> None:
        """Say what came of an act, in a line of its own that stays until the next."""
        self._part("said").show_words(words, look)

    def tick(self, now: float) -> None:
        """Nothing: countdowns here come with the snapshots."""

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes something is there only where this session may."""
        del parameters
        if action == "cancel":
            return self._may_end
        return action not in ("bounce", "stop", "send_there") or any(
            entry.id == action for entry in self._offered(self._status)
        )

    @property
    def _may_end(self) -> bool:
        """Whether this session may still end the operation, where it stands."""
        rights, status = host_of(self).rights, self._status
        return rights.may_act or (status is not None and rights.may_end(status.operation))

    def action_back(self) -> None:
        """Go back; the operation goes on."""
        self.dismiss(None)

    def action_bounce(self) -> None:
        """Ask for what a bounce of stopped mail still needs; once it is over, for a new one of the same mail."""
        draft = self._draft_for("bounce")
        if draft is not None:
            host_of(self).bounce(draft)

    def action_stop(self) -> None:
        """Ask whether to let a stop go that waits; or, where it is lost, whether to stop again."""
        draft = self._draft_for("stop")
        status = self._status
        if draft is None or status is None:
            return
        if waits(status):
            host_of(self).cancel_operation(self.tag)
        else:
            host_of(self).stop(replace(draft, reason=status.operation.reason, duration=STOP_DURATION))

    def action_send_there(self) -> None:
        """Open the form of the same act for the nodes that have no part in it, or on which it is only a stop."""
        status = self._status
        if status is None or all(entry.id != "send_there" for entry in self._offered(status)):
            return
        host = host_of(self)
        try:
            draft = draft_on(status, self._offers(), host.settings.act.default_duration)
        except InputError as error:
            self.say(str(error), Look.RED)
            return
        (host.stop if status.operation.is_waiting else host.bounce)(draft)

    def _offers(self) -> Sequence[Offer]:
        return next_offers(self.tag, host_of(self).snapshot)

    def action_cancel(self) -> None:
        """Ask whether to end what is in force of it."""
        if self._may_end:
            host_of(self).cancel_operation(self.tag)

    def action_report(self) -> None:
        """Write the incident report to a file."""
        host_of(self).write_report(self.tag)

    def action_export(self) -> None:
        """Write the queues to a file."""
        host_of(self).export_queues(self.tag)

    def action_refresh(self) -> None:
        """Read all nodes now."""
        host_of(self).read_now()

    def action_copy(self) -> None:
        """Show and copy the requests as they were sent; of a clean bounce, as they would be sent now."""
        snapshot = host_of(self).snapshot
        status = snapshot.operation(self.tag)
        if status is not None:
            self.app.push_screen(RequestsScreen(self._requests(status, snapshot)))

    @on(LineTable.Opened, "#queues")
    def _queue_opened(self) -> None:
        key = self.query_one("#queues", LineTable).cursor_key
        name = key[-1] if isinstance(key, tuple) else key
        if isinstance(name, str) and key != operation_lines.LEFT_OUT:
            host_of(self).open_queue(name)

    @property
    def _status(self) -> OperationStatus | None:
        return host_of(self).snapshot.operation(self.tag)

    def _draft_for(self, identity: str) -> Draft | None:
        """The operation as a draft, where this command is offered now and a form can say it."""
        status = self._status
        if status is None or all(entry.id != identity for entry in self._offered(status)):
            return None
        try:
            nodes = nodes_again(status, host_of(self).snapshot)
            return draft_again(status.operation, host_of(self).settings.act.default_duration, nodes)
        except InputError as error:
            self.say(str(error), Look.RED)
            return None

    def _requests(self, status: OperationStatus, snapshot: Snapshot) -> Sequence[PlannedRequest]:
        operation = status.operation
        if operation.mode is Mode.PLAIN:
            return sent_requests(operation, snapshot)
        preview = take_preview(snapshot, operation.selector, [act.node for act in operation.acts])
        return host_of(self).acts.clean.plan(preview, checked_again(operation), operation.tag)

    # Drawing

    def _part(self, identity: str) -> FittedLines:
        return self.query_one(f"#{identity}", FittedLines)

    def _draw_texts(self, status: OperationStatus, snapshot: Snapshot, signs: Glyphs) -> None:
        """Head, nodes and timeline, in this order of what gets the room."""
        host, words = host_of(self), clean_lines if status.operation.mode is Mode.CLEAN else operation_lines

        def texts(width: int) -> OperationTexts:
            head = words.head_lines(status, snapshot, width, signs, may_act=host.rights.may_act)
            meters = words.meter_lines(status, width, signs)
            others = (self._part(name) for name in ("alarm", "said"))
            taken = sum(part.get_content_height(self.size, self.size, width) for part in others)
            return share(
                self.size.height - taken - FIXED_ROWS,
                head,
                meters,
                lambda room: words.node_lines(status, snapshot, width, signs, room),
                lambda most: event_lines(status, most),
                signs.ellipsis,
            )

        self._part("head").fit(lambda width, _: texts(width).head)
        self._part("nodes").fit(lambda width, _: texts(width).nodes)
        self._part("timeline").fit(lambda width, _: texts(width).events)

    def _draw_clean_queues(self, status: OperationStatus, signs: Glyphs) -> None:
        table = self.query_one("#queues", LineTable)
        table.set_columns(clean_lines.QUEUE_COLUMNS)
        table.set_empty_text("nothing stands in matching queues")
        table.show(clean_lines.queue_rows(status, signs))

    def _offered(self, status: OperationStatus | None) -> list[Command]:
        """The commands that do something to this operation now, or to its mail once more, and are allowed."""
        if status is None:
            return []
        begin, end = self._ways(status)
        found = self._offers()
        if found:
            label = send_label(found, is_stop=status.operation.is_waiting)
            begin = [replace(command("send_there"), label=label), *begin]
        rights = host_of(self).rights
        begin = begin if rights.may_act else []
        return [*begin, *end] if rights.may_act or rights.may_end(status.operation) else begin

    def _ways(self, status: OperationStatus) -> tuple[list[Command], list[Command]]:
        """The commands that begin something with its mail now, and those that end it."""
        operation = status.operation
        is_over, is_clean = status.verdict.is_final, operation.mode is Mode.CLEAN
        is_lost = any(node.verdict is Verdict.LOST for node in status.nodes)
        again = [replace(command("stop"), label="stop again")] if is_clean and is_lost else []
        if is_over or (is_lost and not is_clean):
            again.append(replace(command("bounce"), label="bounce it" if operation.is_waiting else "bounce again"))
        if is_over:
            return again, []
        if again or not waits(status):
            return again, [replace(command("cancel"), label="end it" if is_clean else "cancel")]
        return [replace(command("bounce"), label="bounce it")], [replace(command("stop"), label="let go")]

    def _draw_keys(self, status: OperationStatus | None) -> None:
        offered = [
            *self._offered(status),
            replace(command("copy"), label="requests"),
            *(command(name) for name in ("report", "export", "help", "back", "refresh")),
        ]
        self.query_one("#keys", Lines).show(footer_line(offered, self.size.width, glyphs_of(self)))
