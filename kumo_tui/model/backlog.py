"""Mail that waited in a node's ready queues when an act began, and what has become of it since.

A plain bounce takes such mail only when its turn comes while the directive is active, a stop sends it back only
then (KUMOMTA.md 0); what is left at the end is delivered. Nobody says whose it is, so all numbers here are upper
bounds. The server does not tell how many messages a connection holds in its hands either. It is taken to be one,
as SMTP has it; what the node holds outside all queues beyond that may be in anybody's hands as well: `loose`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kumo_tui.model.clean import Meters
from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, Timed

RATE_SPAN_S = 12.0
STUCK_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class _Mark:
    """One ready queue since it was marked.

    `left` is how many messages it must still handle before all that stood there has had its turn, one more than
    that being the proof. `rest` is None until it has turned over, and then how many deliveries may still be of
    that mail: what the connections held just then. `samples` are (time, left); `moved_at` is when messages were
    last seen to leave.
    """

    last: ReadyQueue
    left: int
    samples: tuple[tuple[float, int], ...]
    moved_at: float
    delivered: int = 0
    rest: int | None = None

    @classmethod
    def of(cls, queue: ReadyQueue, at: float, loose: int) -> "_Mark":
        left = queue.waiting + queue.connections + loose
        return cls(queue, left, ((at, left),), at, rest=None if queue.waiting else queue.connections)

    @property
    def turned_over(self) -> bool:
        return self.rest is not None

    def seen(self, now: ReadyQueue | None, at: float, loose: int) -> "_Mark":
        """The mark after one more look; None: the server has forgotten the ready queue."""
        if self.rest == 0:
            return self if now is None else replace(self, last=now)
        if now is None:
            return replace(self, last=ReadyQueue(self.last.name), left=0, samples=(), rest=0)
        delivered = _risen(self.last.delivered, now.delivered)
        if self.rest is not None:
            late = min(delivered, self.rest)
            return replace(self, last=now, delivered=self.delivered + late, rest=self.rest - late)
        handled = _risen(_handled(self.last), _handled(now))
        # What stood there at first stands among what is there now: the fewer of both is enough.
        left = min(self.left - handled, now.waiting + now.connections + loose)
        over = not now.waiting or left < 0
        moved = handled > 0 or now.waiting < self.last.waiting
        return _Mark(
            now,
            left,
            () if over else _sampled(self.samples, at, left),
            at if moved else self.moved_at,
            self.delivered + delivered,
            now.connections if over else None,
        )

    def retaken(self, at: float, loose: int) -> "_Mark":
        """The mark when all that waits now must have its turn as well."""
        if not self.last.waiting:
            return self
        left = self.last.waiting + self.last.connections + loose
        return replace(self, left=left, samples=((at, left),), rest=None)

    @property
    def may_wait(self) -> int:
        return 0 if self.turned_over else min(self.last.waiting, self.left)

    @property
    def rate_per_s(self) -> float:
        if len(self.samples) < 2:
            return 0.0
        (start, high), (end, low) = self.samples[0], self.samples[-1]
        return (high - low) / (end - start) if end > start else 0.0


@dataclass(frozen=True)
class Backlog:
    """The backlog of one node; `seen` carries it on. Names of ready queues are raw.

    `hands` are the connections at the start by ready queue, `loose` what the node held then outside all queues
    beyond one message each. `since_restart` says that the first reading came after the act, so that what happened
    in between is not known. `read_at` is when the last reading was asked for (monotonic seconds), None when the
    node was never read. `spared` are ready queues which are known to hold no mail that is meant.
    """

    marks: Mapping[str, _Mark] = field(default_factory=dict)
    hands: Mapping[str, int] = field(default_factory=dict)
    loose: int = 0
    since_restart: bool = False
    read_at: float | None = None
    last_at: float = 0.0
    spared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, node: NodeSnapshot, *, since_restart: bool = False) -> "Backlog":
        """What waits in the node's ready queues, and in its connections' hands, by its last reading."""
        return cls.of_reading(node.metrics, since_restart=since_restart)

    @classmethod
    def of_reading(cls, reading: Timed[Metrics] | None, *, since_restart: bool = False) -> "Backlog":
        """The same by a reading that is in no snapshot, as one just before a POST; None: nothing was read."""
        if reading is None:
            return cls(since_restart=since_restart)
        ready = [queue for queue in reading.value.ready if queue.waiting or queue.connections]
        loose = _loose(reading.value)
        return cls(
            marks={queue.name: _Mark.of(queue, reading.at, loose) for queue in ready},
            hands={queue.name: queue.connections for queue in ready if queue.connections},
            loose=loose,
            since_restart=since_restart,
            read_at=reading.asked_at,
            last_at=reading.at,
        )

    def seen(self, node: NodeSnapshot) -> "Backlog":
        """The backlog after one more reading of the node; one that is not newer changes nothing."""
        reading = node.metrics
        if reading is None or (self.read_at is not None and reading.asked_at <= self.read_at):
            return self
        if self.read_at is None:
            return replace(Backlog.of(node, since_restart=self.since_restart), spared=self.spared)
        now = {queue.name: queue for queue in reading.value.ready}
        loose = _loose(reading.value)
        marks = {name: mark.seen(now.get(name), reading.at, loose) for name, mark in self.marks.items()}
        return replace(self, marks=marks, read_at=reading.asked_at, last_at=reading.at)

    def retaken(self, node: NodeSnapshot, *, sweeping: bool = False) -> "Backlog":
        """The backlog after one more reading, all that waits by it having to turn over too.

        For the first reading that was asked for after the act was answered: mail that is meant may have come into
        the ready queues and into hands between the last reading before it and the act, and cannot any more.
        Deliveries are counted on. `sweeping` says that a sweep of the act is under way: what it has taken is
        outside all queues too, and in nobody's hands.
        """
        moved = self.seen(node)
        if moved is self or node.metrics is None:
            return self
        at, ready = node.metrics.at, node.metrics.value.ready
        loose = self.loose if sweeping else _loose(node.metrics.value)
        marks = {name: mark.retaken(at, loose) for name, mark in moved.marks.items()}
        new = [queue for queue in ready if queue.waiting and queue.name not in marks]
        marks.update({queue.name: _Mark.of(queue, at, loose) for queue in new})
        hands = {queue.name: max(queue.connections, self.hands.get(queue.name, 0)) for queue in ready}
        return replace(moved, marks=marks, hands={**self.hands, **hands}, loose=max(self.loose, loose))

    def concerning(self, feeders: Mapping[str, bool]) -> "Backlog":
        """The backlog without the ready queues that are known to hold no mail that is meant (False).

        True and absent both count: what nobody knows may be meant.
        """
        return replace(self, spared=frozenset(name for name, fed in feeders.items() if not fed))

    @property
    def is_complete(self) -> bool:
        """Whether all that stood in ready queues has had its turn: the return is over (KUMOMTA.md 0).

        True when each of them that had a backlog handled more since than stood there and in its connections'
        hands, counted from whichever look leaves least, or was seen empty, or is forgotten. A node that was never
        read is never complete.
        """
        return self.read_at is not None and not self._waiting_marks

    @property
    def in_flight(self) -> int:
        """Messages in the hands of connections at the start, at most."""
        return sum(count for name, count in self.hands.items() if name not in self.spared) + self.loose

    @property
    def ready_queues(self) -> int:
        """Ready queues that held mail at the start, waiting or in a connection's hands."""
        return len(self._concerned)

    @property
    def may_wait(self) -> int:
        """Messages of the backlog that may still wait."""
        return sum(mark.may_wait for mark in self._waiting_marks.values())

    @property
    def delivered(self) -> int:
        """Messages that these ready queues delivered until each had turned over: at most so many leaked."""
        return sum(mark.delivered for mark in self._concerned.values())

    @property
    def rate_per_s(self) -> float:
        """Messages a second that left the backlog lately, delivered, deferred, bounced or sent back."""
        return sum(mark.rate_per_s for mark in self._waiting_marks.values())

    @property
    def return_s(self) -> float | None:
        """Seconds that the slowest ready queue needs at today's rate; 0.0 when complete, None when unknown."""
        if self.read_at is None:
            return None
        times = []
        for mark in self._waiting_marks.values():
            if mark.rate_per_s <= 0:
                return None
            times.append((mark.left + 1) / mark.rate_per_s)
        return max(times, default=0.0)

    @property
    def stuck(self) -> tuple[str, ...]:
        """Ready queues whose mail waits and of which nothing has left for STUCK_AFTER_S of readings, sorted."""
        marks = self._waiting_marks.items()
        return tuple(sorted(name for name, mark in marks if self.last_at - mark.moved_at >= STUCK_AFTER_S))

    def meters(self, *, collateral_grows: bool = False) -> Meters:
        """What is shown of it beside an operation."""
        return Meters(
            in_flight=self.in_flight,
            leak_at_most=self.delivered,
            may_wait=self.may_wait,
            collateral_grows=collateral_grows,
            ready_queues=self.ready_queues,
            since_restart=self.since_restart,
        )

    @property
    def _concerned(self) -> Mapping[str, _Mark]:
        return {name: mark for name, mark in self.marks.items() if name not in self.spared}

    @property
    def _waiting_marks(self) -> Mapping[str, _Mark]:
        return {name: mark for name, mark in self._concerned.items() if not mark.turned_over}


def _loose(metrics: Metrics) -> int:
    """Messages in no queue, but for one in the hands of each connection."""
    return max(0, (metrics.held or 0) - sum(queue.connections for queue in metrics.ready))


def _handled(queue: ReadyQueue) -> int:
    return queue.delivered + queue.transfailed + queue.failed


def _risen(before: int, now: int) -> int:
    """How far a counter rose; one that fell has started again from 0."""
    return now - before if now >= before else now


def _sampled(samples: tuple[tuple[float, int], ...], at: float, left: int) -> tuple[tuple[float, int], ...]:
    kept = tuple(sample for sample in samples if at - sample[0] <= RATE_SPAN_S)
    return (*(kept or samples[-1:]), (at, left))
