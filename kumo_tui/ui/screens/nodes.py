"""The nodes: one line each, and below them everything that is known of the one under the cursor."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui import fleet_lines, keys, node_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.overview_lines import scrape_facts
from kumo_tui.ui.screens.detail import DetailScreen
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import Footer
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

# The rest of what is to be said of many nodes stands with each of them.
LINES_ABOVE = 4

# Title, a blank line, what was said last, keys; and so many lines of nodes, with their header, before any facts.
LINES_BESIDE = 4
MOST_ROWS = 7


class NodesScreen(DetailScreen):
    """Every node of the watch, live."""

    DEFAULT_CSS = """
    NodesScreen LineTable { height: 1fr; min-height: 2; }
    NodesScreen #list { margin: 0; }
    NodesScreen #facts { height: auto; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("alone", "enabled", "read_only")]
    PLACES: ClassVar[frozenset[Place]] = frozenset({Place.EVERYWHERE, Place.DETAIL, Place.TABLE, Place.NODES})

    def __init__(self) -> None:
        super().__init__("Nodes", node_lines.node_columns(80), "no nodes")
        self._room = 2

    def compose(self) -> ComposeResult:
        """Title, nodes, what is known of one of them, keys."""
        with Horizontal(id="top"):
            yield Lines((Piece(" Nodes", Look.STRONG),), id="title")
            yield Lines(id="age")
        yield FittedLines(id="list")
        yield LineTable(self._columns, id="rows", empty=self._empty)
        yield FittedLines(id="facts")
        yield Lines(id="said")
        yield Footer(id="footer")

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw the nodes of this snapshot."""
        settings, signs, width = dashboard_host(self).settings, glyphs_of(self), self.size.width
        insecure = node_lines.insecure_nodes(settings, snapshot)
        answering = f"   {fleet_lines.answering_words(snapshot)}"
        above = fleet_lines.fleet_lines(snapshot, now, width, signs)[:LINES_ABOVE]
        wide, rate = width >= node_lines.WIDE, dashboard_host(self).drawn.rate()
        drawn = f"   drawn {node_lines.size_text(rate) if rate else '0 B'}/s lately"
        told = answering + drawn if wide or snapshot.nodes_fresh == len(snapshot.servers) else answering
        self.query_one("#title", Lines).show((Piece(" Nodes", Look.STRONG), Piece(told, Look.DIM)))
        self.query_one("#list", FittedLines).fit(lambda _width, _height: above)
        self.table.set_columns(node_lines.node_columns(width))
        self.table.show(
            [
                node_lines.node_row(node, now, settings, signs, wide=wide, insecure=node.name in insecure)
                for node in fleet_lines.troubled_first(snapshot)
            ]
        )
        rows = min(len(snapshot.nodes) + 1, MOST_ROWS)
        self._room = max(2, self.size.height - len(above) - rows - LINES_BESIDE)
        self._draw_facts(snapshot, now)

    def _draw_facts(self, snapshot: Snapshot, now: float) -> None:
        settings, key = dashboard_host(self).settings, self.table.cursor_key
        overview = dashboard_host(self).overview
        node = snapshot.node(key) if isinstance(key, str) else None
        if node is None:
            return
        is_insecure = node.name in node_lines.insecure_nodes(settings, snapshot)
        title: Line = (Piece(f" {clean(node.name)}", Look.STRONG),)
        width = self.size.width
        lines = [
            title,
            *scrape_facts(overview, snapshot, node.name, width),
            *node_lines.node_facts(node, snapshot, now, settings, width, insecure=is_insecure),
        ]
        if len(lines) > self._room:
            rest = len(lines) - self._room + 1
            more = (Piece(f" {glyphs_of(self).enter} shows {plural(rest, 'more line')}", Look.DIM),)
            lines = [*lines[: self._room - 1], more]
        self.show_facts(lines)

    @on(LineTable.CursorMoved, "#rows")
    def _cursor_moved(self) -> None:
        host = dashboard_host(self)
        self._draw_facts(host.snapshot, host.clock.monotonic())

    @on(LineTable.Opened, "#rows")
    def _opened(self) -> None:
        key = self.table.cursor_key
        if isinstance(key, str):
            dashboard_host(self).open_node(key)

    def action_alone(self) -> None:
        key = self.table.cursor_key
        if isinstance(key, str):
            dashboard_host(self).look_at(key)

    def action_enabled(self) -> None:
        node = self._chosen()
        if node is not None:
            dashboard_host(self).set_node_enabled(node.name, enabled=not node.enabled)

    def action_read_only(self) -> None:
        node = self._chosen()
        if node is not None:
            dashboard_host(self).set_node_read_only(node.name, read_only=not node.read_only)

    def _chosen(self) -> NodeSnapshot | None:
        """The node under the cursor, as it is now."""
        return dashboard_host(self).snapshot.node(str(self.table.cursor_key))

    def action_copy(self) -> None:
        node = dashboard_host(self).snapshot.node(str(self.table.cursor_key))
        if node is not None:
            self.app.copy_to_clipboard(node.url)
            dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(node.url)}")
