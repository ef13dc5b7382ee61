"""The machine was suspended: its timers stood still, its connections may be dead, and what it shows is old."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE
from kumo_tui.watch.loops import waited
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import YAHOO, ledger, operation


class House:
    """A watch with its loop over one node."""

    def __init__(self, interval_s: float = 2.0) -> None:
        self.clock = FakeClock()
        self.node = ScriptedNode(self.clock)
        self.journal = MemoryJournal()
        self.watcher = Watcher(
            [self.node.watch()], self.clock, self.journal, interval_s=interval_s, jitter=lambda: 1.0
        )

    @property
    def looks(self) -> int:
        return self.node.count("GET", BOUNCE)

    async def wake_after(self, seconds: float) -> None:
        """The clock goes on by so much, while timers do not; then the nearest of them rings."""
        self.clock.jump(seconds)
        await self.clock.advance(0.0)
        await settle(200)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House(interval_s=3600.0)
    yield house
    await house.watcher.stop()


async def test_a_poll_follows_at_once_whatever_was_still_to_be_waited(house: House) -> None:
    house.watcher.start()
    await house.clock.advance(10)
    assert house.looks == 1
    await house.wake_after(600)
    assert house.looks == 2
    assert house.watcher.snapshot.nodes[0].directives is not None
    assert house.watcher.snapshot.nodes[0].directives.asked_at == house.clock.monotonic()


async def test_a_poll_under_way_is_given_up_and_begun_anew(house: House) -> None:
    house.node.hold[BOUNCE] = asyncio.Event()
    house.watcher.start()
    await house.clock.advance(3)
    del house.node.hold[BOUNCE]
    await house.wake_after(600)
    assert house.looks == 2
    assert house.watcher.snapshot.nodes[0].has_data


async def test_failures_of_before_make_nobody_wait_after_it(house: House) -> None:
    house.node.fail(httpx.ConnectError("refused"))
    house.watcher.start()
    await house.clock.advance(7200)
    house.node.recover()
    await house.wake_after(600)
    assert house.watcher.snapshot.nodes[0].has_data


async def test_what_ended_meanwhile_is_at_least_what_was_seen_last_and_nobodys_cancel() -> None:
    house = House()
    house.node.directives = [house.node.list_entry("a", "55s", campaign="promo", bounced={YAHOO: 40})]
    bounce = operation(NodeAct("mta1", ActState.ACCEPTED, "a"))
    house.journal.record_intent(bounce, [])
    house.watcher.track(bounce, {"mta1": ledger(yahoo=100)}, house.clock.monotonic())
    house.watcher.start()
    await house.clock.advance(5)
    house.node.directives = []
    asked = house.looks
    await house.wake_after(600)
    (seen,) = house.watcher.snapshot.operations[0].nodes
    assert house.looks == asked + 1
    assert (seen.verdict, seen.ledger.progress.bounced) == (Verdict.DONE, 40)
    assert seen.note.startswith("at least: totals last read ")
    await house.watcher.stop()


async def test_waiting_ends_when_it_is_wanted_and_no_short_delay_is_taken_for_a_suspension() -> None:
    clock, wanted = FakeClock(), asyncio.Event()
    waiting = asyncio.create_task(waited(clock, 10.0, wanted))
    await settle()
    clock.jump(4.0)
    await clock.advance(0.0)
    assert not waiting.done()
    wanted.set()
    assert await waiting is False
