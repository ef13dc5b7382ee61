"""The one source of time. Everything that needs the time is given a clock."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the program sees it; tests bring their own."""

    def now(self) -> datetime:
        """Wall-clock time, aware, UTC. For records and display, never for measuring."""

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps. For ages, rates and deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
