"""The snapshot: one immutable value per poll, from which everything on the screen derives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from kumo_tui.model.capability import Capability
from kumo_tui.model.clean import NO_METERS, CleanProgress, Meters, summed
from kumo_tui.model.directives import Directive, ReadyQueue, Suspension
from kumo_tui.model.gathering import Gathered
from kumo_tui.model.ledger import Ledger, combined
from kumo_tui.model.offer import Offer
from kumo_tui.model.operation import NodeAct, Operation
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable, merge
from kumo_tui.model.trend import Trend
from kumo_tui.model.verdict import Verdict, overall

Value = TypeVar("Value")

SLOW_AFTER_S = 5.0
SLOW_BYTES_S = 1000
TAKES_MAIL = "OK"


@dataclass(frozen=True, slots=True)
class Timed(Generic[Value]):
    """The last good value of something: when it was answered and when it was asked for (monotonic seconds)."""

    value: Value
    at: float
    asked_at: float = 0.0

    def age_s(self, now: float) -> float:
        """Seconds since it was read."""
        return max(0.0, now - self.at)


class NodeState(StrEnum):
    """What a node is to us right now. Busy is silent after a big sweep: not an outage (KUMOMTA.md 0)."""

    STARTING = "starting"
    OK = "ok"
    STALE = "stale"
    BUSY = "busy"
    DOWN = "down"
    UNAUTHORIZED = "unauthorized"
    DISABLED = "disabled"


_OUT = frozenset({NodeState.DOWN, NodeState.UNAUTHORIZED})


@dataclass(frozen=True, eq=False)
class Metrics:
    """One node's `/metrics`, reduced to what is shown.

    `message_count` counts every message of the node, in whatever queue or sweep; None when the family is
    absent. `uptime_s` is `tokio_elapsed`: it falls when the node restarts, and so does `received`, what its
    listeners ever took. `bad_lines` could not be read. `troubles` are clean words for spool, memory and log hooks
    that name a cause; `notes` for what is past. `hooks_full` is how often each log hook's buffer was ever full.
    """

    table: QueueTable
    ready: tuple[ReadyQueue, ...] = ()
    message_count: int | None = None
    uptime_s: float | None = None
    bad_lines: int = 0
    size_bytes: int = 0
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hooks_full: Mapping[str, int] = field(default_factory=dict)
    received: int | None = None

    @property
    def ready_waiting(self) -> int:
        """Messages in all ready queues."""
        return sum(queue.waiting for queue in self.ready)

    @property
    def held(self) -> int | None:
        """Messages in no queue: taken by a sweep and not yet bounced, or in a connection's hands."""
        if self.message_count is None:
            return None
        return max(0, self.message_count - self.table.total - self.ready_waiting)


@dataclass(frozen=True, slots=True)
class MachineInfo:
    """Who the node is and since when it is online; `kind` is the raw name of the program (KUMOMTA.md 1.12)."""

    node_id: str
    version: str
    online_since: datetime
    kind: str = "kumod"


@dataclass(frozen=True, slots=True)
class Arriving:
    """An answer that has begun and not ended: for how many seconds, and how many bytes so far, uncompressed."""

    seconds: float
    size_bytes: int

    @property
    def is_slow(self) -> bool:
        """Whether it comes drop by drop, and may never end."""
        return self.seconds >= SLOW_AFTER_S and self.size_bytes < SLOW_BYTES_S * self.seconds


