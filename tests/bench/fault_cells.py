"""The cells of the fault matrix: each act with each fault, played in this process to the end and then checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from kumo_tui.act.draft import Draft
from kumo_tui.cli.exits import Exit, exit_of_sending, gravest
from kumo_tui.cli.follow import Followed, Follower
from kumo_tui.config import ActSettings, Settings
from kumo_tui.errors import JournalError, Refused
from kumo_tui.journal.records import Recorded, Step
from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim.scenario import parse_scenario
from tests.bench.fault_evidence import BOUNCES, MEANT, STOPS, Evidence
from tests.bench.fault_world import JOURNAL_FAULTS, Aim, Fault, FaultWorld
from tests.unit.act.killable import Killed


class Act(StrEnum):
    """The request that meets the fault."""

    PLAIN = "plain bounce"
    STOP = "clean: stop"
    FIRST = "clean: first sweep"
    LATER = "clean: later sweep"
    EXTEND = "clean: stop extended"
    RELEASE = "clean: release"
    CANCEL = "cancel of a plain bounce"
    STOP_ALONE = "stop alone"
    LET_GO = "release of a stop"


AIMS: Mapping[Act, Aim] = {
    Act.PLAIN: Aim("POST", BOUNCES, Step.BOUNCE),
    Act.STOP: Aim("POST", STOPS, Step.STOP),
    Act.FIRST: Aim("POST", BOUNCES, Step.SWEEP),
    Act.LATER: Aim("POST", BOUNCES, Step.SWEEP, 2),
    Act.EXTEND: Aim("POST", STOPS, Step.STOP, 2),
    Act.RELEASE: Aim("DELETE", STOPS, Step.RELEASE),
    Act.CANCEL: Aim("DELETE", BOUNCES, Step.CANCEL),
    Act.STOP_ALONE: Aim("POST", STOPS, Step.STOP),
    Act.LET_GO: Aim("DELETE", STOPS, Step.RELEASE),
}
PLAIN = (Act.PLAIN, Act.CANCEL)
WITHOUT_BOUNCE = (Act.STOP_ALONE, Act.LET_GO)

# Where a stop may not be longer than this, it is extended when 300 s are left: soon enough to be seen.
LONGEST_S = 312
EXTENDED_BY_S = 16
ANSWER_S = 5.0
DOWN_S = 3.0
STEP_S = 2.0
PATIENCE_S = 120.0

# Two tenants share the ready queue of a slow provider; for a plain bounce each has its own: there it is exact.
SCENARIO = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 20
log = true

[[node.provider]]
site = "slow.example"
domains = ["{first}"]
rate = 20
connections = 1
latency = 0.02

[[node.provider]]
site = "other.example"
domains = ["other.example"]
rate = 20
connections = 1
latency = 0.02

[[node.sender]] # the backlog
queues = ["one:s1@{first}", "two:s2@{second}"]
rate = 400
stop = 0.1

[[node.sender]]
queues = ["one:s1@{first}"]
rate = 4
start = 0.1
stop = {stop}

[[node.sender]]
queues = ["two:s2@{second}"]
rate = 4
start = 0.1
stop = {stop}
"""


@dataclass(frozen=True)
class Cell:
    """What came of one cell. `requests` of the act's kind are in the node's log.

    `state` and `code` are what kumo-tui says in the end, on return where it was killed, or what it refused with.
    """

    act: Act
    fault: Fault
    requests: int
    state: str
    code: Exit
    evidence: Evidence

    @property
    def violations(self) -> tuple[str, ...]:
        """Every rule that was broken, in words."""
        return tuple(self.evidence.violations())

    @property
    def text(self) -> str:
        """The cell as it stands in the table."""
        return f"{self.requests} {self.state} {int(self.code)}"


