"""What the readers of many nodes share on one event loop: turns at reading, and the names that they find."""

import asyncio
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count
from weakref import WeakKeyDictionary

# Beyond this, names are forgotten and gathered anew: nodes that have different queues gain nothing from them.
NAMES_KEPT = 2**18


class Company:
    """The readers on one event loop."""

    def __init__(self) -> None:
        self.turns = Turns()
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


_COMPANIES: WeakKeyDictionary[asyncio.AbstractEventLoop, Company] = WeakKeyDictionary()
