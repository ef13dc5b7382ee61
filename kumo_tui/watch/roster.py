"""The nodes of the watch while their list changes: who is there, who leaves, who takes a place later."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kumo_tui.errors import Refused
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.node.client import NodeClient
from kumo_tui.profiles import NodeSettings
from kumo_tui.text import clean
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.same_server import SameServers

Make = Callable[[NodeSettings], NodeWatch]

# What of a node's settings says nothing about how it is reached.
_NOT_REACH = {"enabled": True, "read_only": False, "instance": ""}


class NotWatched(Refused, KeyError):
    """The node is in no list any more, and nothing of ours is there: nothing can be asked of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a new list of nodes came to: those that are read from now on, and those that are not any more.

    `retired` are connections that another one has taken the place of, or that are not wanted any more.
    """

    joined: tuple[NodeWatch, ...] = ()
    left: tuple[NodeWatch, ...] = ()
    retired: tuple[NodeClient, ...] = ()


class Clients(Mapping[str, NodeClient]):
    """The clients of the nodes that are there now, by name. Raises NotWatched for one that is not."""

    def __init__(self, roster: "Roster") -> None:
        self._roster = roster

    def __getitem__(self, name: str) -> NodeClient:
        watch = self._roster.find(name)
        if watch is None:
            raise NotWatched(f"{clean(name)} is not among the nodes any more.", "Nothing was sent there.")
        return watch.client

    def __iter__(self) -> Iterator[str]:
        return (watch.name for watch in self._roster.nodes)

    def __len__(self) -> int:
        return len(self._roster.nodes)


class Roster:
    """Every node of the watch, in the order of the list; those that are leaving come last.

    A node that the list has no more stays while something of ours is open there, and so does one that the list has
    at another address: the new one takes its place once that is over.
    """

    def __init__(self, nodes: Iterable[NodeWatch] = ()) -> None:
        self._watches = {watch.name: watch for watch in nodes}
        self._settings: dict[str, NodeSettings] = {}
        self._leaving: frozenset[str] = frozenset()
        self._coming: dict[str, tuple[NodeSettings, NodeWatch]] = {}
        self._ordered: dict[str, dict[str, bool]] = {}
        self._same = SameServers()
        self.clients = Clients(self)

    @property
    def nodes(self) -> tuple[NodeWatch, ...]:
        """The nodes that are there now."""
        return tuple(self._watches.values())

    @property
    def is_changing(self) -> bool:
        """Whether a node leaves, waits for a place, or is to be switched, once nothing of ours is open there."""
        return bool(self._leaving or self._ordered)

    def find(self, name: str) -> NodeWatch | None:
        """The node of this name, None where it is not there any more."""
        return self._watches.get(name)

    def snapshots(self, now: float) -> Sequence[NodeSnapshot]:
        """Every node as it is known now."""
        same = self._same.look(self.nodes, now)
        marked = self._leaving | same.keys()
        return [
            replace(watch.snapshot(), leaving=watch.name in self._leaving, same_as=same.get(watch.name, ""))
            if watch.name in marked
            else watch.snapshot()
            for watch in self.nodes
        ]

    def remember(self, nodes: Iterable[NodeSettings]) -> None:
        """Take these as the settings that the nodes which are there were made from."""
        self._settings |= {node.label: node for node in nodes if node.label in self._watches}

    def take(self, wanted: Sequence[NodeSettings], make: Make, is_held: Callable[[str], bool]) -> Change:
        """Take another list of nodes. `make` gives a node's watch; what it raises leaves everything as it was.

        `is_held` says whether something of ours is open on a node.
        """
        new = {node.label: (node, make(node)) for node in wanted if not self._is_known(node)}
        at_once = {name: pair for name, pair in new.items() if self._has_place(name, pair[1])}
        retired = tuple(
            self._reached_by(watch) for name, (_node, watch) in at_once.items() if name in self._watches
        )
        joined = tuple(watch for name, (_node, watch) in at_once.items() if name not in self._watches)
        self._watches |= {watch.name: watch for watch in joined}
        for node in wanted:
            if node.label not in new or node.label in at_once:
                self._note_orders(node)
        listed = {node.label: node for node in wanted}
        waiting = {**self._coming, **{name: pair for name, pair in new.items() if name not in at_once}}
        before = self._coming
        self._coming = {
            name: (listed[name], watch)
            for name, (node, watch) in waiting.items()
            if name in listed and _reach(node) == _reach(listed[name])
        }
        for node, watch in self._coming.values():
            watch.enabled, watch.read_only = node.enabled, node.read_only
        kept = [watch for _node, watch in self._coming.values()]
        retired += tuple(watch.client for _node, watch in before.values() if watch not in kept)
        self._leaving = frozenset(name for name in self._watches if name not in listed or name in self._coming)
        here = [name for name in listed if name in self._watches and name not in self._leaving]
        order = (*here, *(name for name in self._watches if name not in here))
        self._watches = {name: self._watches[name] for name in order}
        more = self.settled(is_held)
        return Change((*joined, *more.joined), more.left, retired)

    def settled(self, is_held: Callable[[str], bool]) -> Change:
        """Where nothing of ours is open any more, switch who waited for that and let those go that are leaving."""
        self._obey(is_held)
        left = tuple(watch for watch in self.nodes if watch.name in self._leaving and not is_held(watch.name))
        joined = []
        for watch in left:
            node, successor = self._coming.pop(watch.name, (None, None))
            self._settings.pop(watch.name, None)
            if node is None or successor is None:
                del self._watches[watch.name]
            else:
                self._watches[watch.name], self._settings[watch.name] = successor, node
                joined.append(successor)
        self._leaving -= {watch.name for watch in left}
        return Change(tuple(joined), left)

    def _is_known(self, node: NodeSettings) -> bool:
        """Whether the node is there, or waits for its place, and is reached as it is."""
        waits, there = self._coming.get(node.label), self._settings.get(node.label)
        known = waits[0] if waits is not None else there
        if known is not None:
            return _reach(known) == _reach(node)
        watch = self._watches.get(node.label)
        return watch is not None and watch.url == node.url

    def _has_place(self, name: str, watch: NodeWatch) -> bool:
        there = self._watches.get(name)
        return there is None or there.url == watch.url

    def _reached_by(self, watch: NodeWatch) -> NodeClient:
        """Have the node that is there reached as this watch would; the connection of before."""
        there = self._watches[watch.name]
        there.client, before = watch.client, there.client
        return before

    def _note_orders(self, node: NodeSettings) -> None:
        """Note what the settings say of reading it and acting on it, where they say another thing than before."""
        before = self._settings.get(node.label, node)
        self._settings[node.label] = node
        orders = self._ordered.pop(node.label, {})
        if before.read_only != node.read_only:
            orders["read_only"] = node.read_only
        if before.enabled != node.enabled:
            orders["enabled"] = node.enabled
        if orders:
            self._ordered[node.label] = orders

    def _obey(self, is_held: Callable[[str], bool]) -> None:
        """Switch nodes as was noted: what is ours there is read, and may be ended, until it is over."""
        for name in [name for name in self._ordered if not is_held(name)]:
            orders, watch = self._ordered.pop(name), self._watches.get(name)
            if watch is not None:
                watch.read_only = orders.get("read_only", watch.read_only)
                watch.enabled = orders.get("enabled", watch.enabled)


def _reach(node: NodeSettings) -> NodeSettings:
    """The node without what says nothing of how it is reached."""
    return node.model_copy(update=_NOT_REACH)
