"""What only rises while a process runs: two readings of it tell of a restart, or of a log hook that is full."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kumo_tui.model.snapshot import Metrics
from kumo_tui.text import plural
from kumo_tui.units import age_text

# The counter stands still while nothing at all gets through a hook: what it showed is told for so long.
HOOK_TOLD_S = 300.0


@dataclass(frozen=True, slots=True)
class FullHook:
    """How often the buffer of a log hook was full, by its counter; `risen_at` is when that last rose, by `rise`.

    Times are monotonic seconds.
    """

    times: int
    risen_at: float | None = None
    rise: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """The counters of one process as they were read last; a family that is missing for once is kept."""

    uptime_s: float | None = None
    received: int | None = None
    hooks: Mapping[str, FullHook] = field(default_factory=dict)
    is_read: bool = False

    def fell(self, metrics: Metrics) -> bool:
        """Whether they are those of another process: the node has started anew (KUMOMTA.md 10, 43).

        What was received tells it of builds that do not tell for how long they run.
        """
        if self.uptime_s is not None and metrics.uptime_s is not None:
            return metrics.uptime_s < self.uptime_s
        return self.received is not None and metrics.received is not None and metrics.received < self.received

    def taken(self, metrics: Metrics, at: float) -> "Counters":
        """The same after another reading of the same process."""
        seen = {name: self._hook(name, times, at) for name, times in metrics.hooks_full.items()}
        return Counters(
            self.uptime_s if metrics.uptime_s is None else metrics.uptime_s,
            self.received if metrics.received is None else metrics.received,
            {**self.hooks, **seen},
            is_read=True,
        )

    def troubles(self, now: float) -> Iterator[str]:
        """Clean words for each log hook that was found full lately: what is logged waits for it, sweeps too."""
        for name, hook in self.hooks.items():
            if hook.risen_at is not None and now - hook.risen_at < HOOK_TOLD_S:
                ago = age_text(now - hook.risen_at)
                since = "" if now <= hook.risen_at else f", last seen {ago} ago"
                yield f"log hook {name} is full: logging had to wait for it {plural(hook.rise, 'time')}{since}"

    def _hook(self, name: str, times: int, at: float) -> FullHook:
        before = self.hooks.get(name)
        # The counter is made when it is needed first; what the first reading finds may be of any time.
        known = before.times if before else 0 if self.is_read else times
        if times > known:
            return FullHook(times, at, times - known)
        return before if before is not None and times == before.times else FullHook(times)
