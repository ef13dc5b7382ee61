"""The scheduled queues of one node, their gauges, and which of them changed since somebody looked."""

from collections import Counter
from collections.abc import Callable, Iterator

from kumo_tui.sim.engine.mail import Run, Tally
from kumo_tui.sim.engine.names import parse

BLOCK = 1_000
"""Queues per block: the metrics text is kept per block and written again only where something changed."""


class ScheduledQueue:
    """One scheduled queue. ``slot`` is its place among the gauges, -1 before its first delayed mail."""

    __slots__ = ("changed_at", "count", "name", "runs", "slot")

    def __init__(self, name: str, now: float) -> None:
        self.name = name
        self.count = 0
        self.runs: list[Run] = []
        self.slot = -1
        self.changed_at = now

    def add(self, run: Run) -> None:
        """Append, joined to the last run where the messages continue it."""
        self.count += run.count
        if self.runs:
            last = self.runs[-1]
            continues = last.first + last.count == run.first and last.created == run.created
            if continues and last.attempts == run.attempts and last.due == run.due:
                last.count += run.count
                return
        self.runs.append(run)

    def take(self, wanted: Callable[[Run], bool]) -> list[Run]:
        """Remove and return the runs that are wanted."""
        taken = [run for run in self.runs if wanted(run)]
        if taken:
            self.runs = [run for run in self.runs if not wanted(run)]
            self.count -= sum(run.count for run in taken)
        return taken


class TallyBook(dict[str, Tally]):
    """Tally per queue name. A queue that stood at the start and never moved gets its tally when asked for."""

    def __init__(self, queues: dict[str, ScheduledQueue]) -> None:
        super().__init__()
        self._queues = queues

    def __missing__(self, name: str) -> Tally:
        queue = self._queues.get(name)
        tally = self[name] = Tally(injected=queue.count if queue else 0)
        return tally


class QueueBook:
    """All scheduled queues of a node. Every change of a count goes through ``add``, ``take`` or ``stand``."""

    def __init__(self, provider_of: Callable[[str], str]) -> None:
        self.by_name: dict[str, ScheduledQueue] = {}
        self.gauged: list[ScheduledQueue | None] = []
        self.changed_blocks: set[int] = set()
        self.by_domain: Counter[str] = Counter()
        self.by_tenant: Counter[str] = Counter()
        self.by_tenant_campaign: Counter[tuple[str, str]] = Counter()
        self.by_provider: Counter[str] = Counter()
        self.total = 0
        self.changes = 0
        self.tally = TallyBook(self.by_name)
        self._provider_of = provider_of
        self._empty_since: dict[str, float] = {}

    def __iter__(self) -> Iterator[ScheduledQueue]:
        return iter(list(self.by_name.values()))

    def get(self, name: str) -> ScheduledQueue | None:
        return self.by_name.get(name)

    def obtain(self, name: str, now: float) -> ScheduledQueue:
        """Return the queue, made when there is none."""
        queue = self.by_name.get(name)
        if queue is None:
            queue = self.by_name[name] = ScheduledQueue(name, now)
            self._empty_since[name] = now
        return queue

    def stand(self, name: str, run: Run) -> ScheduledQueue:
        """Put mail into a queue without touching its tally: mail that stood there at the start."""
        queue = self.obtain(name, 0.0)
        queue.add(run)
        self._shift(queue, run.count)
        return queue

    def add(self, queue: ScheduledQueue, run: Run, now: float) -> None:
        """Delay mail in a queue; from its first delayed mail on the queue has a gauge."""
        queue.add(run)
        queue.changed_at = now
        self._shift(queue, run.count)

    def take(self, queue: ScheduledQueue, wanted: Callable[[Run], bool], now: float) -> list[Run]:
        """Remove the wanted runs of a queue; its gauge falls at once."""
        if not queue.runs:
            return []
        self.tally[queue.name]  # the tally must exist before the count changes
        taken = queue.take(wanted)
        if taken:
            self._shift(queue, -sum(run.count for run in taken))
            if not queue.count:
                self._empty_since[queue.name] = now
        return taken

    def drain(self, queue: ScheduledQueue, now: float) -> list[Run]:
        """Remove everything from a queue."""
        taken = queue.runs
        if taken:
            self.tally[queue.name]  # the tally must exist before the count changes
            number, queue.count, queue.runs = queue.count, 0, []
            self._shift(queue, -number)
            self._empty_since[queue.name] = now
        return taken

    def touch(self, queue: ScheduledQueue, now: float) -> None:
        """Note activity, which puts off the reaping of an empty queue."""
        if not queue.count:
            self._empty_since[queue.name] = now

    def reap(self, now: float, idle: float, busy: set[str]) -> None:
        """Drop queues that were empty and idle for ``idle`` seconds; their series vanish with them."""
        for name, since in list(self._empty_since.items()):
            if name in busy or now - since < idle:
                continue
            del self._empty_since[name]
            queue = self.by_name.pop(name)
            if queue.slot >= 0:
                self.gauged[queue.slot] = None
                self.changed_blocks.add(queue.slot // BLOCK)

    def _shift(self, queue: ScheduledQueue, delta: int) -> None:
        if queue.slot < 0:
            queue.slot = len(self.gauged)
            self.gauged.append(queue)
        self.changed_blocks.add(queue.slot // BLOCK)
        self.total += delta
        self.changes += 1
        if queue.count:
            self._empty_since.pop(queue.name, None)
        parts = parse(queue.name)
        self.by_domain[parts.domain] += delta
        if parts.tenant is not None:
            self.by_tenant[parts.tenant] += delta
        if parts.campaign is not None:
            self.by_tenant_campaign[parts.tenant or "", parts.campaign] += delta
        self.by_provider[self._provider_of(queue.name)] += delta
