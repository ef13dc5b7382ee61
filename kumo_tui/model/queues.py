"""The queue table: raw names and message counts in columns, small enough for a million rows."""

import heapq
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter

from kumo_tui.model.names import Part, QueueParts, parse_name
from kumo_tui.model.selector import Criteria, ExactQueues, Selector

_LARGEST = 2**63 - 1


@dataclass(frozen=True, eq=False)
class QueueTable:
    """Messages per scheduled queue, as `scheduled_count` shows them.

    `names` holds raw names, `messages` (same length, signed 64 bit) their counts, never negative. Queues of
    0 messages may be in it: the server keeps a series until it forgets the queue (KUMOMTA.md 5.4).
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
        return sum(1 for count in self.messages if count)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Position of each raw name."""
        return {name: position for position, name in enumerate(self.names)}

    @cached_property
    def parts(self) -> Sequence[QueueParts]:
        """The parsed name of each row; equal values are one string, for a million rows' sake."""
        one: dict[str | None, str | None] = {}
        same = one.setdefault
        return [
            QueueParts(same(campaign, campaign), same(tenant, tenant), domain, same(routing, routing))
            for campaign, tenant, domain, routing in map(parse_name, self.names)
        ]

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
        return {value: sums[0] for value, sums in self.by_value(part).items() if value is not None}

    def by_value(self, part: Part) -> Mapping[str | None, tuple[int, int]]:
        """Messages and number of queues per value of a part; None gathers the queues without it."""
        known = self._sums.get(part)
        if known is None:
            known = self._sums[part] = self.sum_rows(range(len(self)), part)
        return known

    def sum_rows(self, rows: Iterable[int], part: Part) -> dict[str | None, tuple[int, int]]:
        """The same as `by_value`, over the rows at these positions."""
        sums: dict[str | None, tuple[int, int]] = {}
        column, nothing = list(Part).index(part), (0, 0)
        parts, counts = self.parts, self.messages
        for row in rows:
            value = parts[row][column]
            messages, queues = sums.get(value, nothing)
            sums[value] = (messages + counts[row], queues + 1)
        return sums

    def holds(self, criteria: Criteria) -> bool:
        """Whether the criteria mean any queue of the table; cheap for many criteria, one after the other."""
        wanted = (criteria.campaign, criteria.tenant, criteria.domain, criteria.routing_domain)
        columns = tuple(column for column, value in enumerate(wanted) if value is not None)
        pick = itemgetter(*columns)
        if columns not in self._combinations:
            self._combinations[columns] = frozenset(map(pick, self.parts))
        return pick(wanted) in self._combinations[columns]

    @cached_property
    def _combinations(self) -> dict[tuple[int, ...], frozenset[object]]:
        """What `holds` found: the values that queues have together, by which parts were asked for."""
        return {}

    @cached_property
    def _sums(self) -> dict[Part, Mapping[str | None, tuple[int, int]]]:
        """What `by_value` found: forms and groups ask again and again."""
        return {}


EMPTY_TABLE = QueueTable((), array("q"))


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
