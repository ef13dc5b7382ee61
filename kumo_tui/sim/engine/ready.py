"""Ready queues: messages in order, a throttle, and the connections that empty them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from kumo_tui.sim.engine.agenda import Agenda
from kumo_tui.sim.engine.dispatch import Dispatcher, Fate
from kumo_tui.sim.engine.lookups import Lookup
from kumo_tui.sim.engine.mail import Message
from kumo_tui.sim.engine.providers import Provider

IDLE_TIMEOUT_S = 5.0
MESSAGES_PER_CONNECTION = 20


@dataclass(frozen=True)
class ReadyHooks:
    """What the node does for its ready queues."""

    judge: Callable[[Message, Lookup, float], Fate]
    outcome: Callable[[Message, Provider, float], bool]
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
        return sum(1 for dispatcher in self.dispatchers if dispatcher.hand is not None)

    def push(self, messages: list[Message], now: float) -> None:
        """Add messages at the end and wake the connections."""
        self.messages.extend(messages)
        self.last_active = now
        self._wake(now)

    def everything(self) -> list[Message]:
        """Return all messages that are here, those in hands first."""
        return [d.hand for d in self.dispatchers if d.hand is not None] + list(self.messages)

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
        """Take the first message."""
        return self.messages.popleft() if self.messages else None

    def judge(self, message: Message, lookup: Lookup, now: float) -> Fate:
        """Ask the node what becomes of a message."""
        return self._hooks.judge(message, lookup, now)

    def permit(self, now: float) -> float:
        """Use up one permit of the throttle; return when it starts."""
        start = max(now, self._next_permit)
        if self.provider.rate:
            self._next_permit = start + 1.0 / self.provider.rate
        return start

    def finish(self, message: Message, now: float) -> bool:
        """Deliver or defer; True when delivered."""
        self.last_active = now
        delivered = self._hooks.outcome(message, self.provider, now)
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
        while self.messages and len(self.dispatchers) < self._connections_wanted():
            self._connect(now).work(self, now)
        self.dispatchers = [d for d in self.dispatchers if not d.ends(now)]
        if self.dispatchers:
            self._wake(min(d.wakes_at for d in self.dispatchers))

    def _connections_wanted(self) -> int:
        return min(self.provider.connections, -(-len(self.messages) // MESSAGES_PER_CONNECTION))

    def _connect(self, now: float) -> Dispatcher:
        hooks = self._hooks
        made = Dispatcher(hooks.new_session(), now, hooks.new_lookup(), self.provider.latency, IDLE_TIMEOUT_S)
        self.dispatchers.append(made)
        self.connections_made += 1
        return made

    def _wake(self, when: float) -> None:
        when = max(when, self._agenda.now)
        if self._wake_at is not None and self._wake_at <= when:
            return
        self._wake_at = when
        self._agenda.at(when, lambda at: self._work(at) if self._wake_at == at else None)
