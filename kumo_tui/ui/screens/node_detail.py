"""One node: everything that is known of it, and its ready queues."""

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui import keys, node_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.overview_lines import scrape_facts
from kumo_tui.ui.screens.detail import DetailScreen, fact
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.lines import Lines

# Title, a blank line, the first ready queues, what was said last, keys.
LINES_BESIDE = 8


class NodeDetailScreen(DetailScreen):
    """The node of this name, live. Facts that are too many for the screen scroll: `Tab` goes there."""

    DEFAULT_CSS = """
    NodeDetailScreen #pane { height: auto; margin: 0 0 1 0; scrollbar-size-vertical: 0; }
    NodeDetailScreen #facts { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("other_pane")]
    PLACES: ClassVar[frozenset[Place]] = frozenset({Place.EVERYWHERE, Place.DETAIL})

    def __init__(self, name: str) -> None:
        super().__init__(f"node {name}", node_lines.READY_COLUMNS, "no ready queue is known")
        self.node = name

    def facts_part(self) -> Widget:
        """The facts in a pane of their own."""
        return VerticalScroll(FittedLines(id="facts"), id="pane", can_focus=True)

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw what is known of it; its ready queues are those of its last good reading."""
        node, settings = snapshot.node(self.node), dashboard_host(self).settings
        overview = dashboard_host(self).overview
        if node is None:
            self.show_facts([fact("", "It is not watched any more.", Look.AMBER)])
            return
        is_insecure = node.name in node_lines.insecure_nodes(settings, snapshot)
        width = self.size.width
        facts = [
            *scrape_facts(overview, snapshot, node.name, width),
            *node_lines.node_facts(node, snapshot, now, settings, width, insecure=is_insecure),
        ]
        self.show_facts(facts)
        self._make_room(len(facts))
        ready = sorted(
            node.metrics.value.ready if node.metrics else (), key=lambda queue: (-queue.waiting, queue.name)
        )
        self.table.show_lazily([queue.name for queue in ready], lambda index: node_lines.ready_row(ready[index]))

    def _make_room(self, lines: int) -> None:
        """Keep the first ready queues in sight, and say where the rest of the facts is."""
        room = max(3, self.size.height - LINES_BESIDE)
        self.query_one("#pane").styles.max_height = room
        more = f"   Tab and arrows: {plural(lines - room, 'more line')}" if lines > room else ""
        title = Piece(f" node {clean(self.node)}", Look.STRONG)
        self.query_one("#title", Lines).show((title, Piece(more, Look.DIM)) if more else (title,))

    def action_other_pane(self) -> None:
        pane = self.query_one("#pane")
        self.set_focus(pane if pane.max_scroll_y > 0 and not pane.has_focus else self.table)

    def action_copy(self) -> None:
        node = dashboard_host(self).snapshot.node(self.node)
        if node is not None:
            self.app.copy_to_clipboard(node.url)
            dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(node.url)}")
