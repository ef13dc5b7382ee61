"""Partial operations: some nodes took the act, and some did not, or forgot it. A state with its own next step."""

from collections.abc import Iterable
from typing import NamedTuple

from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.verdict import NOT_THERE, Verdict


class Part(NamedTuple):
    """What is known of one node of an operation; on one that `is_held` it was confirmed elsewhere only."""

    state: ActState
    verdict: Verdict
    is_held: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the node was sent to and has no part: it said no, forgot it, nobody knows, or it is held."""
        asking = self.state is ActState.UNKNOWN and not self.verdict.is_final
        return self.is_held or self.verdict in NOT_THERE or asking

    @property
    def took(self) -> bool:
        """Whether it runs there, or was done there."""
        if self.is_held:
            return False
        is_live = self.state is ActState.ACCEPTED and not self.verdict.is_final
        return is_live or self.verdict in (Verdict.DONE, Verdict.PARTIAL)


def part_of(status: OperationStatus, node: NodeProgress) -> Part:
    """What is known of one of its nodes."""
    return Part(node.act.state, node.verdict, node.act.node in status.operation.held)


def are_partial(parts: Iterable[Part]) -> bool:
    """Whether some nodes took an act and some did not, by what is known of each."""
    known = list(parts)
    return any(part.took for part in known) and any(part.is_missing for part in known)


def held_nodes(status: OperationStatus) -> tuple[NodeProgress, ...]:
    """The nodes on which a clean bounce that is confirmed elsewhere is still only a stop, and stands."""
    held = status.operation.held
    return tuple(node for node in status.nodes if node.act.node in held and not node.verdict.is_final)


def stopped_nodes(status: OperationStatus) -> tuple[str, ...]:
    """The nodes on which it is stopped and waits to be confirmed as a bounce."""
    waits_on = status.operation.waits_on
    is_clean = status.operation.mode is Mode.CLEAN
    return tuple(
        node.act.node
        for node in status.nodes
        if is_clean and node.verdict is Verdict.STOPPED and waits_on(node.act.node)
    )


def waits(status: OperationStatus) -> bool:
    """Whether all that is not over of it is only a stop: it waits for a decision, and nothing is swept."""
    live = [node.act.node for node in status.nodes if not node.verdict.is_final]
    return bool(live) and all(map(status.operation.waits_on, live))


def missing(status: OperationStatus, snapshot: Snapshot) -> tuple[NodeProgress, ...]:
    """The nodes that have no part in it: also those that do not answer while it is over on all others."""
    found = tuple(node for node in status.nodes if part_of(status, node).is_missing)
    return found or _silent(status, snapshot)


def is_partial(status: OperationStatus, snapshot: Snapshot) -> bool:
    """Whether some nodes took it and some did not, or one of them is silent while the others are done."""
    if are_partial(part_of(status, node) for node in status.nodes):
        return True
    return bool(_silent(status, snapshot)) and any(node.verdict is Verdict.DONE for node in status.nodes)


def parts(status: OperationStatus, snapshot: Snapshot) -> tuple[int, int]:
    """How many nodes took it, of how many."""
    return len(status.nodes) - len(missing(status, snapshot)), len(status.nodes)


def _silent(status: OperationStatus, snapshot: Snapshot) -> tuple[NodeProgress, ...]:
    """The nodes on which it is not over, where none of them lets itself be read and it is over on all others."""
    going_on = tuple(node for node in status.nodes if not node.verdict.is_final)
    if len(going_on) == len(status.nodes):
        return ()
    seen = [snapshot.node(node.act.node) for node in going_on]
    return going_on if all(node is None or node.is_out for node in seen) else ()
