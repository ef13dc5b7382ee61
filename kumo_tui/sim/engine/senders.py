"""Senders: who injects, how fast, into which queues, from when to when."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, inf

from kumo_tui.sim.engine.agenda import Agenda

_SHORTEST_STEP_S = 0.02


@dataclass(frozen=True)
class Sender:
    """Injects ``rate`` messages per second in turn into ``queues``, from ``start`` to ``stop`` (seconds)."""

    queues: tuple[str, ...]
    rate: float
    start: float = 0.0
    stop: float = inf


class Injector:
    """Runs one sender on an agenda. ``origin`` is the engine time at which the scenario began."""

    def __init__(self, sender: Sender, origin: float, agenda: Agenda, inject: Callable[[str, int], None]) -> None:
        self._sender = sender
        self._begin = origin + sender.start
        self._end = origin + sender.stop
        self._agenda = agenda
        self._inject = inject
        self._stopped = False
        self._sent = self._due(agenda.now)
        self._first = max(agenda.now, self._begin)
        self._steps = 0
        self._plan(agenda.now)

    def _plan(self, now: float) -> None:
        if now < self._end:
            self._steps += 1
            step = max(1.0 / self._sender.rate, _SHORTEST_STEP_S)
            self._agenda.at(self._first + self._steps * step, self._step)

    def stop(self) -> None:
        """Send nothing any more."""
        self._stopped = True

    def _due(self, now: float) -> int:
        return max(0, floor((min(now, self._end) - self._begin) * self._sender.rate + 1e-6))

    def _step(self, now: float) -> None:
        if self._stopped:
            return
        due = self._due(now)
        queues = self._sender.queues
        rounds, rest = divmod(due - self._sent, len(queues))
        for place in range(len(queues)):
            number = rounds + (1 if place < rest else 0)
            if number:
                self._inject(queues[(self._sent + place) % len(queues)], number)
        self._sent = due
        self._plan(now)
