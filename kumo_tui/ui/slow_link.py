"""What a slow link gets: how often nodes are read, and which snapshots are drawn."""

from collections.abc import Hashable

from kumo_tui.model.snapshot import Snapshot

# Nodes are read and screens drawn no more often than this, in seconds.
EVERY_S = 5.0


def interval_for(interval_s: float, snapshot: Snapshot, *, low_bandwidth: bool) -> float:
    """Seconds between readings. While an act of ours is not over, the link to the terminal decides nothing."""
    if not low_bandwidth or any(not status.verdict.is_final for status in snapshot.operations):
        return interval_s
    return max(interval_s, EVERY_S)


class Frames:
    """When the next frame over a slow link is due, in monotonic seconds."""

    def __init__(self) -> None:
        self._at = float("-inf")
        self._news: Hashable = None

    def drawn(self, snapshot: Snapshot, now: float) -> None:
        """This was drawn."""
        self._at, self._news = now, news_of(snapshot)

    def is_due(self, snapshot: Snapshot, now: float) -> bool:
        """Whether to draw this: some time after the last frame, or at once where a word on the screen changes."""
        # A timer of five seconds may come a little early.
        return now - self._at >= EVERY_S - 0.2 or news_of(snapshot) != self._news


def news_of(snapshot: Snapshot) -> Hashable:
    """What is drawn at once when it changes: states of nodes, verdicts, what is in force; no counts, no ages."""
    return (
        tuple((node.name, node.state) for node in snapshot.nodes),
        tuple(
            (status.operation.tag, status.verdict, bool(status.ledger.progress.collateral))
            for status in snapshot.operations
        ),
        tuple(entry.id for node in snapshot.nodes if node.directives for entry in node.directives.value),
        tuple(entry.id for node in snapshot.nodes if node.suspensions for entry in node.suspensions.value),
    )
