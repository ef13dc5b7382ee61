"""The view: which rows of a queue table are shown, and in which order."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from kumo_tui.model.filtering import NO_FILTER, QueueFilter
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.trend import Trend

ROW_LIMIT = 1000

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
    if spec.group is None:
        rows = [Row(name, count, 1) for name, count in matching]
    else:
        rows = [Row(key, *sums) for key, sums in grouped(matching, spec.group).items()]
    shown = _first_rows(rows, spec, trend, bounced)
    return View(spec, tuple(shown), len(rows), len(matching), matching.total, table.standing)


def grouped(table: QueueTable, part: Part) -> Mapping[str | None, tuple[int, int]]:
    """Messages and number of queues per value of a part; None gathers the queues without it."""
    sums: dict[str | None, tuple[int, int]] = {}
    for parts, count in zip(table.parts, table.messages, strict=True):
        value = parts.get(part)
        messages, queues = sums.get(value, (0, 0))
        sums[value] = (messages + count, queues + 1)
    return sums


def _matching(table: QueueTable, spec: ViewSpec, bounced: Mapping[str, int]) -> QueueTable:
    passes = spec.filter.passes
    everything = spec.filter.is_empty
    return table.take(
        [
            row
            for row, (name, count) in enumerate(table)
            if (count or spec.with_empty or name in bounced) and (everything or passes(name, table.parts[row]))
        ]
    )


def _first_rows(rows: list[Row], spec: ViewSpec, trend: Trend, bounced: Mapping[str, int]) -> list[Row]:
    if spec.sort is SortKey.NAME:
        pick = heapq.nlargest if spec.reverse else heapq.nsmallest
        return pick(spec.limit, rows, key=lambda row: row.key or "")
    measure = _measure(spec, trend, bounced)
    sign = 1 if spec.reverse else -1
    return heapq.nsmallest(spec.limit, rows, key=lambda row: (sign * measure(row), row.key or ""))


def _measure(spec: ViewSpec, trend: Trend, bounced: Mapping[str, int]) -> Callable[[Row], float]:
    if spec.sort is SortKey.RATE:
        rate = rate_reader(trend, spec.group)
        return lambda row: rate(row.key) or 0.0
    if spec.sort is SortKey.BOUNCED:
        total = bounced_reader(bounced, spec.group)
        return lambda row: total(row.key)
    return lambda row: row.messages


def rate_reader(trend: Trend, group: Part | None) -> Callable[[str | None], float | None]:
    """A function from row key to growth in messages a minute, None while it is too early."""
    if group is None:
        return lambda key: trend.rate_of(key or "")
    if len(trend.samples) < 2:
        return lambda _key: None
    newest, oldest = grouped(trend.newest, group), grouped(trend.oldest, group)
    per_minute = 60 / trend.span_s if trend.span_s else 0.0
    return lambda key: (newest.get(key, (0, 0))[0] - oldest.get(key, (0, 0))[0]) * per_minute


def bounced_reader(bounced: Mapping[str, int], group: Part | None) -> Callable[[str | None], int]:
    """A function from row key to bounced messages."""
    if group is None:
        return lambda key: bounced.get(key or "", 0)
    sums = grouped(QueueTable.of(bounced), group)
    return lambda key: sums.get(key, (0, 0))[0]


def _after(choices: list[Choice], current: Choice) -> Choice:
    return choices[(choices.index(current) + 1) % len(choices)]
