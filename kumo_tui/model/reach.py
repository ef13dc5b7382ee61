"""How much of the mail that one selector means another one takes too (KUMOMTA.md 2.1)."""

from enum import StrEnum

from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector


class Reach(StrEnum):
    """How far a selector reaches into the mail of another."""

    NONE = "none"
    PART = "part"
    ALL = "all"


def reach(other: Selector, selector: Selector, standing: QueueTable) -> Reach:
    """How far `other` reaches into what `selector` means: now, and as new mail comes.

    ALL holds for every queue there can ever be; PART where one of the two lies within the other, or where a queue
    of `standing` is meant by both. Two selectors that only might have a queue in common count as NONE.
    """
    if isinstance(other, Everything):
        return Reach.ALL
    if isinstance(selector, Everything):
        return Reach.PART
    if isinstance(selector, ExactQueues):
        return _of_names(other, selector)
    if isinstance(other, ExactQueues):
        return Reach.PART if any(map(selector.matches, other.names)) else Reach.NONE
    return _of_criteria(other, selector, standing)


def messages_reached(other: Selector, standing: QueueTable) -> int:
    """How many of the messages that stand `other` means."""
    return standing.select(other).total


def _of_names(other: Criteria | ExactQueues, selector: ExactQueues) -> Reach:
    meant = sum(1 for name in selector.names if other.matches(name))
    if not meant:
        return Reach.NONE
    return Reach.ALL if meant == len(selector.names) else Reach.PART


def _of_criteria(other: Criteria, selector: Criteria, standing: QueueTable) -> Reach:
    theirs, ours = other.given().items(), selector.given().items()
    if theirs <= ours:
        return Reach.ALL
    return Reach.PART if ours <= theirs or standing.holds(other) else Reach.NONE
