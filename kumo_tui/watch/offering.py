"""Counting what stands on nodes that an operation could be sent on to: once for each reading of a node."""

from collections.abc import Sequence

from kumo_tui.model.offer import Offer
from kumo_tui.model.offers import offers
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, OperationStatus, Timed


class Offering:
    """Finds the offers of each snapshot, and keeps what it counted for as long as somebody may ask for it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Selector], tuple[Timed[Metrics], int]] = {}
        self._asked: set[tuple[str, Selector]] = set()

    def seen(self, operations: Sequence[OperationStatus], nodes: Sequence[NodeSnapshot]) -> tuple[Offer, ...]:
        """The offers as the operations, the newest first, and the nodes are now."""
        self._asked = set()
        found = tuple(offers(operations, nodes, self._standing))
        self._known = {key: known for key, known in self._known.items() if key in self._asked}
        return found

    def _standing(self, node: NodeSnapshot, selector: Selector) -> int:
        reading = node.metrics
        if reading is None:
            return 0
        key = (node.name, selector)
        self._asked.add(key)
        known = self._known.get(key)
        if known is None or known[0] is not reading:
            known = self._known[key] = (reading, reading.value.table.select(selector).total)
        return known[1]
