"""Whose turn it is: only one process at a time acts on a clean bounce, for two would both count the same mail.

Whoever holds the journal's claim acts; the others follow what it writes down, and take over when it is gone.
"""

import contextlib
from collections.abc import Callable, Iterator

from kumo_tui.act.desk import Desk
from kumo_tui.act.going_on import has_given_up
from kumo_tui.errors import JournalError, KumoTuiError, Refused
from kumo_tui.journal.records import Recorded
from kumo_tui.model.operation import Operation
from kumo_tui.model.partial import waits
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.watch.clean_end import ended
from kumo_tui.watch.clean_resume import caught_up
from kumo_tui.watch.clean_track import CleanTrack

CLAIM_EVERY_S = 2.0
REST = 10.0


class Turns:
    """The operations that this process may act on, and what the others have written down of the rest."""

    def __init__(self, desk: Desk, quiet_s: Callable[[], float]) -> None:
        """`quiet_s` tells how long nothing may have come before a clean bounce is over early."""
        self._desk = desk
        self._quiet_s = quiet_s
        self._claimed: set[str] = set()
        self._taking: set[str] = set()
        self._asked_at: dict[str, float] = {}

    def claim(self, tag: str) -> bool:
        """Whether this process may act on an operation; raises JournalError when that cannot be known."""
        if tag not in self._claimed and self._desk.journal.claim(tag):
            self._claimed.add(tag)
        return tag in self._claimed

    def holds(self, tag: str) -> bool:
        """Whether it is this process that may act on it."""
        return tag in self._claimed

    def let_go(self, tag: str) -> None:
        """Let another process act on it."""
        self._claimed.discard(tag)
        with contextlib.suppress(JournalError):
            self._desk.journal.unclaim(tag)

    @contextlib.contextmanager
    def taking(self, tag: str) -> Iterator[None]:
        """The operation is ours to act on from now on, unless what is begun in here fails. Raises Refused."""
        was_ours = self.holds(tag)
        if not self.claim(tag):
            raise Refused("Another kumo-tui holds this operation.", "Go on there, or end it there first.")
        self._taking.add(tag)
        try:
            yield
        except KumoTuiError:
            if not was_ours:
                self.let_go(tag)
            raise
        finally:
            self._taking.discard(tag)

    def let_go_all(self) -> None:
        """Let other processes act on all of them."""
        for tag in tuple(self._claimed):
            self.let_go(tag)

    def only_follow(self, operation: Operation) -> None:
        """Take what others have written down: now and then, and at once when a stop is missing from its list."""
        tag, now = operation.tag, self._desk.clock.monotonic()
        tracks = [self._desk.watcher.clean_track(tag, act.node) for act in operation.acts]
        is_missed = any(track is not None and track.missed_at is not None for track in tracks)
        waited = now - self._asked_at.get(tag, float("-inf"))
        if waited < CLAIM_EVERY_S and not (is_missed and waited > 0):
            return
        self._asked_at[tag] = now
        with contextlib.suppress(JournalError):
            recorded = self._desk.recall(tag)
            if recorded is not None:
                self._catch_up(recorded, is_ours=False)
        self._asked_at[tag] = self._rested(now)

    def _rested(self, asked_at: float) -> float:
        """The time from which to count until the journal is read again: a long operation takes long to read."""
        return asked_at + REST * (self._desk.clock.monotonic() - asked_at)

    def may_act(self, status: OperationStatus) -> bool:
        """Whether we act on it. Else what the process that does has written down is taken over now and then.

        Where all that is left of it only waits, nobody sweeps: every process may end it, and each may confirm it.
        """
        operation, is_waiting = status.operation, waits(status)
        tag, now = operation.tag, self._desk.clock.monotonic()
        gave_up = has_given_up(self._desk, operation)
        if is_waiting and tag not in self._taking:
            self._leave(tag)
        if tag in self._claimed:
            if not gave_up:
                return True
            self.let_go(tag)
        if now - self._asked_at.get(tag, float("-inf")) < CLAIM_EVERY_S:
            return is_waiting
        self._asked_at[tag] = now
        try:
            recorded = self._desk.recall(tag)
            if recorded is None or _only_waits(recorded, status):
                return is_waiting or (recorded is None and self.claim(tag))
            is_ours = self.claim(tag)
        except JournalError:
            return is_waiting
        self._asked_at[tag] = self._rested(now)
        if is_ours and gave_up:
            self.let_go(tag)
        else:
            self._catch_up(recorded, is_ours=is_ours)
        return False

    def _leave(self, tag: str) -> None:
        """Leave what waits to whoever confirms it first; whoever sees it end writes that down."""
        self._desk.watcher.only_follow(tag, others_act=False)
        if tag in self._claimed:
            self.let_go(tag)

    def _catch_up(self, recorded: Recorded, *, is_ours: bool) -> None:
        watcher, tag = self._desk.watcher, recorded.operation.tag
        watcher.only_follow(tag, others_act=not is_ours)
        at, now = self._desk.clock.monotonic(), self._desk.clock.now()
        known = {act.node: watcher.clean_track(tag, act.node) for act in recorded.operation.acts}
        tracks = {
            node: caught_up(track, recorded, at, now, takes_over=is_ours)
            for node, track in known.items()
            if track is not None
        }
        watcher.track_clean(recorded.operation, tracks)
        waits_on = recorded.operation.waits_on
        if is_ours and any(not track.verdict.is_final and not waits_on(node) for node, track in tracks.items()):
            watcher.note(tag, "kumo-tui goes on with it")

    def ask_journal(self, track: CleanTrack) -> None:
        """Our stop is missing from the list: perhaps another kumo-tui of this user released it."""
        try:
            recorded = self._desk.recall(track.tag)
        except JournalError:
            return
        node = track.act.node
        if recorded is None:
            return
        ruling = recorded.rulings.get(node)
        if ruling is not None and ruling.verdict.is_final:
            self._catch_up(recorded, is_ours=False)
        elif any(recorded.was_released(node, stop.id) for stop in track.own):
            now, quiet_s = self._desk.clock.monotonic(), self._quiet_s()
            self._desk.watcher.change_clean(track.tag, node, lambda known: ended(known, now, quiet_s))


def _only_waits(recorded: Recorded, status: OperationStatus) -> bool:
    """Whether the journal too has nothing but a stop where we see that it is not over."""
    live = [node.act.node for node in status.nodes if not node.verdict.is_final]
    return all(map(recorded.operation.waits_on, live))
