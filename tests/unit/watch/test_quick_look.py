"""A preview reads every node once more, and waits for none that hangs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.node.client import BOUNCE, LIVENESS, METRICS
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import YAHOO


class House:
    """Three scripted nodes, of which tests let the third hang."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.nodes = [ScriptedNode(self.clock, name) for name in ("mta1", "mta2", "mta3")]
        for node in self.nodes:
            node.queues = {YAHOO: 5}
        self.watches = [node.watch() for node in self.nodes]
        self.watcher = Watcher(self.watches, self.clock, MemoryJournal(), interval_s=2.0, jitter=lambda: 1.0)

    def hang(self) -> None:
        self.nodes[2].hold[BOUNCE] = asyncio.Event()

    async def look(self, within_s: float) -> Snapshot:
        """The snapshot of a look that must be over within so many seconds."""
        looking = asyncio.create_task(self.watcher.look_quickly())
        await self.clock.advance(within_s)
        assert looking.done()
        return looking.result()


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    for node in house.nodes:
        node.hold.clear()
    await house.watcher.stop()
    assert len(asyncio.all_tasks()) == 1


async def test_where_every_node_answers_all_are_read_and_nothing_is_waited_for(house: House) -> None:
    await house.watcher.poll_once()
    house.nodes[2].queues = {YAHOO: 7}
    snapshot = await house.look(0)
    assert snapshot.queues.total == 17
    assert [node.count("GET", METRICS) for node in house.nodes] == [2, 2, 2]


async def test_a_node_that_begins_to_hang_is_waited_for_two_seconds_only(house: House) -> None:
    await house.watcher.poll_once()
    house.hang()
    house.nodes[0].queues = {YAHOO: 9}
    snapshot = await house.look(2.6)
    assert snapshot.queues.total == 19
    assert snapshot.nodes[2].silent_s >= 2


async def test_a_node_that_hangs_when_asked_whether_it_takes_mail_is_waited_for_no_longer(house: House) -> None:
    house.nodes[2].hold[LIVENESS] = asyncio.Event()
    house.nodes[2].queues = {YAHOO: 9}
    assert (await house.look(2.6)).queues.total == 19


async def test_a_node_that_is_known_to_hang_is_not_waited_for_at_all(house: House) -> None:
    house.watcher.start()
    await settle()
    house.hang()
    await house.clock.advance(8)
    before = house.nodes[0].count("GET", METRICS)
    await house.look(0)
    assert house.nodes[0].count("GET", METRICS) == before + 1


async def test_looks_at_a_node_that_hangs_do_not_pile_up(house: House) -> None:
    await house.watcher.poll_once()
    house.hang()
    for _look in range(5):
        await house.look(2.6)
    assert house.nodes[2].count("GET", BOUNCE) == 2


async def test_without_loops_a_node_that_was_never_read_is_waited_for_longer(house: House) -> None:
    house.hang()
    looking = asyncio.create_task(house.watcher.look_quickly())
    await house.clock.advance(9)
    assert not looking.done()
    house.nodes[2].hold[BOUNCE].set()
    await settle()
    assert looking.result().nodes_fresh == 3


async def test_but_not_for_ever(house: House) -> None:
    house.hang()
    snapshot = await house.look(10.6)
    assert snapshot.nodes_fresh == 2
    assert (snapshot.nodes[2].has_data, snapshot.nodes[2].silent_s >= 10) == (False, True)
    assert (await house.look(0)).nodes_fresh == 2


async def test_where_a_tunnel_has_to_be_opened_it_is_waited_for_longer_still(house: House) -> None:
    house.hang()
    house.watches[2].url = "ssh://mta3/127.0.0.1:8000"
    looking = asyncio.create_task(house.watcher.look_quickly())
    await house.clock.advance(29)
    assert not looking.done()
    await house.clock.advance(2)
    assert looking.result().nodes_fresh == 2


async def test_with_loops_it_is_not(house: House) -> None:
    house.hang()
    house.watcher.start()
    await settle()
    snapshot = await house.look(2.6)
    assert snapshot.nodes_fresh == 2


async def test_what_comes_after_the_look_is_published_all_the_same(house: House) -> None:
    await house.watcher.poll_once()
    house.hang()
    await house.look(2.6)
    house.nodes[2].queues = {YAHOO: 50}
    house.nodes[2].hold[BOUNCE].set()
    house.nodes[2].hold.clear()
    await settle()
    assert house.watcher.snapshot.queues.total == 60
