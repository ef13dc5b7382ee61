"""The dashboard: queues above, directives below."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Input

from kumo_tui.act.draft import STOP_DURATION, STOP_REASON, Draft
from kumo_tui.act.suggest import suggest
from kumo_tui.errors import InputError
from kumo_tui.model.alone import after
from kumo_tui.model.filtering import NO_FILTER, parse_filter
from kumo_tui.model.operation import Mode
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import ViewSpec
from kumo_tui.text import clean, plural
from kumo_tui.ui import keys
from kumo_tui.ui.directive_rows import DirectiveKey, OperationKey, StopKey, alike_on_nodes
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.one_node import OneNode, no_rows_words
from kumo_tui.ui.room import LEAST_FOR_FORMS
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.view_builder import Built, ViewBuilder
from kumo_tui.ui.widgets.directives_table import DirectivesTable, DirectivesTitle
from kumo_tui.ui.widgets.filter_bar import FilterBar
from kumo_tui.ui.widgets.footer import Footer
from kumo_tui.ui.widgets.header import Header
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines
from kumo_tui.ui.widgets.notice import Notice
from kumo_tui.ui.widgets.queue_table import QueueTable, position_text
from kumo_tui.watch.overview_words import scrape_words

OWN_COMMANDS = keys.ids_at(Place.DASHBOARD, Place.QUEUES, Place.DIRECTIVES, Place.FILTER)

# Of more nodes than these one is chosen from a list.
MOST_CYCLED = 9
OF_APP = ("quit", "low_bandwidth")


class DashboardScreen(QuietScreen[None], inherit_bindings=False):
    """Draws the last snapshot, or the frozen one, and turns keys into requests to the app."""

    DEFAULT_CSS = """
    DashboardScreen { overflow: hidden; }
    DashboardScreen QueueTable { height: 1fr; min-height: 3; }
    DashboardScreen DirectivesTable { height: 25%; min-height: 3; }
    DashboardScreen.low QueueTable, DashboardScreen.low DirectivesTable { min-height: 2; }
    DashboardScreen.low #position { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(*(name for name in OWN_COMMANDS if name not in OF_APP), "copy"),
        *keys.bindings("help", "palette", *OF_APP, of="app"),
    ]
    AUTO_FOCUS = "QueueTable"

    def __init__(self) -> None:
        super().__init__()
        self.spec = ViewSpec()
        self._builder = ViewBuilder(self.run_worker, self._show_built, self._cannot_filter, self._now)
        self._built: Built | None = None
        self._whole: Snapshot | None = None
        self._one = OneNode()
        self._frozen = False
        self._filter_error = ""

    def compose(self) -> ComposeResult:
        """Header, filter, notices, queues, directives, keys."""
        yield Header(id="header")
        yield FilterBar()
        yield Notice()
        yield QueueTable(id="queues")
        yield Lines(id="position")
        yield DirectivesTitle(id="directives-title")
        yield DirectivesTable(id="directives")
        yield Footer(id="footer")

    # Drawing

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw a new snapshot; a frozen screen goes on with its own, but for alarms and failing nodes."""
        if self._frozen:
            self.tick(dashboard_host(self).clock.monotonic())
            return
        why = no_rows_words(snapshot, self.spec.node) if self.spec.node else ""
        if why:
            dashboard_host(self).say(f"{why}: all nodes again")
            self._one.choose("")
            self.spec = replace(self.spec, node="")
        self._whole = snapshot
        self._builder.request(self._one.seen(snapshot), self.spec)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(dashboard_host(self).snapshot)

    def tick(self, now: float) -> None:
        """Let ages and countdowns go on."""
        if self._built is None:
            return
        self._draw_top(now)
        if not self._frozen:
            self.query_one(QueueTable).tick(now)
            self.query_one(DirectivesTable).tick(now)

    def on_resize(self) -> None:
        """Lay out anew what depends on the width or the height."""
        self.set_class(self.size.height < LEAST_FOR_FORMS.height, "low")
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if self._built is not None:
            self._show_built(self._built)

    def _show_built(self, built: Built) -> None:
        now = dashboard_host(self).clock.monotonic()
        self._built = built
        self._draw_top(now)
        self.query_one(QueueTable).show_built(built, now)
        self.query_one(DirectivesTable).show_directives(built.snapshot, now)
        self._draw_around()

    def _draw_top(self, now: float) -> None:
        host = dashboard_host(self)
        mode = replace(host.mode, frozen=self._frozen, alone=self.spec.node)
        self.query_one(Header).show_header(self._whole or host.snapshot, now, mode)
        self.query_one(Notice).show_notices(
            host.snapshot,
            now,
            host.said(now),
            may_act=host.rights.may_act,
            more=tuple(scrape_words(host.overview.overview, host.snapshot)) if host.overview else (),
        )

    def _draw_around(self) -> None:
        """Filter bar, position, title and keys: what depends on cursor, marks and focus."""
        if self._built is None:
            return
        table, directives = self.query_one(QueueTable), self.query_one(DirectivesTable)
        names = {row.key for row in self._built.view.rows} if self._built.view.spec.group is None else set()
        hidden = sum(1 for name in table.marks if name not in names)
        self.query_one(FilterBar).show_view(self.spec, len(table.marks), hidden, self._filter_error)
        self._draw_position()
        self.query_one(DirectivesTitle).show_listing(directives.listing, focused=directives.has_focus)
        self.query_one(Footer).show_keys(self.places, dashboard_host(self).rights)

    @on(LineTable.CursorMoved)
    @on(LineTable.Resized)
    def _draw_position(self) -> None:
        if self._built is not None:
            text = position_text(self.query_one(QueueTable), self._built)
            self.query_one("#position", Lines).show((Piece(f" {text}", Look.DIM),))

    # Where we are

    @property
    def places(self) -> frozenset[Place]:
        """Where the focus is, for the table of commands."""
        if isinstance(self.focused, QueueTable):
            return frozenset({Place.EVERYWHERE, Place.DASHBOARD, Place.TABLE, Place.QUEUES})
        if isinstance(self.focused, DirectivesTable):
            return frozenset({Place.EVERYWHERE, Place.DASHBOARD, Place.TABLE, Place.DIRECTIVES})
        return frozenset({Place.FILTER})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command acts only where the table of commands says so."""
        del parameters
        host = dashboard_host(self)
        return not host.is_opening and keys.may_run(action, self.places, host.rights)

    def on_screen_suspend(self) -> None:
        """Something else is on top."""
        dashboard_host(self).has_opened()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _focus_moved(self) -> None:
        if not isinstance(self.focused, Input):
            self.query_one(FilterBar).leave()
        self._draw_around()

    # The view

    def action_filter(self) -> None:
        self.query_one(FilterBar).edit()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        try:
            wanted = parse_filter(event.value)
        except InputError as error:
            self._filter_error = str(error)
            self._draw_around()
            return
        self._filter_error = ""
        self._change_view(replace(self.spec, filter=wanted))

    def action_keep(self) -> None:
        self.set_focus(self.query_one(QueueTable))

    def action_back(self) -> None:
        """From the filter to the table without it; else clear the filter, else the marks; else to all nodes."""
        table = self.query_one(QueueTable)
        field = self.query_one(FilterBar).field
        if field.value or not self.spec.filter.is_empty:
            field.value = ""
            self._filter_error = ""
            self._change_view(replace(self.spec, filter=NO_FILTER))
        elif table.marks and table.has_focus:
            dashboard_host(self).say(f"{plural(len(table.marks), 'mark')} cleared")
            table.set_marks(frozenset())
        elif self.spec.node:
            self.look_at("")
        if not isinstance(self.focused, LineTable):
            self.set_focus(table)
        self._draw_around()

    def action_sort(self) -> None:
        self._change_view(self.spec.next_sort())

    def action_reverse(self) -> None:
        self._change_view(replace(self.spec, reverse=not self.spec.reverse))

    def action_group(self) -> None:
        self._change_view(self.spec.next_group())

    def _cannot_filter(self, error: InputError) -> None:
        """Say why, and stay with the last good filter."""
        self._filter_error = str(error)
        self.spec = replace(self.spec, filter=self._built.view.spec.filter if self._built else NO_FILTER)
        self._draw_around()

    def _now(self) -> float:
        return dashboard_host(self).clock.monotonic()

    def _change_view(self, spec: ViewSpec) -> None:
        if spec != self.spec:
            self.spec = spec
            if not self._frozen or self._whole is None:
                self._whole = dashboard_host(self).snapshot
            self._builder.request(self._one.seen(self._whole), spec)

    def look_at(self, node: str) -> None:
        """Show the rows of this node alone; those of all nodes for an empty name."""
        self._one.choose(node)
        self._change_view(replace(self.spec, node=node))

    def action_alone(self) -> None:
        host = dashboard_host(self)
        members = host.snapshot.members
        if len(members) < 2:
            host.say("There is one node only.")
        elif len(members) > MOST_CYCLED and not self.spec.node:
            host.open_nodes()
        else:
            self.look_at(after(host.snapshot, self.spec.node))

    def action_freeze(self) -> None:
        self._frozen = not self._frozen
        self.show_snapshot(dashboard_host(self).snapshot)

    def action_other_pane(self) -> None:
        queues, directives = self.query_one(QueueTable), self.query_one(DirectivesTable)
        self.set_focus(queues if directives.has_focus else directives)

    def action_mark(self) -> None:
        table = self.query_one(QueueTable)
        name = table.cursor_queue
        if name is None:
            dashboard_host(self).say("Single queues are marked; a group is bounced with b.")
            return
        table.set_marks(table.marks ^ {name})
        table.action_cursor_down()
        self._draw_around()

    # Acts

    def action_bounce(self) -> None:
        host = dashboard_host(self)
        draft = self._suggested(host.settings.act.default_duration)
        if draft is not None:
            host.bounce(draft)

    def action_stop(self) -> None:
        draft = self._suggested(STOP_DURATION)
        if draft is not None:
            dashboard_host(self).stop(replace(draft, reason=STOP_REASON))

    def _suggested(self, duration: str) -> Draft | None:
        """What marks, group, filter and cursor select now; None while something else is on the screen."""
        if self._built is None:
            return None
        if self._built.view.spec != self.spec:
            dashboard_host(self).say("One moment: the queues are still being filtered.")
            return None
        table = self.query_one(QueueTable)
        marks = frozenset(name for name in table.marks if isinstance(name, str))
        draft = suggest(self._built.snapshot, self.spec, table.cursor_row, marks, duration)
        return replace(draft, nodes=(self.spec.node,)) if self.spec.node else draft

    def action_cancel(self) -> None:
        entry, host = self.query_one(DirectivesTable).cursor_entry, dashboard_host(self)
        if isinstance(entry, DirectiveKey):
            host.cancel_directives(*self._alike(entry))
        elif isinstance(entry, OperationKey):
            self._cancel_operation(entry.tag)
        elif isinstance(entry, StopKey):
            host.release_stop(entry)

    def _alike(self, entry: DirectiveKey) -> Sequence[DirectiveKey]:
        """The directives of the row of this one, on all the nodes that are shown."""
        assert self._built is not None
        alike = alike_on_nodes(self._built.snapshot, entry, self._now())
        return [each.key for each in alike] or [entry]

    def _cancel_operation(self, tag: str) -> None:
        """End it where it is shown: on one node its directive there; a clean bounce only as a whole."""
        host, node = dashboard_host(self), self.spec.node
        status = self._built.snapshot.operation(tag) if self._built and node else None
        act = status.nodes[0].act if status is not None and status.operation.mode is not Mode.CLEAN else None
        if act is not None and act.id is not None:
            host.cancel_directives(DirectiveKey(node, act.id))
        else:
            host.cancel_operation(tag)

    @on(LineTable.Opened, "#queues")
    def _queue_opened(self) -> None:
        table = self.query_one(QueueTable)
        name, row = table.cursor_queue, table.cursor_row
        if name is not None:
            dashboard_host(self).open_queue(name)
        elif row is not None and self.spec.group is not None and row.key:
            self._open_group(f"{self.spec.group.value}={row.key}")

    def _open_group(self, word: str) -> None:
        """Show the queues of a group: the filter for it, ungrouped."""
        if word.split() != [word]:
            dashboard_host(self).say("This value holds blanks; a filter cannot say it.")
            return
        self.spec = replace(self.spec, group=None)
        self.query_one(FilterBar).field.value = word

    @on(LineTable.Opened, "#directives")
    def _directive_opened(self) -> None:
        entry, host = self.query_one(DirectivesTable).cursor_entry, dashboard_host(self)
        if isinstance(entry, OperationKey):
            host.open_operation(entry.tag)
        elif isinstance(entry, DirectiveKey):
            host.open_directive(entry)
        elif isinstance(entry, StopKey):
            host.open_stop(entry)

    def action_history(self) -> None:
        dashboard_host(self).open_history()

    def action_nodes(self) -> None:
        dashboard_host(self).open_nodes()

    def action_profiles(self) -> None:
        dashboard_host(self).open_profiles()

    def action_overview(self) -> None:
        dashboard_host(self).open_overview()

    def action_refresh(self) -> None:
        dashboard_host(self).read_now()

    def action_slower(self) -> None:
        dashboard_host(self).change_interval(2.0)

    def action_faster(self) -> None:
        dashboard_host(self).change_interval(0.5)

    def action_copy(self) -> None:
        text = self._under_cursor()
        if text:
            self.app.copy_to_clipboard(text)
            dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(text)}")

    def _under_cursor(self) -> str:
        """The raw name of the queue as JSON writes it, or the id of the directive."""
        if isinstance(self.focused, QueueTable):
            row = self.focused.cursor_row
            return json.dumps(row.key) if row is not None and row.key is not None else ""
        entry = self.query_one(DirectivesTable).cursor_entry
        return entry[-1] if entry else ""
