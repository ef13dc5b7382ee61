"""The lab of the recordings about ready queues, and how its figures are compared.

What is compared, and how exactly; nothing else is tolerated:

* ``TIMING_TOLERANCE_S``: a recorded number (gauge, counter, total of a directive) must be one that the simulator
  had within so many seconds before or after that moment. The lab's throttle let a second's worth through at once,
  and its disk logged some thousand messages a second; the simulator delivers evenly and bounces a ready queue at
  once. A number that no longer changes is therefore compared exactly.
* ``message_count`` is not compared: how fast mail leaves the spool depends on the lab's disk.
* ``ACCOUNTING_TOLERANCE``: how many messages the accounts of the lab (accounting.json) may differ, about what one
  tenant sends in a second; which message stands first at the moment of the act is not recorded. That nobody else's
  message is bounced, or delivered twice, is compared exactly.
* ``total_messages_delivered`` of the lab began before the recording: ``earlier`` is what it had counted by then.

What the recordings do not show, the mail that was injected, is given by the tests: as many messages, in such an
order, that the numbers before the act are the recorded ones.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from kumo_tui.sim import Fleet, Kind, ManualClock, SimNode, parse_scenario
from tests.contract.replay import START, Exchange, Replay, client_of, read_recording

TIMING_TOLERANCE_S = 1.0
ACCOUNTING_TOLERANCE = 8
SAMPLE_EVERY_S = 0.05
_ROUNDING_S = 1e-6
RELEASE = "2026.06.23-f3af1cd0"
MAIN = "2026.08.04-3ebc1e85"
SLOW_SITE = "mx_list:127.0.0.1:2026,127.0.0.1:2026"
RATE_SITE = f"{SLOW_SITE},127.0.0.1:2026"
_LINE = re.compile(r'^(\w+)\{(?:queue|service)="(.*)"\} (\d+)$')
_NODE = """
[[node]]
name = "mta1"
version = "{version}"
retry_interval = 60
log = true

[[node.provider]]
site = "{slow_site}"
domains = ["slow.q.example", "slow.cancel.example", "slow.breaker.example"]
rate = 1
connections = 1
max_ready = 50000
latency = 0.01

