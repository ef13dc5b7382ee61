"""The watch over Prometheus: a loop of its own, which reads little while nobody looks at the overview."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from kumo_tui.clock import Clock
from kumo_tui.errors import (
    BrokenAnswer,
    ConnectionCut,
    NoAnswer,
    NodeError,
    NotReady,
    TlsUntrusted,
    Unauthorized,
    Unreachable,
)
from kumo_tui.model.overview import Ailment, Overview, Part, Span, Trouble
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.scrapes import Scrapes, Target, compare, first_breaking
from kumo_tui.model.snapshot import Snapshot, Timed
from kumo_tui.node.aside import LARGE_ENTRIES, aside
from kumo_tui.node.prometheus import PrometheusClient
from kumo_tui.node.promql import Queries
from kumo_tui.prometheus_settings import instance_names
from kumo_tui.text import one_line, plural
from kumo_tui.watch.loops import surface, waited
from kumo_tui.watch.overview_reading import OverviewReader, Read

UNWATCHED_EVERY_S = 60.0
BACKOFF_CAP_S = 60.0
GRAPH_EVERY_S = 60.0

Value = TypeVar("Value")
Listener = Callable[[Overview], None]

_AILMENTS: Mapping[type[NodeError], Ailment] = {
    Unreachable: Ailment.DOWN,
    TlsUntrusted: Ailment.DOWN,
    ConnectionCut: Ailment.DOWN,
    NoAnswer: Ailment.SLOW,
    Unauthorized: Ailment.NOT_ALLOWED,
    NotReady: Ailment.NOT_READY,
    BrokenAnswer: Ailment.ODD,
}


class OverviewWatch:
    """Reads the overview while it is looked at; else only what is scraped, every UNWATCHED_EVERY_S.

    `fleet` gives the last snapshot of the nodes, `called` what Prometheus calls them where the config says so, by
    name. What is read here confirms no act. A mistake in a listener never ends the loop.
    """

    def __init__(
        self,
        client: PrometheusClient,
        queries: Queries,
        clock: Clock,
        *,
        fleet: Callable[[], Snapshot],
        called: Callable[[], Mapping[str, str]] = dict,
        every_s: float = 15.0,
        insecure: bool = False,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._reader = OverviewReader(client, queries)
        self._match = queries.match
        self._clock = clock
        self._fleet = fleet
        self._called = called
        self._every_s = every_s
        self._jitter = jitter
        self._is_open = False
        self._failures = 0
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self._breaking: dict[str, tuple[QueueTable, str]] = {}
        self._overview = Overview(client.url, insecure=insecure)

    @property
    def overview(self) -> Overview:
        """What is known now."""
        return self._overview

    def subscribe(self, listener: Listener) -> None:
        """Call the listener with each new overview, on the event loop."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the loop; `stop` ends it."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the loop and close the connections."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._client.aclose()

    def open(self) -> None:
        """Somebody looks from now on: read everything, now and every `every_s`."""
        self._is_open = True
        self.refresh()

    def close(self) -> None:
        """Nobody looks any more."""
        self._is_open = False

    def refresh(self) -> None:
        """Read now; once more right after where a reading is under way."""
        self._wanted.set()

    def look_back(self, span: Span) -> None:
        """Have the graph go back so far."""
        if span is not self._overview.span:
            self._overview = replace(self._overview, span=span)
            self.refresh()

    async def read_once(self, *, whole: bool = True) -> Overview:
        """Read what is scraped, and all the rest where it is `whole`. Never raises: troubles are kept."""
        troubles, warnings = dict[Part, Trouble](), list[str]()
        seen = await self._tried(Part.TARGETS, self._reader.targets(), troubles, warnings)
        if seen is not None:
            targets = seen.targets
            self._take(targets=self._timed(targets), scrapes=await self._compared(targets))
            if not any(target.has_metrics for target in targets):
                troubles[Part.TARGETS] = self._empty(targets)
            elif whole and seen.server_now is not None:
                await self._read_rest(seen.server_now, troubles, warnings)
        self._failures = self._failures + 1 if Part.TARGETS in troubles else 0
        older = {} if whole else dict(self._overview.troubles)
        older.pop(Part.TARGETS, None)
        self._take(
            troubles={**older, **troubles},
            warnings=tuple(dict.fromkeys(warnings)) if whole else self._overview.warnings,
            read_at=self._clock.monotonic(),
            every_s=self._rest_s,
        )
        return self._overview

    async def _read_rest(self, server_now: float, troubles: dict[Part, Trouble], warnings: list[str]) -> None:
        """Read all the rest, all at once: each part is taken when it comes."""

        async def read(part: Part, name: str, reading: Awaitable[Read[Value]]) -> None:
            found = await self._tried(part, reading, troubles, warnings)
            if found is not None:
                self._take(**{name: self._timed(found)})

        span = self._overview.span
        reads = [
            read(Part.QUEUES, "queued", self._reader.queued()),
            read(Part.RATES, "rates", self._reader.rates()),
        ]
        if self._graph_is_due(span):
            reads.append(read(Part.GRAPH, "graph", self._reader.graph(span, server_now)))
        await asyncio.gather(*reads)

    def _graph_is_due(self, span: Span) -> bool:
        graph = self._overview.graph
        if graph is None or graph.value.span is not span:
            return True
        return graph.age_s(self._clock.monotonic()) >= min(GRAPH_EVERY_S, graph.value.step_s)

    async def _tried(
        self, part: Part, read: Awaitable[Read[Value]], troubles: dict[Part, Trouble], warnings: list[str]
    ) -> Value | None:
        try:
            found = await read
        except NodeError as error:
            ailment = _AILMENTS.get(type(error), Ailment.REFUSED)
            troubles[part] = Trouble(ailment, error.what, error.next_step)
            return None
        warnings += found.warnings
        return found.value

    def _empty(self, targets: Sequence[Target]) -> Trouble:
        """No metric of KumoMTA: nothing matches, nothing can be scraped, or it is not KumoMTA that is."""
        failing = sum(1 for target in targets if target.up is False)
        where = f" with {{{one_line(self._match, 80)}}}" if self._match else ""
        what = f"{self._client.name}: it has no metric of KumoMTA{where}."
        if not targets:
            step = "Nothing matches there: check match and instance_label in the profile's [prometheus] table."
        elif failing == len(targets):
            step = f"The scrape of each of its {plural(failing, 'target')} fails; its page /targets says why."
        else:
            step = (
                f"{plural(len(targets), 'target')} match, none of them KumoMTA: check match, and what is scraped."
            )
        return Trouble(Ailment.EMPTY, what, step)

    async def _compared(self, targets: Sequence[Target]) -> Scrapes:
        """Targets and nodes side by side; of nodes that cannot be scraped the queue name that may be why."""
        fleet, called = self._fleet(), self._called()
        nodes = {
            node.name: instance_names(node.name, node.url, called.get(node.name, "")) for node in fleet.members
        }
        found = compare(targets, nodes)
        for name in found.failing:
            node = fleet.node(name)
            if node is not None and (name not in self._breaking or self._breaking[name][0] is not node.table):
                table = node.table
                self._breaking[name] = (
                    table,
                    await aside(len(table) > LARGE_ENTRIES, first_breaking, table.names),
                )
        return replace(found, failing={name: self._breaking.get(name, (None, ""))[1] for name in found.failing})

    @property
    def _rest_s(self) -> float:
        return self._every_s if self._is_open else max(self._every_s, UNWATCHED_EVERY_S)

    @property
    def _delay_s(self) -> float:
        """Seconds until the next reading; after failures longer, spread by the jitter over the upper half."""
        if not self._failures:
            return self._rest_s
        backoff = min(max(BACKOFF_CAP_S, self._rest_s), self._rest_s * 2.0 ** min(self._failures, 6))
        return backoff * (0.5 + self._jitter() / 2)

    def _timed(self, value: Value) -> Timed[Value]:
        return Timed(value, self._clock.monotonic())

    def _take(self, **changes: object) -> None:
        """Take what is new, and tell everybody."""
        self._overview = replace(self._overview, **changes)  # type: ignore[arg-type]  # names of its own fields
        for listener in self._listeners:
            try:
                listener(self._overview)
            except Exception as error:  # noqa: BLE001 - one listener must not keep it from the others
                surface("a listener to the overview failed", error)

    async def _run(self) -> None:
        while True:
            self._wanted.clear()
            try:
                await self.read_once(whole=self._is_open)
            except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the watching go on
                surface("reading the overview failed", error)
                self._failures += 1
            if await waited(self._clock, self._delay_s, self._wanted):
                await self._client.renew()
