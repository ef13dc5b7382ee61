"""The view: which rows of a queue table are shown, and in which order."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from kumo_tui.model.filtering import NO_FILTER, QueueFilter
from kumo_tui.model.names import Part, QueueParts
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.trend import LEAST_S, Trend

ROW_LIMIT = 1000

_ANY_PARTS = QueueParts(None, None, "", None)

Choice = TypeVar("Choice")


class SortKey(StrEnum):
    """What rows are ordered by; equal rows by name, so that they never swap places."""

    MESSAGES = "messages"
    RATE = "per min"
    BOUNCED = "bounced"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """What the operator wants to see: filter, order, grouping (None: single queues), how many rows."""

    filter: QueueFilter = NO_FILTER
    sort: SortKey = SortKey.MESSAGES
    reverse: bool = False
    group: Part | None = None
    limit: int = ROW_LIMIT
    with_empty: bool = False

    def next_sort(self) -> "ViewSpec":
        """The next order of the round."""
        return replace(self, sort=_after(list(SortKey), self.sort), reverse=False)

    def next_group(self) -> "ViewSpec":
        """The next grouping of the round, ending in none."""
        return replace(self, group=_after([None, *Part], self.group))


@dataclass(frozen=True, slots=True)
class Row:
    """One shown row: a queue, or a group of queues that share one part.

    `key` is the raw queue name, or the raw value of the group's part (None: queues without that part).
    """

    key: str | None
    messages: int
    queues: int


@dataclass(frozen=True, slots=True)
class View:
    """The shown rows and what they were taken from: matching queues and their messages, all queues with mail."""

    spec: ViewSpec
    rows: tuple[Row, ...]
    matching_rows: int
    matching_queues: int
    matching_messages: int
    all_queues: int


def build_view(table: QueueTable, spec: ViewSpec, trend: Trend, bounced: Mapping[str, int]) -> View:
    """The view of this table. Queues of 0 messages are shown only where they have bounced totals."""
    matching = _matching(table, spec, bounced)
    if spec.group is not None:
        return _grouped_view(table, matching, spec.group, spec, trend, bounced)
    kept = table if len(matching) == len(table) else table.take(matching)
    shown = _first(kept.names, kept.messages, spec, trend, bounced)
    rows = tuple(Row(kept.names[at], kept.messages[at], 1) for at in shown)
    return View(spec, rows, len(kept), len(kept), kept.total, table.standing)


def _grouped_view(
    table: QueueTable,
    matching: Sequence[int],
    group: Part,
    spec: ViewSpec,
    trend: Trend,
    bounced: Mapping[str, int],
) -> View:
    groups = table.sum_rows(matching, group)
    keys, messages = list(groups), [messages for messages, _queues in groups.values()]
    shown = _first(keys, messages, spec, trend, bounced)
    rows = tuple(Row(keys[at], *groups[keys[at]]) for at in shown)
    return View(spec, rows, len(keys), len(matching), sum(messages), table.standing)


def grouped(table: QueueTable, part: Part) -> Mapping[str | None, tuple[int, int]]:
    """Messages and number of queues per value of a part; None gathers the queues without it."""
    return table.by_value(part)


def _matching(table: QueueTable, spec: ViewSpec, bounced: Mapping[str, int]) -> Sequence[int]:
    """Positions of the rows that are shown or summed."""
    rows: Sequence[int] = range(len(table))
    if not spec.with_empty and table.standing < len(table):
        rows = [row for row, (name, count) in enumerate(table) if count or name in bounced]
    if spec.filter.is_empty:
        return rows
    names, passes = table.names, spec.filter.passes
    if not spec.filter.uses_parts:
        return [row for row in rows if passes(names[row], _ANY_PARTS)]
    parts = table.parts
    return [row for row in rows if passes(names[row], parts[row])]


def _first(
    keys: Sequence[str | None],
    messages: Sequence[int],
    spec: ViewSpec,
    trend: Trend,
    bounced: Mapping[str, int],
) -> Sequence[int]:
    """Positions of the rows to show, in order."""
    if spec.sort is SortKey.NAME:
        pick = heapq.nlargest if spec.reverse else heapq.nsmallest
        return pick(spec.limit, range(len(keys)), key=lambda at: _by_name(keys[at]))
    values = _values(keys, messages, spec, trend, bounced)
    sign = 1 if spec.reverse else -1
    rows: Sequence[int] = range(len(values))
    if len(rows) > spec.limit:
        # Only what reaches the last shown value is put in order: a sort of plain numbers is cheap.
        last = sorted(values, reverse=not spec.reverse)[max(0, spec.limit - 1)]
        rows = [at for at, value in enumerate(values) if sign * value <= sign * last]
    return heapq.nsmallest(spec.limit, rows, key=lambda at: (sign * values[at], _by_name(keys[at])))


def _by_name(key: str | None) -> tuple[bool, str]:
    """The order of names: queues without the part come before those where it is empty."""
    return key is not None, key or ""


def _values(
    keys: Sequence[str | None],
    messages: Sequence[int],
    spec: ViewSpec,
    trend: Trend,
    bounced: Mapping[str, int],
) -> Sequence[float]:
    if spec.sort is SortKey.RATE:
        rate = rate_reader(trend, spec.group)
        return [rate(key) or 0.0 for key in keys]
    if spec.sort is SortKey.BOUNCED:
        total = bounced_reader(bounced, spec.group)
        return [total(key) for key in keys]
    return messages


def rate_reader(trend: Trend, group: Part | None) -> Callable[[str | None], float | None]:
    """A function from row key to growth in messages a minute, None while it is too early."""
    if group is None:
        rate = trend.rates()
        return lambda key: rate(key or "")
    if trend.span_s < LEAST_S:
        return lambda _key: None
    newest, oldest = grouped(trend.newest, group), grouped(trend.oldest, group)
    per_minute = 60 / trend.span_s
    return lambda key: (newest.get(key, (0, 0))[0] - oldest.get(key, (0, 0))[0]) * per_minute


def bounced_reader(bounced: Mapping[str, int], group: Part | None) -> Callable[[str | None], int]:
    """A function from row key to bounced messages."""
    if group is None:
        return lambda key: bounced.get(key or "", 0)
    sums = grouped(QueueTable.of(bounced), group)
    return lambda key: sums.get(key, (0, 0))[0]


def _after(choices: list[Choice], current: Choice) -> Choice:
    return choices[(choices.index(current) + 1) % len(choices)]
