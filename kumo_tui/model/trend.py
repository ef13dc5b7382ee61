"""Trends: how fast queues grow or shrink, from a few earlier tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable

SPAN_S = 60.0
SPACING_S = 10.0
LEAST_S = 1.5


@dataclass(frozen=True, eq=False)
class Trend:
    """Earlier tables with their times (monotonic seconds, oldest first), at least SPACING_S apart.

    Rates are messages a minute over up to SPAN_S, or since the table before where readings are further apart.
    A queue that an earlier table lacks counted 0 there.
    """

    samples: tuple[tuple[float, QueueTable], ...] = ()

    def with_sample(self, at: float, table: QueueTable) -> "Trend":
        """The trend after one more table; old and crowded ones are let go."""
        kept = tuple(sample for sample in self.samples if at - sample[0] <= SPAN_S + SPACING_S)
        kept = kept or self.samples[-1:]
        if len(kept) >= 2 and kept[-1][0] - kept[-2][0] < SPACING_S:
            kept = kept[:-1]
        return Trend((*kept[:1], *((moment, _bare(old, table)) for moment, old in kept[1:]), (at, table)))

    @property
    def span_s(self) -> float:
        """Seconds between the oldest and the newest table; rates need LEAST_S of them."""
        return self.samples[-1][0] - self.samples[0][0] if self.samples else 0.0

    @property
    def oldest(self) -> QueueTable:
        """The table that rates are measured against."""
        return self.samples[0][1] if self.samples else EMPTY_TABLE

    @property
    def newest(self) -> QueueTable:
        """The table that rates are measured for."""
        return self.samples[-1][1] if self.samples else EMPTY_TABLE

    def per_minute(self, measure: Callable[[QueueTable], int]) -> float | None:
        """Growth of whatever `measure` reads off a table, in messages a minute; None while it is too early."""
        if self.span_s < LEAST_S:
            return None
        return (measure(self.newest) - measure(self.oldest)) * 60 / self.span_s

    def rate_of(self, name: str) -> float | None:
        """Growth of one queue in messages a minute, None while it is too early."""
        return self.rates()(name)

    def rates(self) -> Callable[[str], float | None]:
        """A function from raw name to growth in messages a minute; for many queues, faster than `rate_of`."""
        if self.span_s < LEAST_S:
            return lambda _name: None
        now, then = self.newest.messages_of, self.oldest.messages_of
        per_minute = 60 / self.span_s
        return lambda name: ((now(name) or 0) - (then(name) or 0)) * per_minute

    def changes(self, rows: Sequence[int]) -> Sequence[int]:
        """By how many messages the queues at these rows of the newest table have grown, in the order given."""
        newest, oldest = self.newest, self.oldest
        now, then = newest.messages, oldest.messages
        if _begins_with(newest, oldest):
            size = len(oldest)
            return [now[row] - (then[row] if row < size else 0) for row in rows]
        names, earlier = newest.names, oldest.index.get
        places = (earlier(names[row]) for row in rows)
        return [now[row] - (0 if place is None else then[place]) for row, place in zip(rows, places, strict=True)]


def _bare(old: QueueTable, newest: QueueTable) -> QueueTable:
    """The table without what was derived from it: only the oldest and the newest are asked again."""
    if _begins_with(newest, old) or not isinstance(old.names, QueueNames):
        return QueueTable(old.names, old.messages)
    return QueueTable(tuple(old.names), old.messages)


def _begins_with(newest: QueueTable, old: QueueTable) -> bool:
    """Whether the rows of the old table are the first of the newest, or all of them."""
    names = newest.names
    return names is old.names or (isinstance(names, QueueNames) and names.begins_with(old.names))
