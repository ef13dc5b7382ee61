"""A simulated fleet: nodes of a scenario on one clock, in process or on real ports."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kumo_tui.sim.clock import Clock, WallClock
from kumo_tui.sim.node import SimNode
from kumo_tui.sim.scenario import Scenario

_TICK_S = 0.03
_HOST = "127.0.0.1"


class Fleet:
    """All nodes of a scenario. Same scenario, seed and clock: same mail.

    ``log`` turns the delivery log of every node on or off; ``None`` leaves it as the scenario says. The deaths
    that the scenario holds happen only where ``deaths``.
    """

    def __init__(
        self,
        scenario: Scenario,
        clock: Clock | None = None,
        seed: int = 1,
        *,
        log: bool | None = None,
        deaths: bool = False,
    ) -> None:
        self.scenario = scenario
        self.clock = clock or WallClock()
        self.nodes: Mapping[str, SimNode] = {
            plan.name: SimNode(plan, self.clock, seed, number, log=log, mortal=deaths)
            for number, plan in enumerate(scenario.nodes, start=1)
        }

    def catch_up(self) -> None:
        """Let every node run up to the present moment of the clock."""
        for node in self.nodes.values():
            node.catch_up()


@dataclass(frozen=True)
class Running:
    """A served fleet: the URL of each node by its name."""

    urls: Mapping[str, str]


class _CuttableProtocol(H11Protocol):
    """Hands its transport to the application, so that a fault can close the connection."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """A server that leaves the signals of the process alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    def drop_connections(self) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()


@contextlib.asynccontextmanager
async def serving(fleet: Fleet, first_port: int = 0) -> AsyncIterator[Running]:
    """Serve every node on loopback: on free ports, or on ``first_port`` and those that follow it."""
    urls: dict[str, str] = {}
    async with contextlib.AsyncExitStack() as stack:
        for offset, (name, node) in enumerate(fleet.nodes.items()):
            urls[name] = await stack.enter_async_context(_served(node, first_port + offset if first_port else 0))
        await stack.enter_async_context(_ticking(fleet))
        yield Running(urls)


@contextlib.asynccontextmanager
async def _served(node: SimNode, port: int) -> AsyncIterator[str]:
    # asyncio sends at once only where the protocol is named: else each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    config = uvicorn.Config(
        node.app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
            await asyncio.sleep(0.005)
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
    finally:
        server.drop_connections()
        server.should_exit = True
        await task
        listener.close()


@contextlib.asynccontextmanager
async def _ticking(fleet: Fleet) -> AsyncIterator[None]:
    async def tick() -> None:
        while True:
            fleet.catch_up()
            await asyncio.sleep(_TICK_S)

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
