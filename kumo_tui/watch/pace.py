"""Pace: how long to wait before the next poll. Pure; the jitter is given."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

BACKOFF_CAP_S = 60.0
LIVE_CAP_S = 10.0
BEFORE_END_S = 0.4
AFTER_END_S = 0.2
LEAST_S = 0.2

# A node and the line to it are kept busy for a tenth of the time at most, and so is this machine with reading all
# of them; numbers older than the cap help nobody.
STRETCH = 10.0
STRETCH_CAP_S = 300.0

# Nobody looks at a terminal without the focus, or only from the corner of the eye.
UNATTENDED_S = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The interval between polls of one node, and how many polls in a row have failed.

    `took_s` is what the last two good readings took, seconds; `attended` says whether anybody looks. `worked_s` is
    what the last reading of this node took of our own work, and `fleet_s` what one of every node takes.
    """

    interval_s: float
    failures: int = 0
    took_s: tuple[float, ...] = ()
    attended: bool = True
    worked_s: float = 0.0
    fleet_s: float = 0.0

    @property
    def reading_s(self) -> float:
        """What a reading takes: the shorter of the last two, so that a single late answer stretches nothing."""
        return min(self.took_s, default=0.0)

    def succeeded(self, took_s: float = 0.0, worked_s: float = 0.0) -> "Pace":
        """The pace after a good poll that took so long to fetch and to read, so much of it our own work."""
        return replace(self, failures=0, took_s=(*self.took_s[-1:], took_s), worked_s=worked_s)

    def failed(self) -> "Pace":
        """The pace after a failed poll."""
        return replace(self, failures=self.failures + 1)

    def forgiven(self) -> "Pace":
        """The pace as if no poll had failed: what they told is of another time."""
        return replace(self, failures=0)

    def rest_s(self, *, in_force: bool) -> float:
        """Seconds between two good polls.

        Ten times what a reading takes, where that is longer than the interval. While a directive of ours is in
        force (`in_force`) only as long as a reading takes, whether anybody looks or not: half of the time at most.
        """
        if in_force:
            return max(self.interval_s, min(max(self.reading_s, self.fleet_s), LIVE_CAP_S))
        wanted = self.interval_s if self.attended else max(self.interval_s, UNATTENDED_S)
        return max(wanted, min(max(self.reading_s, self.fleet_s) * STRETCH, STRETCH_CAP_S))

    def delay_s(self, jitter: float, ends_in_s: Iterable[float] = ()) -> float:
        """Seconds until the next poll.

        After failures it doubles up to a cap, spread by `jitter` (0 to 1) over its upper half; the cap is low
        while a directive of ours is in force there. Near the end of a directive the poll comes just before it
        and again just after: totals vanish with it (KUMOMTA.md 2.8).
        """
        ends = list(ends_in_s)
        delay = self.rest_s(in_force=bool(ends))
        if self.failures:
            cap = LIVE_CAP_S if ends else BACKOFF_CAP_S
            backoff = min(cap, self.interval_s * 2.0 ** min(self.failures, 10))
            return max(delay, backoff * (0.5 + jitter / 2))
        for left in ends:
            moment = left - BEFORE_END_S if left > BEFORE_END_S + LEAST_S else left + AFTER_END_S
            if LEAST_S <= moment < delay:
                delay = moment
        return delay
