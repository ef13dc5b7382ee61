"""Lives of a clean bounce whose program is killed now and then, and what must hold after every one of them."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from math import inf
from pathlib import Path

from kumo_tui.act.clean_requests import SUSPEND_PATH
from kumo_tui.act.draft import Draft, Scope
from kumo_tui.act.requests import BOUNCE_PATH
from kumo_tui.config import ActSettings, Settings
from kumo_tui.errors import Refused
from kumo_tui.journal.records import Recorded, Step
from kumo_tui.model.partial import stopped_nodes, waits
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind, SimNode
from kumo_tui.sim.node import LoggedRequest
from kumo_tui.sim.scenario import parse_scenario
from kumo_tui.units import parse_duration
from tests.unit.act.killable import KillableWorld, Killed

MEANT, OTHERS = "s1", "s2"
QUEUES = ("one:s1@slow.q.example", "two:s2@slow.q.example")

# What a connection held in its hands at the stop is delivered within this.
IN_HAND_S = 0.05
FIRST_STOP_CONFIRMED, FIRST_STOP_ALONE = "904s", "120s"

COMMON = """
[common]
version = "2026.06.23-f3af1cd0"
retry_interval = 20
log = true

[[common.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 20
connections = 1
latency = 0.02

[[common.sender]] # the backlog
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
rate = 600
stop = 0.1

[[common.sender]]
queues = ["one:s1@slow.q.example"]
rate = 5
start = 0.1
stop = 6

[[common.sender]]
queues = ["two:s2@slow.q.example"]
rate = 15
start = 0.1
stop = 10
"""


class Story(StrEnum):
    """What the operator wants with it."""

    BOUNCED = "bounced straight on"
    LET_GO = "stopped, never confirmed"
    CONFIRMED_LATER = "stopped, confirmed later"
    NODE_BY_NODE = "stopped, confirmed on one node, later on the other"


@dataclass(frozen=True)
class Life:
    """One story on so many nodes, and the steps at which its programs are killed, one after the other.

    `down_s` is how long nothing runs after each kill.
    """

    story: Story
    nodes: int = 1
    exact: bool = False
    kills: tuple[int, ...] = ()
    down_s: float = 0.7

    @property
    def bounce(self) -> Draft:
        return self._draft("4s")

    @property
    def stop(self) -> Draft:
        return self._draft("2m")

    def _draft(self, duration: str) -> Draft:
        if self.exact:
            return Draft(Scope.EXACT, names=(QUEUES[0],), reason="bad link", duration=duration)
        return Draft(tenant=MEANT, reason="bad link", duration=duration)


class Operator:
    """Does what a story asks for, starts kumo-tui anew each time it was killed, and goes by what it shows."""

    def __init__(self, life: Life, folder: Path) -> None:
        nodes = "".join(f'[[node]]\nname = "mta{number + 1}"\n' for number in range(life.nodes))
        scenario = parse_scenario(COMMON + nodes, "killed.toml")
        settings = Settings(act=ActSettings(quiet_after="3s"))
        self.life = life
        self.world = KillableWorld(scenario, folder / "journal.db", settings, life.kills)
        self.deaths = 0
        self.goes_on = False

    async def live(self) -> None:
        """Carry the story to its end, however often the program is killed."""
        while True:
            try:
                await self._go_on()
                await self.world.watcher.poll_once()
                return
            except Killed:
                self.deaths += 1
                await self.world.bury()
                self.world.time.advance(self.life.down_s)
                self.world.fleet.catch_up()
                self.world.start_program()

    async def _go_on(self) -> None:
        world = self.world
        world.acts.clean.start()
        self.goes_on = any(not waits(status) for status in world.snapshot.operations)
        if self.deaths == 0:
            await world.play(1)
            await self._begin()
        if not world.snapshot.operations:
            return
        tag = world.snapshot.operations[0].operation.tag
        await world.play_until(lambda: world.status(tag).verdict is not Verdict.UNKNOWN, 20)
        await world.play(2)
        if world.status(tag).operation.is_waiting and not world.status(tag).verdict.is_final:
            await self._decide(tag)
        if self.life.story is Story.NODE_BY_NODE and stopped_nodes(world.status(tag)):
            await world.play(3)
            await self._confirm_the_rest(tag)
        await world.play_until(lambda: world.status(tag).verdict.is_final, 90)

    async def _begin(self) -> None:
        if self.life.story is Story.BOUNCED:
            await self.world.bounce(self.life.bounce)
        else:
            await self.world.stop(self.life.stop)

    async def _decide(self, tag: str) -> None:
        """Answer what kumo-tui offers: a stop that waits. Where a node was never stopped, it is let go."""
        clean, status = self.world.acts.clean, self.world.status(tag)
        offered = clean.waiting_for(status.operation.selector)
        assert offered is not None
        assert (offered.tag, status.verdict) == (tag, Verdict.STOPPED)
        is_whole = all(node.verdict is Verdict.STOPPED for node in status.nodes)
        if self.life.story is Story.LET_GO:
            await clean.end(tag)
        elif is_whole and self.life.story is Story.NODE_BY_NODE:
            await self._confirm_on(tag, "mta1")
        elif is_whole:
            await clean.bounce(self.world.confirmed(self.life.bounce, tag))
        else:
            await self._is_refused(tag)
            await clean.end(tag)
        await self.world.poll()

    async def _confirm_on(self, tag: str, *nodes: str) -> None:
        draft = replace(self.life.bounce, nodes=nodes)
        await self.world.acts.clean.bounce(self.world.confirmed(draft, tag))

    async def _confirm_the_rest(self, tag: str) -> None:
        """What was not confirmed with the first node is bounced too, where it is still stopped."""
        held = stopped_nodes(self.world.status(tag))
        if held and not self.world.status(tag).operation.is_waiting:
            await self._confirm_on(tag, *held)
            await self.world.poll()

    async def _is_refused(self, tag: str) -> None:
        try:
            await self.world.acts.clean.bounce(self.world.confirmed(self.life.bounce, tag))
        except Refused:
            return
        raise AssertionError("a bounce was confirmed where a node is not stopped")

    def check(self) -> None:
        """Everything that must hold however often and wherever it was killed."""
        world = self.world
        assert world.mistakes == []
        recorded = world.written()
        if recorded is None:
            asked = [request for node in world.fleet.nodes.values() for request in node.requests]
            assert [request for request in asked if request.method != "GET"] == []
            return
        for node in world.fleet.nodes.values():
            Told(self, node, recorded).check()
        assert world.kept.operations(open_only=True) == ()
        stops = [entry for node in world.snapshot.nodes if node.suspensions for entry in node.suspensions.value]
        assert stops == []
        if self.goes_on:
            assert "kumo-tui goes on with it" in [event.text for event in recorded.operation.events]


@dataclass(frozen=True)
class Told:
    """What one node saw, and what the journal says of it."""

    operator: Operator
    node: SimNode
    recorded: Recorded

    @property
    def story(self) -> Story:
        return self.operator.life.story

    @property
    def stops(self) -> list[LoggedRequest]:
        return self._asked("POST", SUSPEND_PATH)

    @property
    def sweeps(self) -> list[LoggedRequest]:
        return self._asked("POST", BOUNCE_PATH)

    @property
    def releases(self) -> list[LoggedRequest]:
        return self._asked("DELETE", SUSPEND_PATH)

    @property
    def released_at(self) -> float:
        return next((request.at for request in self.releases if request.status != 404), inf)

    @property
    def ran_out_at(self) -> float:
        """When the stop ended by itself, or would have."""
        ends = inf
        for stop in self.stops:
            if stop.at <= ends:
                ends = stop.at + parse_duration(json.loads(stop.body)["duration"])
        return ends

    def _asked(self, method: str, path: str) -> list[LoggedRequest]:
        return [request for request in self.node.requests if (request.method, request.path) == (method, path)]

    def check(self) -> None:
        self.check_mail()
        self.check_requests()
        self.check_end()

    def check_mail(self) -> None:
        """Nothing of others is bounced, nothing without a confirmation; what is stopped does not go out."""
        log = self.node.log
        bounced = log.count(Kind.ADMIN_BOUNCE, tenant=MEANT)
        assert log.count(Kind.ADMIN_BOUNCE, tenant=OTHERS) == 0
        assert self.recorded.ledger(self.node.name).progress.bounced <= bounced
        if self.recorded.operation.waits_on(self.node.name):
            assert bounced == 0
        if self.stops:
            stopped_at, free_at = self.stops[0].at, min(self.released_at, self.ran_out_at)
            out = [
                record.at for record in log.records if record.kind is Kind.DELIVERY and record.queue == QUEUES[0]
            ]
            late = [at for at in out if stopped_at < at < free_at]
            assert late == [at for at in late if at <= stopped_at + IN_HAND_S][:1]

    def check_requests(self) -> None:
        """What left was written down before, and a first stop never left twice."""
        is_bounced = self.story is Story.BOUNCED
        duration = FIRST_STOP_CONFIRMED if is_bounced else FIRST_STOP_ALONE
        first = [request for request in self.stops if json.loads(request.body)["duration"] == duration]
        assert len(first) <= 1
        is_later = self.story in (Story.CONFIRMED_LATER, Story.NODE_BY_NODE)
        extended = 1 + self.operator.deaths if is_later else 0
        assert len(self.stops) <= len(first) + extended
        for sent, step in ((self.stops, Step.STOP), (self.releases, Step.RELEASE)):
            assert Counter(request.body for request in sent) <= Counter(self._written(step))
        sweeps = sum(self.recorded.sweeps(self.node.name).states.values())
        assert sweeps - self.operator.deaths <= len(self.sweeps) <= sweeps
        for sweep in self.sweeps:
            body = json.loads(sweep.body)
            assert (body["duration"], body["queue_names"]) == ("0s", [QUEUES[0]])

    def _written(self, step: Step) -> list[str]:
        mine = [each for each in self.recorded.requests if each.node == self.node.name]
        return [each.body for each in mine if each.step is step]

    def check_end(self) -> None:
        verdict = self.recorded.rulings[self.node.name].verdict
        texts = [event.text for event in self.recorded.operation.events]
        if not self.stops:
            # Started only when its stop would be over, nobody can tell any more that it never left.
            doubt = f"{self.node.name} {verdict.value.upper()}: its stop would be over by now, and nobody knows"
            assert verdict is Verdict.REJECTED or any(text.startswith(doubt) for text in texts)
            assert not self.sweeps
            assert not self.releases
        elif self.recorded.operation.waits_on(self.node.name):
            assert verdict is Verdict.RELEASED
        elif self.released_at > self.ran_out_at:
            is_told = texts[-1].startswith(f"{self.node.name} DONE: not sure: kumo-tui ended while it let go")
            assert verdict is Verdict.LOST or is_told
        else:
            assert verdict is Verdict.DONE
            self.check_done()

    def check_done(self) -> None:
        """All that came until its time was over is gone, even where kumo-tui says that it is not sure."""
        log, operation, name = self.node.log, self.recorded.operation, self.node.name
        began = self.node.clock.utc() - timedelta(seconds=self.node.clock.monotonic())
        until = (operation.begun_on(name) - began).total_seconds() + operation.duration_on(name)
        came = {
            record.message
            for record in log.records
            if record.kind is Kind.RECEPTION and record.queue == QUEUES[0] and record.at <= until
        }
        assert came <= log.messages(Kind.ADMIN_BOUNCE) | log.messages(Kind.DELIVERY)
