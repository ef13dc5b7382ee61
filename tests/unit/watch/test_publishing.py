"""Polls are told of at once; of many nodes, or where telling takes long, several together."""

import asyncio

from kumo_tui.watch.publishing import MOST_ROUNDS, REST, SEVERAL_NODES, TOGETHER_S, Publishing
from tests.fakes import FakeClock


class Told:
    """A publication that takes so many seconds, and what was published; `lags` preparations come too late."""

    def __init__(self, nodes: int = 3, takes_s: float = 0.0) -> None:
        self.clock = FakeClock()
        self.moments: list[float] = []
        self.prepared = self.lags = 0
        self._takes_s = takes_s
        self._began = self.clock.monotonic()
        self.publishing = Publishing(self._publish, self._prepare, lambda: nodes, self.clock)

    def _publish(self) -> None:
        self.moments.append(self.clock.monotonic() - self._began)
        self.clock.jump(self._takes_s)

    async def _prepare(self) -> bool:
        self.prepared += 1
        return self.prepared > self.lags


async def test_polls_of_few_nodes_are_told_one_by_one_and_at_once() -> None:
    told = Told()
    told.publishing.soon()
    told.publishing.soon()
    assert told.moments == [0.0, 0.0]


async def test_polls_of_many_nodes_are_told_together() -> None:
    told = Told(nodes=SEVERAL_NODES + 1)
    for _poll in range(50):
        told.publishing.soon()
    await told.clock.advance(0.0)
    assert (told.moments, told.prepared) == ([0.0], 1)
    for _poll in range(50):
        told.publishing.soon()
    await told.clock.advance(TOGETHER_S)
    assert (told.moments, told.prepared) == ([0.0, TOGETHER_S], 2)
    await told.clock.advance(10.0)
    assert len(told.moments) == 2


async def test_what_takes_long_to_tell_is_told_less_often() -> None:
    told = Told(takes_s=0.1)
    told.publishing.soon()
    told.publishing.soon()
    await told.clock.advance(REST * 0.1 - 0.01)
    assert told.moments == [0.0]
    await told.clock.advance(0.02)
    assert len(told.moments) == 2


async def test_what_comes_while_polls_are_prepared_is_prepared_too_but_not_for_ever() -> None:
    told = Told(nodes=50)
    told.lags = 2
    told.publishing.soon()
    await told.clock.advance(0.0)
    assert (told.prepared, told.moments) == (3, [0.0])
    told.lags = 1000
    told.publishing.soon()
    await told.clock.advance(TOGETHER_S)
    assert (told.prepared, len(told.moments)) == (3 + MOST_ROUNDS, 2)


async def test_a_mistake_is_seen_and_the_telling_goes_on() -> None:
    told, seen = Told(nodes=50), list[str]()

    async def fails() -> bool:
        raise ValueError("no sum")

    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: seen.append(context["message"]))
    told.publishing = Publishing(told._publish, fails, lambda: 50, told.clock)
    told.publishing.soon()
    await told.clock.advance(0.0)
    assert (seen, told.moments) == (["telling of the nodes failed"], [])
    told.publishing.soon()
    await told.clock.advance(0.0)
    assert len(seen) == 2


async def test_nothing_is_told_after_the_end() -> None:
    told = Told(nodes=50)
    told.publishing.soon()
    await told.publishing.stop()
    await told.clock.advance(10.0)
    assert told.moments == []
