"""The stops that nodes list, ours and others', as `status` prints them."""

from collections.abc import Iterator
from typing import Any

from kumo_tui.cli.output import rounded, until_text
from kumo_tui.model.directives import Suspension
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import clean, plural

NAMED_MOST = 5


def stops_json(snapshot: Snapshot) -> list[dict[str, Any]] | None:
    """Every suspension of scheduled queues that a node lists, None when no list was read.

    `operation` is the tag of a kumo-tui, this or another, None where there is none.
    """
    if all(node.suspensions is None for node in snapshot.members):
        return None
    return [
        {
            "node": node.name,
            "id": entry.id,
            "scope": entry.scope_text(),
            "campaign": entry.campaign,
            "tenant": entry.tenant,
            "domain": entry.domain,
            "reason": entry.reason,
            "remaining_s": rounded(entry.remaining_s),
            "operation": entry.tag,
        }
        for node in snapshot.members
        for entry in _stops_of(node)
    ]


def stop_tags(snapshot: Snapshot) -> set[str]:
    """The tags of the operations, ours and of other kumo-tuis, that nodes list a stop of."""
    return {entry.tag for node in snapshot.members for entry in _stops_of(node) if entry.tag}


def stop_lines(snapshot: Snapshot) -> Iterator[str]:
    """One line a node that lists stops: how many, and what the first of them hold, by whom, until when."""
    ours = {status.operation.tag for status in snapshot.operations}
    for node in snapshot.members:
        stops = _stops_of(node)
        if not stops:
            continue
        named = [_words(entry, ours, snapshot) for entry in stops[:NAMED_MOST]]
        if len(stops) > NAMED_MOST:
            named.append(f"{len(stops) - NAMED_MOST} more")
        yield f"{node.name}: {plural(len(stops), 'stop')}: {', '.join(named)}"


def _words(entry: Suspension, ours: set[str], snapshot: Snapshot) -> str:
    whose = f"op {entry.tag}" if entry.tag else "not ours"
    if entry.tag and entry.tag not in ours:
        whose = f"op {entry.tag} of another kumo-tui"
    until = until_text(snapshot.taken_at, entry.remaining_s)
    return f"{clean(entry.id[:8])} {entry.scope_text()} until {until} ({whose})"


def _stops_of(node: NodeSnapshot) -> tuple[Suspension, ...]:
    return node.suspensions.value if node.suspensions else ()
