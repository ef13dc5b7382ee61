"""Directives of ours that may act past their end (DESIGN 3, rule 13)."""

from collections.abc import Iterator
from dataclasses import dataclass

from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.selector import Everything
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot

# A list takes its time, and clocks differ a little.
LATE_S = 5.0


@dataclass(frozen=True, slots=True)
class Overdue:
    """A directive past its end by so many seconds: listed still, or on a node that was not read since.

    A server goes on bouncing new mail for an expired match-all until its list is read (KUMOMTA.md 0.11).
    """

    node: str
    past_s: float
    is_listed: bool


def overdue(status: OperationStatus, snapshot: Snapshot, now: float) -> Iterator[Overdue]:
    """The directives of an operation that are past their end at this time (monotonic seconds).

    Those of Everything count from their end until a list shows that they are gone, others while one lists them.
    """
    if status.operation.mode is not Mode.PLAIN:
        return
    for progress in status.nodes:
        if progress.verdict.is_final or progress.act.state is not ActState.ACCEPTED:
            continue
        found = _overdue(status, progress, snapshot, now)
        if found is not None:
            yield found


def _overdue(status: OperationStatus, progress: NodeProgress, snapshot: Snapshot, now: float) -> Overdue | None:
    act, node = progress.act, snapshot.node(progress.act.node)
    began = act.answered_at or snapshot.at - (snapshot.taken_at - status.operation.created_at).total_seconds()
    end = began + status.operation.duration_s
    if node is None or now - end < LATE_S:
        return None
    lists = node.directives
    if lists is None or lists.asked_at < end:
        is_everything = isinstance(status.operation.selector, Everything)
        return Overdue(act.node, now - end, is_listed=False) if is_everything else None
    is_listed = any(entry.id == act.id for entry in lists.value)
    return Overdue(act.node, now - end, is_listed=True) if is_listed and lists.asked_at - end >= LATE_S else None