[[node.provider]]
site = "{rate_site}"
domains = ["rate.q.example", "rate.r.example", "rate.now.example", "rate.wait.example", "rate.oneshot.example"]
connections = 1
max_ready = 50000
latency = 0.01
{rate}
"""


@dataclass(frozen=True)
class Event:
    """Something that the lab did and did not record; ``at`` is the time of the recording."""

    at: float
    act: Callable[[SimNode], object]


@dataclass(frozen=True)
class Sample:
    """The gauges of the node at one moment of the recording."""

    at: float
    numbers: Mapping[tuple[str, str], int]


def mail(at: float, *blocks: tuple[str, int]) -> list[Event]:
    """Inject blocks of messages one after another."""
    return [Event(at, partial(_inject, queue=queue, messages=messages)) for queue, messages in blocks]


def waiting(queue: str, messages: int) -> Event:
    """Let mail wait in its scheduled queue from the start, due long after the recording."""
    return Event(0.0, lambda node: node.engine.stand(queue, messages, node.engine.now, 1, node.engine.now + 600.0))


def _inject(node: SimNode, queue: str, messages: int) -> None:
    node.inject(queue, messages)


class ReadyLab:
    """Plays a recording with the mail of the lab, samples the gauges, and compares every recorded number."""

    def __init__(self, replay: Replay, lead: float) -> None:
        self.node = replay.node
        self.log = replay.node.log
        self._replay = replay
        self._lead = lead
        self._samples: list[Sample] = []

    async def play(self, name: str, events: Iterable[Event], earlier: int = 0) -> None:
        """Play all exchanges of a recording at their moments, then compare what they and the gauges showed."""
        lines = list(read_recording(name))
        first = [(event.at, 0, place, event) for place, event in enumerate(events)]
        then = [(exchange.at, 1, place, exchange) for place, exchange in enumerate(lines)]
        for at, _, _, item in sorted(first + then, key=lambda entry: entry[:3]):
            self._wait_until(at)
            if isinstance(item, Event):
                item.act(self.node)
            elif item.request is not None:
                await self._exchange(item)
        self._wait_until(lines[-1].at + TIMING_TOLERANCE_S)
        for exchange in lines:
            self._compare(exchange, earlier)

    def _wait_until(self, at: float) -> None:
        while (left := at - self._now()) > _ROUNDING_S:
            self._replay.wait_until(self._replay.clock.monotonic() + min(SAMPLE_EVERY_S, left))
            self._samples.append(Sample(self._now(), self._gauges()))

    def _now(self) -> float:
        return self._replay.clock.monotonic() - self._lead

    def _gauges(self) -> dict[tuple[str, str], int]:
        engine = self.node.engine
        numbers = {("scheduled_count", queue.name): queue.count for queue in engine.book}
        for ready in engine.ready.values():
            service = f"smtp_client:{ready.name}"
            numbers["ready_count", service] = len(ready.messages)
            numbers["total_messages_delivered", service] = ready.delivered
        return numbers

    async def _exchange(self, exchange: Exchange) -> None:
        assert exchange.request is not None
        path = exchange.request["path"]
        at_moment = Exchange(0.0, exchange.note, exchange.request, exchange.response, exchange.line)
        if path.startswith("/api/admin/inspect-ready-q"):
            await self._replay.play(at_moment, _same_ready_queue)
        elif path.startswith("/api/admin/inspect-sched-q"):
            await self._replay.play(at_moment, _same_number_of_messages)
        else:
            await self._replay.play(at_moment, self._same_but_totals)

    def _same_but_totals(self, recorded: Any, answered: Any) -> None:
        """Totals are compared afterwards, with the log; here they must only add up."""
        for entry in answered if isinstance(answered, list) else []:
            assert entry["total_bounced"] == sum(entry["bounced"].values())
        self._replay.same(_without_totals(recorded), _without_totals(answered))

    def _compare(self, exchange: Exchange, earlier: int) -> None:
        if exchange.request is None:
            for line in exchange.line["lines"]:
                if found := _LINE.match(line):
                    self._compare_gauge(exchange.at, (found[1], found[2]), int(found[3]), earlier)
        elif exchange.target == "GET /api/admin/bounce/v1":
            for entry in json.loads(exchange.response["body"]):
                self._compare_bounced(exchange.at, entry["reason"], entry["bounced"])

    def _compare_gauge(self, at: float, series: tuple[str, str], recorded: int, earlier: int) -> None:
        if series[0] == "total_messages_delivered":
            recorded -= earlier
        near = [s.numbers.get(series, 0) for s in self._samples if abs(s.at - at) <= TIMING_TOLERANCE_S]
        assert min(near) <= recorded <= max(near), (at, series, recorded, min(near), max(near))

    def _compare_bounced(self, at: float, reason: str, recorded: Mapping[str, int]) -> None:
        begin, end = self._bounced(at - TIMING_TOLERANCE_S, reason), self._bounced(at + TIMING_TOLERANCE_S, reason)
        for queue in begin.keys() | end.keys() | recorded.keys():
            least, most = begin.get(queue, 0), end.get(queue, 0)
            assert least <= recorded.get(queue, 0) <= most, (at, queue, recorded, least, most)

    def _bounced(self, until: float, reason: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for record in self.log.records:
            known = record.kind is Kind.ADMIN_BOUNCE and record.reason == reason
            if known and record.at - self._lead <= until:
                counts[record.queue] = counts.get(record.queue, 0) + 1
        return counts


def _without_totals(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_totals(item) for item in value]
    return {k: v for k, v in value.items() if k not in ("bounced", "total_bounced")}


def _same_ready_queue(recorded: Any, answered: Any) -> None:
    """The state and who feeds it; how many messages one connection has delivered depends on the lab's throttle."""
    assert list(recorded) == list(answered)
    assert abs(recorded["state"].pop("ready_count") - answered["state"].pop("ready_count")) <= 1
    assert recorded["state"] == answered["state"]
    assert recorded["scheduled_queue_names"] == answered["scheduled_queue_names"]
    assert len(recorded["dispatchers"]) == len(answered["dispatchers"])


def _same_number_of_messages(recorded: Any, answered: Any) -> None:
    """The lab keeps messages unordered: which ones a sample shows is not compared."""
    assert list(recorded) == list(answered)
    assert recorded["num_scheduled"] == answered["num_scheduled"]
    assert len(recorded["messages"]) == len(answered["messages"])


@asynccontextmanager
async def ready_lab(version: str = MAIN, *, lead: float = 0.0, rate: str = "rate = 20") -> AsyncIterator[ReadyLab]:
    """Yield the lab; ``lead`` is how long before the recording its time begins, ``rate`` the fast throttle."""
    text = _NODE.format(version=version, slow_site=SLOW_SITE, rate_site=RATE_SITE, rate=rate)
    clock = ManualClock(START)
    node = Fleet(parse_scenario(text, "ready.toml"), clock).nodes["mta1"]
    async with client_of(node) as client:
        yield ReadyLab(Replay(node, clock, client), lead)
