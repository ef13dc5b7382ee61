"""The queue table: raw names and message counts in columns, small enough for a million rows."""

import heapq
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from kumo_tui.model.filtering import QueueFilter
from kumo_tui.model.names import Part
from kumo_tui.model.queue_names import Grouping, PartColumns, QueueNames
from kumo_tui.model.selector import Criteria, ExactQueues, Selector

_LARGEST = 2**63 - 1


@dataclass(frozen=True, eq=False)
class QueueTable:
    """Messages per scheduled queue, as `scheduled_count` shows them.

    `names` holds raw names, `messages` (same length, signed 64 bit) their counts, never negative. Queues of
    0 messages may be in it: the server keeps a series until it forgets the queue (KUMOMTA.md 5.4). What is derived
    from names is kept with them where they are `QueueNames`.
    """

    names: Sequence[str]
    messages: "array[int]"

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "QueueTable":
        """A table of these counts by raw name; what a column cannot hold is cut to the largest it can."""
        try:
            column = array("q", counts.values())
        except OverflowError:
            column = array("q", [min(count, _LARGEST) for count in counts.values()])
        return cls(list(counts), column)

    @classmethod
    def of_columns(
        cls, names: Sequence[str], messages: "array[int]", *, total: int, standing: int
    ) -> "QueueTable":
        """A table of which the sums are known."""
        table = cls(names, messages)
        vars(table).update(total=total, standing=standing)
        return table

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self.names, self.messages, strict=True)

    @cached_property
    def total(self) -> int:
        """Messages in all queues."""
        return sum(self.messages)

    @cached_property
    def standing(self) -> int:
        """How many queues hold at least one message."""
        return len(self.messages) - self.messages.count(0)

    @property
    def index(self) -> Mapping[str, int]:
        """Position of each raw name."""
        return self._names.positions

    @property
    def parts(self) -> PartColumns:
        """The parsed name of each row."""
        return self._names.parts

    @cached_property
    def _names(self) -> QueueNames:
        return self.names if isinstance(self.names, QueueNames) else QueueNames(self.names)

    def passing(self, wanted: QueueFilter, pause: Callable[[], None] = lambda: None) -> Sequence[int]:
        """Positions of the queues whose names pass a filter (see `QueueNames.passing`)."""
        return range(len(self)) if wanted.is_empty else self._names.passing(wanted, pause)

    def messages_of(self, name: str) -> int | None:
        """Messages of one queue, None when the table has no such queue."""
        position = self.index.get(name)
        return None if position is None else self.messages[position]

    def select(self, selector: Selector) -> "QueueTable":
        """The rows of queues that the selector means, in this table's order."""
        if isinstance(selector, ExactQueues):
            return self.take(sorted(self.index[name] for name in selector.names if name in self.index))
        if not isinstance(selector, Criteria):
            return self
        left, right = selector.hints()
        return self.take(
            [
                row
                for row, name in enumerate(self.names)
                if left in name and right in name and selector.matches(name)
            ]
        )

    def take(self, positions: Sequence[int]) -> "QueueTable":
        """The rows at these positions, in the order given."""
        return QueueTable(
            [self.names[row] for row in positions], array("q", [self.messages[row] for row in positions])
        )

    def nonempty(self) -> "QueueTable":
        """The rows with at least one message."""
        if self.standing == len(self):
            return self
        return self.take([row for row, count in enumerate(self.messages) if count])

    def top(self, limit: int) -> list[tuple[str, int]]:
        """The `limit` largest queues, largest first, equal ones by name."""
        return heapq.nsmallest(limit, self, key=lambda row: (-row[1], row[0]))

    def largest_first(self) -> "QueueTable":
        """All rows, largest first, equal ones by name."""
        order = sorted(range(len(self.names)), key=self.names.__getitem__)
        order.sort(key=self.messages.__getitem__, reverse=True)
        return self.take(order)

    def as_counts(self) -> dict[str, int]:
        """Messages by raw name."""
        return dict(zip(self.names, self.messages, strict=True))

    def distinct(self, part: Part) -> Mapping[str, int]:
        """Messages by the value of one part, over the rows that have that part."""
        sums = self.by_value(part)
        return {value: count for value, count in zip(sums, sums.messages, strict=True) if value is not None}

    def by_value(self, part: Part) -> "Sums":
        """Messages and number of queues per value of a part; None gathers the queues without it."""
        known = self._sums.get(part)
        if known is None:
            known = self._sums[part] = self.sum_rows(range(len(self)), part)
        return known

    def sum_rows(self, rows: Iterable[int], part: Part) -> "Sums":
        """The same as `by_value`, over the rows at these positions."""
        grouping = self.parts.grouping(part)
        messages, queues = array("q", bytes(8 * len(grouping.values))), array("q", bytes(8 * len(grouping.values)))
        places, counts = grouping.places, self.messages
        for row in rows:
            place = places[row]
            queues[place] += 1
            try:
                messages[place] += counts[row]
            except OverflowError:
                messages[place] = _LARGEST
        return Sums(grouping, messages, queues)

    def holds(self, criteria: Criteria) -> bool:
        """Whether the criteria mean any queue of the table; cheap for many criteria, one after the other."""
        return self._names.holds((criteria.campaign, criteria.tenant, criteria.domain, criteria.routing_domain))

    @cached_property
    def _sums(self) -> "dict[Part, Sums]":
        """What `by_value` found: forms and groups ask again and again."""
        return {}


class Sums(Mapping[str | None, tuple[int, int]]):
    """Messages and number of queues per value of a part, in columns; None gathers the queues without the part."""

    def __init__(self, grouping: Grouping, messages: "array[int]", queues: "array[int]") -> None:
        self._grouping = grouping
        self._messages = messages
        self._queues = queues
        self._present = [place for place, number in enumerate(queues) if number] if 0 in queues else None

    @property
    def messages(self) -> Sequence[int]:
        """Messages, in the order of the values."""
        if self._present is None:
            return self._messages
        return [self._messages[place] for place in self._present]

    def __getitem__(self, value: str | None) -> tuple[int, int]:
        place = self._grouping.index[value]
        if not self._queues[place]:
            raise KeyError(value)
        return self._messages[place], self._queues[place]

    def __iter__(self) -> Iterator[str | None]:
        values = self._grouping.values
        return iter(values) if self._present is None else (values[place] for place in self._present)

    def __len__(self) -> int:
        return len(self._grouping.values) if self._present is None else len(self._present)


EMPTY_TABLE = QueueTable(QueueNames(), array("q"))


def merge(tables: Iterable[QueueTable]) -> QueueTable:
    """Messages summed over several nodes; a queue name means the same queue on each of them."""
    several = tuple(tables)
    return several[0] if len(several) == 1 else _merged(several)


@lru_cache(maxsize=4)
def _merged(several: tuple[QueueTable, ...]) -> QueueTable:
    """Tables are compared by identity: a snapshot after which no table is new sums nothing anew."""
    sums: dict[str, int] = {}
    for table in several:
        for name, count in table:
            sums[name] = sums.get(name, 0) + count
    return QueueTable.of(sums)
