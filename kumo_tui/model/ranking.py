"""The first rows of very many: by a number, equal ones by name, without putting all of them in order."""

import heapq
from collections.abc import Callable, Sequence
from typing import Any

from kumo_tui.model.queue_names import SLICE


def first_by_name(rows: Sequence[int], name_of: Callable[[int], Any], limit: int, *, reverse: bool) -> list[int]:
    """At most `limit` of the rows, by their names, which can be compared with each other."""
    pick = heapq.nlargest if reverse else heapq.nsmallest
    return pick(limit, rows, key=name_of)


def first_by_value(
    rows: Sequence[int],
    values: Sequence[float],
    name_of: Callable[[int], Any],
    limit: int,
    *,
    largest: bool,
) -> list[int]:
    """At most `limit` of the rows, by their values (same length as `rows`), equal ones by their names.

    Names are asked for where they decide. No step holds a key that is typed meanwhile for long: numbers are put
    in order slice by slice.
    """
    sign = -1 if largest else 1
    if len(rows) <= limit:
        better = list(range(len(rows)))
        better.sort(key=lambda place: (sign * values[place], name_of(rows[place])))
        return [rows[place] for place in better]
    last = _last_of_first(values, limit, largest=largest)
    better = [place for place, value in enumerate(values) if (value > last if largest else value < last)]
    better.sort(key=lambda place: (sign * values[place], name_of(rows[place])))
    equal = (row for row, value in zip(rows, values, strict=True) if value == last)
    return [*(rows[place] for place in better), *heapq.nsmallest(limit - len(better), equal, key=name_of)]


def _last_of_first(values: Sequence[float], limit: int, *, largest: bool) -> float:
    """The value of the last row that is shown, of more rows than `limit`."""
    best = sorted(values[:SLICE], reverse=largest)[:limit]
    for start in range(SLICE, len(values), SLICE):
        some = values[start : start + SLICE]
        if len(best) == limit:
            last = best[-1]
            some = [value for value in some if (value > last if largest else value < last)]
        if some:
            best = sorted([*best, *some], reverse=largest)[:limit]
    return best[-1]
