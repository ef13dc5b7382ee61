"""The part of the watch that has the nodes: they join, leave, are switched off and on while it runs."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from kumo_tui.errors import Refused
from kumo_tui.model.snapshot import ListTrouble
from kumo_tui.node.client import NodeClient
from kumo_tui.profiles import NodeSettings
from kumo_tui.text import clean
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.roster import Change, Make, Roster
from kumo_tui.watch.rounds import Rounds


class Membership(ABC):
    """Keeps the nodes and their loops in step with the list; knows nothing of what is followed on them."""

    def __init__(self, roster: Roster, rounds: Rounds) -> None:
        self._roster = roster
        self._rounds = rounds
        self._acted_on: Counter[str] = Counter()
        self._closing: set[asyncio.Task[None]] = set()
        self._list_trouble: ListTrouble | None = None

    @property
    def clients(self) -> Mapping[str, NodeClient]:
        """The clients of the nodes that are there, by name: always those of now. Raises NotWatched for another."""
        return self._roster.clients

    def set_nodes(self, nodes: Sequence[NodeSettings], make: Make) -> None:
        """Take another list of nodes, with names that are there once, while the loops run.

        One that is new is read at once. One that the list has no more goes, its loop and its connection too; while
        something of ours is open there it stays, `leaving`, as does one that the list has at another address. A
        node whose way alone changed is reached by the new one; one that is to be read-only, or off, is so once
        nothing of ours is open there. `make` gives the watch of a node, and nothing is
        changed when it raises.
        """
        self._apply(self._roster.take(nodes, make, self.is_held))
        self._publish()

    def remember(self, nodes: Sequence[NodeSettings]) -> None:
        """Take these as the settings of the nodes that are there: another list is compared with them."""
        self._roster.remember(nodes)

    def set_list_trouble(self, trouble: ListTrouble | None) -> None:
        """Say in every snapshot from now on what is wrong with the list of nodes; None is nothing."""
        if trouble != self._list_trouble:
            self._list_trouble = trouble
            self._publish()

    def set_enabled(self, node: str, *, enabled: bool) -> None:
        """Read this node from now on, at once, or not any more. Raises Refused while something of ours is open."""
        watch = self._roster.find(node)
        if watch is None or watch.enabled is enabled:
            return
        if not enabled:
            self._check_free(node, "stays enabled", "It can be disabled after it.")
        watch.enabled = enabled
        self._rounds.take(self._roster.nodes)
        self._publish()

    def set_read_only(self, node: str, *, read_only: bool) -> None:
        """Only watch this node from now on, or act on it too. Raises Refused while something of ours is open."""
        watch = self._roster.find(node)
        if watch is None or watch.read_only is read_only:
            return
        if read_only:
            self._check_free(node, "stays open to acts", "It can be made read-only after it.")
        watch.read_only = read_only
        self._publish()

    def is_held(self, node: str) -> bool:
        """Whether something of ours is open on a node, or about to leave for it: it is read until that is over."""
        return self._acted_on[node] > 0 or any(True for _words in self._held_by(node))

    @contextmanager
    def acting_on(self, nodes: Iterable[str]) -> Iterator[None]:
        """Keep these nodes, whatever the list says, until what is sent to them is followed."""
        names = tuple(nodes)
        self._acted_on.update(names)
        try:
            yield
        finally:
            self._acted_on.subtract(names)

    @abstractmethod
    def _publish(self) -> object:
        """Tell everybody how things stand now."""

    @abstractmethod
    def _held_by(self, node: str) -> Iterable[str]:
        """What of ours is open on a node, in words."""

    @abstractmethod
    def _joined(self, nodes: Sequence[NodeWatch]) -> None:
        """Go on with what is ours on nodes that have just come."""

    def _check_free(self, node: str, stays: str, way_out: str) -> None:
        """Raise Refused while something of ours is open there, with words for what follows from that."""
        if self.is_held(node):
            open_there = ", ".join(self._held_by(node)) or "an act"
            raise Refused(f"{clean(node)} {stays}: {open_there} is open there.", way_out)

    def _let_leave(self) -> None:
        """Let go whom nothing keeps any more, and switch those that waited for that."""
        if self._roster.is_changing:
            self._apply(self._roster.settled(self.is_held))

    def _apply(self, change: Change) -> None:
        """Read those that joined; end the loops and the connections of those that left."""
        self._rounds.take(self._roster.nodes)
        self._joined(change.joined)
        ended = [*(node.client for node in change.left), *change.retired]
        if ended:
            closing = asyncio.create_task(_close(ended))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _close_all(self) -> None:
        """Close every connection."""
        await asyncio.gather(*self._closing, _close([node.client for node in self._roster.nodes]))


async def _close(clients: Iterable[NodeClient]) -> None:
    await asyncio.gather(*(client.aclose() for client in clients))
