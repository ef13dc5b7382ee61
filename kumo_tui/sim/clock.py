"""Time for the simulator: one wall clock, one clock that a test moves by hand.

Engine times are seconds of ``Clock.monotonic()``; ``Clock.utc()`` is the calendar that belongs to them.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The one source of time of a fleet."""

    def monotonic(self) -> float:
        """Return seconds since the clock was made; never falls."""

    def utc(self) -> datetime:
        """Return the calendar time (UTC) that belongs to ``monotonic()``."""

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock have passed."""


class WallClock:
    """Real time, run ``speed`` times as fast (also for ``sleep``)."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._started = time.monotonic()
        self._epoch = datetime.now(UTC)

    def monotonic(self) -> float:
        return (time.monotonic() - self._started) * self._speed

    def utc(self) -> datetime:
        return self._epoch + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


class ManualClock:
    """Time stands still until ``advance`` is called; sleepers wake when their moment is reached."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, tzinfo=UTC)) -> None:
        self._epoch = start
        self._now = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self._now

    def utc(self) -> datetime:
        return self._epoch + timedelta(seconds=self._now)

    def advance(self, seconds: float) -> None:
        """Move time forward by ``seconds`` (not negative) and wake whoever waited for it."""
        if seconds < 0:
            raise ValueError("time cannot go back")
        self._now += seconds
        waiting = [entry for entry in self._sleepers if not entry[1].done()]
        self._sleepers = [entry for entry in waiting if entry[0] > self._now]
        for deadline, future in waiting:
            if deadline <= self._now:
                future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future
