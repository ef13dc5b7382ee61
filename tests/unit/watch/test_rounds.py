"""Each node is polled at its own pace, which the snapshot tells."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.node.client import BOUNCE, METRICS
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import ledger, operation


class House:
    """A node that takes its time and one that does not."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.slow, self.quick = (ScriptedNode(self.clock, name) for name in ("mta1", "mta2"))
        watches = [node.watch() for node in (self.slow, self.quick)]
        self.watcher = Watcher(watches, self.clock, MemoryJournal(), interval_s=2.0, jitter=lambda: 1.0)

    def slow_down(self, path: str, seconds: float) -> None:
        self.slow.answers["GET", path] = self._late(seconds, path)

    def _late(self, seconds: float, path: str) -> Callable[[httpx.Request], httpx.Response]:
        def answer(_request: httpx.Request) -> httpx.Response:
            self.clock.jump(seconds)
            return httpx.Response(200, json=[]) if path == BOUNCE else self._metrics()

        return answer

    def _metrics(self) -> httpx.Response:
        return httpx.Response(200, text=self.slow.metrics_text())

    async def polls(self, seconds: float) -> list[int]:
        """How often each node is polled in so many seconds."""
        before = [node.count("GET", BOUNCE) for node in (self.slow, self.quick)]
        await self.clock.advance(seconds)
        now = [node.count("GET", BOUNCE) for node in (self.slow, self.quick)]
        return [after - earlier for earlier, after in zip(before, now, strict=True)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def test_a_node_whose_readings_take_long_is_read_less_often_and_the_others_are_not(house: House) -> None:
    house.slow_down(METRICS, 1.2)
    house.watcher.start()
    await house.polls(20)
    slow, quick = await house.polls(120)
    assert slow in (9, 10)
    assert quick >= 55


async def test_the_snapshot_says_how_often_a_node_is_read_and_what_a_reading_takes(house: House) -> None:
    house.slow_down(METRICS, 1.0)
    house.slow_down(BOUNCE, 0.25)
    assert [node.reading_s for node in house.watcher.snapshot.nodes] == [None, None]
    house.watcher.start()
    await house.polls(10)
    slow, quick = house.watcher.snapshot.nodes
    assert slow.every_s == pytest.approx(12.5)
    assert slow.reading_s == pytest.approx(1.25)
    assert quick.every_s == 2.0
    assert (house.watcher.snapshot.interval_s, house.watcher.snapshot.longest_every_s) == (2.0, slow.every_s)


async def test_silence_of_a_busy_node_is_not_what_a_reading_takes(house: House) -> None:
    house.watcher.be_patient("mta1")
    house.slow_down(BOUNCE, 120)
    await house.watcher.poll_once()
    await house.watcher.poll_once()
    assert house.watcher.snapshot.nodes[0].reading_s == pytest.approx(5.0)


async def test_a_refresh_that_is_asked_for_comes_at_once_whatever_the_pace(house: House) -> None:
    house.slow_down(METRICS, 20)
    house.watcher.start()
    await house.polls(50)
    assert house.watcher.snapshot.nodes[0].every_s == pytest.approx(200)
    house.slow.recover()
    house.watcher.refresh()
    assert await house.polls(0.1) == [1, 1]


async def test_while_a_bounce_of_ours_is_in_force_a_slow_node_is_read_as_often_as_it_can_be(house: House) -> None:
    house.slow_down(METRICS, 1.2)
    house.watcher.start()
    await house.polls(20)
    bounce = operation(NodeAct("mta1", ActState.ACCEPTED, "a"), duration_s=600)
    house.slow.directives = [house.slow.list_entry("a", campaign="promo", remaining="10m")]
    house.watcher.track(bounce, {"mta1": ledger(yahoo=10)}, house.clock.monotonic())
    house.watcher.refresh()
    await settle()
    slow, _quick = await house.polls(32)
    assert slow == 10
    assert house.watcher.snapshot.nodes[0].every_s == 2.0


async def test_without_the_focus_nodes_are_read_less_often_and_with_it_again_at_once(house: House) -> None:
    house.watcher.start()
    await settle()
    house.watcher.attended = False
    await house.polls(2.5)
    assert await house.polls(60) == [6, 6]
    assert not house.watcher.snapshot.attended
    house.watcher.attended = True
    assert await house.polls(0.1) == [1, 1]
    assert house.watcher.snapshot.attended


async def test_without_the_focus_a_bounce_of_ours_is_followed_as_before(house: House) -> None:
    bounce = operation(NodeAct("mta1", ActState.ACCEPTED, "a"), duration_s=600)
    house.slow.directives = [house.slow.list_entry("a", campaign="promo", remaining="10m")]
    house.watcher.track(bounce, {"mta1": ledger(yahoo=10)}, house.clock.monotonic())
    house.watcher.attended = False
    house.watcher.start()
    await house.polls(1)
    assert await house.polls(60) == [30, 6]


async def test_a_longer_interval_that_is_set_holds_over_what_readings_take(house: House) -> None:
    house.slow_down(METRICS, 1.2)
    house.watcher.start()
    house.watcher.interval_s = 60
    await house.polls(65)
    assert [node.every_s for node in house.watcher.snapshot.nodes] == [60, 60]
