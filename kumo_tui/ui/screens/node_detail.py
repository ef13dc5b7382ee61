"""One node: everything that is known of it, and its ready queues."""

from typing import ClassVar

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui import node_lines
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.overview_lines import scrape_facts
from kumo_tui.ui.screens.detail import DetailScreen, fact
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines


class NodeDetailScreen(DetailScreen):
    """The node of this name, live."""

    PLACES: ClassVar[frozenset[Place]] = frozenset({Place.EVERYWHERE, Place.DETAIL})

    def __init__(self, name: str) -> None:
        super().__init__(f"node {name}", node_lines.READY_COLUMNS, "no ready queue is known")
        self.node = name

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw what is known of it; its ready queues are those of its last good reading."""
        node, settings = snapshot.node(self.node), dashboard_host(self).settings
        overview = dashboard_host(self).overview
        if node is None:
            self.show_facts([fact("", "It is not watched any more.", Look.AMBER)])
            return
        is_insecure = node.name in node_lines.insecure_nodes(settings, snapshot)
        self.query_one("#facts", FittedLines).fit(
            lambda width, _: [
                *scrape_facts(overview, snapshot, node.name, width),
                *node_lines.node_facts(node, snapshot, now, settings, width, insecure=is_insecure),
            ]
        )
        ready = sorted(
            node.metrics.value.ready if node.metrics else (), key=lambda queue: (-queue.waiting, queue.name)
        )
        self.table.show_lazily([queue.name for queue in ready], lambda index: node_lines.ready_row(ready[index]))

    def action_copy(self) -> None:
        node = dashboard_host(self).snapshot.node(self.node)
        if node is not None:
            self.app.copy_to_clipboard(node.url)
            dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(node.url)}")
