"""The whole program on a stage: a simulated node, the real client, watch and acts, and time that a test moves."""

from datetime import datetime
from types import TracebackType

import httpx

from kumo_tui.act.service import Acts
from kumo_tui.config import PollSettings, Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.port import Kept
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.client import NodeClient
from kumo_tui.sim import Fleet, ManualClock, SimNode, load_scenario
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher

SEED = 7


class StageClock:
    """The simulator's manual clock as the program's own."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.utc()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class StillWatcher(Watcher):
    """A watch without loops of its own: it polls when the stage says so."""

    def start(self) -> None:
        """Nothing runs by itself."""


class NumberedActs(Acts):
    """Acts whose tags are the same in every run."""

    _drawn = 0

    def new_tag(self) -> str:
        type(self)._drawn += 1
        return f"7F3A{type(self)._drawn:02X}"


class Stage:
    """A fleet of this scenario with the app on it; left by `async with`. Without a `journal`: one in memory.

    The deaths that the scenario holds happen where `deaths`.
    """

    def __init__(
        self,
        scenario: str = "demo",
        *,
        profile: ProfileFacts | None = None,
        journal: Kept | None = None,
        deaths: bool = False,
    ) -> None:
        self.time = ManualClock()
        self.fleet = Fleet(load_scenario(scenario), clock=self.time, seed=SEED, deaths=deaths)
        self.clock = StageClock(self.time)
        self.settings = Settings()
        clients = {name: _client(name, node, self.clock) for name, node in self.fleet.nodes.items()}
        watches = [
            NodeWatch(client, f"http://{name}:8000", self.clock, PollSettings())
            for name, client in clients.items()
        ]
        journal = journal or MemoryJournal()
        self.watcher = StillWatcher(
            watches, self.clock, journal, profile=profile or ProfileFacts("demo"), jitter=lambda: 0.0
        )
        self.acts = NumberedActs(clients, self.watcher, journal, self.settings, self.clock, "on-call")
        NumberedActs._drawn = 0
        self.app = KumoTuiApp(self.watcher, self.acts, self.settings, self.clock, journal)

    async def __aenter__(self) -> "Stage":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.watcher.stop()

    async def play(self, seconds: float, polls: int = 1) -> Snapshot:
        """Let so many seconds pass, with so many polls spread over them."""
        for _poll in range(polls):
            self.time.advance(seconds / polls)
            snapshot = await self.watcher.poll_once()
        return snapshot


def _client(name: str, node: SimNode, clock: StageClock) -> NodeClient:
    return NodeClient(name, f"http://{name}:8000", clock=clock, transport=httpx.ASGITransport(app=node.app))
