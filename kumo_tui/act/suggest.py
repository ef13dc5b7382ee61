"""Where a bounce starts from: the draft that the cursor, the filter and the marks suggest."""

from collections.abc import Sequence
from dataclasses import replace

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import Row, ViewSpec

VALUE_LIMIT = 500


def suggest(
    snapshot: Snapshot, spec: ViewSpec, cursor: Row | None, marks: frozenset[str], duration: str = "5m"
) -> Draft:
    """The draft for a bounce asked for here.

    Marks come first: exactly the marked queues, with how many of them the filter hides. Else the group under
    the cursor; else the one criterion that means just what a filter shows; else the queue under the cursor.
    """
    base = Draft(duration=duration)
    if marks:
        return _of_marks(snapshot.queues, spec, marks, base)
    if spec.group is not None:
        return _of_group(snapshot.queues, spec.group, cursor, base)
    if not spec.filter.is_empty:
        found = criterion_of_filter(snapshot.queues, spec)
        if found is not None:
            return base.with_criterion(*found)
    return _of_queue(snapshot.queues, cursor, base)


def criterion_of_filter(table: QueueTable, spec: ViewSpec) -> tuple[Part, str] | None:
    """The criterion that selects exactly the queues that pass the filter, None when no single one does."""
    shown = _passing(table, spec)
    for part in (Part.CAMPAIGN, Part.TENANT, Part.DOMAIN, Part.ROUTING_DOMAIN):
        values = {table.parts[row].get(part) for row in shown}
        if len(values) != 1:
            continue
        value = values.pop()
        if value and sum(1 for parts in table.parts if parts.get(part) == value) == len(shown):
            return part, value
    return None


def live_values(table: QueueTable, part: Part) -> Sequence[str]:
    """Values of one part that live queues have now, those with most messages first, for the form to offer."""
    sums = table.distinct(part)
    return sorted((value for value in sums if value), key=lambda value: (-sums[value], value))[:VALUE_LIMIT]


def _of_marks(table: QueueTable, spec: ViewSpec, marks: frozenset[str], base: Draft) -> Draft:
    shown = {table.names[row] for row in _passing(table, spec)}
    hidden = sum(1 for name in marks if name not in shown)
    return replace(base, scope=Scope.EXACT, names=tuple(sorted(marks)), hidden=hidden)


def _of_group(table: QueueTable, part: Part, cursor: Row | None, base: Draft) -> Draft:
    if cursor is None:
        return base
    if cursor.key:
        return base.with_criterion(part, cursor.key)
    # An absent or empty part cannot be typed into a field: the group's queues are named one by one.
    names = [name for name, parts in zip(table.names, table.parts, strict=True) if parts.get(part) == cursor.key]
    return replace(base, scope=Scope.EXACT, names=tuple(sorted(names)))


def _of_queue(table: QueueTable, cursor: Row | None, base: Draft) -> Draft:
    if cursor is None or cursor.key is None or cursor.key not in table.index:
        return base
    parts = table.parts[table.index[cursor.key]]
    draft = replace(base, names=(cursor.key,))
    for part in Part:
        draft = draft.with_criterion(part, parts.get(part) or "")
    return draft


def _passing(table: QueueTable, spec: ViewSpec) -> list[int]:
    return [
        row
        for row, (name, count) in enumerate(table)
        if (count or spec.with_empty) and spec.filter.passes(name, table.parts[row])
    ]
