"""What the unit tests share: a clock that moves on demand, recordings, and values with defaults."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time that moves when a test says so. Sleepers wake in the order in which they are due."""

    def __init__(self, at: float = 1000.0) -> None:
        self._at = at
        self._began = at
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._at - self._began)

    def monotonic(self) -> float:
        return self._at

    async def sleep(self, seconds: float) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._at + seconds, waiting))
        await waiting

    @property
    def sleeping(self) -> list[float]:
        """Seconds that each sleeper still has to wait."""
        return sorted(due - self._at for due, waiting in self._sleepers if not waiting.done())

    def jump(self, seconds: float) -> None:
        """Move the time without waking anybody."""
        self._at += seconds

    async def advance(self, seconds: float) -> None:
        """Move the time, waking each sleeper at its own moment, and let everybody work."""
        end = self._at + seconds
        await settle()
        while due := [entry for entry in self._sleepers if entry[0] <= end and not entry[1].done()]:
            moment, waiting = min(due, key=lambda entry: entry[0])
            self._at = max(self._at, moment)
            waiting.set_result(None)
            await settle()
        self._at = end
        self._sleepers = [entry for entry in self._sleepers if not entry[1].done()]


async def settle(turns: int = 60) -> None:
    """Let every task that can go on go on."""
    for _turn in range(turns):
        await asyncio.sleep(0)


def recording(name: str) -> Iterator[dict[str, Any]]:
    """The lines of one recording of a real server."""
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
