"""Fifty nodes of 20,000 queues each: how soon they show, what reading costs, and what one in trouble costs."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from kumo_tui.act.service import Acts
from kumo_tui.cli.dashboard import TURN_S
from kumo_tui.cli.lasting import lasting, look_for_garbage_seldom
from kumo_tui.clock import SystemClock
from kumo_tui.config import Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.node.client import NodeClient
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.bench.program import PATIENCE_S, cpu_s, echo_s, memory_mb
from tests.bench.refreshing import is_painted
from tests.bench.table import Measured, best, held
from tests.e2e.cli_fleet import KUMO_TUI, kumo_tui
from tests.e2e.terminal import Terminal

NODES, QUEUES = 50, 20_000
TROUBLES = ("hanging", "dribbling", "refusing")
SPAN_S, SETTLE_S = 20.0, 12.0
KEYS = 40
ECHO_S, PAINT_S, STATUS_S, MEMORY_MB, REST_BYTES_S = 0.1, 1.0, 2.0, 600, 100
TICK_S = 0.005
ROUNDS, SPACE_S = 3, 2.0


class ManyNodes:
    """A served fleet: its URLs, and how often each node was read."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self.urls: list[str] = json.loads(self._line())

    @property
    def argv(self) -> list[str]:
        """The installed command on all of them."""
        return [KUMO_TUI, *self.options]

    @property
    def options(self) -> list[str]:
        """The options that name all of them."""
        return [word for url in self.urls for word in ("--endpoint", url)]

    def readings(self) -> list[int]:
        """How often each node's queues were fetched so far."""
        assert self._child.stdin is not None
        self._child.stdin.write("\n")
        self._child.stdin.flush()
        return list(json.loads(self._line()))

    def _line(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline()


@contextlib.contextmanager
def many_nodes(names: str, *troubles: str, counts: str = "moving") -> Iterator[ManyNodes]:
    """Fifty nodes with the `same` names or `different` ones, the first of them in trouble."""
    argv = [sys.executable, "-m", "tests.bench.fleet_nodes", str(NODES), str(QUEUES), names, counts, *troubles]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        yield ManyNodes(child)
        child.stdin.close()


class Kept(NamedTuple):
    """What a dashboard keeps up: readings of a node a second, and the echo of keys, in seconds."""

    readings_a_s: float
    middle_s: float
    worst_s: float


def fleet() -> Iterator[Measured]:
    """Rows for nodes with the same names and with different ones, then what trouble costs, and rest."""
    for names in ("same", "different"):
        with many_nodes(names) as nodes:
            yield from _dashboard(nodes, f"50 nodes, {names} names")
            yield from _inside(nodes, f"50 nodes, {names} names")
    yield from _trouble()
    yield _at_rest()


def _dashboard(nodes: ManyNodes, what: str) -> Iterator[Measured]:
    first = best(partial(_first_paint, nodes))
    began = time.monotonic()
    with Terminal(nodes.argv, 120, 40) as terminal:
        terminal.wait_for("showing", PATIENCE_S)
        table = time.monotonic() - began
        yield Measured(
            f"{what}: first paint, first table",
            f"{first:.1f}, {table:.1f} s",
            budget=held(f"{PAINT_S:g} s", holds=first < PAINT_S),
        )
        terminal.pump(SETTLE_S)
        kept, cpu = _kept_up(terminal, nodes)
        yield Measured(
            f"{what}: a key echoes, {KEYS} keys",
            f"{kept.middle_s * 1000:.0f} ms median",
            f"{kept.worst_s * 1000:.0f} ms worst",
            "",
            held(f"{ECHO_S * 1000:.0f} ms", holds=kept.worst_s < ECHO_S),
        )
        yield Measured(
            f"{what}: each is read, all the time",
            f"every {1 / kept.readings_a_s:.1f} s, {cpu:.0%} CPU",
        )
        memory = memory_mb(terminal)
        yield Measured(
            f"{what}: memory, peak", f"{memory} MB", "", "", held(f"{MEMORY_MB} MB", holds=memory < MEMORY_MB)
        )


def _inside(nodes: ManyNodes, what: str) -> Iterator[Measured]:
    sys.setswitchinterval(TURN_S)
    look_for_garbage_seldom()
    with lasting():
        pass  # all that is imported is left alone, as in the program
    took, cpu, longest = asyncio.run(_refreshed(nodes.urls))
    yield Measured(f"{what}: a refresh of all", f"{took:.1f} s, {cpu:.1f} s CPU")
    yield Measured(f"{what}: longest block of the event loop", f"{longest * 1000:.0f} ms in {SPAN_S:.0f} s")


async def _refreshed(urls: Sequence[str]) -> tuple[float, float, float]:
    """Seconds and CPU seconds until all are read and painted once more; the longest block of the event loop."""
    clock, journal, settings = SystemClock(), MemoryJournal(), Settings()
    clients = {f"mta{number}": NodeClient(f"mta{number}", url, clock=clock) for number, url in enumerate(urls)}
    watches = [
        NodeWatch(client, url, clock, settings.poll) for client, url in zip(clients.values(), urls, strict=True)
    ]
    watcher = Watcher(watches, clock, journal)
    app, start = (
        KumoTuiApp(watcher, Acts(clients, watcher, journal, settings, clock, "bench"), settings),
        watcher.start,
    )
    watcher.start = lambda: None  # type: ignore[method-assign]  # what is measured first is asked for here
    async with app.run_test(size=(120, 40)):
        for _round in range(ROUNDS):
            began, worked = time.perf_counter(), time.process_time()
            snapshot = await watcher.poll_once()
            while not is_painted(app, snapshot):  # noqa: ASYNC110 - what is drawn tells nobody
                await asyncio.sleep(0.001)
            took, cpu = time.perf_counter() - began, time.process_time() - worked
            await asyncio.sleep(SPACE_S)
        start()
        longest, until = 0.0, time.perf_counter() + SPAN_S
        while (began := time.perf_counter()) < until:
            await asyncio.sleep(TICK_S)
            longest = max(longest, time.perf_counter() - began - TICK_S)
        app.exit()
    return took, cpu, longest


def _trouble() -> Iterator[Measured]:
    """What nodes in trouble cost the others, and somebody who asks for the status."""
    found = {}
    for troubles in ((), TROUBLES):
        with many_nodes("same", *troubles) as nodes:
            first = best(partial(_first_paint, nodes))
            with Terminal(nodes.argv, 120, 40) as terminal:
                terminal.wait_for("showing", PATIENCE_S)
                terminal.pump(SETTLE_S)
                found[bool(troubles)], _cpu = _kept_up(terminal, nodes, healthy=NODES - len(troubles))
            if troubles:
                yield Measured(
                    f"50 nodes, {', '.join(troubles)} one: first paint",
                    f"{first:.1f} s",
                    budget=held(f"{PAINT_S:g} s", holds=first < PAINT_S),
                )
    with_trouble, without = found[True], found[False]
    ratio = with_trouble.readings_a_s / without.readings_a_s
    yield Measured(
        "each of the others is read", f"every {1 / with_trouble.readings_a_s:.1f} s", f"{ratio:.2f}x as often"
    )
    yield Measured(
        "a key echoes meanwhile, median and worst",
        f"{with_trouble.middle_s * 1000:.0f}, {with_trouble.worst_s * 1000:.0f} ms",
        f"{without.middle_s * 1000:.0f}, {without.worst_s * 1000:.0f} ms without them",
    )
    yield _status()


def _status() -> Measured:
    """The command for scripts, which waits for every node, but not for ever."""
    with many_nodes("same", "hanging") as nodes:
        began = time.monotonic()
        done = kumo_tui(*nodes.options, "status", KUMO_TUI_POLL__READ_TIMEOUT_S=f"{STATUS_S:g}")
        took = time.monotonic() - began
    said = f"{NODES - 1} of {NODES} nodes"
    return Measured(
        f"status of 50 nodes, one hanging, timeout {STATUS_S:g} s",
        f"{took:.1f} s",
        said if said in done.stdout else "not said",
    )


def _at_rest() -> Measured:
    with many_nodes("same", counts="still") as nodes, Terminal(nodes.argv) as terminal:
        terminal.wait_for("showing", PATIENCE_S)
        terminal.pump(SETTLE_S)
        first = len(terminal.raw)
        terminal.pump(SPAN_S)
        rate = (len(terminal.raw) - first) / SPAN_S
    return Measured(
        "50 nodes, drawn at 80x24, at rest",
        f"{rate:.0f} B/s",
        budget=held(f"{REST_BYTES_S} B/s", holds=rate < REST_BYTES_S),
    )


def _first_paint(nodes: ManyNodes) -> None:
    with Terminal(nodes.argv, 120, 40) as terminal:
        while " nodes" not in terminal.text:
            terminal.pump(0.005)


def _kept_up(terminal: Terminal, nodes: ManyNodes, healthy: int = NODES) -> tuple[Kept, float]:
    """What goes on while nobody asks for anything but moves the cursor, and the share of a core that it takes."""
    before, worked, began = nodes.readings(), cpu_s(terminal), time.monotonic()
    echoes = sorted(echo_s(terminal, "up" if number % 2 else "down") for number in range(KEYS))
    terminal.pump(began + SPAN_S - time.monotonic())
    took = time.monotonic() - began
    readings = sum(nodes.readings()[NODES - healthy :]) - sum(before[NODES - healthy :])
    return Kept(readings / healthy / took, echoes[KEYS // 2], echoes[-1]), (cpu_s(terminal) - worked) / took
