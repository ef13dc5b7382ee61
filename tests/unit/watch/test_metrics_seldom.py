"""Metrics that are read only now and then: lists are read at every poll, and the metrics when they matter."""

from collections.abc import AsyncIterator

import pytest

from kumo_tui.config import PollSettings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.node.client import BOUNCE, METRICS, SUSPEND
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import ledger, operation


class House:
    """One node whose metrics are read every minute."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.node = ScriptedNode(self.clock, "mta1")
        client = self.node.watch().client
        watch = NodeWatch(client, "http://mta1:8000", self.clock, PollSettings(), metrics_every_s=60.0)
        self.watcher = Watcher([watch], self.clock, MemoryJournal(), interval_s=2.0, jitter=lambda: 1.0)

    def count(self, path: str) -> int:
        return self.node.count("GET", path)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    house.watcher.start()
    await settle()
    yield house
    await house.watcher.stop()


async def test_the_lists_are_read_at_every_poll_and_the_metrics_once_a_minute(house: House) -> None:
    assert house.count(METRICS) == 1
    await house.clock.advance(59)
    assert house.count(METRICS) == 1
    assert house.count(BOUNCE) >= 25
    assert house.count(SUSPEND) >= 25
    await house.clock.advance(4)
    assert house.count(METRICS) == 2


async def test_the_age_of_the_metrics_stays_honest(house: House) -> None:
    await house.clock.advance(30)
    node = house.watcher.snapshot.nodes[0]
    assert node.age_s(house.clock.monotonic()) == 30.0
    assert node.every_s == 60.0


async def test_who_asks_gets_the_metrics_at_once(house: House) -> None:
    await house.clock.advance(10)
    house.watcher.refresh()
    await settle()
    assert house.count(METRICS) == 2


async def test_a_single_look_reads_everything(house: House) -> None:
    await house.clock.advance(10)
    await house.watcher.poll_once()
    assert house.count(METRICS) == 2


async def test_while_somebody_decides_by_them_the_metrics_are_read_at_every_poll(house: House) -> None:
    await house.clock.advance(10)
    house.watcher.is_whole = True
    await house.clock.advance(20)
    assert house.count(METRICS) >= 10
    house.watcher.is_whole = False
    await house.clock.advance(4)
    before = house.count(METRICS)
    await house.clock.advance(40)
    assert house.count(METRICS) == before


async def test_while_an_operation_of_ours_is_in_force_the_metrics_are_read_at_every_poll(house: House) -> None:
    await house.clock.advance(10)
    house.node.directives = [house.node.list_entry("552016f1")]
    act = NodeAct("mta1", ActState.ACCEPTED, "552016f1")
    house.watcher.track(operation(act, duration_s=300), {"mta1": ledger(yahoo=5)}, house.clock.monotonic())
    house.watcher.refresh()
    await house.clock.advance(20)
    assert house.count(METRICS) >= 9
