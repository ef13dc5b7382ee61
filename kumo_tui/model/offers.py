"""Which nodes have no part in an operation of ours that they could have: named, never sent to by itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState
from kumo_tui.model.partial import held_nodes, part_of
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus
from kumo_tui.model.verdict import NOT_THERE, Verdict
from kumo_tui.text import clean

Standing = Callable[[NodeSnapshot, Selector], int]

_OFFERED = {Verdict.REJECTED: Why.REFUSED, Verdict.LOST: Why.LOST}


def offers(
    operations: Sequence[OperationStatus], nodes: Iterable[NodeSnapshot], standing: Standing
) -> list[Offer]:
    """What may be sent on now, operation by operation, the newest first.

    `standing` counts the messages on a node that a selector means. A node is offered while it answers and
    takes acts, and where no other operation of ours means just this mail there: a later one, where the node was
    sent this one. One that said no, or forgot, is offered for as long as the operation runs or was done elsewhere;
    one that was not sent to, while it runs elsewhere and matching mail stands there. Where nobody knows what came
    of an act, nothing is offered. One on which it is still only a stop is offered for as long as that stands.
    """
    open_to = [node for node in nodes if _is_open(node)]
    found: list[Offer] = []
    for place, status in enumerate(operations):
        found += _held(status, open_to, standing)
        if any(part_of(status, node).took for node in status.nodes):
            asked = {act.node for act in status.operation.acts}
            others = [other for other in operations if other is not status]
            free = [
                node
                for node in open_to
                if not _is_meant(status, node, operations[:place] if node.name in asked else others)
            ]
            found += _of_operation(status, free, standing)
    return found


def _is_open(node: NodeSnapshot) -> bool:
    return node.counts and not node.leaving and node.answers and node.takes_acts


def _held(status: OperationStatus, nodes: Iterable[NodeSnapshot], standing: Standing) -> Iterator[Offer]:
    held = {node.act.node for node in held_nodes(status) if node.verdict is Verdict.STOPPED}
    for node in nodes:
        if node.name in held:
            yield Offer(status.operation.tag, node.name, Why.HELD, standing(node, status.operation.selector))


def _of_operation(status: OperationStatus, nodes: Iterable[NodeSnapshot], standing: Standing) -> Iterator[Offer]:
    operation = status.operation
    known = {node.act.node: node for node in status.nodes}
    is_live = any(node.act.state is ActState.ACCEPTED and not node.verdict.is_final for node in status.nodes)
    for node in nodes:
        progress = known.get(node.name)
        if progress is not None:
            why = _OFFERED.get(progress.verdict)
            if why is not None:
                messages = standing(node, operation.selector)
                yield Offer(operation.tag, node.name, why, messages, _said(progress))
        elif is_live and node.name not in operation.not_chosen:
            messages = standing(node, operation.selector)
            if messages:
                why = Why.BACK if node.name in operation.missed else Why.JOINED
                yield Offer(operation.tag, node.name, why, messages)


def _is_meant(status: OperationStatus, node: NodeSnapshot, others: Iterable[OperationStatus]) -> bool:
    """Whether one of these operations means just this mail there, and was taken, or may have been."""
    return any(
        other.operation.selector == status.operation.selector
        and any(each.act.node == node.name and each.verdict not in NOT_THERE for each in other.nodes)
        for other in others
    )


def _said(progress: NodeProgress) -> str:
    words = progress.act.error or progress.note
    return clean(words).removeprefix(f"{clean(progress.act.node)}: ")
