"""What the journal gives back: requests with their history, and operations with all that is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.verdict import Verdict

# Messages per queue, by node.
Counts = Mapping[str, Mapping[str, int]]


class Step(StrEnum):
    """What a request of an operation does on its node (DESIGN section 1)."""

    BOUNCE = "bounce"
    STOP = "stop"
    SWEEP = "sweep"
    RELEASE = "release"
    CANCEL = "cancel"


class RequestState(StrEnum):
    """What is known about one request. GONE is the answer that there was nothing to release or to cancel."""

    INTENT = "intent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """A state that a request came into, and when."""

    state: RequestState
    at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands in the journal.

    `number` names it within its file, rising in the order of writing. `body` is the text exactly as it was to
    be sent. `id` is the server's id once accepted, `error` clean words. `online_since` is the node's start as
    known when it was sent. `changes` are all states so far, the oldest first. `replaces` is the id of the older
    stop of ours that this one took the place of.
    """

    number: int
    tag: str
    node: str
    step: Step
    method: str
    url: str
    body: str
    state: RequestState
    id: str | None
    error: str | None
    online_since: datetime | None
    changes: tuple[Change, ...]
    replaces: str | None = None

    @property
    def was_written(self) -> bool:
        """Whether it is a request at all, and not the place of an act that needed none (`port.requests_to`)."""
        return bool(self.method or self.url or self.body)


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One request of a running operation as it is to be written down: a new one, or what became of it.

    INTENT is a new request. Any other state settles the request of that `number`, which keeps its body, method
    and URL; without a number, the newest request of this step on the node that is still an intent, else the
    newest that is unknown, else a new one. The first request of a node, which tells what became of the act, is
    found by its number only. An `id` or `replaces` of None leaves what was written before.

    Of a RELEASE, `id` is that of the stop it releases, from the intent on. Of a STOP, `replaces` is the id of our
    own older stop that it takes the place of (same criteria replace an entry, KUMOMTA.md 0).
    """

    tag: str
    node: str
    step: Step
    body: str
    state: RequestState
    id: str | None = None
    error: str | None = None
    method: str = ""
    url: str = ""
    number: int | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last verdict on one node, and when it was given."""

    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Sweeps:
    """The sweeps of an operation on one node, by state. `last` is the newest, without its body."""

    states: Mapping[RequestState, int]
    last: Request | None

    @property
    def answered(self) -> int:
        """How many the node took."""
        return self.states.get(RequestState.ACCEPTED, 0)

    @property
    def unanswered(self) -> int:
        """How many may have left without an answer."""
        return self.states.get(RequestState.INTENT, 0) + self.states.get(RequestState.UNKNOWN, 0)


NO_SWEEPS = Sweeps({}, None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One operation as it stands in the journal; each mapping is by node, queues by raw name.

    `operation` has the acts as last known and the whole timeline; an act's `answered_at` is 0.0, for monotonic
    seconds mean nothing to another process. `preview` and `baseline` are messages per queue in the preview that
    was confirmed and just before the requests; `totals` are, per directive id, the highest total ever written
    per queue, and `risen_at` is when one of them last rose. `rulings` has no entry before the first verdict.
    `requests` are all but the sweeps, which may be thousands: those are counted in `swept`.
    """

    operation: Operation
    profile: str
    requests: tuple[Request, ...]
    preview: Counts
    baseline: Counts
    totals: Mapping[str, Mapping[str, Mapping[str, int]]]
    risen_at: Mapping[str, datetime]
    rulings: Mapping[str, Ruling]
    swept: Mapping[str, Sweeps] = field(default_factory=dict)

    def ledger(self, node: str) -> Ledger:
        """What the operation has bounced on one node, by what was written."""
        return Ledger(self.operation.selector, self.baseline.get(node, {}), self.totals.get(node, {}))

    def sweeps(self, node: str) -> Sweeps:
        """The sweeps on one node."""
        return self.swept.get(node, NO_SWEEPS)

    def was_released(self, node: str, stop_id: str) -> bool:
        """Whether our stop of this id was released on the node, or found gone when it was to be."""
        return any(_releases(request) and request.id == stop_id for request in self._to(node))

    def stops_standing(self, node: str) -> tuple[Request, ...]:
        """The stops of ours that stand on the node, or may, the oldest first.

        A stop has ended when it was rejected or found gone, when a release of its id was accepted or found
        nothing, or when a later stop that replaced it was accepted. Where its id was never known, a later
        release without an id ends it.
        """
        mine = self._to(node)
        return tuple(request for request in mine if _may_stand(request) and not _has_ended(request, mine))

    def _to(self, node: str) -> tuple[Request, ...]:
        return tuple(request for request in self.requests if request.node == node)


def act_of(node: str, requests: Sequence[Request]) -> NodeAct:
    """The act on a node, told by its first request. Raises ValueError when there is none.

    What is gone was there, when it had an id; without one nobody knows.
    """
    first = next((request for request in requests if request.node == node), None)
    if first is None:
        raise ValueError(f"nothing tells what became of the act on {node}")
    if first.state is RequestState.GONE:
        state = ActState.UNKNOWN if first.id is None else ActState.ACCEPTED
    else:
        state = ActState(first.state.value)
    return NodeAct(node, state, first.id, first.error, first.online_since)


def _may_stand(request: Request) -> bool:
    return (
        request.step is Step.STOP
        and request.was_written
        and request.state in (RequestState.INTENT, RequestState.ACCEPTED, RequestState.UNKNOWN)
    )


def _has_ended(stop: Request, others: Sequence[Request]) -> bool:
    return any(
        (_releases(other) and other.id == stop.id and (stop.id is not None or other.number > stop.number))
        or (_replaces(other) and other.replaces == stop.id and other.number > stop.number)
        for other in others
    )


def _releases(request: Request) -> bool:
    return request.step is Step.RELEASE and request.state in (RequestState.ACCEPTED, RequestState.GONE)


def _replaces(request: Request) -> bool:
    return request.step is Step.STOP and request.state is RequestState.ACCEPTED and request.replaces is not None
