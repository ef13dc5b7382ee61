"""A command line whose nodes are simulated in this process, on a clock that leaps to the next thing due."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from kumo_tui.cli.commands import outcome
from kumo_tui.cli.compose import Surroundings
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.node.client import NodeClient
from kumo_tui.node.login import Login
from kumo_tui.node.prometheus import PrometheusClient
from kumo_tui.profiles import NodeSettings
from kumo_tui.prometheus_settings import PrometheusSettings
from kumo_tui.sim import CutError, Fleet, SimNode, load_scenario, parse_scenario
from tests.fakes import FakeClock, settle
from tests.prometheus_api import FakePrometheus

NODE = "http://mta1:8000"


class LeapClock(FakeClock):
    """Time for both sides of the wire. When everybody waits, it leaps to the first who is due."""

    def __init__(self) -> None:
        super().__init__()
        self._leaping: asyncio.Task[None] | None = None

    def utc(self) -> datetime:
        return self.now()

    async def sleep(self, seconds: float) -> None:
        if self._leaping is None or self._leaping.done():
            self._leaping = asyncio.create_task(self._leap())
        await super().sleep(seconds)

    async def _leap(self) -> None:
        await settle()
        while self.sleeping:
            await self.advance(max(0.0, self.sleeping[0]))


class Wire(httpx.AsyncBaseTransport):
    """Requests to an ASGI application; one that cuts the connection does so as httpx would tell it."""

    def __init__(self, node: SimNode, after_post: Callable[[SimNode], None]) -> None:
        self._node = node
        self._after_post = after_post
        self._inner = httpx.ASGITransport(node.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except CutError as error:
            raise httpx.ReadError(str(error)) from error
        finally:
            if request.method == "POST":
                self._after_post(self._node)


class Desk:
    """Runs commands. `code`, `out` and `err` are what the last one left.

    `after_post` is called when a node has had a POST; `tasks` keeps what it starts.
    """

    def __init__(self, read: Callable[[], Any], config: Path, scenario: str = "quiet") -> None:
        self._read = read
        self._config = config
        self.clock = LeapClock()
        text = scenario if "\n" in scenario else ""
        plan = parse_scenario(text, "test.toml") if text else load_scenario(scenario)
        self.fleet = Fleet(plan, self.clock)
        self.prometheus = FakePrometheus()
        self.code, self.out, self.err = 0, "", ""
        self.after_post: Callable[[SimNode], Any] = lambda _node: None
        self.tasks: list[asyncio.Future[None]] = []

    @property
    def node(self) -> SimNode:
        return next(iter(self.fleet.nodes.values()))

    def run(self, *words: str, environ: Mapping[str, str] | None = None, terminal: bool = False) -> int:
        """Run one command line; without --endpoint or --profile it is about every node of the fleet."""
        named = {"--endpoint", "--profile"} & set(words) or environ is not None
        endpoints = [] if named else [word for url in self.urls for word in ("--endpoint", url)]
        world = Surroundings(
            clock=self.clock,
            environ=environ or {},
            make_client=self._client,
            make_prometheus=self._prometheus_client,
            is_terminal=lambda: terminal,
            who=lambda: "kim@desk",
        )
        self.code = outcome(["--config", str(self._config), *endpoints, *words], world)
        self.out, self.err = self._read()
        return self.code

    def json(self, *words: str) -> Any:
        """Run a command with --json and return its only object."""
        self.run(*words, "--json")
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    def lines(self, *words: str) -> list[Any]:
        """Run a command with --json and return the object of each line."""
        self.run(*words, "--json")
        return [json.loads(line) for line in self.out.splitlines()]

    def configure(self, text: str) -> None:
        """Write the config file."""
        self._config.write_text(text, "utf-8")

    @property
    def urls(self) -> list[str]:
        return [f"http://{name}:8000" for name in self.fleet.nodes]

    @property
    def posts(self) -> list[str]:
        """Bodies of every request of every node that could change it."""
        return [
            request.body
            for node in self.fleet.nodes.values()
            for request in node.requests
            if request.method != "GET"
        ]

    @property
    def acts(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Every request of every node that could change it: method, last two parts of the path, body."""
        return [
            (request.method, request.path.rpartition("/api/admin/")[2], json.loads(request.body))
            for node in self.fleet.nodes.values()
            for request in node.requests
            if request.method != "GET"
        ]

    def _prometheus_client(
        self, settings: PrometheusSettings, clock: Clock, login: Login | None
    ) -> PrometheusClient:
        return PrometheusClient(settings.url, clock=clock, login=login, transport=self.prometheus)

    def _client(self, node: NodeSettings, _settings: Settings, clock: Clock, login: Login | None) -> NodeClient:
        host = httpx.URL(node.url).host
        known = self.fleet.nodes.get(host)
        wire = Wire(known, self.after_post) if known else httpx.MockTransport(_no_such_host)
        return NodeClient(node.label, node.url, clock=clock, transport=wire, login=login)


def _no_such_host(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused") from ConnectionRefusedError()
