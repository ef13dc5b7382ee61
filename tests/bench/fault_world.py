"""A world in which one request of one kind meets one fault: of the way, the node, the program or the journal."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from kumo_tui.config import Settings
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.sim import CutError, SimNode
from kumo_tui.sim.faults import Fault as SimFault
from kumo_tui.sim.faults import Kind as SimKind
from kumo_tui.sim.scenario import Scenario
from tests.fakes import settle
from tests.unit.act.killable import Fate, KillableJournal, KillableWorld, Killed

# How long the node is down, the program is down, the journal cannot be written.
NODE_DOWN_S = 5.0
TROUBLE_S = 14.0
MORE_BYTES = 10_000_000

# So long a node works on what it was asked for before it ends without an answer.
SWEPT_S = 0.3


class Fault(StrEnum):
    """What goes wrong, just once, with the request that is aimed at."""

    NONE = "none"
    SILENT = "time-out, not done"
    SILENT_DONE = "time-out, done"
    CUT = "reset before the answer, not done"
    CUT_DONE = "reset before the answer, done"
    HALF = "reset in the middle of the answer"
    ERROR = "500, not done"
    ERROR_DONE = "500, done"
    KILLED = "SIGKILL before it is sent"
    KILLED_SENT = "SIGKILL after it was sent"
    RESTART = "server restarts, not done"
    RESTART_DONE = "server restarts, done"
    FULL = "disk full before it is sent"
    FULL_SENT = "disk full after it was sent"
    LOCKED = "journal locked before it is sent"
    LOCKED_SENT = "journal locked after it was sent"


SIM_KINDS: dict[Fault, SimKind] = {
    Fault.SILENT: "hang",
    Fault.SILENT_DONE: "hang_reply",
    Fault.CUT: "cut",
    Fault.CUT_DONE: "cut_reply",
    Fault.HALF: "half_reply",
    Fault.ERROR: "error",
    Fault.ERROR_DONE: "error_after",
}
JOURNAL_FAULTS = (Fault.FULL, Fault.FULL_SENT, Fault.LOCKED, Fault.LOCKED_SENT)


@dataclass(frozen=True)
class Aim:
    """Which request is meant: the one of this number, from 1 on, with this method and path.

    In the journal it is the intent of this number of this `step`.
    """

    method: str
    path: str
    step: Step
    number: int = 1


@dataclass(frozen=True)
class Sample:
    """What a node's lists held at one moment, by id: the reasons of its stops and of its directives."""

    at: float
    stops: dict[str, str]
    directives: dict[str, str]


class FaultWorld(KillableWorld):
    """One node, one fault. `samples` are what its lists held at each step of time, for whoever checks."""

    def __init__(
        self, scenario: Scenario, journal: Path, settings: Settings, aim: Aim | None, fault: Fault
    ) -> None:
        self.aim, self.fault = aim, fault
        self.met = 0
        self.noted = 0
        self.samples: list[Sample] = []
        self._back_at: float | None = None
        self._over: tuple[float, Callable[[], None]] | None = None
        super().__init__(scenario, journal, settings)
        fleet: Any = self.fleet
        fleet.catch_up = self._catch_up

    def restart_node(self) -> None:
        """The node's process ends now, and is back a while later."""
        self.node.kill()
        self._back_at = self.time.monotonic() + NODE_DOWN_S

    def trouble_journal(self) -> None:
        """Nothing can be written into the journal from now on, for a while."""
        is_full = self.fault in (Fault.FULL, Fault.FULL_SENT)
        lift = full_disk(self.kept) if is_full else held_lock(self.kept.path)
        self._over = self.time.monotonic() + TROUBLE_S, lift

    def mend(self) -> None:
        """End what is wrong with the journal."""
        if self._over is not None:
            self._over[1]()
            self._over = None

    async def bury(self) -> None:
        self.mend()
        await super().bury()

    def sample(self) -> Sample:
        """What the node's lists hold now."""
        engine, now = self.node.engine, self.time.monotonic()
        stops = {entry.id: entry.reason for entry in engine.suspensions.listed(now)}
        directives = {entry.id: entry.reason for entry in engine.bounces.listed(now)}
        return Sample(now, stops, directives)

    def _catch_up(self) -> None:
        now = self.time.monotonic()
        if self._back_at is not None and now >= self._back_at:
            self._back_at = None
            self.node.restart()
        if self._over is not None and now >= self._over[0]:
            self.mend()
        for node in self.fleet.nodes.values():
            node.catch_up()
        if self.node.alive:
            self.samples.append(self.sample())

    def _journal_of(self, fate: Fate) -> Any:
        return _WatchedJournal(self, super()._journal_of(fate))

    def _way_to(self, name: str, fate: Fate) -> httpx.AsyncBaseTransport:
        return _FaultyWay(self, self.fleet.nodes[name], fate)


