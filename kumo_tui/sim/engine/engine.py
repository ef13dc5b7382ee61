"""One node's mail: injection, promotion, delivery, retry. Pure: time comes in through ``advance``."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from kumo_tui.sim.engine.agenda import Agenda
from kumo_tui.sim.engine.directives import Entry, Index
from kumo_tui.sim.engine.dispatch import Fate
from kumo_tui.sim.engine.identity import random_id
from kumo_tui.sim.engine.lookups import ExactLookup, Lookup, RememberedLookup
from kumo_tui.sim.engine.mail import Message, Run
from kumo_tui.sim.engine.names import parse
from kumo_tui.sim.engine.providers import Provider, Routes
from kumo_tui.sim.engine.queues import QueueBook, ScheduledQueue, TallyBook
from kumo_tui.sim.engine.ready import ReadyHooks, ReadyQueue
from kumo_tui.sim.engine.senders import Injector, Sender
from kumo_tui.sim.engine.sweep import Sweeper
from kumo_tui.sim.versions import Version

_DUE_GRID_S = 0.25
_REAP_EVERY_S = 10.0
_LONGEST_RETRY_S = 86_400.0
Spool = list[tuple[str, Run]]


@dataclass(frozen=True)
class EngineSettings:
    """What a scenario fixes about one node. Times in seconds, ``sweep_rate`` in messages per second.

    ``silence_per_queue`` is how long a sweep silences the node, per swept queue; ``ready_full_delay`` how long
    mail waits that found its ready queue full (shortest, longest).
    """

    version: Version
    providers: tuple[Provider, ...] = ()
    senders: tuple[Sender, ...] = ()
    retry_interval: float = 1200.0
    sweep_rate: float = 5000.0
    silence_per_queue: float = 0.0
    ready_full_delay: tuple[float, float] = (30.0, 90.0)
    reap_interval: float = 600.0


@dataclass
class Counters:
    """Node-wide counters since the process started."""

    received: int = 0
    delivered: int = 0
    transfailed: int = 0
    connections: int = 0
    promotions: int = 0
    ready_full: dict[str, int] = field(default_factory=dict)


class Engine:
    """The mail of one running process. A restart is a new engine over the spool that the old one gave back."""

    def __init__(
        self, settings: EngineSettings, rng: random.Random, now: float, origin: float | None = None
    ) -> None:
        self.settings = settings
        self.agenda = Agenda(now)
        self.routes = Routes(settings.providers)
        self.book = QueueBook(self.routes.site_of)
        self.ready: dict[str, ReadyQueue] = {}
        version = settings.version
        self.bounces = self._index(version)
        self.suspensions = self._index(version)
        self.ready_suspensions: dict[str, Entry] = {}
        self.sweeper = Sweeper(settings.sweep_rate, self.agenda, self.book.tally)
        self.counters = Counters()
        self.silent_until = now
        self._rng = rng
        self._next_number = 1
        self._source_turn: dict[str, int] = {}
        self._due: dict[float, list[str]] = {}
        self._hooks = ReadyHooks(self._judge, self._outcome, self._new_lookup, self.new_id)
        begin = now if origin is None else origin
        self._injectors = [Injector(sender, begin, self.agenda, self.inject) for sender in settings.senders]
        self.agenda.at(now + _REAP_EVERY_S, self._reap)

    @staticmethod
    def _index(version: Version) -> Index:
        return Index(
            match_all_outlives_its_end=version.match_all_outlives_its_end,
            all_four_found=not version.four_criteria_miss_new_mail,
        )

    @property
    def now(self) -> float:
        return self.agenda.now

    @property
    def tally(self) -> TallyBook:
        return self.book.tally

    @property
    def message_count(self) -> int:
        """Messages the node holds: scheduled, ready, in hands, and drained but not yet removed."""
        waiting = sum(len(ready.messages) + ready.held for ready in self.ready.values())
        return self.book.total + waiting + self.sweeper.pending

    def advance(self, to: float) -> None:
        """Let everything happen up to engine time ``to`` (seconds); earlier moments change nothing."""
        if to > self.agenda.now:
            self.agenda.run_until(to)

    def new_id(self) -> str:
        """Return a fresh random UUID."""
        return random_id(self._rng)

    def number(self, messages: int) -> int:
        """Reserve ``messages`` consecutive message numbers and return the first."""
        first = self._next_number
        self._next_number += messages
        return first

    def stand(self, queue: str, messages: int, created: float, attempts: int, due: float) -> None:
        """Let mail stand in a scheduled queue from the start, without injecting it."""
        due = self._grid(due)
        standing = self.book.stand(queue, Run(self.number(messages), messages, created, attempts, due))
        self._expect(standing.name, due)

    def inject(self, queue: str, messages: int) -> None:
        """Receive mail: bounced, delayed or sent on at once, as directives and destination say."""
        if messages < 1:
            return
        self.tally[queue].injected += messages
        self.counters.received += messages
        now = self.now
        hold = self.routes.of(queue).hold
        due = self._grid(now + hold) if hold else now
        self.insert(queue, Run(self.number(messages), messages, now, 0, due))

    def insert(self, name: str, run: Run) -> None:
        """Put mail into a scheduled queue, as new, as returned or as rebound; a live directive takes it first."""
        queue = self.book.obtain(name, self.now)
        if self._bounced(name, run):
            self.book.touch(queue, self.now)
        elif run.due > self.now:
            self.delay(queue, run)
        else:
            self._promote(queue, run)

    def delay(self, queue: ScheduledQueue, run: Run) -> None:
        """Let a run wait in its scheduled queue until it is due."""
        self.book.add(queue, run, self.now)
        self._expect(queue.name, run.due)

    def shut_down(self) -> Spool:
        """Stop everything and return what the spool still holds."""
        for injector in self._injectors:
            injector.stop()
        spool: Spool = [(queue.name, run) for queue in self.book for run in queue.runs]
        spool += [(name, run) for name, runs in self.sweeper.stop() for run in runs]
        for ready in self.ready.values():
            spool += [(m.queue, Run(m.number, 1, m.created, m.attempts, self.now)) for m in ready.close()]
        return spool

    def load(self, spool: Spool) -> None:
        """Enumerate a spool: every message is inserted again."""
        for name, run in spool:
            self._next_number = max(self._next_number, run.first + run.count)
            self.insert(name, run)

    def ready_queues_for(self, queue: str) -> list[ReadyQueue]:
        """Return the ready queues that the mail of ``queue`` may go through, made when there are none."""
        provider = self.routes.of(queue)
        return [self._ready_queue(source, provider) for source in provider.sources]

    def give_back(self, ready: ReadyQueue) -> None:
        """Return all waiting mail of a ready queue to its scheduled queues, or to another source."""
        for message in ready.empty():
            self.insert(message.queue, Run(message.number, 1, message.created, message.attempts, self.now))

    def ready_suspension(self, name: str) -> Entry | None:
        """Return the live hold of a ready queue, if any."""
        entry = self.ready_suspensions.get(name)
        return entry if entry and entry.expires > self.now else None

    def _ready_queue(self, source: str, provider: Provider) -> ReadyQueue:
        name = f"{source}->{provider.site}@smtp_client"
        found = self.ready.get(name)
        if found is None:
            found = self.ready[name] = ReadyQueue(source, provider, self.agenda, self._hooks)
        return found

    def _grid(self, due: float) -> float:
        return ceil(due / _DUE_GRID_S) * _DUE_GRID_S

    def _expect(self, queue: str, due: float) -> None:
        bucket = self._due.get(due)
        if bucket is None:
            bucket = self._due[due] = []
            self.agenda.at(due, lambda _: self._fall_due(due))
        if not bucket or bucket[-1] is not queue:
            bucket.append(queue)

    def _fall_due(self, due: float) -> None:
        for name in self._due.pop(due):
            queue = self.book.get(name)
            if queue is None:
                continue
            for run in self.book.take(queue, lambda run: run.due <= self.now, self.now):
                self._promote(queue, run)

    def _bounced(self, name: str, run: Run) -> bool:
        entry = self.bounces.find(name, self.now)
        if entry is None:
            return False
        entry.count(name, run.count)
        self.tally[name].bounced += run.count
        return True

    def _promote(self, queue: ScheduledQueue, run: Run) -> None:
        """Move due mail to ready queues; what is suspended or finds no room goes back to wait."""
        now = self.now
        self.counters.promotions += 1
        self.book.touch(queue, now)
        if self._bounced(queue.name, run):
            return
        if self.suspensions.find(queue.name, now):
            self._defer(queue, run)
            return
        open_ones = [r for r in self.ready_queues_for(queue.name) if not self.ready_suspension(r.name)]
        if not open_ones:
            self._defer(queue, run)
            return
        sent = self._spread(queue.name, run, open_ones)
        if sent < run.count:
            left = run.count - sent
            self.counters.ready_full[queue.name] = self.counters.ready_full.get(queue.name, 0) + left
            for ready in open_ones:
                ready.full += 1
            due = self._grid(now + self._rng.uniform(*self.settings.ready_full_delay))
            self.delay(queue, Run(run.first + sent, left, run.created, run.attempts, due))

    def _spread(self, name: str, run: Run, open_ones: list[ReadyQueue]) -> int:
        """Push messages one by one to the sources in turn; return how many found room."""
        site = open_ones[0].provider.site
        turn = self._source_turn.get(site, 0)
        batches: dict[str, list[Message]] = {ready.name: [] for ready in open_ones}
        rooms = {ready.name: ready.room for ready in open_ones}
        sent = 0
        while sent < run.count and any(rooms.values()):
            ready = open_ones[turn % len(open_ones)]
            turn += 1
            if rooms[ready.name]:
                rooms[ready.name] -= 1
                batches[ready.name].append(Message(name, run.first + sent, run.created, run.attempts))
                sent += 1
        self._source_turn[site] = turn % len(open_ones)
        for ready in open_ones:
            if batches[ready.name]:
                ready.push(batches[ready.name], self.now)
        return sent

    def _defer(self, queue: ScheduledQueue, run: Run) -> None:
        """Log a transient failure and retry later: one more attempt, with exponential backoff."""
        self.tally[queue.name].transfailed += run.count
        wait = min(self.settings.retry_interval * 2**run.attempts, _LONGEST_RETRY_S)
        due = self._grid(self.now + wait)
        self.delay(queue, Run(run.first, run.count, run.created, run.attempts + 1, due))

    def _judge(self, message: Message, lookup: Lookup, now: float) -> Fate:
        entry = lookup.find(self.bounces, message.queue, now)
        if entry is not None:
            entry.count(message.queue, 1)
            self.tally[message.queue].bounced += 1
            return Fate.GONE
        if self.suspensions.find(message.queue, now):
            self._return(message)
            return Fate.GONE
        return Fate.SEND

    def _return(self, message: Message) -> None:
        queue = self.book.obtain(message.queue, self.now)
        run = Run(message.number, 1, message.created, message.attempts, self.now)
        if not self._bounced(message.queue, run):
            self._defer(queue, run)

    def _outcome(self, message: Message, provider: Provider, _now: float) -> bool:
        campaign = parse(message.queue).campaign
        if campaign in provider.defers or (provider.deferred and self._rng.random() < provider.deferred):
            self.counters.transfailed += 1
            self._return(message)
            return False
        self.tally[message.queue].delivered += 1
        self.counters.delivered += 1
        return True

    def _new_lookup(self) -> Lookup:
        self.counters.connections += 1
        return RememberedLookup() if self.settings.version.dispatchers_remember else ExactLookup()

    def _reap(self, now: float) -> None:
        waiting: Iterable[Message] = (m for ready in self.ready.values() for m in ready.messages)
        idle = self.settings.reap_interval
        self.book.reap(now, idle, {message.queue for message in waiting})
        self.ready = {
            name: ready
            for name, ready in self.ready.items()
            if ready.messages or ready.dispatchers or now - ready.last_active < idle
        }
        self.agenda.at(now + _REAP_EVERY_S, self._reap)
