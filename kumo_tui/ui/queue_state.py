"""What is going on with a queue: bouncing, stopped, growing, or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.names import Part
from kumo_tui.model.partial import stopped_nodes, waits
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.theme import QueueCondition

GROWING_PER_MIN = 10
GROWING_SHARE = 0.01
LIVE_VERDICTS = frozenset(
    {
        Verdict.RUNNING,
        Verdict.STALLED,
        Verdict.SWEPT,
        Verdict.CATCHING,
        Verdict.STOPPED,
        Verdict.SWEEPING,
        Verdict.RETURNING,
    }
)


@dataclass(frozen=True, slots=True)
class QueueState:
    """What is going on; `left_s` is how long a stop still holds, None for everything else."""

    condition: QueueCondition
    left_s: float | None = None


CALM = QueueState(QueueCondition.CALM)


def is_growing(messages: int, per_minute: float | None) -> bool:
    """Whether a queue grows by at least 10 messages and 1% a minute."""
    return per_minute is not None and per_minute >= max(GROWING_PER_MIN, GROWING_SHARE * messages)


class StateReader:
    """Reads states off one snapshot at one time (monotonic seconds)."""

    def __init__(self, snapshot: Snapshot, now: float) -> None:
        live = tuple(live_operations(snapshot))
        self._operations = tuple(status for status in live if not waits(status))
        self._waiting = tuple(
            (status.operation.selector, max(0.0, (status.left_s or 0.0) - (now - snapshot.at)))
            for status in live
            if waits(status)
        )
        self._directives = tuple(directive for _node, directive, _left in listed_directives(snapshot, now))
        self._suspensions = tuple(
            (suspension, left) for _node, suspension, left in listed_suspensions(snapshot, now)
        )

    def of_queue(self, name: str, messages: int, per_minute: float | None) -> QueueState:
        """The state of the queue of this raw name."""
        if any(status.operation.selector.matches(name) for status in self._operations) or any(
            directive_matches(directive, name) for directive in self._directives
        ):
            return QueueState(QueueCondition.BOUNCING)
        stops = [left for suspension, left in self._suspensions if suspension_matches(suspension, name)]
        stops += [left for selector, left in self._waiting if selector.matches(name)]
        return self._stopped_or_growing(stops, messages, per_minute)

    def of_group(self, part: Part, value: str | None, messages: int, per_minute: float | None) -> QueueState:
        """The state of a group of queues: only what holds for every queue of it."""
        selectors: list[Selector | None] = [status.operation.selector for status in self._operations]
        selectors += [directive.criteria for directive in self._directives]
        if any(_covers(selector, part, value) for selector in selectors):
            return QueueState(QueueCondition.BOUNCING)
        stops = [left for stop, left in self._suspensions if _covers(stop.criteria, part, value)]
        stops += [left for selector, left in self._waiting if _covers(selector, part, value)]
        return self._stopped_or_growing(stops, messages, per_minute)

    def _stopped_or_growing(self, stops: Iterable[float], messages: int, per_minute: float | None) -> QueueState:
        left = max(stops, default=None)
        if left is not None:
            return QueueState(QueueCondition.STOPPED, left)
        return QueueState(QueueCondition.GROWING) if is_growing(messages, per_minute) else CALM


def waiting_stops(snapshot: Snapshot) -> Iterator[OperationStatus]:
    """Stops of ours that stand and wait for a decision, on some node at least."""
    for status in live_operations(snapshot):
        if stopped_nodes(status):
            yield status


def live_operations(snapshot: Snapshot) -> Iterator[OperationStatus]:
    """Operations of ours whose directive, or stop, stands on at least one node."""
    for status in snapshot.operations:
        if any(node.verdict in LIVE_VERDICTS for node in status.nodes):
            yield status


def listed_directives(snapshot: Snapshot, now: float) -> Iterator[tuple[str, Directive, float]]:
    """Node, directive and seconds left of every entry that still has time."""
    for node in snapshot.members:
        if node.directives:
            age = node.directives.age_s(now)
            for directive in node.directives.value:
                if directive.remaining_s > age:
                    yield node.name, directive, directive.remaining_s - age


def listed_suspensions(snapshot: Snapshot, now: float) -> Iterator[tuple[str, Suspension, float]]:
    """Node, suspension and seconds left of every entry that still has time."""
    for node in snapshot.members:
        if node.suspensions:
            age = node.suspensions.age_s(now)
            for suspension in node.suspensions.value:
                if suspension.remaining_s > age:
                    yield node.name, suspension, suspension.remaining_s - age


def directive_matches(directive: Directive, name: str) -> bool:
    """Whether a directive is known to concern a queue: by its criteria, else by what it has bounced there."""
    criteria = directive.criteria
    return (criteria is not None and criteria.matches(name)) or name in directive.bounced


def suspension_matches(suspension: Suspension, name: str) -> bool:
    """Whether a suspension's criteria match; one without criteria does not say whom it stops."""
    criteria = suspension.criteria
    return criteria is not None and criteria.matches(name)


def _covers(selector: Selector | None, part: Part, value: str | None) -> bool:
    if isinstance(selector, Everything):
        return True
    return isinstance(selector, Criteria) and value is not None and dict(selector.given()) == {part: value}
