"""When nothing can be written, it is said before anything is sent; what was written stays."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.place import set_aside
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.journal.store import Store
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from tests.fakes import START, FakeClock
from tests.unit.journal.test_other_acts import an_act
from tests.unit.journal.worlds import TAG, YAHOO, a_stop, a_stop_intent, an_intent, an_operation, opened, recorded

ACCEPTED = NodeAct("mta1", ActState.ACCEPTED, "552016f1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    journal = opened(path)
    journal.record_intent(an_operation(), [an_intent()])
    yield journal
    journal.close()


def assert_refuses(journal: SqliteJournal, words: str) -> None:
    """Both the question and every act of writing answer with these words."""
    assert words in (journal.problem() or "")
    writes: list[Callable[[], object]] = [
        lambda: journal.record_intent(an_operation("AAAA"), [an_intent()]),
        lambda: journal.record_act(TAG, ACCEPTED, START),
        lambda: journal.record_totals(TAG, "mta1", {"a": {YAHOO: 1}}, START),
        lambda: journal.record_event(TAG, START, "x"),
        lambda: journal.record_step(StepRecord(TAG, "mta1", Step.SWEEP, "{}", RequestState.INTENT), START),
        lambda: journal.record_verdict(TAG, "mta1", Verdict.SWEEPING, START),
        lambda: journal.record_confirmed(a_stop(), {}, {}, START),
        lambda: journal.record_other(an_act()),
    ]
    for write in writes:
        with pytest.raises(JournalError, match=words):
            write()


def test_all_is_well_until_something_is_wrong(journal: SqliteJournal) -> None:
    assert journal.problem() is None
    assert journal.problem() is None


def test_a_full_disk_is_noticed_and_nothing_of_an_intent_stays(journal: SqliteJournal, path: Path) -> None:
    connection = journal._store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    many = {f"q{number}@yahoo.com": number for number in range(5000)}
    with pytest.raises(JournalError, match=r"the disk is full\. Make room there\."):
        journal.record_intent(an_operation("AAAA"), [an_intent(baseline=many)])
    assert str(path) in (journal.problem() or "")
    assert "the disk is full" in (journal.problem() or "")
    assert journal.operation("AAAA") is None
    connection.execute("PRAGMA max_page_count = 1000000")
    assert journal.problem() is None
    journal.record_intent(an_operation("AAAA"), [an_intent(baseline=many)])


def test_the_room_that_was_found_free_is_there_for_the_next_act(journal: SqliteJournal) -> None:
    assert journal.problem() is None
    connection = journal._store._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    journal.record_intent(an_operation("AAAA"), [an_intent(baseline={f"q{n}@yahoo.com": n for n in range(500)})])


def test_totals_that_met_a_full_disk_are_written_when_there_is_room(journal: SqliteJournal) -> None:
    connection = journal._store._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    many = {f"q{number}@yahoo.com": number for number in range(5000)}
    with pytest.raises(JournalError, match="disk is full"):
        journal.record_totals(TAG, "mta1", {"a": many}, START)
    connection.execute("PRAGMA max_page_count = 1000000")
    journal.record_totals(TAG, "mta1", {"a": many}, START)
    assert recorded(journal).totals == {"mta1": {"a": many}}


def test_a_confirmation_that_met_a_full_disk_leaves_the_stop_waiting(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal.db")
    journal.record_intent(a_stop(), [a_stop_intent()])
    before = recorded(journal)
    connection = journal._store._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    many = {f"q{number}@yahoo.com": number for number in range(5000)}
    with pytest.raises(JournalError, match="disk is full"):
        journal.record_confirmed(a_stop(), {"mta1": many}, {"mta1": many}, START)
    assert recorded(journal) == before
    journal.close()


def test_a_file_that_is_read_only_can_be_read(journal: SqliteJournal, path: Path) -> None:
    reader = SqliteJournal(Store(path, wait_s=0.05, mode="ro"), FakeClock())
    assert_refuses(reader, "is read-only")
    assert [entry.operation.tag for entry in reader.operations()] == [TAG]
    reader.close()


def test_a_lock_of_another_program_is_waited_for_and_then_named(journal: SqliteJournal, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert_refuses(journal, r"journal.db is locked by another program for over 0.05 s")
    with pytest.raises(JournalError, match="locked"):
        journal.operations()
    with pytest.raises(JournalError, match="locked"):
        opened(path)
    other.execute("ROLLBACK")
    other.close()
    assert journal.problem() is None


def test_nothing_is_looked_up_before_no_other_program_can_write(journal: SqliteJournal, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="locked"), journal._store.writing():
        pytest.fail("it was let in")
    other.close()


def test_a_reader_keeps_nobody_from_writing_for_long(journal: SqliteJournal, path: Path) -> None:
    other = opened(path)
    other.operations()
    other.operation(TAG)
    other.open_intents()
    journal.record_event(TAG, START, "written beside a reader")
    assert journal.problem() is None
    other.close()


def test_a_file_that_is_gone_is_not_written_to(journal: SqliteJournal, path: Path) -> None:
    path.unlink()
    assert_refuses(journal, "is gone: it was moved, deleted or replaced")


def test_a_folder_that_is_gone_is_noticed(journal: SqliteJournal, path: Path) -> None:
    shutil.rmtree(path.parent)
    assert_refuses(journal, "gone")


def test_a_folder_replaced_by_a_file_is_noticed(journal: SqliteJournal, path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("")
    assert "journal.db" in (journal.problem() or "")
    with pytest.raises(JournalError, match="Not a directory"):
        opened(path)


def test_a_file_that_another_process_set_aside_is_not_written_to(journal: SqliteJournal, path: Path) -> None:
    set_aside(path, START)
    opened(path).close()
    assert_refuses(journal, "moved, deleted or replaced")


def test_a_closed_journal_is_an_error_in_words(journal: SqliteJournal) -> None:
    journal.close()
    assert_refuses(journal, "closed")


def grown(path: Path) -> bytes:
    """The bytes of a journal that has many pages."""
    journal = opened(path)
    journal.record_intent(an_operation(), [an_intent(baseline={f"q{n}@yahoo.com": n for n in range(3000)})])
    journal.close()
    return path.read_bytes()


def spoiled_page(content: bytes, number: int) -> bytes:
    """The content with one page of 4096 bytes overwritten."""
    return content[: number * 4096] + b"\xa5" * 4096 + content[(number + 1) * 4096 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"this is no database" * 1000,
        lambda content: spoiled_page(content, 0),
        lambda content: spoiled_page(content, len(content) // 4096 - 2),
        lambda content: content[: len(content) // 2],
        lambda content: b"\0" * len(content),
    ],
    ids=["text", "first page", "late page", "cut", "zeros"],
)
def test_a_damaged_file_is_named_with_cause_and_next_step(path: Path, spoil: Callable[[bytes], bytes]) -> None:
    spoiled = spoil(grown(path))
    path.write_bytes(spoiled)
    with pytest.raises(JournalError) as caught:
        opened(path)
    assert f"{path} is damaged: " in caught.value.what
    assert "Set it aside" in caught.value.next_step
    assert path.read_bytes() == spoiled


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE operation SET selector = '{\"criteria\": {}}'",
        "UPDATE operation SET selector = 'promo'",
        "UPDATE operation SET at = 'noon'",
        "UPDATE operation SET reason = '\\x1'",
        "UPDATE operation SET mode = 'dirty'",
        "UPDATE operation SET confirmed_at = 'noon'",
        "UPDATE request SET state = 'sent'",
        "DELETE FROM change; DELETE FROM request",
    ],
)
def test_values_that_nobody_wrote_are_damage_too(journal: SqliteJournal, path: Path, sql: str) -> None:
    other = sqlite3.connect(path)
    other.executescript(sql)
    other.close()
    with pytest.raises(JournalError, match="is damaged"):
        journal.operations()
    assert journal.problem() is None
