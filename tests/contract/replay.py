"""Replays recorded exchanges against a simulated node and compares the answers.

What is normalised, and nothing else:

* ids: each recorded UUID stands for the UUID the simulator gave in its place; requests are rewritten with it;
* message ids (32 hex characters) likewise, in the order of the samples;
* durations: equal within ``DURATION_TOLERANCE_S`` seconds, and written in the same units grammar;
* session ids of connections: any text; rates of connections: equal within 0.1;
* timestamps and the ``date`` header: same shape; seconds of times that follow from the clock are not compared;
* order of lists and of keys of ``bounced``: the server keeps them in hash maps;
* ``content-length``: must fit the body that came, its value follows from ids and durations;
* what the lab fixed: folders of the spool, the configuration of its queues and paths (keys are compared), the
  local part of recipients and the bodies of messages, the machine in machine-info (keys are compared).

Line and column of parse errors are compared as recorded.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from kumo_tui.sim import ManualClock, SimNode

DATA = Path(__file__).parent.parent / "data"
DURATION_TOLERANCE_S = 0.25
BASE_URL = "http://127.0.0.1:8000"
START = datetime(2026, 11, 21, 0, 1, 56, 816_000, tzinfo=UTC)

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ANY_ID = re.compile(rf"{_UUID.pattern}|[0-9a-f]{{32}}")
_SPOOL_ID = re.compile(r"^[0-9a-f]{32}$")
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}|\d{6}|\d{9}))?Z$")
_DURATION_PART = re.compile(r"(\d+)(years?|months?|days?|h|ms|m|us|s|ns)")
_SECONDS = {"year": 31_557_600, "month": 2_630_016, "day": 86_400, "h": 3_600, "m": 60, "s": 1}
_SECONDS |= {"ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_LAB_OBJECTS = ("queue_config", "path_config")
_SPOOL_FOLDER = re.compile(r'"/var/[\w/]+?/meta/data/')
_ABBREVIATED = re.compile(r"^<(\d+) items, (\d+) bytes>$")


@dataclass(frozen=True)
class Exchange:
    """One recorded line: a request with its answer, or an observation (``request`` is ``None``)."""

    at: float
    note: str
    request: dict[str, Any] | None
    response: dict[str, Any]
    line: Any

    @property
    def target(self) -> str:
        assert self.request is not None
        return f"{self.request['method']} {self.request['path']}"


def read_recording(name: str) -> Iterator[Exchange]:
    """Yield the lines of one recording."""
    with (DATA / name).open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if isinstance(line, list):
                yield Exchange(0.0, "", None, {}, line)
                continue
            response = line.get("response", {})
            yield Exchange(line.get("t", 0.0), line.get("note", ""), line.get("request"), response, line)


def client_of(node: SimNode, base_url: str = BASE_URL) -> httpx.AsyncClient:
    """Return a client of the node's application that asks for uncompressed answers."""
    transport = httpx.ASGITransport(node.app)
    return httpx.AsyncClient(transport=transport, base_url=base_url, headers={"accept-encoding": "identity"})


def scheduled_counts(metrics: str) -> dict[str, int]:
    """Read the ``scheduled_count`` samples as the recordings note them."""
    found = re.findall(r'^scheduled_count\{queue="(.*)"\} (\d+)$', metrics, re.MULTILINE)
    return {queue: int(number) for queue, number in found}


def seconds(duration: str) -> float:
    """Read a duration as the server writes it."""
    assert re.fullmatch(rf"{_DURATION_PART.pattern}( {_DURATION_PART.pattern})*", duration), duration
    return sum(
        int(number) * _SECONDS[unit if unit in _SECONDS else unit.removesuffix("s")]
        for number, unit in _DURATION_PART.findall(duration)
    )


