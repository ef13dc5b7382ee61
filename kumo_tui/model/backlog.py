"""Mail that waited in a node's ready queues at one moment, and what has become of it since.

A plain bounce takes such mail only when its turn comes while the directive is active; what is left at the end
is delivered (KUMOMTA.md 2.6). Nobody can say whose it is, so all numbers here are upper bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.snapshot import NodeSnapshot


@dataclass(frozen=True, slots=True)
class _Mark:
    """One ready queue: what waited or was in a connection's hands at first, and its counters since."""

    first: int
    delivered: int
    handled: int
    last: ReadyQueue
    turned_over: bool = False

    def seen(self, now: ReadyQueue | None) -> "_Mark":
        """The mark after one more look; a queue that is empty or forgotten has turned over."""
        if now is None:
            return replace(self, turned_over=True)
        handled = self.handled + _risen(_handled(self.last), _handled(now))
        return _Mark(
            self.first,
            self.delivered + _risen(self.last.delivered, now.delivered),
            handled,
            now,
            self.turned_over or not now.waiting or handled > self.first,
        )

    @property
    def may_wait(self) -> int:
        if self.turned_over:
            return 0
        return min(self.last.waiting, self.first - self.handled)


@dataclass(frozen=True)
class Backlog:
    """The backlog of one node; `seen` carries it on."""

    marks: Mapping[str, _Mark] = field(default_factory=dict)

    @classmethod
    def of(cls, node: NodeSnapshot) -> "Backlog":
        """What waits in the node's ready queues now."""
        ready = node.metrics.value.ready if node.metrics else ()
        return cls(
            {queue.name: _Mark(queue.waiting + queue.connections, 0, 0, queue) for queue in ready if queue.waiting}
        )

    def seen(self, node: NodeSnapshot) -> "Backlog":
        """The backlog after one more reading of the node; the same reading twice changes nothing."""
        if node.metrics is None or not self.marks:
            return self
        now = {queue.name: queue for queue in node.metrics.value.ready}
        return Backlog({name: mark.seen(now.get(name)) for name, mark in self.marks.items()})

    @property
    def may_wait(self) -> int:
        """Messages of the backlog that may still wait."""
        return sum(mark.may_wait for mark in self.marks.values())

    @property
    def delivered(self) -> int:
        """Messages that these ready queues have delivered since: at most so many of the backlog."""
        return sum(mark.delivered for mark in self.marks.values())


def _handled(queue: ReadyQueue) -> int:
    return queue.delivered + queue.transfailed + queue.failed


def _risen(before: int, now: int) -> int:
    """How far a counter rose; one that fell has started again from 0."""
    return now - before if now >= before else now
