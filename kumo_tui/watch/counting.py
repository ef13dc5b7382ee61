"""Counting what stands in the queues that a selector means: once for each reading of a node, in any thread."""

from collections.abc import Iterable

from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, Timed


class Counting:
    """Messages per node and selector, kept for as long as the node's reading is its last one.

    Counting goes through the whole table of a node: where there are many, it is done in a thread before the event
    loop asks for it.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, Selector], tuple[Timed[Metrics], int]] = {}

    def messages(self, node: NodeSnapshot, selector: Selector) -> int:
        """What stands on the node in matching queues by its last reading; 0 before the first."""
        reading = node.metrics
        if reading is None:
            return 0
        key = (node.name, selector)
        known = self._known.get(key)
        if known is None or known[0] is not reading:
            known = self._known[key] = (reading, reading.value.table.select(selector).total)
        return known[1]

    def keep(self, nodes: Iterable[NodeSnapshot]) -> None:
        """Forget what is of other readings than those of these nodes."""
        last = {node.name: node.metrics for node in nodes}
        # In one step: a thread may be counting meanwhile.
        known = list(self._known.items())
        self._known = {key: counted for key, counted in known if last.get(key[0]) is counted[0]}
