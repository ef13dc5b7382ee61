"""What wants to be known on whatever screen is looked at, told once."""

from collections.abc import Iterator, Sequence

from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean
from kumo_tui.ui.alarm_lines import ID_WIDTH, MEANING
from kumo_tui.ui.directive_rows import DirectiveKey, list_directives
from kumo_tui.ui.theme import VERDICTS, Glyphs


class Alarms:
    """What kumo-tui cancelled by itself, and directives that may bounce everything and are not ours.

    Told from snapshot to snapshot; what the first one has, and the first list of a node, is old news.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._told = set(_cancels(snapshot))
        self._listed: frozenset[str] = frozenset()
        self._foreign: frozenset[DirectiveKey] = frozenset()

    def news(self, snapshot: Snapshot, signs: Glyphs, *, are_shown: bool = False) -> Sequence[str]:
        """`✗ CANCELLED BY ITSELF on mta1: ...`, `⚠ NOT OURS on mta1: ...` for each that was not told yet.

        Directives are left out where they `are_shown` on the screen that is looked at.
        """
        new = [cancel for cancel in _cancels(snapshot) if cancel not in self._told]
        self._told.update(new)
        mark = VERDICTS[Verdict.CANCELLED].mark(signs.ascii_only)
        foreign = list(self._foreign_news(snapshot, signs))
        return [*(f"{mark} {text} (op {tag})" for tag, text in new), *([] if are_shown else foreign)]

    def _foreign_news(self, snapshot: Snapshot, signs: Glyphs) -> Iterator[str]:
        alarms = list_directives(snapshot, snapshot.at).alarms
        for entry in alarms:
            if entry.node in self._listed and entry.key not in self._foreign:
                what, why = clean(entry.directive.id[:ID_WIDTH]), clean(entry.directive.words)
                yield f"{signs.warning} NOT OURS on {clean(entry.node)}: {what}: {MEANING}: {why}"
        self._foreign = frozenset(entry.key for entry in alarms)
        self._listed |= {node.name for node in snapshot.nodes if node.directives is not None}


def _cancels(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Tag and words of each, the oldest operation first."""
    for status in reversed(snapshot.operations):
        if status.ledger.progress.collateral:
            for text in cancelled_by_itself(status.operation):
                yield status.operation.tag, text