@dataclass(frozen=True, eq=False)
class NodeSnapshot:
    """One node in a snapshot: its last good readings, each with its own time, and what is wrong now.

    `errors` maps what could not be read to clean words; `silent_s` is how long nothing has come of the answer to
    the request in flight, `arriving` what has; `restarts` counts the restarts seen. `clock_skew_s` is the node's
    clock minus ours. `complaint` is what ssh said last, clean, in a tunnel that stands. `refused_acts` maps acts
    that it did not allow this session, as `POST /path`, to its clean words. `liveness` are its clean words of
    taking mail. `every_s` is how long it is left alone between two good polls, `metrics_every_s` how seldom its
    metrics are read (0: each time), `reading_s` what one takes: seconds, None before it.

    A node that is not `enabled` is not read; a `read_only` one is not acted on, by order. One that is `leaving` is
    in no list of nodes any more, and is read until what is ours there is over. `same_as` names the node that is
    the same server, where this one is it once more; empty else.
    """

    name: str
    url: str
    state: NodeState
    metrics: Timed[Metrics] | None = None
    directives: Timed[tuple[Directive, ...]] | None = None
    suspensions: Timed[tuple[Suspension, ...]] | None = None
    info: MachineInfo | None = None
    capability: Capability | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    silent_s: float = 0.0
    liveness: str | None = None
    clock_skew_s: float | None = None
    complaint: Timed[str] | None = None
    restarts: int = 0
    refused_acts: Mapping[str, str] = field(default_factory=dict)
    arriving: Arriving | None = None
    every_s: float | None = None
    metrics_every_s: float = 0.0
    reading_s: float | None = None
    enabled: bool = True
    read_only: bool = False
    leaving: bool = False
    same_as: str = ""

    @property
    def counts(self) -> bool:
        """Whether its numbers belong to those of the fleet: not while it is off, nor where they count already."""
        return self.enabled and not self.same_as

    @property
    def takes_no_mail(self) -> str:
        """Its clean words for why it takes no mail; empty where it takes it, or does not say."""
        return "" if self.liveness is None or self.liveness == TAKES_MAIL else self.liveness

    @property
    def takes_acts(self) -> bool:
        """Whether something may be begun there: not where it refused an act, nor where it is only watched."""
        return not self.read_only and not self.refused_acts

    @property
    def table(self) -> QueueTable:
        """The last good queue table, empty before the first."""
        return self.metrics.value.table if self.metrics else EMPTY_TABLE

    @property
    def version(self) -> str | None:
        """The build, from machine-info or the OpenAPI document."""
        if self.info:
            return self.info.version
        return self.capability.version if self.capability else None

    @property
    def has_data(self) -> bool:
        """Whether its queues were ever read."""
        return self.metrics is not None

    @property
    def is_fresh(self) -> bool:
        """Whether the last poll read its queues."""
        return self.state is NodeState.OK

    @property
    def is_out(self) -> bool:
        """Whether it does not let itself be read at all: it is down, or lets us in no more."""
        return self.state in _OUT

    @property
    def hangs_after_s(self) -> float:
        """For how many seconds nothing may come of an answer before it hangs: a large node takes its time."""
        return max(SLOW_AFTER_S, 2 * (self.reading_s or 0.0))

    @property
    def answers(self) -> bool:
        """Whether its numbers are of now: the last poll read them, and the one under way does not hang."""
        is_slow = self.arriving is not None and self.arriving.is_slow
        return self.is_fresh and not is_slow and self.silent_s < self.hangs_after_s

    def age_s(self, now: float) -> float | None:
        """Seconds since its queues were read, None before the first reading."""
        return self.metrics.age_s(now) if self.metrics else None


