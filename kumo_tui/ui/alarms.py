"""What kumo-tui did without being asked, told once."""

from collections.abc import Iterator, Sequence

from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.theme import VERDICTS, Glyphs


class Alarms:
    """Cancels for collateral, from snapshot to snapshot; those of the first one are old news."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._told = set(_cancels(snapshot))

    def news(self, snapshot: Snapshot, signs: Glyphs) -> Sequence[str]:
        """`✗ CANCELLED BY ITSELF on mta1: ...` for each that was not told yet."""
        new = [cancel for cancel in _cancels(snapshot) if cancel not in self._told]
        self._told.update(new)
        mark = VERDICTS[Verdict.CANCELLED].mark(signs.ascii_only)
        return [f"{mark} {text} (op {tag})" for tag, text in new]


def _cancels(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Tag and words of each, the oldest operation first."""
    for status in reversed(snapshot.operations):
        if status.ledger.progress.collateral:
            for text in cancelled_by_itself(status.operation):
                yield status.operation.tag, text
