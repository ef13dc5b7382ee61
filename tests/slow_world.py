"""A World whose requests take time, and which sees what connections hold when the first act arrives."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from kumo_tui.sim import ManualClock, SimNode
from kumo_tui.sim.scenario import Scenario
from tests.clean_world import World

REQUEST_S = 0.01
"""Seconds that a request takes to the node; its answer takes as long."""

_ACTS = ("/api/admin/suspend/v1", "/api/admin/bounce/v1")


@dataclass(frozen=True)
class Moment:
    """When the first act arrived at a node, and the numbers of the messages that its connections held then."""

    at: float
    hands: frozenset[int]


def moment_of(node: SimNode) -> Moment:
    """The moment that it is on a node."""
    made = (dispatcher for queue in node.engine.ready.values() for dispatcher in queue.dispatchers)
    return Moment(node.engine.now, frozenset(message.number for each in made for message in each.hands))


class SlowWorld(World):
    """`moments` has, by node, what the node was doing when the first stop or bounce arrived there."""

    def __init__(self, scenario: str | Scenario, *, seed: int = 7, **values: Any) -> None:
        self.moments: dict[str, Moment] = {}
        super().__init__(scenario, seed=seed, **values)

    def start_program(self) -> None:
        for node in self.fleet.nodes.values():
            if not isinstance(node.app, _SlowApp):
                app: Any = _SlowApp(self.time, node, self.moments)
                node.app = app
        super().start_program()


@dataclass
class _SlowApp:
    """Goes before the application of a node."""

    time: ManualClock
    node: SimNode
    moments: dict[str, Moment]
    inner: Callable[..., Awaitable[None]] = field(init=False)

    def __post_init__(self) -> None:
        self.inner = self.node.app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._pass()
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in _ACTS:
            self.moments.setdefault(self.node.name, moment_of(self.node))
        await self.inner(scope, receive, send)
        self._pass()

    def _pass(self) -> None:
        self.time.advance(REQUEST_S)
        self.node.catch_up()
