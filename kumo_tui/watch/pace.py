"""Pace: how long to wait before the next poll. Pure; the jitter is given."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

BACKOFF_CAP_S = 60.0
LIVE_CAP_S = 10.0
BEFORE_END_S = 0.4
AFTER_END_S = 0.2
LEAST_S = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """The interval between polls of one node, and how many polls in a row have failed."""

    interval_s: float
    failures: int = 0

    def succeeded(self) -> "Pace":
        """The pace after a good poll."""
        return replace(self, failures=0)

    def failed(self) -> "Pace":
        """The pace after a failed poll."""
        return replace(self, failures=self.failures + 1)

    def delay_s(self, jitter: float, ends_in_s: Iterable[float] = ()) -> float:
        """Seconds until the next poll.

        After failures it doubles up to a cap, spread by `jitter` (0 to 1) over its upper half; the cap is low
        while a directive of ours is in force there. Near the end of a directive the poll comes just before it
        and again just after: totals vanish with it (KUMOMTA.md 2.8).
        """
        ends = list(ends_in_s)
        if self.failures:
            cap = LIVE_CAP_S if ends else BACKOFF_CAP_S
            backoff = min(cap, self.interval_s * 2.0 ** min(self.failures, 10))
            return max(self.interval_s, backoff * (0.5 + jitter / 2))
        delay = self.interval_s
        for left in ends:
            moment = left - BEFORE_END_S if left > BEFORE_END_S + LEAST_S else left + AFTER_END_S
            if LEAST_S <= moment < delay:
                delay = moment
        return delay
