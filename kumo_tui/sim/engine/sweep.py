"""Sweeps: mail drained from its queues at once, logged and removed at the pace of the node (KUMOMTA.md 2.5)."""

from collections import deque
from dataclasses import dataclass
from math import floor

from kumo_tui.sim.engine.agenda import Agenda
from kumo_tui.sim.engine.directives import Entry
from kumo_tui.sim.engine.mail import Run, take_front
from kumo_tui.sim.engine.maillog import Kind, MailLog
from kumo_tui.sim.engine.queues import TallyBook

STEP_S = 0.01


@dataclass(slots=True)
class _Task:
    """The drained rest of one queue; keeps its entry though that may long be gone from the list."""

    queue: str
    runs: list[Run]
    left: int
    entry: Entry


class Sweeper:
    """All running sweeps of a node; ``rate`` is messages per second of the node, shared by the queues.

    While it is ``held`` nothing is removed: an unhealthy spool holds all bounces (KUMOMTA.md 0).
    """

    def __init__(self, rate: float, agenda: Agenda, tally: TallyBook, log: MailLog) -> None:
        self.rate = rate
        self.pending = 0
        self.held = False
        self._tasks: deque[_Task] = deque()
        self._agenda = agenda
        self._tally = tally
        self._log = log
        self._begun = 0.0
        self._steps = 0
        self._paid = 0
        self._running = False
        self._stopped = False

    def take(self, queue: str, runs: list[Run], entry: Entry) -> None:
        """Accept what was drained from one queue."""
        left = sum(run.count for run in runs)
        if not left:
            return
        self._tasks.append(_Task(queue, runs, left, entry))
        self.pending += left
        if not self._running:
            self._running = True
            self._begun, self._steps, self._paid = self._agenda.now, 0, 0
            self._plan()

    def stop(self) -> list[tuple[str, list[Run]]]:
        """End all sweeps and give back what was not removed yet: it is still in the spool."""
        self._stopped = True
        back = [(task.queue, task.runs) for task in self._tasks]
        self._tasks.clear()
        self.pending = 0
        return back

    def _plan(self) -> None:
        self._steps += 1
        self._agenda.at(self._begun + self._steps * STEP_S, self._step)

    def _step(self, _now: float) -> None:
        if self._stopped:
            return
        if self.held:
            self._begun += STEP_S
            self._steps -= 1
            self._plan()
            return
        budget = floor(self._steps * STEP_S * self.rate + 1e-6) - self._paid
        self._paid += budget
        share = max(1, budget // max(1, len(self._tasks)))
        while budget > 0 and self._tasks:
            task = self._tasks.popleft()
            done = min(task.left, share, budget)
            budget -= done
            self._remove(task, done)
            if task.left:
                self._tasks.append(task)
        self._running = bool(self._tasks)
        if self._running:
            self._plan()

    def _remove(self, task: _Task, messages: int) -> None:
        task.left -= messages
        self.pending -= messages
        task.entry.count(task.queue, messages)
        self._tally[task.queue].bounced += messages
        for run in take_front(task.runs, messages) if task.left else task.runs:
            self._log.note(
                Kind.ADMIN_BOUNCE,
                task.queue,
                run,
                self._agenda.now,
                reason=task.entry.reason,
                suppressed=task.entry.suppress_logging,
            )