@dataclass(frozen=True, slots=True)
class ListTrouble:
    """What is wrong with a list of nodes that is kept elsewhere.

    `read_at` is the monotonic seconds of its last good reading, whose nodes stay.
    """

    words: str
    read_at: float


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What an earlier run left in force where nobody looks now: no node that it is followed on is watched.

    `nodes` are those that are not here, or not at that address; on the last of them it ends by itself at `until`.
    It is a stop of ours (`is_stop`), or a bounce.
    """

    tag: str
    nodes: tuple[str, ...]
    until: datetime
    is_stop: bool


@dataclass(frozen=True, eq=False)
class NodeProgress:
    """One operation on one node: the act, what it bounced, and what that means.

    `left_s` is the directive's remaining time now (of a clean bounce, the stop's), None when it is not active;
    `rate_per_s` is bounced messages a second lately; `last_seen` is monotonic seconds of the last total; `note` is
    clean words. `clean` is None for a plain bounce. Where it `is_watched` no more, its node is not among those of
    this session: nothing is read or sent there, and the note says what stands.
    """

    act: NodeAct
    ledger: Ledger
    verdict: Verdict
    left_s: float | None = None
    rate_per_s: float = 0.0
    last_seen: float | None = None
    note: str = ""
    meters: Meters = NO_METERS
    clean: CleanProgress | None = None
    is_watched: bool = True


@dataclass(frozen=True, eq=False)
class OperationStatus:
    """One operation in a snapshot. `ended_at` is monotonic seconds of its final verdict."""

    operation: Operation
    nodes: tuple[NodeProgress, ...]
    ended_at: float | None = None

    @cached_property
    def ledger(self) -> Ledger:
        """Baseline and totals over all nodes."""
        return combined(node.ledger for node in self.nodes)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict over all nodes."""
        return overall(node.verdict for node in self.nodes)

    @cached_property
    def meters(self) -> Meters:
        """What it may have missed or taken with it, over all nodes."""
        return summed(node.meters for node in self.nodes)

    @cached_property
    def fallen(self) -> "tuple[NodeProgress, ...]":
        """The nodes on which it ended otherwise than done while it goes on elsewhere."""
        if self.verdict.is_final:
            return ()
        return tuple(node for node in self.nodes if node.verdict.is_final and node.verdict is not Verdict.DONE)

    @property
    def rate_per_s(self) -> float:
        """Bounced messages a second lately, over all nodes."""
        return sum(node.rate_per_s for node in self.nodes)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the baseline is bounced at today's rate, None when that says nothing."""
        remaining = self.ledger.progress.remaining
        if self.verdict is not Verdict.RUNNING or remaining <= 0 or self.rate_per_s <= 0:
            return None
        return remaining / self.rate_per_s

    @property
    def left_s(self) -> float | None:
        """The longest remaining time of its directives, None when none is active."""
        times = [node.left_s for node in self.nodes if node.left_s is not None]
        return max(times, default=None)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everything the screen shows. `at` is monotonic seconds, `number` counts polls from 0 (nothing read yet).

    `journal_problem` says in clean words why nothing can be written down, and so nothing be bounced. `gathered` is
    mail that stands again after the end of an operation, by its tag; `offers` are nodes without a part in one that
    they could have; `left_behind` is what is in force on nodes that are not here. `interval_s` is what is set,
    which some nodes exceed (`NodeSnapshot.every_s`); `attended` says whether the terminal has the focus. `sum_of`
    sums tables.
    """

    number: int
    at: float
    taken_at: datetime
    profile: str
    production: bool
    interval_s: float
    nodes: tuple[NodeSnapshot, ...]
    operations: tuple[OperationStatus, ...] = ()
    trend: Trend = field(default_factory=Trend)
    journal_problem: str | None = None
    list_trouble: ListTrouble | None = None
    gathered: Mapping[str, Gathered] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    left_behind: tuple[LeftBehind, ...] = ()
    attended: bool = True
    sum_of: Callable[[Sequence[QueueTable]], QueueTable] = merge

    @property
    def servers(self) -> tuple[NodeSnapshot, ...]:
        """Every server once, also those that are off: what a sum would be whole over."""
        return tuple(node for node in self.nodes if not node.same_as)

    @property
    def members(self) -> tuple[NodeSnapshot, ...]:
        """The nodes whose numbers count: each server once, and none that is off."""
        return tuple(node for node in self.nodes if node.counts)

    @property
    def targets(self) -> tuple[NodeSnapshot, ...]:
        """The nodes that a new act is about: the members, but for those that are leaving."""
        return tuple(node for node in self.members if not node.leaving)

    @cached_property
    def queues(self) -> QueueTable:
        """The queue tables of all members that were ever read, summed."""
        return self.sum_of(tuple(node.table for node in self.members if node.has_data))

    @property
    def longest_every_s(self) -> float:
        """Seconds between polls of the node that is polled least often."""
        return max((node.every_s or 0.0 for node in self.nodes), default=0.0) or self.interval_s

    @property
    def nodes_fresh(self) -> int:
        """How many members the last poll could read; sums over fewer than all of them are labelled so."""
        return sum(1 for node in self.members if node.is_fresh)

    @property
    def age_s(self) -> float | None:
        """Seconds since the oldest queue table in the sum was read, None before the first."""
        ages = [age for node in self.members if (age := node.age_s(self.at)) is not None]
        return max(ages, default=None)

    def node(self, name: str) -> NodeSnapshot | None:
        """The node of this name."""
        return next((node for node in self.nodes if node.name == name), None)

    def operation(self, tag: str) -> OperationStatus | None:
        """The operation of this tag."""
        return next((status for status in self.operations if status.operation.tag == tag), None)

    @cached_property
    def bounced(self) -> Mapping[str, int]:
        """Bounced messages per raw queue name, over every directive listed now and every operation of ours."""
        ours = {act.id for status in self.operations for act in status.operation.acts if act.id}
        listed = [directive for node in self.members if node.directives for directive in node.directives.value]
        found = [
            *(status.ledger.bounced for status in self.operations),
            *(directive.bounced for directive in listed if directive.id not in ours),
        ]
        several = [counts for counts in found if counts]
        if len(several) == 1:
            return several[0]
        sums: dict[str, int] = {}
        for counts in several:
            _add(sums, counts)
        return sums


def _add(sums: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        sums[name] = sums.get(name, 0) + count
