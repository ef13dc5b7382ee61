"""What the readers of many nodes share on one event loop: turns at reading and at logging in, and names found."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count
from weakref import WeakKeyDictionary

from kumo_tui.clock import Clock

# Beyond this, names are forgotten and gathered anew: nodes that have different queues gain nothing from them.
NAMES_KEPT = 2**18

OPENINGS_AT_ONCE = 8
LONGEST_OPENING_S = 2.0


class Company:
    """The readers on one event loop."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.openings = Openings()
        self._names: dict[str, str] = {}

    @staticmethod
    def here() -> "Company":
        """The company of the event loop that runs."""
        return _COMPANIES.setdefault(asyncio.get_running_loop(), Company())

    def shared(self, names: Sequence[str]) -> list[str]:
        """The same names, as strings that another node has brought where one has."""
        keep = self._names.setdefault
        shared = [keep(name, name) for name in names]
        if len(self._names) > NAMES_KEPT:
            self._names.clear()
        return shared


class Turns:
    """One piece of work in each round of the event loop, so that keys that come meanwhile are seen to in between.

    Who began first goes first: whole answers come in one after the other, and not all of them at the end.
    """

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def take(self, began: float) -> None:
        """Wait for a turn; what is done before the next await is its piece of work. `began` orders who waits."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._next, loop)
            return
        turn: asyncio.Future[None] = loop.create_future()
        heappush(self._waiting, (began, next(self._numbers), turn))
        await turn

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            _began, _number, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                loop.call_soon(self._next, loop)
                return
        self._is_taken = False


class Openings:
    """So many ssh log in at once: a machine that all of them pass drops more of them (MaxStartups of sshd, 10)."""

    def __init__(self, at_once: int = OPENINGS_AT_ONCE, longest_s: float = LONGEST_OPENING_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._longest_s = longest_s

    @asynccontextmanager
    async def turn(self, clock: Clock) -> AsyncIterator[None]:
        """Wait for a turn. It ends with the block, or earlier: one that hangs holds nobody up for long."""
        await self._free.acquire()
        ends = asyncio.create_task(clock.sleep(self._longest_s))
        ends.add_done_callback(lambda _ended: self._free.release())
        try:
            yield
        finally:
            ends.cancel()


_COMPANIES: WeakKeyDictionary[asyncio.AbstractEventLoop, Company] = WeakKeyDictionary()
