"""What the dashboard needs from the rest of the program, and what screens do with snapshots."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from kumo_tui.model.overview import Overview, Span
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui.theme import Look


class Watching(Protocol):
    """Seeing: whatever turns nodes into snapshots."""

    interval_s: float
    """Seconds between the end of one reading and the start of the next; may be set at any time."""
    attended: bool
    """Whether anybody looks: nodes are read less often while nobody does."""
    is_whole: bool
    """Whether each reading has the metrics: a form or a dialog is open."""

    @property
    def snapshot(self) -> Snapshot:
        """The latest snapshot; number 0 before anything was read."""

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call this with every new snapshot, on the event loop."""

    def start(self) -> None:
        """Begin to read, in tasks of its own."""

    async def stop(self) -> None:
        """End these tasks."""

    def refresh(self) -> None:
        """Read once more right away; asked for twice during one reading, it is done once."""

    async def poll_once(self) -> Snapshot:
        """Read every node once and return what came of it."""

    def set_enabled(self, node: str, *, enabled: bool) -> None:
        """Read this node from now on, or not any more. Raises Refused while something of ours is open there."""

    def set_read_only(self, node: str, *, read_only: bool) -> None:
        """Only watch this node, or act on it too. Raises Refused while something of ours is open there."""


class Overviewing(Protocol):
    """Seeing from afar: whatever turns what Prometheus says into overviews."""

    @property
    def overview(self) -> Overview:
        """The latest overview; without data before anything was read."""

    def subscribe(self, listener: Callable[[Overview], None]) -> None:
        """Call this with every new overview, on the event loop."""

    def start(self) -> None:
        """Begin to read, in a task of its own."""

    async def stop(self) -> None:
        """End this task."""

    def open(self) -> None:
        """Read everything from now on: somebody looks."""

    def close(self) -> None:
        """Read only what alarms need: nobody looks."""

    def refresh(self) -> None:
        """Read once more right away."""

    def look_back(self, span: Span) -> None:
        """Have the graph go back so far."""


@runtime_checkable
class Live(Protocol):
    """A screen that follows the snapshots. The app calls it only while nothing covers it, and when it is
    uncovered; not before it is mounted, when it has nothing yet to draw on: it draws itself then."""

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this snapshot."""

    def tick(self, now: float) -> None:
        """Draw what depends on the time alone (ages, countdowns), at most once a second; monotonic seconds."""


@runtime_checkable
class Saying(Protocol):
    """A screen with a line of its own for what came of an act."""

    def say(self, words: str, look: Look) -> None:
        """Say this until something else is said."""
