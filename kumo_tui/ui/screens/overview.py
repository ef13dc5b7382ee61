"""The overview: the whole fleet as Prometheus sees it, with its own age. It confirms nothing."""

import json
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.act.suggest import suggest_queue
from kumo_tui.act.token import target_name
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui import keys
from kumo_tui.ui import overview_lines as drawing
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.ports import Overviewing
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import Footer
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.watch.overview_words import notes


class OverviewScreen(QuietScreen[None], inherit_bindings=False):
    """Draws the last overview, and has it read while it is open. `q` goes back as Esc does."""

    DEFAULT_CSS = """
    OverviewScreen { overflow: hidden; }
    OverviewScreen #totals { height: 2; }
    OverviewScreen #graph { height: auto; }
    OverviewScreen LineTable { height: 1fr; min-height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "refresh", "copy", "bounce", "span", "other_pane"),
        *keys.bindings("help", "low_bandwidth", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "LineTable"
    PLACES: ClassVar[frozenset[Place]] = frozenset({Place.EVERYWHERE, Place.DETAIL, Place.TABLE, Place.OVERVIEW})

    def __init__(self, source: Overviewing) -> None:
        super().__init__()
        self._source = source
        self._shows_instances = False

    def compose(self) -> ComposeResult:
        """Where it is from and how old, totals, graph, queues or instances, notes, keys."""
        yield Lines(id="title")
        yield Lines(id="totals")
        yield FittedLines(id="graph")
        yield LineTable(drawing.QUEUE_COLUMNS, id="rows", empty="no queue has mail")
        yield FittedLines(id="notes")
        yield Lines(id="said")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Have it read from now on."""
        self._source.open()
        self.call_after_refresh(self._draw)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._source.close()

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._draw)

    def show_snapshot(self, _snapshot: Snapshot) -> None:
        """Draw what the nodes now say about themselves."""
        self._draw()

    def tick(self, _now: float) -> None:
        """Let ages go on."""
        self._draw()

    def _draw(self) -> None:
        host, overview, signs = dashboard_host(self), self._source.overview, glyphs_of(self)
        now, width = host.clock.monotonic(), self.size.width
        self.query_one("#title", Lines).show(drawing.title_line(overview, target_name(host.snapshot), now, width))
        self.query_one("#totals", Lines).show(*drawing.total_lines(overview, now, signs))
        rows, most = drawing.room_for(self.size.height)
        self.query_one("#graph", FittedLines).fit(
            lambda width, _: drawing.graph_lines(overview, now, width, rows, signs)
        )
        self._draw_rows(now)
        found = list(notes(overview, host.snapshot))
        self.query_one("#notes", FittedLines).fit(lambda width, _: drawing.note_lines(found, width, most, signs))
        self.query_one("#said", Lines).show((Piece(f" {host.said(now)}", Look.STRONG),))
        self.query_one(Footer).show_keys(self.PLACES, host.rights)

    def _draw_rows(self, now: float) -> None:
        table, overview, signs = self.query_one(LineTable), self._source.overview, glyphs_of(self)
        if self._shows_instances:
            table.set_columns(drawing.INSTANCE_COLUMNS)
            table.set_empty_text("no instance is known")
            table.show(drawing.instance_rows(overview, now, signs))
            return
        table.set_columns(drawing.QUEUE_COLUMNS)
        queued = overview.queued
        table.set_empty_text("nothing read yet" if queued is None else "no queue has mail")
        top, total = (queued.value.top, queued.value.messages) if queued else ((), 0)
        table.show_lazily([queue.name for queue in top], lambda index: drawing.queue_row(top[index], total, signs))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command acts only where the table of commands says so, and not while a dialog is being opened."""
        del parameters
        host = dashboard_host(self)
        return not host.is_opening and keys.may_run(action, self.PLACES, host.rights)

    def on_screen_suspend(self) -> None:
        """Something else is on top."""
        dashboard_host(self).has_opened()

    # Keys

    @property
    def _queue(self) -> str | None:
        """The raw name of the queue under the cursor."""
        key = self.query_one(LineTable).cursor_key
        return key if isinstance(key, str) else None

    def action_back(self) -> None:
        self.dismiss(None)

    def action_refresh(self) -> None:
        self._source.refresh()
        dashboard_host(self).read_now()

    def action_span(self) -> None:
        self._source.look_back(self._source.overview.span.next)
        self._draw()

    def action_other_pane(self) -> None:
        self._shows_instances = not self._shows_instances
        self._draw()

    def action_bounce(self) -> None:
        host, name = dashboard_host(self), self._queue
        if name is None:
            host.say("Tab goes to the queues: b bounces the one under the cursor.")
            return
        host.bounce(suggest_queue(host.snapshot, name, host.settings.act.default_duration))

    def action_copy(self) -> None:
        name = self._queue
        if name is not None:
            text = json.dumps(name)
            self.app.copy_to_clipboard(text)
            dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(text)}")

    @on(LineTable.Opened, "#rows")
    def _opened(self) -> None:
        host, key = dashboard_host(self), self.query_one(LineTable).cursor_key
        if isinstance(key, str):
            host.open_queue(key)
            return
        instance = key[1] if isinstance(key, tuple) else ""
        nodes = {place: node for node, place in self._source.overview.scrapes.by_node.items()}
        name = nodes.get(instance, instance)
        if host.snapshot.node(name) is not None:
            host.open_node(name)
