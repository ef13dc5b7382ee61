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
from kumo_tui.sim.engine.maillog import Kind, MailLog
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
        self,
        settings: EngineSettings,
        rng: random.Random,
        now: float,
        origin: float | None = None,
        *,
        log: MailLog,
        first_number: int = 1,
    ) -> None:
        self.settings = settings
        self.log = log
        self.agenda = Agenda(now)
        self.routes = Routes(settings.providers)
        self.book = QueueBook(self.routes.site_of)
        self.ready: dict[str, ReadyQueue] = {}
        version = settings.version
        self.bounces = self._index(version)
        self.suspensions = self._index(version)
        self.ready_suspensions: dict[str, Entry] = {}
        self.sweeper = Sweeper(settings.sweep_rate, self.agenda, self.book.tally, log)
        self.counters = Counters()
        self.silent_until = now
        self._rng = rng
        self.next_number = first_number
        self._source_turn: dict[str, int] = {}
        self._due: dict[float, list[str]] = {}
        self._hooks = ReadyHooks(
            judge=self._judge,
            outcome=self._outcome,
            suspended=lambda name: self.ready_suspension(name) is not None,
            give_back=self.give_back,
            new_lookup=self._new_lookup,
            new_session=self._new_session,
        )
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
        first = self.next_number
        self.next_number += messages
        return first

    def stand(self, queue: str, messages: int, created: float, attempts: int, due: float) -> None:
        """Let mail stand in a scheduled queue from the start, without injecting it."""
        due = self._grid(due)
        run = Run(self.number(messages), messages, created, attempts, due)
        self.log.note(Kind.RECEPTION, queue, run, created)
        standing = self.book.stand(queue, run)
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
        run = Run(self.number(messages), messages, now, 0, due)
        self.log.note(Kind.RECEPTION, queue, run, now)
        self.insert(queue, run)

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
            spool += [(message.queue, message.run(self.now)) for message in ready.close()]
        return spool

    def load(self, spool: Spool) -> None:
        """Enumerate a spool: every message is inserted again."""
        for name, run in spool:
            self.insert(name, run)

    def ready_queues_for(self, queue: str) -> list[ReadyQueue]:
        """Return the ready queues that the mail of ``queue`` may go through, made when there are none."""
        provider = self.routes.of(queue)
        return [self._ready_queue(source, provider) for source in provider.sources]

    def feeders(self, ready: ReadyQueue) -> list[str]:
        """Return the names of the scheduled queues whose mail may go through a ready queue, also of empty ones."""
        return sorted(queue.name for queue in self.book if self.routes.of(queue.name) is ready.provider)

    def give_back(self, ready: ReadyQueue) -> None:
        """Return all waiting mail of a ready queue to its scheduled queues, or to another source."""
        for message in ready.empty():
            self.insert(message.queue, message.run(self.now))

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
        self._bounce(entry, name, run)
        return True

    def _bounce(self, entry: Entry, name: str, run: Run, ready_queue: str | None = None) -> None:
        """Count and log messages that a directive took, whatever queue they belong to."""
        entry.count(name, run.count)
        self.tally[name].bounced += run.count
        self.log.note(
            Kind.ADMIN_BOUNCE,
            name,
            run,
            self.now,
            ready_queue=ready_queue,
            reason=entry.reason,
            suppressed=entry.suppress_logging,
        )

    def _promote(self, queue: ScheduledQueue, run: Run) -> None:
        """Move due mail to ready queues; what is suspended or finds no room goes back to wait."""
        now = self.now
        self.counters.promotions += 1
        self.book.touch(queue, now)
        if self._bounced(queue.name, run):
            return
        suspension = self.suspensions.find(queue.name, now)
        if suspension is not None:
            self._fail_for_now(queue.name, run, _suspended(suspension))
            return
        open_ones = [r for r in self.ready_queues_for(queue.name) if not self.ready_suspension(r.name)]
        if not open_ones:
            self._fail_for_now(queue.name, run, "every ready queue of the pool is suspended")
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

    def _fail_for_now(self, name: str, run: Run, reason: str, ready_queue: str | None = None) -> None:
        """Log a transient failure and insert again, one attempt more, after a wait that doubles with attempts."""
        now = self.now
        self.tally[name].transfailed += run.count
        self.log.note(Kind.TRANSIENT_FAILURE, name, run, now, ready_queue=ready_queue, reason=reason)
        due = self._grid(now + min(self.settings.retry_interval * 2**run.attempts, _LONGEST_RETRY_S))
        self.insert(name, Run(run.first, run.count, run.created, run.attempts + 1, due))

    def _judge(self, message: Message, lookup: Lookup, ready_queue: str, now: float) -> Fate:
        """Decide about a message that a dispatcher takes: first the directive as remembered, then suspension."""
        entry = lookup.find(self.bounces, message.queue, now)
        if entry is not None:
            self._bounce(entry, message.queue, message.run(now), ready_queue)
            return Fate.GONE
        suspension = self.suspensions.find(message.queue, now)
        if suspension is not None:
            self._fail_for_now(message.queue, message.run(now), _suspended(suspension), ready_queue)
            return Fate.GONE
        return Fate.SEND

    def _outcome(self, message: Message, ready: ReadyQueue) -> bool:
        provider, run = ready.provider, message.run(self.now)
        campaign = parse(message.queue).campaign
        if campaign in provider.defers or (provider.deferred and self._rng.random() < provider.deferred):
            self.counters.transfailed += 1
            self._fail_for_now(message.queue, run, f"deferred by {provider.site}", ready.name)
            return False
        self.tally[message.queue].delivered += 1
        self.counters.delivered += 1
        self.log.note(Kind.DELIVERY, message.queue, run, self.now, ready_queue=ready.name)
        return True

    def _new_lookup(self) -> Lookup:
        return RememberedLookup() if self.settings.version.dispatchers_remember else ExactLookup()

    def _new_session(self) -> str:
        self.counters.connections += 1
        return self.new_id()

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


def _suspended(suspension: Entry) -> str:
    return f"scheduled queue is suspended: {suspension.reason}"
