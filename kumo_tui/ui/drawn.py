"""How many bytes are drawn: counted where they leave, told as an average."""

from collections import deque
from collections.abc import Callable

SPAN_S = 10.0


class Drawn:
    """Counts bytes; `now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since = now()
        self._counts: deque[tuple[float, int]] = deque()
        self._told: tuple[float, int] | None = None
        self.total = 0

    def add(self, count: int) -> None:
        """So many bytes were written."""
        self.total += count
        self._counts.append((self._now(), count))
        self._forget()

    def rate(self) -> int:
        """Bytes a second over the last SPAN_S, two digits of it.

        It changes once in SPAN_S at most: telling it costs bytes too.
        """
        now = self._now()
        if self._told is None or now - self._told[0] >= SPAN_S:
            self._forget()
            span = min(SPAN_S, max(1.0, now - self._since))
            self._told = (now, _rounded(sum(count for _at, count in self._counts) / span))
        return self._told[1]

    def _forget(self) -> None:
        until = self._now() - SPAN_S
        while self._counts and self._counts[0][0] < until:
            self._counts.popleft()


def _rounded(rate: float) -> int:
    """The rate to two digits."""
    return int(float(f"{rate:.2g}"))
