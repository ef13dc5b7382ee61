"""Partial operations: some nodes took the act, and some did not, or forgot it. A state with its own next step."""

from collections.abc import Iterable

from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.verdict import NOT_THERE, Verdict


def is_missing(state: ActState, verdict: Verdict) -> bool:
    """Whether a node that was sent to has no part: it said no, forgot it, or nobody knows."""
    return verdict in NOT_THERE or (state is ActState.UNKNOWN and not verdict.is_final)


def took(state: ActState, verdict: Verdict) -> bool:
    """Whether it runs on a node that was sent to, or was done there."""
    return verdict in (Verdict.DONE, Verdict.PARTIAL) or (state is ActState.ACCEPTED and not verdict.is_final)


def are_partial(acts: Iterable[tuple[ActState, Verdict]]) -> bool:
    """Whether some nodes took an act and some did not, by what is known of each."""
    known = list(acts)
    return any(took(*act) for act in known) and any(is_missing(*act) for act in known)


def missing(status: OperationStatus, snapshot: Snapshot) -> tuple[NodeProgress, ...]:
    """The nodes that have no part in it: also those that do not answer while it is over on all others."""
    found = tuple(node for node in status.nodes if is_missing(node.act.state, node.verdict))
    return found or _silent(status, snapshot)


def is_partial(status: OperationStatus, snapshot: Snapshot) -> bool:
    """Whether some nodes took it and some did not, or one of them is silent while the others are done."""
    if are_partial((node.act.state, node.verdict) for node in status.nodes):
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
