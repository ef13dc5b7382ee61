"""The one source of time. Everything that needs the time is given a clock."""

import asyncio
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

# By platform: the clock of `time` that goes on while the machine is suspended, as the nodes' clocks do.
_THROUGH_SUSPENSION = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}


class Clock(Protocol):
    """Time as the program sees it; tests bring their own."""

    def now(self) -> datetime:
        """Wall-clock time, aware, UTC. For records and display, never for measuring."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps back. For ages, rates and deadlines.

        It goes on while the machine is suspended where the platform has such a clock: it may leap ahead.
        """

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds, those of a suspension not among them."""


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self._number = steady_clock(sys.platform, vars(time))

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic() if self._number is None else time.clock_gettime(self._number)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def steady_clock(platform: str, known: Mapping[str, object]) -> int | None:
    """The number of the clock that counts a suspension too, by `sys.platform` and the names that `time` has.

    None where there is none that can be read: then a suspension counts as no time.
    """
    number = known.get(_THROUGH_SUSPENSION.get(platform, ""))
    read = known.get("clock_gettime")
    if not isinstance(number, int) or not callable(read):
        return None
    try:
        read(number)
    except OSError:
        return None
    return number
