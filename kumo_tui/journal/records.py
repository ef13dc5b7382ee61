"""What the journal gives back: requests with their history, and operations with all that is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import Operation
from kumo_tui.model.verdict import Verdict


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
    known when it was sent. `changes` are all states so far, the oldest first.
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


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One request of a running operation as it is to be written down: a new one, or what became of it.

    INTENT is a new request. Any other state settles the request of that `number`, which keeps its body, method
    and URL; without a number, the newest request of this step on the node that is still an intent, else the
    newest that is unknown, else a new one.
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


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last verdict on one node, and when it was given."""

    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """One operation as it stands in the journal; each mapping is by node, queues by raw name.

    `operation` has the acts as last known and the whole timeline; an act's `answered_at` is 0.0, for monotonic
    seconds mean nothing to another process. `preview` and `baseline` are messages per queue in the preview that
    was confirmed and just before the requests; `totals` are, per directive id, the highest total ever written
    per queue, and `risen_at` is when one of them last rose. `rulings` has no entry before the first verdict.
    """

    operation: Operation
    profile: str
    requests: tuple[Request, ...]
    preview: Mapping[str, Mapping[str, int]]
    baseline: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, Mapping[str, Mapping[str, int]]]
    risen_at: Mapping[str, datetime]
    rulings: Mapping[str, Ruling]

    def ledger(self, node: str) -> Ledger:
        """What the operation has bounced on one node, by what was written."""
        return Ledger(self.operation.selector, self.baseline.get(node, {}), self.totals.get(node, {}))
