"""A journal that fails is said in every snapshot, until it can be written again."""

from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.watch.books import JOURNAL_ASKED_S, SOUND_ASKED_S
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import TAG, ledger, operation


class Moody(MemoryJournal):
    """Fails while it is told to."""

    words: str | None = None

    def problem(self) -> str | None:
        return self.words

    def record_event(self, tag: str, at: object, text: str) -> None:
        if self.words:
            raise JournalError(self.words)
        super().record_event(tag, at, text)


class MoodyAboutActs(Moody):
    """Fails to write what became of a request."""

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        if self.words:
            raise JournalError(self.words)
        super().record_act(tag, act, at)


def watching(journal: MemoryJournal | MissingJournal) -> tuple[FakeClock, Watcher]:
    clock = FakeClock()
    watcher = Watcher([ScriptedNode(clock).watch()], clock, journal)
    return clock, watcher


def follow(watcher: Watcher, journal: MemoryJournal | None) -> None:
    bounce = operation(NodeAct("mta1", ActState.ACCEPTED, "a"))
    if journal is not None:
        journal.record_intent(bounce, [])
    watcher.track(bounce, {"mta1": ledger(yahoo=10)}, 0.0, kept=journal is not None)


def test_a_missing_journal_is_known_from_the_first_snapshot() -> None:
    _clock, watcher = watching(MissingJournal(JournalError("the folder is read-only.")))
    assert watcher.snapshot.journal_problem == "the folder is read-only. Then start kumo-tui again."


def test_a_write_that_fails_is_said_and_forgotten_when_the_journal_can_be_written_again() -> None:
    journal = Moody()
    clock, watcher = watching(journal)
    follow(watcher, journal)
    assert watcher.snapshot.journal_problem is None
    journal.words = "the disk is full."
    watcher.note(TAG, "a line")
    journal.words = None
    follow(watcher, journal)
    assert watcher.snapshot.journal_problem == "the disk is full."
    clock.jump(JOURNAL_ASKED_S)
    follow(watcher, journal)
    assert watcher.snapshot.journal_problem is None


def test_a_journal_that_fails_while_nothing_is_written_is_noticed_all_the_same() -> None:
    journal = Moody()
    clock, watcher = watching(journal)
    journal.words = "the disk is full."
    clock.jump(SOUND_ASKED_S - 1)
    follow(watcher, None)
    assert watcher.snapshot.journal_problem is None
    clock.jump(1)
    follow(watcher, None)
    assert watcher.snapshot.journal_problem == "the disk is full."
    journal.words = None
    clock.jump(JOURNAL_ASKED_S)
    follow(watcher, None)
    assert watcher.snapshot.journal_problem is None


def test_an_operation_of_somebody_else_is_missed_in_no_journal() -> None:
    journal = Moody()
    _clock, watcher = watching(journal)
    follow(watcher, None)
    journal.words = "no operation of this tag was written down."
    watcher.note(TAG, "a line")
    follow(watcher, None)
    assert watcher.snapshot.journal_problem is None


def test_what_could_not_be_written_is_written_once_something_can_be_again() -> None:
    journal = Moody()
    clock, watcher = watching(journal)
    follow(watcher, journal)
    journal.words = "the disk is full."
    watcher.note(TAG, "a line")
    assert "a line" not in [event.text for event in journal.operations[TAG].events]
    journal.words = None
    clock.jump(JOURNAL_ASKED_S)
    watcher.track(operation(tag="000000"), {}, 0.0)
    assert [event.text for event in journal.operations[TAG].events].count("a line") == 1


def test_the_state_of_an_operation_is_made_up_for_too() -> None:
    journal = MoodyAboutActs()
    clock, watcher = watching(journal)
    bounce = operation(NodeAct("mta1", ActState.INTENT))
    journal.record_intent(bounce, [])
    watcher.track(bounce, {"mta1": ledger(yahoo=10)}, 0.0)
    journal.words = "the disk is full."
    watcher.answered(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), "mta1 accepted a")
    assert journal.operations[TAG].acts[0].state is ActState.INTENT
    assert watcher.snapshot.journal_problem == "the disk is full."
    journal.words = None
    clock.jump(JOURNAL_ASKED_S)
    watcher.answered(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), "")
    assert (journal.operations[TAG].acts[0].state, journal.operations[TAG].acts[0].id) == (ActState.ACCEPTED, "a")
    assert watcher.snapshot.journal_problem is None
