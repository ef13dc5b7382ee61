"""Where a bounce starts from: the draft that the cursor, the filter and the marks suggest."""

import heapq
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.names import Part, parse_name
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import Row, ViewSpec

VALUE_LIMIT = 500


def suggest(
    snapshot: Snapshot, spec: ViewSpec, cursor: Row | None, marks: frozenset[str], duration: str = "5m"
) -> Draft:
    """The draft for a bounce asked for here. It never hits more of what stands now than the screen showed.

    Marks come first: exactly the marked queues, with how many of them the filter hides. Else the group under
    the cursor; else the parts that a filter names; else the one criterion that means just what it shows; else the
    queue under the cursor.
    Where criteria would hit other queues too, the queues are named one by one. Raises InputError where the filter
    takes too long.
    """
    base = Draft(duration=duration)
    if marks:
        return _of_marks(snapshot.queues, spec, marks, base)
    if spec.group is not None:
        return _of_group(snapshot.queues, spec, spec.group, cursor, base)
    named = spec.filter.parts
    if named and all(_can_be_typed(*given) for given in named.items()) and _passing(snapshot.queues, spec):
        for part, value in named.items():
            base = base.with_criterion(part, value)
        return base
    if not spec.filter.is_empty:
        found = criterion_of_filter(snapshot.queues, spec)
        if found is not None:
            return base.with_criterion(*found)
    return _of_queue(snapshot.queues, cursor, base)


def criterion_of_filter(table: QueueTable, spec: ViewSpec) -> tuple[Part, str] | None:
    """The criterion that selects exactly the queues that pass the filter, None when no single one does.

    Queues without mail count only where they are shown: the server keeps them for minutes (KUMOMTA.md 5.4).
    """
    shown = _passing(table, spec)
    if not shown:
        return None
    for part in Part:
        grouping = table.parts.grouping(part)
        place = grouping.places[shown[0]]
        value = grouping.values[place]
        if value and _can_be_typed(part, value) and all(grouping.places[row] == place for row in shown):
            meant = table.select(_only(part, value))
            if (len(meant) if spec.with_empty else meant.standing) == len(shown):
                return part, value
    return None


def suggest_queue(snapshot: Snapshot, name: str, duration: str = "5m") -> Draft:
    """The draft for this queue alone, by its raw name; one that no node is known to hold is named exactly."""
    base = Draft(duration=duration)
    if name not in snapshot.queues.names:
        return replace(base, scope=Scope.EXACT, names=(name,))
    return _of_queue(snapshot.queues, Row(name, 0, 1), base)


def live_values(table: QueueTable, part: Part) -> Sequence[str]:
    """Values of one part that live queues have now, those with most messages first, for the form to offer."""
    sums = table.distinct(part)
    return heapq.nsmallest(VALUE_LIMIT, filter(None, sums), key=lambda value: (-sums[value], value))


def _only(part: Part, value: str) -> Criteria:
    values: dict[str, Any] = {part.value: value}
    return Criteria(**values)


def _of_marks(table: QueueTable, spec: ViewSpec, marks: frozenset[str], base: Draft) -> Draft:
    shown = {table.names[row] for row in _passing(table, spec)}
    hidden = sum(1 for name in marks if name not in shown)
    return replace(base, scope=Scope.EXACT, names=tuple(sorted(marks)), hidden=hidden)


def _of_group(table: QueueTable, spec: ViewSpec, part: Part, cursor: Row | None, base: Draft) -> Draft:
    if cursor is None:
        return base
    grouping = table.parts.grouping(part)
    place = grouping.index.get(cursor.key)
    names = [table.names[row] for row in _passing(table, spec) if grouping.places[row] == place]
    if not cursor.key or not _can_be_typed(part, cursor.key):
        return replace(base, scope=Scope.EXACT, names=tuple(sorted(names)))
    draft = base.with_criterion(part, cursor.key)
    if _stands_only_in(table, _only(part, cursor.key), names):
        return draft
    return replace(draft, scope=Scope.EXACT, names=tuple(sorted(names)))


def _of_queue(table: QueueTable, cursor: Row | None, base: Draft) -> Draft:
    if cursor is None or cursor.key is None or cursor.key not in table.names:
        return base
    parts = parse_name(cursor.key)
    draft = replace(base, names=(cursor.key,))
    for part in Part:
        draft = draft.with_criterion(part, parts.get(part) or "")
    # An absent part stands as a blank, which means any: `acme@yahoo.com` also means `promo:acme@yahoo.com`.
    given = [value or None for value in parts]
    is_typed = all(_can_be_typed(part, parts.get(part) or None) for part in Part)
    if any(given) and is_typed and _stands_only_in(table, Criteria(*given), [cursor.key]):
        return draft
    return replace(draft, scope=Scope.EXACT)


def _can_be_typed(part: Part, value: str | None) -> bool:
    """Whether a field can hold this value: not an empty one, nor what the form takes for a slip of the hand.

    A queue that a policy names itself may have a domain with capitals (KUMOMTA.md 2.1).
    """
    return value is None or (bool(value.strip()) and (part is not Part.DOMAIN or value == value.lower()))


def _stands_only_in(table: QueueTable, criteria: Criteria, names: Sequence[str]) -> bool:
    """Whether all mail that the criteria mean now stands in these queues."""
    return table.select(criteria).nonempty().as_counts().keys() <= set(names)


def _passing(table: QueueTable, spec: ViewSpec) -> list[int]:
    """Positions of the queues that the filter shows."""
    counts = table.messages
    return [row for row in table.passing(spec.filter) if counts[row] or spec.with_empty]
