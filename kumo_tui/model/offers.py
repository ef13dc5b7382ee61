"""Which nodes have no part in an operation of ours that they could have: named, never sent to by itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.operation import ActState, Operation
from kumo_tui.model.partial import took
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus
from kumo_tui.model.verdict import NOT_THERE, Verdict
from kumo_tui.text import clean

Standing = Callable[[NodeSnapshot, Selector], int]

# The line of a timeline that keeps which nodes the operator did not want: those are never offered.
_NOT_CHOSEN = "not chosen: "
_BETWEEN = ", "
_OFFERED = {Verdict.REJECTED: Why.REFUSED, Verdict.LOST: Why.LOST}


def not_chosen_text(nodes: Iterable[str]) -> str:
    """The line of a timeline that names the nodes which the operator left out though they could take part."""
    return _NOT_CHOSEN + _BETWEEN.join(map(clean, nodes))


def has_unwanted_nodes(operation: Operation) -> bool:
    """Whether the operator left nodes out that could have taken part."""
    return bool(_not_chosen(operation))


def offers(
    operations: Sequence[OperationStatus], nodes: Iterable[NodeSnapshot], standing: Standing
) -> list[Offer]:
    """What may be sent on now, operation by operation, the newest first.

    `standing` counts the messages on a node that a selector means. A node is offered while it answers and
    takes acts, and where no other operation of ours means just this mail there: a later one, where the node was
    sent this one. One that said no, or forgot, is offered for as long as the operation runs or was done elsewhere;
    one that was not sent to, while it runs elsewhere and matching mail stands there. Where nobody knows what came
    of an act, nothing is offered.
    """
    open_to = [node for node in nodes if _is_open(node)]
    found: list[Offer] = []
    for place, status in enumerate(operations):
        if any(took(node.act.state, node.verdict) for node in status.nodes):
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


def _of_operation(status: OperationStatus, nodes: Iterable[NodeSnapshot], standing: Standing) -> Iterator[Offer]:
    operation = status.operation
    known = {node.act.node: node for node in status.nodes}
    is_live = any(node.act.state is ActState.ACCEPTED and not node.verdict.is_final for node in status.nodes)
    unwanted, missed = _not_chosen(operation), _missed(operation)
    for node in nodes:
        progress = known.get(node.name)
        if progress is not None:
            why = _OFFERED.get(progress.verdict)
            if why is not None:
                messages = standing(node, operation.selector)
                yield Offer(operation.tag, node.name, why, messages, _said(progress))
        elif is_live and clean(node.name) not in unwanted:
            messages = standing(node, operation.selector)
            if messages:
                why = Why.BACK if any(line.startswith(f"{clean(node.name)} ") for line in missed) else Why.JOINED
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


def _not_chosen(operation: Operation) -> frozenset[str]:
    lines = [event.text for event in operation.events if event.text.startswith(_NOT_CHOSEN)]
    return frozenset(name for line in lines for name in line.removeprefix(_NOT_CHOSEN).split(_BETWEEN))


def _missed(operation: Operation) -> Sequence[str]:
    return [event.text for event in operation.events if " takes no part: " in event.text]
