"""Composing snapshots: what the nodes told, how the operations stand, and what follows from earlier ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from threading import Lock

from kumo_tui.clock import Clock
from kumo_tui.model.offers import offers
from kumo_tui.model.operation import Operation
from kumo_tui.model.queues import QueueTable, merge
from kumo_tui.model.snapshot import LeftBehind, ListTrouble, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.model.summing import FleetSum
from kumo_tui.model.trend import Trend
from kumo_tui.watch.aftermath import Aftermath
from kumo_tui.watch.counting import Counting
from kumo_tui.watch.tracks import Tracks


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What the watch knows about the profile, and says in every snapshot; `others` are the config's other ones."""

    name: str = ""
    production: bool = False
    others: frozenset[str] = frozenset()


class Composer:
    """Makes the snapshots of a watch, numbered from 0, and keeps what one takes over from those before it."""

    def __init__(self, profile: ProfileFacts, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._numbers = count()
        self._ended: dict[str, OperationStatus] = {}
        self._counting = Counting()
        self._aftermath = Aftermath(self._counting)
        self._sum = FleetSum()
        self._summing = Lock()
        self._trend = Trend()
        self._trend_nodes: frozenset[str] = frozenset()
        self._trend_stamp: tuple[float, ...] = ()

    def compose(
        self,
        nodes: Sequence[NodeSnapshot],
        operations: Iterable[Operation],
        tracks: Tracks,
        *,
        interval_s: float,
        attended: bool,
        journal_problem: str | None,
        list_trouble: ListTrouble | None = None,
        left_behind: tuple[LeftBehind, ...] = (),
    ) -> Snapshot:
        """The next snapshot, as of now. `operations` are the newest first, `tracks` theirs by tag and node."""
        now = self._clock.monotonic()
        statuses = self.statuses(operations, tracks)
        self._counting.keep(nodes)
        snapshot = Snapshot(
            number=next(self._numbers),
            at=now,
            taken_at=self._clock.now(),
            profile=self._profile.name,
            production=self._profile.production,
            interval_s=interval_s,
            nodes=tuple(nodes),
            operations=statuses,
            trend=self._with_trend(nodes),
            journal_problem=journal_problem,
            list_trouble=list_trouble,
            gathered=self._aftermath.seen(statuses, nodes, now),
            offers=tuple(offers(statuses, nodes, self._counting.messages)),
            left_behind=left_behind,
            attended=attended,
            sum_of=self._sum_of,
        )
        snapshot.queues  # noqa: B018 - summed by now: later the sum may be moving on in a thread, and be waited for
        return snapshot

    def statuses(self, operations: Iterable[Operation], tracks: Tracks) -> tuple[OperationStatus, ...]:
        """The operations as they are now."""
        now = self._clock.monotonic()
        return tuple(self._status(operation, tracks, now) for operation in operations)

    def sum_up(self, nodes: Sequence[NodeSnapshot], statuses: Sequence[OperationStatus], now: float) -> None:
        """Sum and count, in any thread, what the next snapshot of these nodes and operations will ask for."""
        self._aftermath.count(statuses, nodes, now)
        offers(statuses, nodes, self._counting.messages)
        table = self._sum_of(_tables(nodes))
        table.total  # noqa: B018 - summed here, kept with the table
        table.standing  # noqa: B018 - the same

    def has_summed(self, nodes: Sequence[NodeSnapshot]) -> bool:
        """Whether the tables of these nodes are summed already."""
        tables = _tables(nodes)
        return len(tables) < 2 or self._sum.has(tables)

    def _sum_of(self, tables: Sequence[QueueTable]) -> QueueTable:
        if len(tables) < 2:
            return merge(tables)
        with self._summing:
            return self._sum.of(tables)

    def _with_trend(self, nodes: Sequence[NodeSnapshot]) -> Trend:
        """One more sample when a table is new; a new start when a node's data appears for the first time."""
        read = frozenset(node.name for node in nodes if node.counts and node.has_data)
        stamp = tuple(node.metrics.at for node in nodes if node.counts and node.metrics)
        if not read or stamp == self._trend_stamp:
            return self._trend
        if read != self._trend_nodes:
            self._trend = Trend()
        self._trend_nodes, self._trend_stamp = read, stamp
        table = self._sum_of(_tables(nodes))
        self._trend = self._trend.with_sample(max(stamp), table)
        return self._trend

    def _status(self, operation: Operation, tracks: Tracks, now: float) -> OperationStatus:
        """The operation as it is now. One that has ended stays the same value, with all that was summed of it."""
        ended = self._ended.get(operation.tag)
        if ended is not None and ended.operation is operation:
            return ended
        followed = [tracks[operation.tag, act.node] for act in operation.acts]
        over = all(track.verdict.is_final for track in followed)
        ended_at = (now if ended is None else ended.ended_at) if over else None
        status = OperationStatus(operation, tuple(track.progress(now) for track in followed), ended_at)
        if over:
            self._ended[operation.tag] = status
        else:
            self._ended.pop(operation.tag, None)
        return status


def _tables(nodes: Iterable[NodeSnapshot]) -> tuple[QueueTable, ...]:
    """The tables that make up the fleet's."""
    return tuple(node.table for node in nodes if node.counts and node.has_data)
