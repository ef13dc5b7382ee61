"""A kumod that says what a test tells it to: a real NodeClient over a scripted transport."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from kumo_tui.config import PollSettings
from kumo_tui.node.client import BOUNCE, DESCRIPTION, LIVENESS, MACHINE_INFO, METRICS, SUSPEND, NodeClient
from kumo_tui.watch.node_watch import NodeWatch
from tests.fakes import DATA, FakeClock

URL = "http://127.0.0.1:8000"
RELEASE = json.loads((DATA / "openapi-2026.06.23.json").read_text("utf-8"))

Answer = httpx.Response | Exception


class ScriptedNode:
    """One node's state as its admin API shows it. `asked` collects every request as (method, path).

    `answers` overrides what a method and path are answered with: a response, an exception to raise, or a
    function of the request. `hold` makes requests of a path, or of a `METHOD path`, wait until its
    event is set.
    """

    def __init__(self, clock: FakeClock, name: str = "mta1") -> None:
        self.clock = clock
        self.name = name
        self.queues: dict[str, int] = {}
        self.ready: dict[str, int] = {}
        self.message_count: int | None = None
        self.uptime_s: float | None = 100.0
        self.more_metrics = ""
        self.directives: list[dict[str, Any]] = []
        self.suspensions: list[dict[str, Any]] = []
        self.node_id = f"id of {name}"
        self.online_since = "2026-11-21T00:00:00Z"
        self.description: Mapping[str, Any] = RELEASE
        self.answers: dict[tuple[str, str], Answer | Callable[[httpx.Request], Answer]] = {}
        self.hold: dict[str, asyncio.Event] = {}
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{_port(name)}"
        self.client = NodeClient(name, self.url, clock=clock, transport=httpx.MockTransport(self.handle))

    def watch(self, settings: PollSettings | None = None) -> NodeWatch:
        """The watch over this node."""
        return NodeWatch(self.client, self.url, self.clock, settings or PollSettings())

    def count(self, method: str, path: str) -> int:
        """How many requests of this kind came in."""
        return self.asked.count((method, path))

    def fail(self, error: Exception, *paths: str) -> None:
        """Answer every GET of these paths, of all when none is given, with this error."""
        for path in paths or (BOUNCE, SUSPEND, METRICS, MACHINE_INFO, DESCRIPTION, LIVENESS):
            self.answers["GET", path] = error

    def recover(self) -> None:
        """Answer as usual again."""
        self.answers.clear()

    def list_entry(self, entry_id: str, remaining: str = "4m 58s", **values: Any) -> dict[str, Any]:
        """One entry of the bounce list."""
        bounced: dict[str, int] = values.pop("bounced", {})
        entry = {"campaign": None, "tenant": None, "domain": None, "routing_domain": None, "reason": "x", **values}
        return {
            "id": entry_id,
            **entry,
            "duration": remaining,
            "bounced": bounced,
            "total_bounced": sum(bounced.values()),
        }

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        method, path = request.method, request.url.path
        self.asked.append((method, path))
        if request.content:
            self.bodies.append(json.loads(request.content))
        held = self.hold.get(path) or self.hold.get(f"{method} {path}")
        if held is not None:
            await held.wait()
        answer = self.answers.get((method, path))
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer or self._usual(method, path)

    def _usual(self, method: str, path: str) -> httpx.Response:
        if (method, path) == ("POST", BOUNCE):
            return httpx.Response(200, json={"id": f"id-{self.name}", "bounced": {}, "total_bounced": 0})
        if (method, path) == ("DELETE", BOUNCE):
            return self._removed(self.bodies[-1]["id"])
        if path == METRICS:
            return httpx.Response(200, text=self.metrics_text())
        known: dict[str, Any] = {
            BOUNCE: self.directives,
            SUSPEND: self.suspensions,
            MACHINE_INFO: {
                "node_id": self.node_id,
                "version": self.description["info"]["version"],
                "online_since": self.online_since,
            },
            DESCRIPTION: self.description,
        }
        return httpx.Response(200, json=known[path]) if path in known else httpx.Response(200, text="OK")

    def _removed(self, entry_id: str) -> httpx.Response:
        left = [entry for entry in self.directives if entry["id"] != entry_id]
        if len(left) == len(self.directives):
            return httpx.Response(404, text=f"bounce entry {entry_id} not found")
        self.directives = left
        return httpx.Response(200, text=f"removed {entry_id}")

    def metrics_text(self) -> str:
        """`/metrics` as kumod writes it."""
        lines = ["# TYPE message_count gauge"]
        lines += [] if self.message_count is None else [f"message_count {self.message_count}"]
        if self.uptime_s is not None:
            lines += ["# TYPE tokio_elapsed counter", f"tokio_elapsed {self.uptime_s}"]
        lines.append("# TYPE ready_count gauge")
        lines += [f'ready_count{{service="smtp_client:{name}"}} {count}' for name, count in self.ready.items()]
        lines.append("# TYPE scheduled_count gauge")
        lines += [f'scheduled_count{{queue="{name}"}} {count}' for name, count in self.queues.items()]
        return "\n".join(lines) + "\n" + self.more_metrics


def _port(name: str) -> int:
    """8000 for `mta1`, the next ones for the others; a name without a number has the first, too."""
    return 7999 + int("".join(filter(str.isdigit, name)) or 1)
