"""One whole refresh of the dashboard against a bare download of the same body, and how both grow."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from kumo_tui.act.service import Acts
from kumo_tui.clock import SystemClock
from kumo_tui.config import Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.client import NodeClient
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.widgets.queue_table import QueueTable
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.bench.table import Measured, held
from tests.e2e.cli_fleet import serving

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 4
AT_MOST = 3.0
QUIET_S = 0.05

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
"""
SOME = """
[[node.generate]]
pattern = "spring-campaign-{number}-{{c}}:customer-account-{{t}}@mail{{d}}.receivers.example"
queues = {queues}
messages = {messages}
modulo = {{ c = 40, t = 900, d = 5003 }}
"""
LOTS = 20


def scenario(queues: int) -> str:
    """A node with so many queues, a twentieth of them with 1 message each, a twentieth with 2, and so on."""
    lots = range(1, LOTS + 1)
    return NODE + "".join(SOME.format(number=lot, queues=queues // LOTS, messages=lot) for lot in lots)


def refreshing() -> Iterator[Measured]:
    """A row per number of queues."""
    for queues in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "bench.toml"
            file.write_text(scenario(queues))
            with serving(str(file)) as fleet, in_chunks(fleet.urls["mta1"]) as url:
                ours, cpu, bare, size = asyncio.run(_compare(url))
        yield Measured(
            f"a whole refresh, {queues:,} queues, {size / 1e6:.1f} MB",
            f"{ours * 1000:,.0f} ms, {cpu * 1000:,.0f} ms CPU",
            f"{bare * 1000:,.0f} ms bare download",
            f"{ours / bare:.1f}x",
            held(f"{AT_MOST:g}x", holds=ours <= AT_MOST * bare) if queues == 100_000 else "",
        )


@contextlib.contextmanager
def in_chunks(url: str) -> Iterator[str]:
    """The node behind a process that serves it in kumod's chunks."""
    argv = [sys.executable, "-m", "tests.bench.kumods_chunks", url]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        yield child.stdout.readline().strip()
        child.stdin.close()


def is_painted(app: KumoTuiApp, snapshot: Snapshot) -> bool:
    """Whether the dashboard shows this snapshot."""
    built = app.screen.query_one(QueueTable)._built if isinstance(app.screen, DashboardScreen) else None
    return built is not None and built.snapshot is snapshot


async def _compare(url: str) -> tuple[float, float, float, int]:
    """Seconds and CPU seconds of a refresh, seconds of a bare download: the best of ROUNDS each, by turns."""
    clock, journal = SystemClock(), MemoryJournal()
    settings = Settings()
    client = NodeClient("mta1", url, clock=clock)
    watcher = Watcher([NodeWatch(client, url, clock, settings.poll)], clock, journal)
    app = KumoTuiApp(watcher, Acts({"mta1": client}, watcher, journal, settings, clock, "bench"), settings)
    watcher.start = lambda: None  # type: ignore[method-assign]  # each reading is asked for here
    ours, bare = [], []
    async with app.run_test(size=(120, 40)) as pilot, httpx.AsyncClient(trust_env=False) as http:
        for _round in range(ROUNDS):
            began, worked = time.perf_counter(), time.process_time()
            snapshot = await watcher.poll_once()
            while not is_painted(app, snapshot):  # noqa: ASYNC110 - what is drawn tells nobody
                await asyncio.sleep(0.001)
            ours.append((time.perf_counter() - began, time.process_time() - worked))
            await pilot.pause()
            began = time.perf_counter()
            async with http.stream("GET", f"{url}/metrics", headers={"accept-encoding": "identity"}) as answer:
                async for _chunk in answer.aiter_bytes():
                    pass
            bare.append(time.perf_counter() - began)
    return min(ours)[0], min(cpu for _took, cpu in ours), min(bare), client.last_bytes
