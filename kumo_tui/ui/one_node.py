"""Which node the dashboard shows alone, if any, and how the queues of that node grow."""

from dataclasses import dataclass

from kumo_tui.act.presence import no_target_words
from kumo_tui.model.alone import NO_TREND, alone
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.trend import Trend
from kumo_tui.text import clean


@dataclass(slots=True)
class OneNode:
    """The node of this name, alone; all of them where it is empty.

    Rates begin when it is chosen: what is kept of earlier readings is the sum over all nodes.
    """

    name: str = ""
    _trend: Trend = NO_TREND
    _read_at: float | None = None

    def choose(self, name: str) -> None:
        """Show this node from now on; all of them for an empty name."""
        if name != self.name:
            self.name, self._trend, self._read_at = name, NO_TREND, None

    def seen(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot as it is shown."""
        node = snapshot.node(self.name) if self.name else None
        if node is None:
            return snapshot
        if node.metrics is not None and node.metrics.at != self._read_at:
            self._read_at = node.metrics.at
            self._trend = self._trend.with_sample(node.metrics.at, node.table)
        return alone(snapshot, self.name, self._trend)


def no_rows_words(snapshot: Snapshot, name: str) -> str:
    """Why this node cannot be looked at alone: nothing of it counts; empty where it can."""
    node = snapshot.node(name)
    if node is None:
        return f"{clean(name)} is in no list of nodes any more"
    return "" if node.counts else no_target_words(node)
