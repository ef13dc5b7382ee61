"""A stop of somebody else: what its node lists about it, and the queues that it is known to hold."""

import json

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.tags import untagged
from kumo_tui.text import clean
from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.directive_rows import ForeignStop, StopKey, foreign_stops
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.screens.detail import DetailScreen, fact
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import count_text, countdown_text

COLUMNS = (Column("QUEUE", cut=Cut.MIDDLE), Column("MESSAGES", 12, Align.RIGHT))
SHOWN = 500


class StopDetailScreen(DetailScreen):
    """The stop of this id on this node; its last state stays when it has left the list."""

    def __init__(self, entry: StopKey) -> None:
        super().__init__(
            f"stop {entry.id} on {entry.node}", COLUMNS, "the list does not say which queues it holds"
        )
        self.entry = entry
        self._last: ForeignStop | None = None

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw what the node lists."""
        found = next((stop for stop in foreign_stops(snapshot, now) if stop.key == self.entry), None)
        self._last = found or self._last
        if self._last is None:
            self.show_facts([fact("", "It has left the list.", Look.AMBER)])
            return
        self.show_facts(stop_facts(self._last, is_listed=found is not None))
        self.table.show(held_rows(self._last, snapshot))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(json.dumps({"node": self.entry.node, "id": self.entry.id}))
        dashboard_host(self).say(f"sent to the terminal's clipboard: {clean(self.entry.id)}")


def stop_facts(entry: ForeignStop, *, is_listed: bool) -> list[Line]:
    """Scope, reason, end and maker."""
    stop = entry.stop
    lines = [
        fact("scope", stop.scope_text()),
        fact("reason", untagged(stop.reason)),
        fact("left", countdown_text(entry.left_s) if is_listed else "it has left the list"),
        fact("made by", f"another kumo-tui ({stop.tag})" if stop.tag else "not ours"),
    ]
    if stop.criteria is None:
        lines.append(fact("", "It stops everything, or an exact list: the server does not say.", Look.AMBER))
    return lines


def held_rows(entry: ForeignStop, snapshot: Snapshot) -> list[LineRow]:
    """The largest queues of its node that its criteria match."""
    node = snapshot.node(entry.node)
    criteria = entry.stop.criteria
    if node is None or criteria is None:
        return []
    held = node.table.select(criteria).nonempty().largest_first()
    pairs = zip(held.names[:SHOWN], held.messages[:SHOWN], strict=True)
    return [LineRow(name, (Cell(clean(name)), Cell(count_text(count)))) for name, count in pairs]
