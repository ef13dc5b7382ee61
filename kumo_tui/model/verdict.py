"""Verdicts: what the ledger and the lists say about an operation now (DESIGN section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.model.ledger import Progress

STALL_AFTER_S = 10.0

# Where the node itself names what holds it up, the third list of the usual pace without a rise is enough.
TROUBLED_STALL_AFTER_S = 4.0
EARLY_S = 3.0


class Verdict(StrEnum):
    """What an operation on a node is doing, or how it ended.

    EXPIRED is an act of unknown outcome that would be over before anybody could look for it: the list cannot tell.
    PARTIAL is no verdict on one node: it was done on some, and on others it was not carried out, or forgotten.
    """

    RUNNING = "running"
    STALLED = "stalled"
    SWEPT = "swept"
    CATCHING = "catching"
    DONE = "done"
    LOST = "lost"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    STOPPED = "stopped"
    SWEEPING = "sweeping"
    RETURNING = "returning"
    RELEASED = "released"
    PARTIAL = "partial"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can come of it."""
        return self in FINAL


FINAL = frozenset(
    {
        Verdict.DONE,
        Verdict.LOST,
        Verdict.CANCELLED,
        Verdict.REPLACED,
        Verdict.EXPIRED,
        Verdict.REJECTED,
        Verdict.RELEASED,
        Verdict.PARTIAL,
    }
)

# What a node that was sent to has no part in.
NOT_THERE = frozenset({Verdict.REJECTED, Verdict.LOST, Verdict.EXPIRED})

# The order in which the verdict of several nodes is summed up: the first that any node has.
_ORDER = (
    Verdict.UNKNOWN,
    Verdict.STALLED,
    Verdict.RUNNING,
    Verdict.SWEEPING,
    Verdict.RETURNING,
    Verdict.CATCHING,
    Verdict.SWEPT,
    Verdict.STOPPED,
    Verdict.EXPIRED,
    Verdict.LOST,
    Verdict.CANCELLED,
    Verdict.REPLACED,
    Verdict.REJECTED,
    Verdict.RELEASED,
    Verdict.PARTIAL,
    Verdict.DONE,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A directive that stands in the node's list now.

    `idle_s` is how long no total has risen; `caught_new` whether a total rose after the sweep was over;
    `held` is how many messages the node counts outside all queues, None when it is not known: what a sweep
    has taken and not yet bounced is among them (KUMOMTA.md 2.5), and so is what connections are delivering:
    `held_before` of it, None when that was not read before the POST. `is_over` says that the sweep was found
    to be over before; `troubled` that the node names something which holds up its work.
    """

    progress: Progress
    idle_s: float
    caught_new: bool
    held: int | None
    held_before: int | None = None
    is_over: bool = False
    troubled: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A directive that stood in the list and does not any more, by a list read after `early_s` was known.

    `early_s` is how long before its expected end it was missed, 0 or less when that was due;
    `restarted` whether the node has started anew; `cancelled` whether we cancelled it;
    `replaced_by` the id of an entry with the same criteria.
    """

    early_s: float
    restarted: bool
    cancelled: bool
    replaced_by: str | None


def judge_listed(state: Listed) -> Verdict:
    """The verdict on a directive that is active.

    A sweep is over when the baseline is complete, or when nothing rises any more and the node does not hold
    what is missing: that was delivered before the sweep came, and no total will ever show it.
    """
    if state.progress.remaining <= 0 or state.is_over:
        return Verdict.CATCHING if state.caught_new else Verdict.SWEPT
    if state.idle_s < (TROUBLED_STALL_AFTER_S if state.troubled else STALL_AFTER_S):
        return Verdict.RUNNING
    return Verdict.SWEPT if _holds_less_than_missing(state) else Verdict.STALLED


def _holds_less_than_missing(state: Listed) -> bool:
    if state.held is None:
        return False
    usual = 0 if state.troubled else state.held_before or 0
    return state.held - usual < state.progress.remaining


def judge_gone(state: Gone) -> Verdict:
    """The verdict on a directive that has left the list."""
    if state.cancelled:
        return Verdict.CANCELLED
    if state.restarted:
        return Verdict.LOST
    if state.early_s <= EARLY_S:
        return Verdict.DONE
    return Verdict.REPLACED if state.replaced_by else Verdict.CANCELLED


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of an operation over its nodes: the one that wants attention most.

    Once it is over everywhere, what was done on some nodes and on others not carried out, or only stopped, is
    PARTIAL, never done.
    """
    present = set(verdicts)
    if present <= FINAL and Verdict.DONE in present and present & (NOT_THERE | {Verdict.RELEASED}):
        return Verdict.PARTIAL
    return next((verdict for verdict in _ORDER if verdict in present), Verdict.UNKNOWN)
