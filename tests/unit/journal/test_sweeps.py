"""Thousands of sweeps are counted; their bodies neither fill the disk nor are read when an operation is."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.journal.bodies import SWEEP_ROOM
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.records import NO_SWEEPS, RequestState, Step, StepRecord
from tests.fakes import START
from tests.unit.journal.worlds import (
    STOP_BODY,
    TAG,
    URL,
    YAHOO,
    AnyJournal,
    a_stop,
    a_stop_intent,
    opened,
    recorded,
)

LARGE = SWEEP_ROOM // 4


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def durable(path: Path) -> Iterator[SqliteJournal]:
    """A journal with a clean bounce on two nodes."""
    journal = opened(path)
    confirmed = replace(a_stop("mta1", "mta2"), confirmed_at=START)
    journal.record_intent(confirmed, [a_stop_intent("mta1"), a_stop_intent("mta2")])
    yield journal
    journal.close()


def sweep(journal: AnyJournal, body: str, state: RequestState = RequestState.ACCEPTED, node: str = "mta1") -> int:
    record = StepRecord(TAG, node, Step.SWEEP, body, RequestState.INTENT, method="POST", url=URL)
    number = journal.record_step(record, START)
    return journal.record_step(replace(record, state=state, number=number), START)


def large(number: int) -> str:
    """A body as large as a node takes, different for each number."""
    return f"{number:04}".ljust(LARGE, "x")


def kept(path: Path, body: str) -> str | None:
    """The text that the file holds for this body: all of it, nothing, or None when it is not known at all."""
    digest = hashlib.sha256(body.encode()).hexdigest()
    with closing(sqlite3.connect(path)) as plain:
        row = plain.execute("SELECT text FROM body WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else str(row[0])


def test_sweeps_are_counted_by_what_came_of_them(journal: AnyJournal) -> None:
    journal.record_intent(a_stop(), [a_stop_intent()])
    assert recorded(journal).sweeps("mta1") == NO_SWEEPS
    for state in RequestState.ACCEPTED, RequestState.ACCEPTED, RequestState.UNKNOWN, RequestState.REJECTED:
        sweep(journal, "{}", state)
    last = sweep(journal, "{}", RequestState.INTENT)
    found = recorded(journal)
    sweeps = found.sweeps("mta1")
    assert (sweeps.answered, sweeps.unanswered) == (2, 2)
    assert sweeps.last is not None
    assert (sweeps.last.number, sweeps.last.url, sweeps.last.body) == (last, URL, "")
    assert found.sweeps("mta9") == NO_SWEEPS
    assert [request.step for request in found.requests] == [Step.STOP]


def test_no_body_of_a_sweep_is_read_with_its_operation(durable: SqliteJournal, path: Path) -> None:
    sweep(durable, '{"queue_names": ["a"]}')
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("UPDATE body SET text = '\\x1' WHERE text LIKE '%queue_names%'")
        plain.commit()
    assert recorded(durable).sweeps("mta1").answered == 1
    assert [request.body for request in recorded(durable).requests] == [STOP_BODY, STOP_BODY]


def test_bodies_of_sweeps_are_kept_as_long_as_there_is_room(durable: SqliteJournal, path: Path) -> None:
    for number in range(4):
        sweep(durable, large(number))
    assert [kept(path, large(number)) for number in range(4)] == [large(number) for number in range(4)]
    sweep(durable, large(4))
    assert [kept(path, large(number)) == large(number) for number in range(5)] == [False, True, True, True, True]
    assert kept(path, large(0)) == ""
    assert recorded(durable).sweeps("mta1").answered == 5


def test_the_file_does_not_grow_with_sweeps_that_name_everything(durable: SqliteJournal, path: Path) -> None:
    for number in range(14):
        sweep(durable, large(number))
    assert path.stat().st_size < SWEEP_ROOM * 3 // 2


def test_a_body_that_is_larger_than_all_room_is_kept_while_it_is_the_newest(
    durable: SqliteJournal, path: Path
) -> None:
    huge = "y" * (SWEEP_ROOM + 1)
    sweep(durable, "{}")
    sweep(durable, huge)
    assert (kept(path, "{}"), kept(path, huge)) == ("", huge)


def test_a_body_that_is_sent_again_and_again_takes_room_once(durable: SqliteJournal, path: Path) -> None:
    sweep(durable, "{}")
    for _round in range(6):
        sweep(durable, large(1))
    assert (kept(path, "{}"), kept(path, large(1))) == ("{}", large(1))


def test_a_body_that_gave_way_is_kept_when_it_is_sent_again(durable: SqliteJournal, path: Path) -> None:
    for number in range(5):
        sweep(durable, large(number))
    sweep(durable, large(0))
    assert (kept(path, large(0)), kept(path, large(1))) == (large(0), "")


def test_a_body_that_another_node_got_too_stays_until_its_room_is_used_up_there(
    durable: SqliteJournal, path: Path
) -> None:
    sweep(durable, large(0), node="mta2")
    for number in range(6):
        sweep(durable, large(number))
    assert (kept(path, large(0)), kept(path, large(1))) == (large(0), "")
    for number in range(6, 10):
        sweep(durable, large(number), node="mta2")
    assert kept(path, large(0)) == ""


def test_what_is_no_sweep_never_gives_way(durable: SqliteJournal, path: Path) -> None:
    durable.record_step(StepRecord(TAG, "mta1", Step.STOP, large(0), RequestState.INTENT), START)
    for number in range(6):
        sweep(durable, large(number))
    assert kept(path, large(0)) == large(0)
    assert kept(path, STOP_BODY) == STOP_BODY


def test_what_the_sweeps_took_is_kept_whatever_becomes_of_their_bodies(durable: SqliteJournal) -> None:
    for number in range(6):
        sweep(durable, large(number))
        durable.record_totals(TAG, "mta1", {"sweeps": {YAHOO: 10 * number, f"q{number}": 1}}, START)
    durable.record_totals(TAG, "mta1", {"sweeps": {YAHOO: 1}}, START)
    assert recorded(durable).totals["mta1"] == {"sweeps": {YAHOO: 50, **{f"q{number}": 1 for number in range(6)}}}