@dataclass
class Replay:
    """A recording played to one node. The clock is moved to the moment of each exchange."""

    node: SimNode
    clock: ManualClock
    client: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)

    def wait_until(self, at: float) -> None:
        self.clock.advance(max(0.0, at - self.clock.monotonic()))
        self.node.catch_up()

    async def send(self, exchange: Exchange) -> httpx.Response:
        """Send the recorded request at its moment, with our ids in place of the recorded ones."""
        self.wait_until(exchange.at)
        assert exchange.request is not None
        request = dict(exchange.request)
        method, path = request.pop("method"), request.pop("path")
        path = _ANY_ID.sub(lambda found: self.ids.get(found[0], found[0]), path)
        headers = request.get("headers", {})
        auth = tuple(request["auth"].split(":", 1)) if "auth" in request else None
        if "json" in request:
            body = json.dumps(self._ours(_expanded(request["json"])), separators=(",", ":"), ensure_ascii=False)
            headers = {"content-type": "application/json", **headers}
            return await self.client.request(method, path, content=body.encode(), headers=headers, auth=auth)
        content = request.get("content")
        return await self.client.request(method, path, content=content, headers=headers, auth=auth)

    async def play(self, exchange: Exchange, check: Callable[[Any, Any], None] | None = None) -> httpx.Response:
        """Send and compare; ``check(recorded, answered)`` compares a JSON body instead of ``same``."""
        answer = await self.send(exchange)
        recorded = exchange.response
        where = f"{exchange.at} {exchange.note}: {exchange.target}"
        assert answer.status_code == recorded["status"], (where, answer.text)
        self._same_headers(recorded["headers"], answer, where)
        text = recorded["body"]
        if _is_abbreviated(text) or exchange.target.startswith("GET /metrics"):
            return answer
        if recorded["headers"].get("content-type") == "application/json":
            self._learn(json.loads(text), answer.json())
            (check or self.same)(json.loads(text), answer.json())
        else:
            assert _SPOOL_FOLDER.sub('"', answer.text) == _SPOOL_FOLDER.sub('"', self._ours(text)), where
        return answer

    def _same_headers(self, recorded: dict[str, str], answer: httpx.Response, where: str) -> None:
        assert set(answer.headers) - {"transfer-encoding"} == set(recorded) - {"transfer-encoding"}, where
        for name, value in recorded.items():
            if name == "content-length":
                assert int(answer.headers[name]) == len(answer.content) or not answer.content, where
            elif name not in ("date", "transfer-encoding"):
                assert answer.headers[name] == value, where
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.headers["date"])

    def _learn(self, recorded: Any, answered: Any) -> None:
        """Take the id of an accepted POST as ours for the recorded one."""
        if isinstance(recorded, dict) and "id" in recorded and _UUID.fullmatch(str(recorded["id"])):
            assert _UUID.fullmatch(answered["id"])
            self.ids[recorded["id"]] = answered["id"]
        if isinstance(recorded, dict):
            for theirs, ours in zip(recorded.get("messages", []), answered.get("messages", []), strict=True):
                self.ids[theirs["id"]] = ours["id"]

    def _ours(self, value: Any) -> Any:
        if isinstance(value, str):
            return _ANY_ID.sub(lambda found: self.ids.get(found[0], found[0]), value)
        if isinstance(value, dict):
            return {key: self._ours(item) for key, item in value.items()}
        return [self._ours(item) for item in value] if isinstance(value, list) else value

    def same(self, recorded: Any, answered: Any, key: str = "") -> None:
        """Compare two JSON values under the rules of this module."""
        if isinstance(recorded, dict):
            ordered = key not in (*_LAB_OBJECTS, "bounced")
            assert not ordered or list(recorded) == list(answered), (key, recorded, answered)
            assert set(recorded) == set(answered), (key, recorded, answered)
            for name in recorded if key not in _LAB_OBJECTS else ():
                self.same(recorded[name], answered[name], name)
        elif isinstance(recorded, list):
            assert len(recorded) == len(answered), (key, recorded, answered)
            for ours, theirs in zip(_sorted(answered), _sorted(self._ours(recorded)), strict=True):
                self.same(theirs, ours, key)
        elif key in ("duration", "age", "time_in_current_phase"):
            assert abs(seconds(recorded) - seconds(answered)) < DURATION_TOLERANCE_S, (recorded, answered)
        elif key == "overall_rate_per_sec":
            assert abs(recorded - answered) < 0.1, (recorded, answered)
        elif key == "session_id" or (key == "data" and recorded):
            assert type(recorded) is type(answered), (key, recorded, answered)
        elif key == "recipient":
            assert recorded.partition("@")[2] == answered.partition("@")[2], (recorded, answered)
        elif isinstance(recorded, str) and _TIME.match(recorded):
            assert _TIME.match(answered), (key, answered)
        elif key == "id" and _SPOOL_ID.match(recorded):
            assert _SPOOL_ID.match(answered), (key, answered)
        else:
            assert self._ours(recorded) == answered, (key, recorded, answered)


def _sorted(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: str(item.get("id", item)) if isinstance(item, dict) else str(item))


def _is_abbreviated(text: str) -> bool:
    return bool(re.fullmatch(r"<\d+ characters>", text))


def _expanded(value: Any) -> Any:
    """Write out a list that the recording abbreviates, with the same number of items and bytes."""
    if isinstance(value, dict):
        return {key: _expanded(item) for key, item in value.items()}
    found = _ABBREVIATED.match(value) if isinstance(value, str) else None
    if not found:
        return value
    items, size = int(found[1]), int(found[2])
    width = size // items - 3
    return [f"q{place}".ljust(width, "x") for place in range(items)]
