"""Keeping the books: the watch writes down what it finds, and goes on when it cannot."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from kumo_tui.clock import Clock
from kumo_tui.errors import JournalError
from kumo_tui.journal.port import Journal
from kumo_tui.model.operation import ActState
from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.tracker import Track

JOURNAL_ASKED_S = 10.0

# While all is well: a disk that fills up is told before anybody wants to bounce.
SOUND_ASKED_S = 60.0

Key = tuple[str, str]


class Books:
    """Writes to the journal; one that fails stops acts, never the watching.

    What could not be written is owed: the lines of a timeline, and the state of an operation on a node as it is
    once there is room again.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._problem = journal.problem()
        self._asked_at = clock.monotonic()
        self._not_kept: set[str] = set()
        self._owed: set[Key] = set()
        self._owed_lines: list[tuple[str, datetime, str]] = []

    def leave_out(self, tag: str) -> None:
        """Write down nothing of this operation: it is somebody else's."""
        self._not_kept.add(tag)

    def keeps(self, tag: str) -> bool:
        """Whether the operation is in the journal, and not only somebody else's that is followed."""
        return tag not in self._not_kept

    def look(self, tracks: Mapping[Key, Track | CleanTrack]) -> str | None:
        """Why nothing can be written, asked anew now and then; what is owed is written once something can."""
        now = self._clock.monotonic()
        if now - self._asked_at >= (SOUND_ASKED_S if self._problem is None else JOURNAL_ASKED_S):
            was_sound = self._problem is None
            self._problem, self._asked_at = self._journal.problem(), now
            if self._problem is None and not was_sound:
                self._pay(tracks)
        return self._problem

    def line(self, tag: str, text: str) -> None:
        """Write one line of an operation's timeline."""
        self._write_line(tag, self._clock.now(), text)

    def act(self, track: Track | CleanTrack) -> None:
        """Write down what became of the request of an act."""
        tag, now = track.tag, self._clock.now()
        if not self._tried(tag, lambda: self._journal.record_act(tag, track.act, now)):
            self._owed.add((tag, track.act.node))

    def write_totals(self, track: Track | CleanTrack) -> Callable[[], None]:
        """Write down totals, in any thread. What comes back tells what came of it: it raises JournalError."""
        tag, node, marks = track.tag, track.act.node, track.ledger.marks
        try:
            self._journal.record_totals(tag, node, marks, self._clock.now())
        except JournalError as error:
            return partial(_raise, error)
        return _nothing

    def change(
        self,
        before: Track | CleanTrack,
        after: Track | CleanTrack,
        totals: Callable[[], None] | None = None,
    ) -> None:
        """Write down what is new of an operation on a node: its act, its totals, its verdict.

        `totals` comes from `write_totals`, where that was called for this change.
        """
        tag, act, now = after.tag, after.act, self._clock.now()
        written = True
        # What nobody could tell stays an intent in the journal until that is told.
        is_given_up = act.state is ActState.UNKNOWN and after.verdict.is_final and not before.verdict.is_final
        if act != before.act or is_given_up:
            written &= self._tried(tag, lambda: self._journal.record_act(tag, act, now))
        if after.ledger is not before.ledger:
            marks = after.ledger.marks
            written &= self._tried(tag, totals or (lambda: self._journal.record_totals(tag, act.node, marks, now)))
        if after.verdict is not before.verdict:
            verdict = after.verdict
            written &= self._tried(tag, lambda: self._journal.record_verdict(tag, act.node, verdict, now))
        if not written:
            self._owed.add((tag, act.node))

    def _pay(self, tracks: Mapping[Key, Track | CleanTrack]) -> None:
        lines, self._owed_lines = self._owed_lines, []
        for tag, at, text in lines:
            self._write_line(tag, at, text)
        keys, self._owed = self._owed, set()
        for key in sorted(keys & tracks.keys()):
            if not self._tried(key[0], partial(self._write_whole, tracks[key])):
                self._owed.add(key)

    def _write_whole(self, track: Track | CleanTrack) -> None:
        tag, node, now = track.tag, track.act.node, self._clock.now()
        self._journal.record_act(tag, track.act, now)
        self._journal.record_totals(tag, node, track.ledger.marks, now)
        self._journal.record_verdict(tag, node, track.verdict, now)

    def _write_line(self, tag: str, at: datetime, text: str) -> None:
        if not self._tried(tag, lambda: self._journal.record_event(tag, at, text)):
            self._owed_lines.append((tag, at, text))

    def _tried(self, tag: str, write: Callable[[], None]) -> bool:
        """Whether it was written, or need not be; a failure is said in every snapshot until there is none."""
        if tag in self._not_kept:
            return True
        try:
            write()
        except JournalError as error:
            self._problem, self._asked_at = str(error), self._clock.monotonic()
            return False
        return True


def _raise(error: JournalError) -> None:
    raise error


def _nothing() -> None:
    """What was done needs nothing more."""
