"""A followed clean bounce at one moment: what stands, what may come back, until when the mail is stopped."""

from dataclasses import dataclass
from typing import Any

from kumo_tui.model.clean import CleanProgress
from kumo_tui.model.operation import Mode
from kumo_tui.model.snapshot import NodeProgress, OperationStatus

NOTHING_KNOWN = CleanProgress()
NOT_SURE = "not sure"

# What a line of a plain bounce says instead: every line has the same names.
NO_STOP = {"stop_left_s": None, "standing": None, "sweeps": None}


@dataclass(frozen=True, slots=True)
class CleanSight:
    """A clean bounce on one node, or over all of them. Messages and seconds; None: none, or not known.

    `standing` messages stand in matching queues, to be swept next; `may_wait` may come back from ready queues, in
    about `return_s`. `sweeps` were answered, `unanswered` were not. `stop_left_s` is until the first of its stops
    ends, `ends_in_s` how long new mail is caught. `is_waiting` says that nobody has confirmed it as a bounce
    there, `is_begun` that a node was read under its stop and what stood there was swept, or nothing did, or that
    it is only a stop there.
    """

    standing: int
    may_wait: int
    sweeps: int
    unanswered: int
    stop_left_s: float | None
    return_s: float | None
    ends_in_s: float | None
    is_waiting: bool
    is_begun: bool

    def as_json(self) -> dict[str, Any]:
        """Its part of a line of `watch --json`."""
        left = self.stop_left_s
        return {
            "stop_left_s": None if left is None else round(left, 1),
            "standing": self.standing,
            "sweeps": self.sweeps,
        }


def sight_on_node(status: OperationStatus, node: NodeProgress) -> CleanSight | None:
    """A clean bounce on one node; None for a plain one."""
    if status.operation.mode is not Mode.CLEAN:
        return None
    state, is_over = node.clean or NOTHING_KNOWN, node.verdict.is_final
    name, operation = node.act.node, status.operation
    is_read = node.last_seen is not None
    return CleanSight(
        standing=0 if is_over else state.standing_total,
        may_wait=node.meters.may_wait,
        sweeps=state.sweeps,
        unanswered=state.unanswered,
        stop_left_s=state.stop_left_s,
        return_s=state.return_s,
        ends_in_s=state.ends_in_s,
        is_waiting=operation.waits_on(name) and not is_over,
        is_begun=bool(state.sweeps) or (is_read and not state.standing_total) or name in operation.held,
    )


def summed_sight(parts: list[CleanSight], *, is_confirmed: bool) -> CleanSight | None:
    """The same over all nodes, of an operation that is confirmed on some of them at least, or on none.

    None when there is none of a clean bounce.
    """
    if not parts:
        return None
    returns = [part.return_s for part in parts if part.may_wait]
    known = [seconds for seconds in returns if seconds is not None]
    return CleanSight(
        standing=sum(part.standing for part in parts),
        may_wait=sum(part.may_wait for part in parts),
        sweeps=sum(part.sweeps for part in parts),
        unanswered=sum(part.unanswered for part in parts),
        stop_left_s=min((part.stop_left_s for part in parts if part.stop_left_s is not None), default=None),
        return_s=max(known) if known and len(known) == len(returns) else None,
        ends_in_s=max((part.ends_in_s for part in parts if part.ends_in_s is not None), default=None),
        is_waiting=not is_confirmed and any(part.is_waiting for part in parts),
        is_begun=all(part.is_begun for part in parts),
    )


def note_of(node: NodeProgress) -> str:
    """What there is to say about a node, with what holds up its next sweep."""
    waits_for = node.clean.waits_for if node.clean else ""
    return "; ".join(words for words in (node.note, waits_for and f"the next sweep waits: {waits_for}") if words)


def is_sure(note: str) -> bool:
    """Whether a clean bounce that is done is known to have taken all that was meant, by what its node says."""
    return not note.startswith(NOT_SURE)
