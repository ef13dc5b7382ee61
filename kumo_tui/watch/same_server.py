"""Which nodes are one server, reached twice: by what they tell of themselves, or by their addresses.

A server tells an id that its machine has, and since when its process is online (KUMOMTA.md 1.12). Both alike is
one server; one id and two starts are two servers of one image. Where a node tells neither, only two spellings of
the same address of this machine show it.
"""

from collections.abc import Mapping, Sequence

from kumo_tui.model.snapshot import MachineInfo
from kumo_tui.urls import place_of
from kumo_tui.watch.node_watch import NodeWatch

_Who = tuple[str, object]


class SameServers:
    """Finds them, and remembers: a restart shows first in one of two readings of the same server."""

    def __init__(self) -> None:
        self._same: Mapping[str, str] = {}
        self._nodes: Mapping[str, NodeWatch] = {}
        self._differs_since: dict[tuple[str, str], float] = {}
        self._stamp: object = None

    def look(self, nodes: Sequence[NodeWatch], now: float) -> Mapping[str, str]:
        """Per node that is the same server as one before it in the list, the name of that one.

        Nodes that are off come after the others: where the first of two is off, the other one counts.
        """
        ordered = sorted(nodes, key=lambda node: not node.enabled)
        stamp = tuple((node, node.enabled, node.told_info_at) for node in ordered)
        if stamp != self._stamp:
            there = {node.name: node for node in ordered}
            # What is remembered of a name is another server's where the list has the name at another address now.
            self._same = {
                name: first
                for name, first in self._same.items()
                if all(there.get(known) is self._nodes[known] for known in (name, first))
            }
            self._same, self._nodes, self._stamp = self._found(ordered, now), there, stamp
        return self._same

    def _found(self, nodes: Sequence[NodeWatch], now: float) -> Mapping[str, str]:
        same: dict[str, str] = {}
        by_info: dict[_Who, NodeWatch] = {}
        by_place: dict[object, NodeWatch] = {}
        alone: dict[str, NodeWatch] = {}
        for node in nodes:
            first = by_info.get(_who(node.info)) if node.info else None
            first = first or self._as_before(node, alone, now)
            neighbour = by_place.setdefault(place_of(node.url), node)
            if first is None and neighbour is not node and not (node.info and neighbour.info):
                first = neighbour
            if first is not None:
                same[node.name] = first.name
                continue
            alone[node.name] = node
            if node.info:
                by_info[_who(node.info)] = node
        return same

    def _as_before(self, node: NodeWatch, alone: Mapping[str, NodeWatch], now: float) -> NodeWatch | None:
        """The node that it was the same as, unless both have told since then that they are two."""
        first = alone.get(self._same.get(node.name, ""))
        if first is None:
            return None
        pair = (first.name, node.name)
        if node.info is None or first.info is None or _who(node.info) == _who(first.info):
            self._differs_since.pop(pair, None)
            return first
        since = self._differs_since.setdefault(pair, now)
        if min(node.told_info_at, first.told_info_at) <= since:
            return first
        del self._differs_since[pair]
        return None


def _who(info: MachineInfo) -> _Who:
    return info.node_id, info.online_since
