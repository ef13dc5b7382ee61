"""One simulated node: an engine, its HTTP face, its faults, and the log of what was asked of it."""

import random
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kumo_tui.sim.accident import Accident
from kumo_tui.sim.clock import Clock
from kumo_tui.sim.engine.engine import Engine, Spool
from kumo_tui.sim.engine.identity import message_id
from kumo_tui.sim.engine.maillog import LogRecord, MailLog
from kumo_tui.sim.engine.queues import TallyBook
from kumo_tui.sim.faults import Faults
from kumo_tui.sim.machine import READY_AFTER_S, Machine
from kumo_tui.sim.metrics.page import MetricsPage
from kumo_tui.sim.scenario import NodePlan
from kumo_tui.sim.standing import furnish
from kumo_tui.sim.versions import Version
from kumo_tui.sim.web.app import NodeApp
from kumo_tui.sim.web.replies import Call

BOUNCE = ("POST", "/api/admin/bounce/v1")


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it came, and the ``agent`` that it says it is from.

    ``at`` is engine time in seconds; ``status`` 0 means closed without an answer.
    """

    method: str
    path: str
    query: str
    body: str
    at: float
    status: int | None = None
    agent: str = ""


class SimNode:
    """One node of a fleet. ``app`` is its ASGI application; the engine runs when somebody asks or ticks.

    The death that its plan holds comes to it where ``mortal``.
    """

    def __init__(
        self,
        plan: NodePlan,
        clock: Clock,
        seed: int,
        number: int,
        *,
        log: bool | None = None,
        mortal: bool = False,
    ) -> None:
        self.plan = plan
        self.name = plan.name
        self.clock = clock
        self.faults = Faults()
        self.access = plan.access
        self.requests: list[LoggedRequest] = []
        self.clock_offset = plan.clock_offset
        self._accident = Accident(plan.death) if plan.death is not None and mortal else None
        self.log = MailLog(kept=plan.log if log is None else log)
        self._number = number
        self._rng = random.Random(f"{seed}/{plan.name}")  # noqa: S311  # a simulation, not a secret
        self._origin = clock.monotonic()
        self._spool: Spool | None = None
        self._boot(first_message=1)
        furnish(self.engine, plan, self._rng)
        self.machine.started -= READY_AFTER_S + plan.uptime
        self.machine.online_since -= timedelta(seconds=READY_AFTER_S + plan.uptime)
        self.app = NodeApp(self)

    def _boot(self, first_message: int) -> None:
        now = self.clock.monotonic()
        self.engine = Engine(
            self.plan.engine, self._rng, now, self._origin, log=self.log, first_number=first_message
        )
        self.machine = Machine(self.name, self._number, self.version.text, self.utc(), now)
        self.metrics = MetricsPage(self.engine, self.machine)

    @property
    def version(self) -> Version:
        """The build this node pretends to be."""
        return self.plan.engine.version

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._spool is None

    @property
    def tally(self) -> TallyBook:
        """What became of the messages of each queue, over restarts."""
        return self.engine.tally

    def utc(self) -> datetime:
        """The calendar time this node believes in."""
        return self.clock.utc() + timedelta(seconds=self.clock_offset)

    def catch_up(self) -> None:
        """Let the engine run up to the present moment of the clock."""
        now, accident = self.clock.monotonic(), self._accident
        while accident is not None and (moment := accident.next_moment(now)) is not None:
            self._advance(moment)
            accident.happen(self)
        self._advance(now)

    def _advance(self, to: float) -> None:
        if self.alive:
            self.engine.advance(to)

    def inject(self, queue: str, count: int) -> None:
        """Receive ``count`` messages for ``queue`` now; a node that is down receives nothing."""
        self.catch_up()
        if self.alive:
            self.engine.inject(queue, count)

    def kill(self) -> None:
        """End the process: directives and counters are lost, the spool stays."""
        if self.alive:
            self.catch_up()
        self.die()

    def die(self) -> None:
        """End the process as it is, at the moment that its engine has come to."""
        if self.alive:
            self._spool = self.engine.shut_down()

    def restart(self) -> None:
        """Kill, if need be, and start over the spool; the queues come back a moment later."""
        self.kill()
        spool, tally = self._spool or [], self.engine.tally
        self._spool = None
        self._boot(first_message=self.engine.next_number)
        self.engine.tally.update(tally)
        self.engine.agenda.at(self.engine.now + READY_AFTER_S, lambda _: self.engine.load(spool))

    def shed_load(self, *, active: bool) -> None:
        """Let the spool become unhealthy, or well again: as long as it sheds load, no sweep goes on."""
        self.catch_up()
        self.machine.load_shedding = active
        self._hold_up()

    def stop_writing(self, *, active: bool) -> None:
        """Let the spool stop writing, or go on: no sweep goes on meanwhile."""
        self.catch_up()
        self.machine.write_stopped = active
        self._hold_up()

    def fill_hook(self, times: int) -> None:
        """Let so many records find the log hook's buffer full, 0 none any more: no sweep goes on meanwhile."""
        self.catch_up()
        self.machine.hook_is_full = times > 0
        self.machine.hook_was_full += times
        self._hold_up()

    def _hold_up(self) -> None:
        self.engine.sweeper.held = self.machine.holds_up

    def record(self, call: Call, body: bytes) -> int:
        """Note a request; return its place in the log."""
        query = "&".join(f"{key}={value}" for key, value in call.query)
        text, agent = body.decode("utf-8", "replace"), call.headers.get("user-agent", "")
        at = self.clock.monotonic()
        self.requests.append(LoggedRequest(call.method, call.path, query, text, at, agent=agent))
        return len(self.requests) - 1

    def note_status(self, place: int, status: int) -> None:
        """Note how a request was answered."""
        request = self.requests[place] = replace(self.requests[place], status=status)
        if self._accident is not None and (request.method, request.path, status) == (*BOUNCE, 200):
            self._accident.accepted_bounce(self.engine.now)

    def requests_json(self) -> list[dict[str, Any]]:
        """The request log as JSON values."""
        return [asdict(request) for request in self.requests]

    def log_json(self, *, with_records: bool) -> dict[str, Any]:
        """The delivery log as JSON values: counts by kind and queue, and the records where wanted."""
        shown: dict[str, Any] = {"counts": self.log.summary()}
        if with_records:
            shown["records"] = [self._record_json(record) for record in self.log.records]
        return shown

    def _record_json(self, record: LogRecord) -> dict[str, Any]:
        created = self.utc() + timedelta(seconds=record.created - self.engine.now)
        return {"id": message_id(record.message, created), **asdict(record)}

    def tally_json(self) -> dict[str, dict[str, int]]:
        """The tallies that were touched, as JSON values."""
        return {queue: asdict(tally) for queue, tally in self.engine.tally.items()}
