"""Ready queues: messages in order, a throttle, and the connections that empty them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp

from kumo_tui.sim.engine.agenda import Agenda
from kumo_tui.sim.engine.dispatch import Dispatcher, Fate
from kumo_tui.sim.engine.lookups import Lookup
from kumo_tui.sim.engine.mail import Message
from kumo_tui.sim.engine.providers import Provider

_RECONNECT_S = 1.0
_GROWTH = 0.023


def ideal_connections(waiting: int, limit: int) -> int:
    """Return how many connections the server wants for so many waiting messages: more with each, up to a limit."""
    return min(ceil(limit * (1 - exp(-_GROWTH * waiting))), waiting)


@dataclass(frozen=True)
class ReadyHooks:
    """What the node does for its ready queues."""

    judge: Callable[[Message, Lookup, str, float], Fate]
    outcome: Callable[[Message, "ReadyQueue"], bool]
    suspended: Callable[[str], bool]
    give_back: Callable[["ReadyQueue"], None]
    new_lookup: Callable[[], Lookup]
    new_session: Callable[[], str]


class ReadyQueue:
    """One egress queue ``source->site@smtp_client`` with counters since it exists."""

    def __init__(self, source: str, provider: Provider, agenda: Agenda, hooks: ReadyHooks) -> None:
        self.source = source
        self.provider = provider
        self.name = f"{source}->{provider.site}@smtp_client"
        self.messages: deque[Message] = deque()
        self.dispatchers: list[Dispatcher] = []
        self.connections_made = 0
        self.delivered = 0
        self.transfailed = 0
        self.full = 0
        self.last_active = agenda.now
        self._agenda = agenda
        self._hooks = hooks
        self._next_permit = agenda.now
        self._wake_at: float | None = None
        self._closed = False

    @property
    def room(self) -> int:
        return max(0, self.provider.max_ready - len(self.messages))

    @property
    def held(self) -> int:
        """Messages in the hands of connections: neither waiting nor delivered."""
        return sum(len(dispatcher.hands) for dispatcher in self.dispatchers)

    def push(self, messages: list[Message], now: float) -> None:
        """Add messages at the end and wake the connections."""
        self.messages.extend(messages)
        self.last_active = now
        self._wake(now)

    def everything(self) -> list[Message]:
        """Return all messages that are here, those in hands first."""
        return [message for d in self.dispatchers for message in d.hands] + list(self.messages)

    def empty(self) -> list[Message]:
        """Take all waiting messages out; what connections hold stays with them."""
        waiting = list(self.messages)
        self.messages.clear()
        return waiting

    def close(self) -> list[Message]:
        """End every connection and give back all messages: the process is gone."""
        given_back = self.everything()
        self.messages.clear()
        self.dispatchers.clear()
        self._closed = True
        return given_back

    def pop(self) -> Message | None:
        """Take the first message; none while this ready queue is suspended."""
        if not self.messages or self._hooks.suspended(self.name):
            return None
        return self.messages.popleft()

    def judge(self, message: Message, lookup: Lookup, now: float) -> Fate:
        """Ask the node what becomes of a message."""
        return self._hooks.judge(message, lookup, self.name, now)

    def permit(self, now: float) -> float:
        """Use up one permit of the throttle; return when it starts."""
        start = max(now, self._next_permit)
        if self.provider.rate:
            self._next_permit = start + 1.0 / self.provider.rate
        return start

    def finish(self, message: Message, now: float) -> bool:
        """Deliver or defer; True when delivered."""
        self.last_active = now
        delivered = self._hooks.outcome(message, self)
        if delivered:
            self.delivered += 1
        else:
            self.transfailed += 1
        return delivered

    def _work(self, now: float) -> None:
        if self._closed:
            return
        self._wake_at = None
        for dispatcher in self.dispatchers:
            dispatcher.work(self, now)
        if self._hooks.suspended(self.name):
            self._give_back()
        else:
            self._connect(now)
        self.dispatchers = [d for d in self.dispatchers if not d.ends(now)]
        if self.dispatchers:
            self._wake(min(d.wakes_at for d in self.dispatchers))
        elif self.messages:
            self._wake(now + _RECONNECT_S)

    def _give_back(self) -> None:
        """Return everything that waits, once a connection with empty hands finds its ready queue suspended."""
        if self.dispatchers and all(d.hands for d in self.dispatchers):
            return
        self._hooks.give_back(self)
        for dispatcher in self.dispatchers:
            if not dispatcher.hands:
                dispatcher.close()

    def _connect(self, now: float) -> None:
        """Open connections as the backlog wants; one that finds no message to send is never opened."""
        while len(self.dispatchers) < ideal_connections(len(self.messages), self.provider.connections):
            made = Dispatcher(now, self._hooks.new_lookup(), self.provider)
            made.work(self, now)
            if made.hands:
                made.session_id = self._hooks.new_session()
                self.dispatchers.append(made)
                self.connections_made += 1

    def _wake(self, when: float) -> None:
        when = max(when, self._agenda.now)
        if self._wake_at is not None and self._wake_at <= when:
            return
        self._wake_at = when
        self._agenda.at(when, lambda at: self._work(at) if self._wake_at == at else None)
