"""Scenarios and questions for clean bounces that something gets in the way of."""

from collections.abc import Callable

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import parse_scenario
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.scenario import Scenario
from tests.bench.account import Fates, fates_of
from tests.slow_world import SlowWorld

RELEASE = "2026.06.23-f3af1cd0"
WITHOUT_EXACT_NAMES = "2025.10.06-5ec871ab"
MEANT, OTHER = "promo:acme@slow.example", "news:zenith@slow.example"
PROMO = Criteria(campaign="promo")
READY = "unspecified->mx.slow.example@smtp_client"

NODE = """
[[node]]
name = "{name}"
version = "{version}"
retry_interval = {retry}
log = true
{more}

[[node.provider]]
site = "mx.slow.example"
domains = ["slow.example", "relay.example"]
{provider}
"""

BACKLOG = """
[[node.sender]] # a backlog of both
queues = ["promo:acme@slow.example", "news:zenith@slow.example"]
rate = 1000
stop = 0.1
"""

FLOW = """
[[node.sender]] # and new mail of both all the time
queues = ["promo:acme@slow.example", "news:zenith@slow.example"]
rate = {rate}
start = 0.2
"""


def scenario(
    mail: str = BACKLOG + FLOW.format(rate=12),
    *,
    provider: str = "rate = 10\nconnections = 1\nlatency = 0.02",
    version: str = RELEASE,
    retry: int = 20,
    more: str = "",
    names: tuple[str, ...] = ("mta1",),
) -> Scenario:
    """One slow ready queue on each node, and the mail that goes through it."""
    nodes = [
        NODE.format(name=name, version=version, retry=retry, more=more, provider=provider) + mail for name in names
    ]
    return parse_scenario("\n".join(nodes), "case.toml")


def promo(duration: str = "30s") -> Draft:
    """The mail that is meant everywhere in here."""
    return Draft(campaign="promo", reason="bad link", duration=duration)


def exactly(*names: str, duration: str = "30s") -> Draft:
    """The same, by the names of its queues."""
    return Draft(scope=Scope.EXACT, names=names, reason="bad link", duration=duration)


class Story:
    """A clean bounce on a slow fleet, from two seconds into the scenario on."""

    def __init__(self, made: Scenario, *, seed: int = 7) -> None:
        self.world = SlowWorld(made, seed=seed)
        self.tag = ""

    async def begin(self, draft: Draft | None = None, at: float = 2.0) -> str:
        await self.world.play(at)
        self.tag = (await self.world.bounce(draft or promo())).tag
        return self.tag

    async def finish(self, most: float = 600.0, after: float = 90.0) -> Verdict:
        """Play until it is over, then on until what was let go is delivered."""
        await self.until(lambda: self.world.status(self.tag).verdict.is_final, most)
        await self.world.play(after, 20.0)
        return self.verdict

    async def until(self, done: Callable[[], bool], most: float = 600.0) -> None:
        await self.world.play_until(done, most)

    @property
    def verdict(self) -> Verdict:
        return self.world.status(self.tag).verdict

    @property
    def note(self) -> str:
        return self.world.progress(self.tag).note

    @property
    def began_at(self) -> float:
        return self.world.moments[self.world.node.name].at

    def fates(self, seconds: float = 30.0, name: str = "") -> Fates:
        """What became of the mail that came within so many seconds of the act."""
        return fates_of(self.world, self.tag, self.began_at + seconds, name)

    def check_exact(self, seconds: float = 30.0, *, counted: float = 0.9) -> Fates:
        """Nothing that is meant went out, nothing of others was touched, and the count is a lower bound."""
        fates = self.fates(seconds)
        assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
        assert fates.meant == fates.bounced + fates.before + fates.in_flight
        assert fates.bounced > 0
        assert fates.in_flight <= fates.hands
        assert counted * fates.real <= fates.counted <= fates.real
        return fates
