"""The queues of a fleet, summed again and again: a new reading of one node costs what that node costs."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable, merge

# Up to so many rows a queue that no node has any more goes at once; above, when they are a part of the table.
FEW_ROWS = 50_000
GONE_PART = 8


class FleetSum:
    """Sums the tables of nodes as `merge` does, from the sum before: only what differs is added and taken away.

    A row keeps its place for as long as possible, and names are only appended, so that what was derived from them
    holds on. In a table of more than FEW_ROWS, queues that no node has any more may stay for a while with 0
    messages. One thread at a time may ask; tables that were given never change.
    """

    def __init__(self) -> None:
        self._start_anew()

    def of(self, tables: Iterable[QueueTable]) -> QueueTable:
        """Messages summed over these tables."""
        several = tuple(tables)
        if len(several) < 2:
            return merge(several)
        if not self.has(several):
            try:
                self._move_to(several)
            except OverflowError:
                # More than a column can hold is cut, and from there is no way back to the sum.
                self._start_anew()
                return merge(several)
        return self._sum

    def has(self, tables: tuple[QueueTable, ...]) -> bool:
        """Whether the sum over these tables was asked for last, and need not be made. Any thread may ask."""
        return tables == self._parts

    def _start_anew(self) -> None:
        self._parts: tuple[QueueTable, ...] = ()
        self._sum = EMPTY_TABLE
        self._line: dict[str, int] = {}
        self._places: dict[int, array[int]] = {}
        self._nodes = array("i")
        self._gone = 0
        self._standing = 0

    def _move_to(self, several: tuple[QueueTable, ...]) -> None:
        came, went = _without(several, self._parts), _without(self._parts, several)
        strangers = (len(table) for table in came if id(table.names) not in self._places)
        if 2 * sum(strangers) > sum(map(len, several)):
            self._start_anew()
            came, went = list(several), []
        messages, fresh = self._sum.messages[:], list[str]()
        for table in came:
            before = next((old for old in went if old.names is table.names), None)
            if before is None:
                places = self._take_in(table.names, fresh)
                messages.extend(array("q", bytes(8 * (len(self._line) - len(messages)))))
                self._add(messages, places, table.messages)
            else:
                went.remove(before)
                self._add(messages, self._places[id(table.names)], _growth(table, before))
        for table in went:
            self._let_go(table.names)
            self._add(messages, self._places[id(table.names)], [-count for count in table.messages])
        if self._gone and (len(messages) <= FEW_ROWS or self._gone * GONE_PART > len(messages)):
            self._start_anew()
            self._move_to(several)
            return
        self._keep(several, messages, fresh)

    def _keep(self, several: tuple[QueueTable, ...], messages: "array[int]", fresh: Sequence[str]) -> None:
        names = self._sum.names if isinstance(self._sum.names, QueueNames) else QueueNames()
        if fresh:
            names = names.followed_by(self._line, fresh)
        total = sum(table.total for table in several)
        self._sum = QueueTable.of_columns(names, messages, total=total, standing=self._standing)
        self._places = {id(table.names): self._places[id(table.names)] for table in several}
        self._parts = several

    def _take_in(self, names: Sequence[str], fresh: list[str]) -> "array[int]":
        """The places of one more node's names; those that no node had are appended to `fresh`."""
        line, nodes = self._line, self._nodes
        places = self._places.get(id(names))
        if places is None:
            places = self._places[id(names)] = array("i")
            for name in names:
                place = line.get(name)
                if place is None:
                    place = line[name] = len(line)
                    fresh.append(name)
                places.append(place)
        self._gone += len(line) - len(nodes)
        nodes.extend(array("i", bytes(nodes.itemsize * (len(line) - len(nodes)))))
        for place in places:
            self._gone -= not nodes[place]
            nodes[place] += 1
        return places

    def _let_go(self, names: Sequence[str]) -> None:
        nodes = self._nodes
        for place in self._places[id(names)]:
            nodes[place] -= 1
            if not nodes[place]:
                self._gone += 1

    def _add(self, messages: "array[int]", places: Sequence[int], changes: Sequence[int]) -> None:
        standing = self._standing
        for place, change in zip(places, changes, strict=False):
            if change:
                before = messages[place]
                after = messages[place] = before + change
                standing += (not before) - (not after)
        self._standing = standing


def _without(tables: Sequence[QueueTable], others: Sequence[QueueTable]) -> list[QueueTable]:
    """The tables that are not among the others, each as often as it is there more often."""
    left = Counter(map(id, others))
    kept = []
    for table in tables:
        left[id(table)] -= 1
        if left[id(table)] < 0:
            kept.append(table)
    return kept


def _growth(table: QueueTable, before: QueueTable) -> Sequence[int]:
    """By how much each row of a table is more than before; empty where none is."""
    if table.messages == before.messages:
        return ()
    return [now - then for now, then in zip(table.messages, before.messages, strict=True)]