class Play:
    """One act, one fault, from the first minute to the next start after the end."""

    def __init__(self, act: Act, fault: Fault, folder: Path, make_world: type[FaultWorld] = FaultWorld) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shared = "slow.q.example"
        second = "other.example" if act in PLAIN else shared
        stop = EXTENDED_BY_S if act is Act.EXTEND else 6
        scenario = parse_scenario(SCENARIO.format(first=shared, second=second, stop=stop), "faults.toml")
        limits = ActSettings(
            quiet_after="4s",
            default_duration="60s",
            max_duration=f"{LONGEST_S}s" if act is Act.EXTEND else "1d",
            answer_timeout_s=ANSWER_S,
        )
        aim = AIMS[act] if fault is not Fault.NONE else None
        self.act, self.fault = act, fault
        self.world = make_world(scenario, folder / "journal.db", Settings(act=limits), aim, fault)
        self.refused = ""
        self.tag: str | None = None
        self.is_killed = False

    async def run(self) -> Cell:
        """Play it, and check it."""
        world = self.world
        world.acts.clean.start()
        await world.play(1)
        try:
            await self._do()
            await self._follow()
        except (Refused, JournalError) as error:
            self.refused = str(error)
            await self._pass(20)
        except Killed:
            self.is_killed = True
            await world.bury()
            world.time.advance(DOWN_S)
            world.fleet.catch_up()
            world.start_program()
            world.acts.clean.start()
            await world.play(1)
            await self._follow()
        state, code = self._told()
        await self._let_be()
        evidence = await self._evidence()
        aim = AIMS[self.act]
        return Cell(self.act, self.fault, len(evidence.asked(aim.method, aim.path)), state, code, evidence)

    async def _do(self) -> None:
        world, acts = self.world, self.world.acts
        if self.act in PLAIN:
            operation = await acts.bounce(world.confirmed(self._draft("14s")))
            if self.act is Act.CANCEL:
                await world.play(3)
                await acts.cancel("mta1", str(operation.acts[0].id))
        elif self.act in WITHOUT_BOUNCE:
            operation = await world.stop(self._draft("24s"))
            if self.act is Act.LET_GO:
                await world.play(3)
                await acts.clean.end(operation.tag)
        else:
            await world.bounce(self._draft(f"{LONGEST_S}s" if self.act is Act.EXTEND else "15s"))
        await world.poll()

    async def _pass(self, seconds: float) -> None:
        """Let so much time pass, with a look at the node every STEP_S."""
        until = self.world.time.monotonic() + seconds
        while self.world.time.monotonic() < until:
            await self.world.play(STEP_S, 2 * STEP_S)

    async def _until(self, done: Callable[[], bool]) -> None:
        """Let time pass until this holds."""
        began = self.world.time.monotonic()
        while not done():
            assert self.world.time.monotonic() - began < PATIENCE_S, f"{self.act}, {self.fault}: no end"
            await self._pass(STEP_S)

    def _draft(self, duration: str) -> Draft:
        return Draft(tenant=MEANT, reason="bad link", duration=duration)

    async def _follow(self) -> None:
        """Until it is over; a stop alone until it is known whether it stands."""
        world, found = self.world, self.world.snapshot.operations
        if not found:
            return
        tag = self.tag = found[0].operation.tag
        await self._until(lambda: world.status(tag).verdict is not Verdict.UNKNOWN)
        await self._pass(4)
        if self.act is not Act.STOP_ALONE:
            await self._until(lambda: world.status(tag).verdict.is_final)

    def _told(self) -> tuple[str, Exit]:
        """What kumo-tui says, and the exit code of the command that said so, or of `watch`."""
        if self.refused:
            return "refused", Exit.REFUSED
        if self.tag is None:
            return "nothing", Exit.DONE
        status = self.world.status(self.tag)
        if self.act is Act.STOP_ALONE:
            return status.verdict.value.upper(), exit_of_sending((act.state for act in status.operation.acts), 0)
        return status.verdict.value.upper(), self._code(status)

    def _code(self, status: OperationStatus) -> Exit:
        if self.act is Act.LET_GO and not self.is_killed:
            return Exit.DONE if status.verdict.is_final else Exit.UNKNOWN
        follower = Follower(self.world.watcher, Followed(status.operation.tag, status.operation.tag))
        followed = follower.exit_of(follower.look(self.world.snapshot))
        states = [act.state for act in status.operation.acts]
        if self.is_killed:
            return followed
        sent = exit_of_sending(states, 0)
        return gravest(sent, followed) if ActState.ACCEPTED in states else sent

    async def _let_be(self) -> None:
        """A stop that stands is left to its own end; and whoever looks on does so until the journal is well."""
        if self.tag is not None and not self.refused:
            tag = self.tag
            await self._until(lambda: self.world.status(tag).verdict.is_final)
            await self._pass(4)
        await self._until(lambda: self.world.snapshot.journal_problem is None)

    async def _evidence(self) -> Evidence:
        """Everything there is to see in the end, and what a new start makes of it."""
        world = self.world
        shown = world.status(self.tag).verdict if self.tag else None
        await world.bury()
        world.time.advance(DOWN_S)
        world.fleet.catch_up()
        world.start_program()
        world.acts.clean.start()
        again = await self._again()
        recorded = world.written()
        history = world.kept.history().entries
        return Evidence(
            requests=tuple(world.node.requests),
            records=world.node.log.records,
            samples=tuple(world.samples),
            recorded=recorded,
            is_open=bool(world.kept.operations(open_only=True)),
            in_history=history[0].verdict if history else None,
            shown=shown,
            again=again,
            wanted_until=self._wanted_until(recorded),
            plain=self.act in PLAIN,
            unwritable=self.fault in JOURNAL_FAULTS,
            mistakes=tuple(world.mistakes),
        )

    def _wanted_until(self, recorded: Recorded | None) -> float | None:
        """Until when a clean bounce was to catch new mail, in the node's seconds."""
        confirmed_at = recorded.operation.confirmed_at if recorded else None
        if recorded is None or confirmed_at is None or self.act in PLAIN:
            return None
        began = self.world.time.utc() - timedelta(seconds=self.world.time.monotonic())
        return (confirmed_at - began).total_seconds() + recorded.operation.duration_s

    async def _again(self) -> Verdict | None:
        """What the next start says of it, once it is settled there."""
        world = self.world
        await self._pass(4)
        if not world.snapshot.operations:
            return None
        tag = world.snapshot.operations[0].operation.tag
        await self._until(lambda: world.status(tag).verdict.is_final)
        await self._pass(8)
        return world.status(tag).verdict


async def play(act: Act, fault: Fault, folder: Path) -> Cell:
    """One cell, on a node and with a journal of its own."""
    return await Play(act, fault, folder).run()
