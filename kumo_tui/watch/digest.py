"""What a poll has found, taken in: steps that only compute, and so may run beside the event loop."""

from collections.abc import Sequence

from kumo_tui.model.ledger import Ledger, combined
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.node.aside import LARGE_ENTRIES
from kumo_tui.watch.clean_advance import advance_clean
from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.tracker import Track, advance


def is_large(track: Track | CleanTrack, seen: NodeSnapshot) -> bool:
    """Whether moving the track on takes longer than a key may wait."""
    listed = seen.directives.value if seen.directives else ()
    totals = max((len(entry.bounced) for entry in listed), default=0)
    # A clean bounce looks for its queues among all of them.
    looked_at = len(seen.table) if isinstance(track, CleanTrack) else 0
    return max(totals, looked_at, len(track.ledger.baseline)) > LARGE_ENTRIES


def moved_on(track: Track | CleanTrack, seen: NodeSnapshot, now: float) -> Track | CleanTrack:
    """The track after one more look at its node, with the sums that the screen asks it for."""
    moved = advance_clean(track, seen, now) if isinstance(track, CleanTrack) else advance(track, seen, now)
    if not moved.verdict.is_final:
        moved.ledger.progress  # noqa: B018 - summed here, kept with the ledger
    return moved


def sum_ledgers(ledgers: Sequence[Ledger]) -> None:
    """Sum the ledgers of one operation, and find its largest queues: both are kept with them."""
    together = combined(ledgers)
    together.progress  # noqa: B018 - summed here, kept with the ledgers
    together.largest  # noqa: B018 - the same
