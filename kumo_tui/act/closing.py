"""Closing the books on a clean bounce that is over: what runs that died left open in the journal is settled."""

import contextlib

from kumo_tui.act import steps
from kumo_tui.act.desk import Desk
from kumo_tui.errors import JournalError
from kumo_tui.model.operation import NodeAct, Operation
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.verdict import Verdict


class Closing:
    """Settles each operation once per node. Until then it counts as open, and every start meets it again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._over_at: dict[tuple[str, str], float] = {}
        self._settled: set[tuple[str, str]] = set()

    def look(self, operation: Operation, snapshot: Snapshot) -> None:
        """Write down that stops of this operation, which is over, stand no more: once a list shows that."""
        for act in operation.acts:
            key = (operation.tag, act.node)
            if key not in self._over_at:
                self._over_at[key] = self._desk.clock.monotonic()
                self._note_lost(operation.tag, act)
            if key not in self._settled and self._is_free(operation.tag, act.node, snapshot):
                self._settled.add(key)
                with contextlib.suppress(JournalError):
                    steps.note_over(self._desk, self._desk.recall(operation.tag), act.node)

    def _note_lost(self, tag: str, act: NodeAct) -> None:
        """What ended without us is known at once: a list without it is what told so."""
        track = self._desk.watcher.clean_track(tag, act.node)
        if track is not None and not track.released and track.verdict in (Verdict.LOST, Verdict.RELEASED):
            for stop_id in track.gone:
                with contextlib.suppress(JournalError):
                    steps.note_gone(self._desk, tag, act.node, stop_id)

    def _is_free(self, tag: str, name: str, snapshot: Snapshot) -> bool:
        """Whether a list that was asked for after the end has no stop of this operation."""
        node = snapshot.node(name)
        lists = node.suspensions if node else None
        if lists is None or lists.asked_at < self._over_at[tag, name]:
            return False
        return all(entry.tag != tag for entry in lists.value)