class _WatchedJournal:
    """The journal of a program; it fails just when the intent that is aimed at is to be written."""

    def __init__(self, world: FaultWorld, inner: KillableJournal) -> None:
        self._world = world
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def record_intent(self, *values: Any) -> None:
        self._notice(Step.BOUNCE, Step.STOP)
        self._inner.record_intent(*values)

    def record_step(self, record: StepRecord, *values: Any) -> int:
        if record.state is RequestState.INTENT and record.method:
            self._notice(record.step)
        number: int = self._inner.record_step(record, *values)
        return number

    def _notice(self, *steps: Step) -> None:
        world = self._world
        if world.aim is None or world.aim.step not in steps:
            return
        world.noted += 1
        if world.noted == world.aim.number and world.fault in (Fault.FULL, Fault.LOCKED):
            world.trouble_journal()


class _FaultyWay(httpx.AsyncBaseTransport):
    """The way to a node: what goes wrong on it is told as httpx would tell it."""

    def __init__(self, world: FaultWorld, node: SimNode, fate: Fate) -> None:
        self._world = world
        self._node = node
        self._fate = fate
        self._inner = httpx.ASGITransport(app=node.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._fate.check()
        if not self._is_meant(request):
            return await self._answered(request)
        return await self._struck(request, self._world.fault)

    def _is_meant(self, request: httpx.Request) -> bool:
        world, aim = self._world, self._world.aim
        if aim is None or (request.method, request.url.path) != (aim.method, aim.path):
            return False
        world.met += 1
        return world.met == aim.number

    async def _struck(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        if fault in SIM_KINDS:
            kind = SIM_KINDS[fault]
            self._node.faults.add(SimFault(kind, path=request.url.path, method=request.method, times=1))
            return await (self._silent(request) if "hang" in kind else self._answered(request))
        if fault is Fault.KILLED:
            self._die()
        if fault is Fault.RESTART:
            self._node.faults.add(SimFault("cut", path=request.url.path, method=request.method, times=1))
        try:
            answer = await self._answered(request)
        finally:
            if fault in (Fault.RESTART, Fault.RESTART_DONE):
                self._world.time.advance(SWEPT_S)
                self._world.restart_node()
        if fault is Fault.RESTART_DONE:
            raise httpx.ReadError("the node's process ended")
        if fault is Fault.KILLED_SENT:
            self._die()
        if fault in (Fault.FULL_SENT, Fault.LOCKED_SENT):
            self._world.trouble_journal()
        return answer

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        if not self._node.alive:
            raise httpx.ConnectError("refused") from ConnectionRefusedError()
        try:
            return await self._inner.handle_async_request(request)
        except CutError as error:
            raise httpx.ReadError(str(error)) from error

    async def _silent(self, request: httpx.Request) -> httpx.Response:
        """The node has it and says nothing, for as long as the program waits."""
        asking = asyncio.ensure_future(self._answered(request))
        await settle()
        assert not asking.done()
        self._world.time.advance(request.extensions["timeout"]["read"])
        self._world.fleet.catch_up()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        raise httpx.ReadTimeout("silent")

    def _die(self) -> None:
        self._fate.is_dead = True
        raise Killed(self._world.fault)


def full_disk(journal: SqliteJournal) -> Callable[[], None]:
    """Let SQLite find no room for any write of this journal; returns what ends that.

    The file may not grow any more, and whatever is written needs more room than it has.
    """
    connection = journal._store._connection
    tables = [row[0] for row in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    writes = {f"full_{table}_{act}": (act, table) for table in tables for act in ("INSERT", "UPDATE")}
    for name, (act, table) in writes.items():
        connection.execute(
            f"CREATE TEMP TRIGGER {name} BEFORE {act} ON main.{table} BEGIN "
            f"INSERT OR REPLACE INTO probe (no, at, room) VALUES (1, '', zeroblob({MORE_BYTES})); END"
        )
    pages = connection.execute("PRAGMA main.page_count").fetchone()[0]
    connection.execute(f"PRAGMA main.max_page_count = {pages}")

    def lift() -> None:
        connection.execute("PRAGMA main.max_page_count = 1000000")
        for name in writes:
            connection.execute(f"DROP TRIGGER {name}")

    return lift


def held_lock(path: Path) -> Callable[[], None]:
    """Another program holds the journal's file; returns what ends that."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other.close
