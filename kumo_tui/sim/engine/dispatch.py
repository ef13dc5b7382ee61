"""One outgoing connection of a ready queue: takes messages, applies directives and suspensions, delivers."""

from enum import Enum
from typing import Protocol

from kumo_tui.sim.engine.lookups import Lookup
from kumo_tui.sim.engine.mail import Message
from kumo_tui.sim.engine.providers import Provider

IDLE_TIMEOUT_S = 5.0


class Fate(Enum):
    """What a look-up decides about a message that a dispatcher takes."""

    SEND = "send"
    GONE = "gone"


class Surroundings(Protocol):
    """What a dispatcher needs of its ready queue and node."""

    def pop(self) -> Message | None:
        """Take the next message of the ready queue; none while the ready queue is suspended."""

    def judge(self, message: Message, lookup: Lookup, now: float) -> Fate:
        """Apply directive (as remembered), then suspension (exact); GONE when either took the message."""

    def permit(self, now: float) -> float:
        """Return the moment at which the throttle lets one more message start, and use that permit up."""

    def finish(self, message: Message, now: float) -> bool:
        """Deliver or defer the message; True when delivered."""


class Dispatcher:
    """Holds one batch of messages in its hands at most, and its look-up as long as it lives.

    It ends when it has been without a message for ``IDLE_TIMEOUT_S`` since its last delivery (messages that are
    bounced or sent back meanwhile do not prolong that), or after the provider's ``max_deliveries``.
    """

    def __init__(self, started: float, lookup: Lookup, provider: Provider) -> None:
        self.session_id = ""
        self.started = started
        self.lookup = lookup
        self.hands: list[Message] = []
        self.starts_at = started
        self.done_at = started
        self.last_taken = started
        self.idle_since = started
        self.delivered = 0
        self.transfailed = 0
        self._provider = provider
        self._spent = False

    def work(self, ready: Surroundings, now: float) -> None:
        """Finish what is due, then take what can be taken, up to ``now``."""
        at = now
        while not self._spent:
            if self.hands:
                if self.done_at > now:
                    return
                at = self.done_at
                self._finish(ready, at)
            if self._spent or not self._take(ready, at):
                return

    def _finish(self, ready: Surroundings, now: float) -> None:
        for message in self.hands:
            if ready.finish(message, now):
                self.delivered += 1
            else:
                self.transfailed += 1
        self.hands = []
        self.idle_since = now
        self._spent = self.delivered + self.transfailed >= self._provider.max_deliveries

    def _take(self, ready: Surroundings, now: float) -> bool:
        while len(self.hands) < self._provider.batch and (message := ready.pop()) is not None:
            if ready.judge(message, self.lookup, now) is Fate.SEND:
                self.hands.append(message)
                self.last_taken = now
                self.starts_at = ready.permit(now)
                self.done_at = self.starts_at + self._provider.latency
        return bool(self.hands)

    def close(self) -> None:
        """End the connection; only for one with empty hands."""
        self._spent = True

    def ends(self, now: float) -> bool:
        """Say whether the connection is over."""
        return not self.hands and (self._spent or now >= self.idle_since + IDLE_TIMEOUT_S)

    @property
    def wakes_at(self) -> float:
        """The next moment this dispatcher has something to do by itself."""
        return self.done_at if self.hands else self.idle_since + IDLE_TIMEOUT_S

    def phase(self, now: float) -> str:
        """Name the phase as inspect-ready-q shows it."""
        if not self.hands:
            return "Idle"
        return "MessageRateThrottled" if now < self.starts_at else "Delivering"
