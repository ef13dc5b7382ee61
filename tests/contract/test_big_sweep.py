"""A real node that a big sweep silenced for two minutes on every endpoint, through client, watch and ledger."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import httpx
import pytest

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.selector import Everything
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE, METRICS
from kumo_tui.watch.watcher import Watcher
from tests.fakes import DATA, START, FakeClock, settle
from tests.scripted import ScriptedNode

STOOD = 100_000
QUEUE = "c:t@d.example"


class Row(NamedTuple):
    """One moment of the recording."""

    t: float
    bounced: int
    message_count: int


def recorded() -> Iterator[Row]:
    for line in (DATA / "big-sweep.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if isinstance(row, list):
            yield Row(row[0], row[1], int(row[6]))


ROWS = list(recorded())


class Sweep:
    """A node on which everything was just bounced, the way that the real one went on."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.node = ScriptedNode(self.clock)
        self.node.queues, self.node.message_count = {QUEUE: STOOD}, STOOD
        self.watcher = Watcher([self.node.watch()], self.clock, MemoryJournal(), jitter=lambda: 1.0)
        self.seen: list[Snapshot] = []
        self.watcher.subscribe(self.seen.append)

    async def begin(self) -> None:
        await self.watcher.poll_once()
        before = self.watcher.snapshot.nodes[0].metrics
        assert before is not None
        self.began = self.clock.monotonic()
        self.silence = asyncio.Event()
        for path in ("/metrics", BOUNCE, "/api/check-liveness/v1", "/api/admin/suspend/v1"):
            self.node.hold[path] = self.silence
        act = NodeAct("mta1", ActState.ACCEPTED, "a", answered_at=self.began)
        operation = Operation("7F3A2C", Everything(), "purge", 600, False, "ann", START, "digest", (act,))
        ledgers = {"mta1": Ledger(Everything(), {QUEUE: STOOD})}
        self.node.asked.clear()
        self.watcher.be_patient("mta1")
        self.watcher.track(operation, ledgers, self.began, {"mta1": before})
        self.watcher.start()
        await settle()

    async def play(self, row: Row) -> None:
        self.node.queues, self.node.message_count = {}, row.message_count
        self.node.directives = [self.node.list_entry("a", remaining="8m", bounced={QUEUE: row.bounced})]
        if not self.silence.is_set():
            self.silence.set()
            await settle(200)
        await self.clock.advance(max(0.0, row.t - (self.clock.monotonic() - self.began)))

    def verdicts(self) -> set[Verdict]:
        return {status.verdict for snapshot in self.seen for status in snapshot.operations}

    def states(self) -> set[NodeState]:
        return {snapshot.nodes[0].state for snapshot in self.seen if snapshot.operations}


@pytest.fixture
async def sweep() -> AsyncIterator[Sweep]:
    sweep = Sweep()
    await sweep.begin()
    yield sweep
    await sweep.watcher.stop()


async def test_during_the_silence_one_request_waits_and_the_screen_hears_for_how_long(sweep: Sweep) -> None:
    await sweep.clock.advance(119.7)
    assert sweep.node.asked == [("GET", BOUNCE)]
    told = [snapshot.nodes[0] for snapshot in sweep.seen if snapshot.at > sweep.began]
    assert [round(node.silent_s) for node in told] == list(range(5, 120, 5))
    assert {node.state for node in told} == {NodeState.BUSY}
    assert all(node.table.total == STOOD for node in told)
    assert sweep.verdicts() == {Verdict.RUNNING}


async def test_after_the_silence_totals_only_rise_and_nothing_was_ever_called_down_or_lost(sweep: Sweep) -> None:
    await sweep.clock.advance(119.7)
    for row in ROWS:
        await sweep.play(row)
    await sweep.clock.advance(3)
    totals = [snapshot.operations[0].ledger.progress.bounced for snapshot in sweep.seen if snapshot.operations]
    assert totals == sorted(totals)
    assert totals[-1] == ROWS[-1].bounced
    assert sweep.states() <= {NodeState.OK, NodeState.BUSY}
    assert sweep.verdicts() == {Verdict.RUNNING}
    assert not [method for method, _path in sweep.node.asked if method != "GET"]
    assert sweep.watcher.snapshot.nodes[0].metrics is not None
    assert sweep.watcher.snapshot.nodes[0].metrics.value.held == ROWS[-1].message_count


async def test_after_the_silence_the_node_is_read_as_often_as_before(sweep: Sweep) -> None:
    await sweep.clock.advance(119.7)
    await sweep.play(ROWS[0])
    before = sweep.node.count("GET", BOUNCE)
    await sweep.clock.advance(20)
    assert sweep.node.count("GET", BOUNCE) - before in (9, 10)


async def test_while_the_list_is_late_the_fall_of_the_message_count_is_told(sweep: Sweep) -> None:
    sweep.silence.set()
    sweep.node.fail(httpx.ReadTimeout("silent"), BOUNCE)
    sweep.node.queues, sweep.node.message_count = {}, ROWS[0].message_count
    await sweep.clock.advance(30)
    (status,) = sweep.watcher.snapshot.operations
    assert "its list is late; it holds 49,236 messages in all, 100,000 before" in status.nodes[0].note
    assert sweep.watcher.snapshot.nodes[0].state is NodeState.BUSY
    assert sweep.verdicts() == {Verdict.RUNNING}
    sweep.node.recover()
    sweep.node.directives = [sweep.node.list_entry("a", remaining="8m", bounced={QUEUE: ROWS[0].bounced})]
    await sweep.clock.advance(12)
    assert "late" not in sweep.watcher.snapshot.operations[0].nodes[0].note
    assert sweep.node.count("GET", METRICS) > 1
