"""What a scenario lets happen to a node by itself: its process dies in the middle of a bounce and comes back."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Death:
    """The process dies `after_bounce` seconds after the first bounce that it accepts, for `down_for` seconds."""

    after_bounce: float
    down_for: float


class Mortal(Protocol):
    """A node that can die."""

    def die(self) -> None:
        """End the process as it is."""

    def restart(self) -> None:
        """Start it again over its spool."""


class Accident:
    """One death of one node: begun by its first bounce, over when the process runs again. It happens once."""

    def __init__(self, death: Death) -> None:
        self._death = death
        self._dies_at: float | None = None
        self._is_dead = False
        self._is_over = False

    def accepted_bounce(self, now: float) -> None:
        """A bounce was accepted at engine time ``now``; only the first one counts."""
        if self._dies_at is None:
            self._dies_at = now + self._death.after_bounce

    def next_moment(self, until: float) -> float | None:
        """The engine time up to ``until`` at which something happens, None when nothing does."""
        if self._dies_at is None or self._is_over:
            return None
        moment = self._dies_at + (self._death.down_for if self._is_dead else 0.0)
        return moment if moment <= until else None

    def happen(self, node: Mortal) -> None:
        """Let the node die, or come back."""
        if self._is_dead:
            self._is_over = True
            node.restart()
        else:
            self._is_dead = True
            node.die()
