"""Clean bounces on a simulated fleet in process: the program's own rooms, and time that a test moves."""

from collections.abc import Callable
from copy import copy
from pathlib import Path

import httpx

from kumo_tui.act.desk import remembers_nothing
from kumo_tui.act.draft import Draft, check_draft
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.preview import take_preview
from kumo_tui.act.service import Acts
from kumo_tui.config import PollSettings, Settings
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import Operation
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.node.client import NodeClient
from kumo_tui.sim import Fleet, Kind, ManualClock, SimNode, load_scenario
from kumo_tui.sim.scenario import Scenario
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.stage import StageClock

STEP_S = 0.5
POLL_EVERY_S = 2.0
ANSWER_S = 0.05


class World:
    """A fleet with its delivery logs on, and kumo-tui on it. `play` lets time pass and acts finish."""

    def __init__(self, scenario: str | Scenario, *, settings: Settings | None = None, seed: int = 7) -> None:
        loaded = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.time = ManualClock()
        self.fleet = Fleet(loaded, clock=self.time, seed=seed, log=True)
        self.clock = StageClock(self.time)
        self.settings = settings or Settings()
        self.journal_path: Path | None = None
        self.start_program()

    def start_program(self) -> None:
        """Start kumo-tui anew: what it knew before is gone, but for the journal where it has a file."""
        clients = {name: _client(name, node, self.clock) for name, node in self.fleet.nodes.items()}
        watches = [
            NodeWatch(client, f"http://{name}:8000", self.clock, PollSettings())
            for name, client in clients.items()
        ]
        kept = open_journal(self.journal_path, self.clock, profile="lab") if self.journal_path else None
        journal = kept or MemoryJournal()
        self.watcher = Watcher(watches, self.clock, journal, profile=ProfileFacts("lab"), jitter=lambda: 0.0)
        recall = kept.operation if kept else remembers_nothing
        self.clients = clients
        self.acts = Acts(self.watcher.clients, self.watcher, journal, self.settings, self.clock, "on-call", recall)
        if kept:
            self.watcher.resume(kept.operations(open_only=True))

    def beside(self) -> "World":
        """Another kumo-tui of the same user on the same fleet, clock and journal."""
        other = copy(self)
        other.start_program()
        return other

    @property
    def node(self) -> SimNode:
        return next(iter(self.fleet.nodes.values()))

    @property
    def snapshot(self) -> Snapshot:
        return self.watcher.snapshot

    def status(self, tag: str) -> OperationStatus:
        status = self.snapshot.operation(tag)
        assert status is not None
        return status

    def progress(self, tag: str) -> NodeProgress:
        return self.status(tag).nodes[0]

    async def play(self, seconds: float, poll_every: float = POLL_EVERY_S) -> Snapshot:
        """Let so many seconds pass with a poll now and then; what the sweeper begins is finished at once."""
        left, since = seconds, 0.0
        while left > 1e-9:
            step = min(STEP_S, left)
            self.time.advance(step)
            self.fleet.catch_up()
            left, since = left - step, since + step
            if since >= poll_every:
                since = 0.0
                await self.poll()
        return await self.poll()

    async def play_until(self, done: Callable[[], bool], most: float = 300.0) -> float:
        """Play until this holds; returns the seconds that it took."""
        passed = 0.0
        while not done():
            assert passed < most, f"not within {most} s"
            await self.play(1.0, 1.0)
            passed += 1.0
        return passed

    async def poll(self) -> Snapshot:
        """Read, let the sweeper do what is due, and read once more, as it asks for after each act."""
        await self.watcher.poll_once()
        await self.acts.clean.sweeper.idle()
        self.time.advance(ANSWER_S)
        self.fleet.catch_up()
        await self.watcher.poll_once()
        await self.acts.clean.sweeper.idle()
        return self.watcher.snapshot

    def confirmed(self, draft: Draft, tag: str | None = None) -> Confirmed:
        """The draft as confirmed on what was read last."""
        checked = check_draft(draft, self.settings.act)
        assert checked.selector is not None, checked.problems
        preview = take_preview(self.snapshot, checked.selector, checked.nodes)
        return Confirmed(preview, checked, tag or self.acts.new_tag())

    async def bounce(self, draft: Draft) -> Operation:
        self.acts.clean.start()
        operation = await self.acts.clean.bounce(self.confirmed(draft))
        await self.poll()
        return operation

    async def stop(self, draft: Draft) -> Operation:
        self.acts.clean.start()
        wanted = self.confirmed(draft)
        operation = await self.acts.clean.stop(wanted.preview, wanted.checked, wanted.tag)
        await self.poll()
        return operation

    def count(self, kind: Kind, **which: str) -> int:
        return self.node.log.count(kind, **which)


def _client(name: str, node: SimNode, clock: StageClock) -> NodeClient:
    return NodeClient(name, f"http://{name}:8000", clock=clock, transport=httpx.ASGITransport(app=node.app))
