"""Once more, or further: which nodes an operation is wanted on again, and the draft that brings it to others."""

from collections.abc import Sequence
from dataclasses import replace

from kumo_tui.act.draft import STOP_DURATION, Draft, How, draft_again
from kumo_tui.model.offer import Offer
from kumo_tui.model.operation import Mode
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict


def draft_on(status: OperationStatus, found: Sequence[Offer], duration: str) -> Draft:
    """The draft that sends an operation on to the nodes that are offered: a new act, the same in all else.

    Of a stop that waits it is one of a stop. Raises InputError where fields cannot say the same selector.
    """
    operation = status.operation
    draft = draft_again(operation, duration, [offer.node for offer in found])
    if operation.is_waiting:
        draft = replace(draft, reason=operation.reason, duration=STOP_DURATION)
    how = How.CLEAN if operation.mode is Mode.CLEAN else How.PLAIN
    return replace(draft, how=how, continues=operation.tag)


def nodes_again(status: OperationStatus, snapshot: Snapshot) -> tuple[str, ...]:
    """The nodes on which an operation is wanted once more: where it is lost, while it goes on elsewhere; of a stop
    that waits, where it stands; else all of its own where others were not chosen. Empty for all targets.
    """
    if status.operation.is_waiting and not status.verdict.is_final:
        wanted = [node.act.node for node in status.nodes if node.verdict is Verdict.STOPPED]
    elif not status.verdict.is_final or status.verdict is Verdict.PARTIAL:
        wanted = [node.act.node for node in status.nodes if node.verdict is Verdict.LOST]
    elif status.operation.not_chosen:
        wanted = [node.act.node for node in status.nodes]
    else:
        wanted = []
    targets = {node.name for node in snapshot.targets}
    return () if targets <= set(wanted) else tuple(name for name in wanted if name in targets)
