"""Once more, or further: which nodes an operation is wanted on again, and the draft that brings it to others."""

from collections.abc import Sequence
from dataclasses import replace

from kumo_tui.act.draft import STOP_DURATION, Draft, How, draft_again
from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import Mode
from kumo_tui.model.partial import stopped_nodes, waits
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict


def next_offers(tag: str, snapshot: Snapshot) -> Sequence[Offer]:
    """What an operation is brought to further nodes by next: where it is stopped already goes first.

    That is a confirmation of the same operation, the others are an act of their own: never both at once.
    """
    found = [offer for offer in snapshot.offers if offer.tag == tag]
    return [offer for offer in found if offer.why is Why.HELD] or found


def draft_on(status: OperationStatus, found: Sequence[Offer], duration: str) -> Draft:
    """The draft that brings an operation to the nodes that are offered (see `next_offers`), the same in all else.

    It is a new act; where it is stopped already, the confirmation of that. Of a stop that waits it is one of a
    stop. Raises InputError where fields cannot say the same selector.
    """
    operation = status.operation
    draft = draft_again(operation, duration, [offer.node for offer in found])
    if operation.is_waiting:
        draft = replace(draft, reason=operation.reason, duration=STOP_DURATION)
    how = How.CLEAN if operation.mode is Mode.CLEAN else How.PLAIN
    is_held = any(offer.why is Why.HELD for offer in found)
    return replace(draft, how=how, continues="" if is_held else operation.tag)


def nodes_again(status: OperationStatus, snapshot: Snapshot) -> tuple[str, ...]:
    """The nodes on which an operation is wanted once more: where it is lost, or was only stopped, while it goes on
    or was done elsewhere; of a stop that waits, where it stands; else all of its own where others were not chosen.
    Empty for all targets.
    """
    held = status.operation.held
    if waits(status):
        wanted = list(stopped_nodes(status))
    elif not status.verdict.is_final or status.verdict is Verdict.PARTIAL:
        gone = [node for node in status.nodes if node.verdict in (Verdict.LOST, Verdict.RELEASED)]
        wanted = [node.act.node for node in gone if node.verdict is Verdict.LOST or node.act.node in held]
    elif status.operation.not_chosen:
        wanted = [node.act.node for node in status.nodes]
    else:
        wanted = []
    targets = {node.name for node in snapshot.targets}
    return () if targets <= set(wanted) else tuple(name for name in wanted if name in targets)
