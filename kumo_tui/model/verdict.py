"""Verdicts: what the ledger and the lists say about an operation now (DESIGN section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.model.ledger import Progress

STALL_AFTER_S = 10.0
EARLY_S = 3.0


class Verdict(StrEnum):
    """What an operation on a node is doing, or how it ended."""

    RUNNING = "running"
    STALLED = "stalled"
    SWEPT = "swept"
    CATCHING = "catching"
    DONE = "done"
    LOST = "lost"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can come of it."""
        return self in FINAL


FINAL = frozenset({Verdict.DONE, Verdict.LOST, Verdict.CANCELLED, Verdict.REPLACED, Verdict.REJECTED})

# The order in which the verdict of several nodes is summed up: the first that any node has.
_ORDER = (
    Verdict.UNKNOWN,
    Verdict.STALLED,
    Verdict.RUNNING,
    Verdict.CATCHING,
    Verdict.SWEPT,
    Verdict.LOST,
    Verdict.CANCELLED,
    Verdict.REPLACED,
    Verdict.REJECTED,
    Verdict.DONE,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A directive that stands in the node's list now.

    `idle_s` is how long no total has risen; `caught_new` whether a total rose after the baseline was
    complete; `held` is how many messages the node counts outside all queues, None when it is not known:
    what a sweep has taken and not yet bounced is among them (KUMOMTA.md 2.5).
    """

    progress: Progress
    idle_s: float
    caught_new: bool
    held: int | None


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

    A sweep is over when the baseline is complete, or when nothing rises any more and the node holds no
    messages that a sweep could still have: what is then missing was delivered before the sweep came.
    """
    if state.progress.remaining <= 0:
        return Verdict.CATCHING if state.caught_new else Verdict.SWEPT
    if state.idle_s < STALL_AFTER_S:
        return Verdict.RUNNING
    if state.held is not None and state.held < state.progress.remaining:
        return Verdict.CATCHING if state.caught_new else Verdict.SWEPT
    return Verdict.STALLED


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
    """The verdict of an operation over its nodes: the one that wants attention most."""
    present = set(verdicts)
    return next((verdict for verdict in _ORDER if verdict in present), Verdict.UNKNOWN)
