"""The queue table: raw names and message counts in columns, small enough for a million rows."""

import heapq
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kumo_tui.model.names import Part, QueueParts, parse_name
from kumo_tui.model.selector import ExactQueues, Selector


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
        """A table of these counts by raw name."""
        return cls(list(counts), array("q", counts.values()))

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
        """The parsed name of each row."""
        return [parse_name(name) for name in self.names]

    def messages_of(self, name: str) -> int | None:
        """Messages of one queue, None when the table has no such queue."""
        position = self.index.get(name)
        return None if position is None else self.messages[position]

    def select(self, selector: Selector) -> "QueueTable":
        """The rows of queues that the selector means, in this table's order."""
        if isinstance(selector, ExactQueues):
            positions = [self.index[name] for name in selector.names if name in self.index]
            positions.sort()
        else:
            positions = [row for row, name in enumerate(self.names) if selector.matches(name)]
        return self.take(positions)

    def take(self, positions: Sequence[int]) -> "QueueTable":
        """The rows at these positions, in the order given."""
        return QueueTable(
            [self.names[row] for row in positions], array("q", [self.messages[row] for row in positions])
        )

    def nonempty(self) -> "QueueTable":
        """The rows with at least one message."""
        return self.take([row for row, count in enumerate(self.messages) if count])

    def top(self, limit: int) -> list[tuple[str, int]]:
        """The `limit` largest queues, largest first, equal ones by name."""
        return heapq.nsmallest(limit, self, key=lambda row: (-row[1], row[0]))

    def largest_first(self) -> "QueueTable":
        """All rows, largest first, equal ones by name."""
        order = sorted(range(len(self.names)), key=lambda row: (-self.messages[row], self.names[row]))
        return self.take(order)

    def as_counts(self) -> dict[str, int]:
        """Messages by raw name."""
        return dict(zip(self.names, self.messages, strict=True))

    def distinct(self, part: Part) -> dict[str, int]:
        """Messages by the value of one part, over the rows that have that part."""
        sums: dict[str, int] = {}
        for parts, count in zip(self.parts, self.messages, strict=True):
            value = parts.get(part)
            if value is not None:
                sums[value] = sums.get(value, 0) + count
        return sums


EMPTY_TABLE = QueueTable((), array("q"))


def merge(tables: Iterable[QueueTable]) -> QueueTable:
    """Messages summed over several nodes; a queue name means the same queue on each of them."""
    several = list(tables)
    if len(several) == 1:
        return several[0]
    sums: dict[str, int] = {}
    for table in several:
        for name, count in table:
            sums[name] = sums.get(name, 0) + count
    return QueueTable.of(sums)
