"""The view: which rows of a queue table are shown, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from kumo_tui.model.filtering import NO_FILTER, QueueFilter
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable, Sums
from kumo_tui.model.ranking import first_by_name, first_by_value
from kumo_tui.model.trend import LEAST_S, Trend

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
    """What the operator wants to see: filter, order, grouping (None: single queues), how many rows.

    `node` is the name of the node whose rows are shown alone, empty for those of all nodes.
    """

    filter: QueueFilter = NO_FILTER
    sort: SortKey = SortKey.MESSAGES
    reverse: bool = False
    group: Part | None = None
    limit: int = ROW_LIMIT
    with_empty: bool = False
    node: str = ""

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
    """The shown rows and what they were taken from: matching queues and their messages, all queues with mail.

    `rates` is growth in messages a minute by the key of a shown row; empty while it is too early.
    """

    spec: ViewSpec
    rows: tuple[Row, ...]
    rates: Mapping[str | None, float]
    matching_rows: int
    matching_queues: int
    matching_messages: int
    all_queues: int


def build_view(
    table: QueueTable,
    spec: ViewSpec,
    trend: Trend,
    bounced: Mapping[str, int],
    pause: Callable[[], None] = lambda: None,
) -> View:
    """The view of this table. Queues of 0 messages are shown only where they have bounced totals.

    `trend` may end before this table or hold none: rates are those of its own newest one. `pause` is called now
    and then while a filter is applied, and may raise to give up; raises InputError where the filter is too slow.
    """
    matching = _matching(table, spec, bounced, pause)
    if spec.group is not None:
        return _grouped_view(table, matching, spec.group, spec, trend, bounced)
    names, counts = table.names, table.messages
    growth = _Growth(table, trend)
    shown = _first(matching, names.__getitem__, _queue_values(table, matching, spec, growth, bounced), spec)
    rows = tuple(Row(names[at], counts[at], 1) for at in shown)
    total = table.total if len(matching) == len(table) else sum(counts[at] for at in matching)
    return View(spec, rows, growth.rates(shown), len(matching), len(matching), total, table.standing)


def _grouped_view(
    table: QueueTable,
    matching: Sequence[int],
    group: Part,
    spec: ViewSpec,
    trend: Trend,
    bounced: Mapping[str, int],
) -> View:
    is_all = len(matching) == len(table)
    groups = table.by_value(group) if is_all else table.sum_rows(matching, group)
    keys = list(groups)
    rate = group_rates(trend, group)
    values = _group_values(groups, keys, spec, rate, bounced)
    shown = _first(range(len(keys)), lambda at: _by_name(keys[at]), values, spec)
    rows = tuple(Row(keys[at], *groups[keys[at]]) for at in shown)
    rates = {row.key: known for row in rows if (known := rate(row.key)) is not None}
    return View(spec, rows, rates, len(keys), len(matching), sum(groups.messages), table.standing)


def _matching(
    table: QueueTable, spec: ViewSpec, bounced: Mapping[str, int], pause: Callable[[], None]
) -> Sequence[int]:
    """Positions of the rows that are shown or summed."""
    rows = table.passing(spec.filter, pause)
    if spec.with_empty or table.standing == len(table):
        return rows
    names, counts = table.names, table.messages
    return [row for row in rows if counts[row] or names[row] in bounced]


class _Growth:
    """How the queues of a table grow: by position where the trend ends with this very table, else by name."""

    def __init__(self, table: QueueTable, trend: Trend) -> None:
        self._table = table
        self._trend = trend
        self._is_known = trend.span_s >= LEAST_S

    def changes(self, rows: Sequence[int]) -> Sequence[float]:
        """Messages more since the oldest table, for the queues at these rows; 0 while it is too early."""
        if not self._is_known:
            return [0] * len(rows)
        if self._trend.newest is self._table:
            return self._trend.changes(rows)
        rate, names = self._trend.rates(), self._table.names
        return [rate(names[row]) or 0 for row in rows]

    def rates(self, rows: Sequence[int]) -> Mapping[str | None, float]:
        """Growth in messages a minute by raw name, for the queues at these rows."""
        if not self._is_known:
            return {}
        to_minute = 60 / self._trend.span_s if self._trend.newest is self._table else 1
        changes = self.changes(rows)
        return {self._table.names[row]: change * to_minute for row, change in zip(rows, changes, strict=True)}


def _queue_values(
    table: QueueTable, rows: Sequence[int], spec: ViewSpec, growth: _Growth, bounced: Mapping[str, int]
) -> Sequence[float] | None:
    """What each of these rows is ordered by; None for its name."""
    match spec.sort:
        case SortKey.NAME:
            return None
        case SortKey.RATE:
            return growth.changes(rows)
        case SortKey.BOUNCED:
            return [bounced.get(table.names[row], 0) for row in rows]
    return table.messages if len(rows) == len(table) else [table.messages[row] for row in rows]


def _group_values(
    groups: Sums,
    keys: Sequence[str | None],
    spec: ViewSpec,
    rate: Callable[[str | None], float | None],
    bounced: Mapping[str, int],
) -> Sequence[float] | None:
    match spec.sort:
        case SortKey.NAME:
            return None
        case SortKey.RATE:
            return [rate(key) or 0.0 for key in keys]
        case SortKey.BOUNCED:
            total = bounced_reader(bounced, spec.group)
            return [total(key) for key in keys]
    return groups.messages


def _first(
    rows: Sequence[int],
    name_of: Callable[[int], Any],
    values: Sequence[float] | None,
    spec: ViewSpec,
) -> Sequence[int]:
    """The rows to show, in order: by their values (same length as `rows`), or by name without any."""
    if values is None:
        return first_by_name(rows, name_of, spec.limit, reverse=spec.reverse)
    return first_by_value(rows, values, name_of, spec.limit, largest=not spec.reverse)


def _by_name(key: str | None) -> tuple[bool, str]:
    """The order of names: queues without the part come before those where it is empty."""
    return key is not None, key or ""


def group_rates(trend: Trend, group: Part) -> Callable[[str | None], float | None]:
    """A function from a part's value to growth in messages a minute, None while it is too early."""
    if trend.span_s < LEAST_S:
        return lambda _key: None
    newest, oldest = trend.newest.by_value(group), trend.oldest.by_value(group)
    per_minute = 60 / trend.span_s
    return lambda key: (newest.get(key, (0, 0))[0] - oldest.get(key, (0, 0))[0]) * per_minute


def bounced_reader(bounced: Mapping[str, int], group: Part | None) -> Callable[[str | None], int]:
    """A function from row key to bounced messages."""
    if group is None:
        return lambda key: bounced.get(key or "", 0)
    sums = QueueTable.of(bounced).by_value(group)
    return lambda key: sums.get(key, (0, 0))[0]


def _after(choices: list[Choice], current: Choice) -> Choice:
    return choices[(choices.index(current) + 1) % len(choices)]
