"""One outgoing connection of a ready queue: takes messages, applies directives and suspensions, delivers."""

from enum import Enum
from typing import Protocol

from kumo_tui.sim.engine.lookups import Lookup
from kumo_tui.sim.engine.mail import Message


class Fate(Enum):
    """What a look-up decides about a message that a dispatcher takes."""

    SEND = "send"
    GONE = "gone"


class Surroundings(Protocol):
    """What a dispatcher needs of its ready queue and node."""

    def pop(self) -> Message | None:
        """Take the next message of the ready queue."""

    def judge(self, message: Message, lookup: Lookup, now: float) -> Fate:
        """Apply directive (as remembered), then suspension (exact); GONE when either took the message."""

    def permit(self, now: float) -> float:
        """Return the moment at which the throttle lets one more message start, and use that permit up."""

    def finish(self, message: Message, now: float) -> bool:
        """Deliver or defer the message; True when delivered."""


class Dispatcher:
    """Holds at most one message in its hand; ``idle_timeout`` seconds without one end its connection."""

    def __init__(
        self, session_id: str, started: float, lookup: Lookup, latency: float, idle_timeout: float
    ) -> None:
        self.session_id = session_id
        self.started = started
        self.lookup = lookup
        self.hand: Message | None = None
        self.starts_at = started
        self.done_at = started
        self.last_taken = started
        self.delivered = 0
        self.transfailed = 0
        self._latency = latency
        self._idle_timeout = idle_timeout

    def work(self, ready: Surroundings, now: float) -> None:
        """Finish what is due, then take what can be taken, up to ``now``."""
        at = now
        while True:
            if self.hand is not None:
                if self.done_at > now:
                    return
                at = self.done_at
                if ready.finish(self.hand, at):
                    self.delivered += 1
                else:
                    self.transfailed += 1
                self.hand = None
            if not self._take(ready, at):
                return

    def _take(self, ready: Surroundings, now: float) -> bool:
        while (message := ready.pop()) is not None:
            if ready.judge(message, self.lookup, now) is Fate.SEND:
                self.hand = message
                self.last_taken = now
                self.starts_at = ready.permit(now)
                self.done_at = self.starts_at + self._latency
                return True
        return False

    def ends(self, now: float) -> bool:
        """Say whether the connection has been without a message long enough to end."""
        return self.hand is None and now >= self.last_taken + self._idle_timeout

    @property
    def wakes_at(self) -> float:
        """The next moment this dispatcher has something to do by itself."""
        return self.done_at if self.hand is not None else self.last_taken + self._idle_timeout

    def phase(self, now: float) -> str:
        """Name the phase as inspect-ready-q shows it."""
        if self.hand is None:
            return "Idle"
        return "MessageRateThrottled" if now < self.starts_at else "Delivering"
