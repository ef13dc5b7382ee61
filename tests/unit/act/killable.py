"""kumo-tui killed at a step of its own: before a request leaves, after the node did it, around each write."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from kumo_tui.act.service import Acts
from kumo_tui.config import PollSettings, Settings
from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.journal.records import Recorded
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.client import NodeClient
from kumo_tui.sim import SimNode
from kumo_tui.sim.scenario import Scenario
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.clean_world import World

# The journal's methods that change something on disk; all others only read.
WRITES = ("record", "claim", "unclaim")


class Killed(BaseException):
    """The end of a program, whatever it was doing. Nothing of it catches that."""


class Fate:
    """Counts the steps of one program; at step `at`, from 1 on, it is killed, and no later step is done."""

    def __init__(self, at: int | None) -> None:
        self.steps: list[str] = []
        self.is_dead = False
        self._at = at
        self._in = ""

    def die_at(self, what: str) -> None:
        """Be killed at the next step of this name."""
        self._in = what

    def step(self, what: str) -> None:
        """Do a step, unless the program is dead, or dies just here."""
        self.check()
        self.steps.append(what)
        self.is_dead = len(self.steps) == self._at or what == self._in
        self.check()

    def check(self) -> None:
        """Raise Killed in a program that is dead."""
        if self.is_dead:
            raise Killed(self.steps[-1] if self.steps else "")


class KillableTransport(httpx.AsyncBaseTransport):
    """The way to a node. Who is killed on it has sent a request or not, and knows no answer."""

    def __init__(self, node: SimNode, fate: Fate) -> None:
        self._inner = httpx.ASGITransport(app=node.app)
        self._fate = fate

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        what = f"{request.method} {request.url.path}"
        self._fate.step(f"before {what}")
        answer = await self._inner.handle_async_request(request)
        self._fate.step(f"after {what}")
        return answer


class KillableJournal:
    """The real journal. Who is killed at a write has it on disk, or nothing of it."""

    def __init__(self, kept: SqliteJournal, fate: Fate) -> None:
        self._kept = kept
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._kept, name)
        return self._step_by_step(name, method) if name.startswith(WRITES) else self._while_alive(method)

    def _step_by_step(self, name: str, method: Any) -> Any:
        def call(*values: Any, **named: Any) -> Any:
            self._fate.step(f"before {name}")
            told = method(*values, **named)
            self._fate.step(f"after {name}")
            return told

        return call

    def _while_alive(self, method: Any) -> Any:
        def call(*values: Any, **named: Any) -> Any:
            self._fate.check()
            return method(*values, **named)

        return call


class KillableWorld(World):
    """A world in which the first program is killed at the first of these steps of its own, and so on."""

    def __init__(self, scenario: Scenario, journal: Path, settings: Settings, kills: Sequence[int] = ()) -> None:
        self._kills = list(kills)
        self._journal = journal
        self.fates: list[Fate] = []
        self.mistakes: list[str] = []
        asyncio.get_running_loop().set_exception_handler(self._note_mistake)
        super().__init__(scenario, settings=settings)

    def start_program(self) -> None:
        """Start kumo-tui: it knows what the journal's file holds, and is killed when its step comes."""
        fate = Fate(self._kills.pop(0) if self._kills else None)
        self.fates.append(fate)
        clients = {name: self._client(name, fate) for name in self.fleet.nodes}
        watches = [
            NodeWatch(client, f"http://{name}:8000", self.clock, PollSettings())
            for name, client in clients.items()
        ]
        self.kept = open_journal(self._journal, self.clock, profile="lab", wait_s=0.01)
        journal = self._journal_of(fate)
        self.watcher = Watcher(watches, self.clock, journal, profile=ProfileFacts("lab"), jitter=lambda: 0.0)
        self.acts = Acts(clients, self.watcher, journal, self.settings, self.clock, "on-call", journal.operation)
        self.watcher.resume(journal.operations(open_only=True))

    async def bury(self) -> None:
        """Leave of a killed program what a kernel leaves: what it wrote, and the files of its claims, unlocked."""
        self.fates[-1].is_dead = True
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        claims = list(self._journal.parent.glob(f"{self._journal.name}.sweeping-*"))
        self.kept.close()
        for claim in claims:
            claim.touch()

    async def poll(self) -> Snapshot:
        """Poll, unless the program is dead: then Killed, so that whoever plays on hears of it."""
        snapshot = await super().poll()
        self.fates[-1].check()
        return snapshot

    def written(self) -> Recorded | None:
        """What the journal holds of the one operation there is."""
        recorded = self.kept.operations()
        assert len(recorded) <= 1
        return recorded[0] if recorded else None

    def _note_mistake(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Whatever ends a task or a callback unseen is a mistake, but for the end of all."""
        if not isinstance(context.get("exception"), Killed):
            self.mistakes.append(f"{context['message']}: {context.get('exception')!r}")

    def _journal_of(self, fate: Fate) -> Any:
        return KillableJournal(self.kept, fate)

    def _way_to(self, name: str, fate: Fate) -> httpx.AsyncBaseTransport:
        return KillableTransport(self.fleet.nodes[name], fate)

    def _client(self, name: str, fate: Fate) -> NodeClient:
        transport = self._way_to(name, fate)
        return NodeClient(name, f"http://{name}:8000", clock=self.clock, transport=transport)
