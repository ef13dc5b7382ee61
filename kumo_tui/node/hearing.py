"""How one answer comes in: not at all yet, in pieces, or drop by drop."""

from dataclasses import dataclass


@dataclass(slots=True)
class Hearing:
    """An answer under way. Times are monotonic seconds; `size_bytes` is what has come of the body, uncompressed.

    `first_at` and `last_at` are when its head and its latest piece came, None before. `queued_s` is for how many
    seconds it waited while others were read, `worked_s` what reading it took of ours.
    """

    asked_at: float
    first_at: float | None = None
    last_at: float | None = None
    size_bytes: int = 0
    queued_s: float = 0.0
    worked_s: float = 0.0

    def hear(self, now: float, size_bytes: int) -> None:
        """Take note of the head (no bytes), or of another piece of the body."""
        self.first_at = now if self.first_at is None else self.first_at
        self.last_at = now
        self.size_bytes += size_bytes

    def silent_s(self, now: float) -> float:
        """For how long nothing has come."""
        return now - (self.asked_at if self.last_at is None else self.last_at)

    def coming_s(self, now: float) -> float:
        """For how long the body has been coming in; 0 before its head."""
        return 0.0 if self.first_at is None else now - self.first_at
