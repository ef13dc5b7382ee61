"""What was written is there for the next process, as it was."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal import durable
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.history import Wanted
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Change, Recorded, RequestState, Ruling, Step, StepRecord
from kumo_tui.model.operation import ActState, Event, NodeAct
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import BODY, GMAIL, TAG, URL, YAHOO, an_intent, an_operation, opened

LATER = START + timedelta(seconds=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[SqliteJournal]:
    journal = opened(path, profile="prod")
    yield journal
    journal.close()


def read_again(journal: SqliteJournal, tag: str = TAG) -> Recorded:
    """The operation as the next process finds it."""
    journal.close()
    other = opened(journal.path)
    recorded = other.operation(tag)
    other.close()
    assert recorded is not None
    return recorded


def test_an_operation_comes_back_as_it_was(journal: SqliteJournal) -> None:
    act = NodeAct("mta1", ActState.INTENT, online_since=START - timedelta(days=2))
    operation = replace(an_operation(), acts=(act,), suppress_logging=True).with_event(START, "confirmed")
    journal.record_intent(operation, [replace(an_intent(), preview={YAHOO: 4, GMAIL: 1})])
    recorded = read_again(journal)
    assert recorded.operation == operation
    assert recorded.profile == "prod"
    assert recorded.preview == {"mta1": {YAHOO: 4, GMAIL: 1}}
    assert recorded.baseline == {"mta1": {YAHOO: 5}}
    assert recorded.totals == {"mta1": {}}
    assert (recorded.risen_at, recorded.rulings) == ({}, {})


def test_the_request_is_kept_exactly(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    (request,) = read_again(journal).requests
    assert (request.tag, request.node, request.step) == (TAG, "mta1", Step.BOUNCE)
    assert (request.method, request.url, request.body) == ("POST", URL, BODY)
    assert request.changes == (Change(RequestState.INTENT, START),)


@pytest.mark.parametrize(
    "selector",
    [
        Criteria("promo", "", "yahoo.com", "mx"),
        Criteria(tenant=""),
        ExactQueues.of([YAHOO, "\ud83d\ude00", "\U0001f600", '"\\\n']),
        Everything(),
    ],
    ids=["criteria", "empty part", "queues", "everything"],
)
def test_every_kind_of_selector_comes_back(journal: SqliteJournal, selector: Selector) -> None:
    journal.record_intent(an_operation(selector=selector), [])
    assert read_again(journal).operation.selector == selector


def test_what_became_of_an_act_is_kept_with_its_times(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(TAG, "mta1", "mta2"), [an_intent("mta1"), an_intent("mta2")])
    journal.record_act(TAG, NodeAct("mta2", ActState.UNKNOWN, None, "no answer", START, 7.5), START)
    journal.record_act(TAG, NodeAct("mta2", ActState.ACCEPTED, "552016f1", None, START, 8.5), LATER)
    recorded = read_again(journal)
    assert recorded.operation.acts == (
        NodeAct("mta1", ActState.INTENT),
        NodeAct("mta2", ActState.ACCEPTED, "552016f1", None, START),
    )
    assert recorded.operation.events == (Event(START, "mta2: unknown"), Event(LATER, "mta2: accepted"))
    states = [change.state for change in recorded.requests[1].changes]
    assert states == [RequestState.INTENT, RequestState.UNKNOWN, RequestState.ACCEPTED]


def test_a_step_does_not_change_the_act(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "552016f1"), START)
    journal.record_step(StepRecord(TAG, "mta1", Step.CANCEL, "{}", RequestState.GONE, None, None), LATER)
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "9d0c11aa"), LATER)
    recorded = read_again(journal)
    assert recorded.operation.acts == (NodeAct("mta1", ActState.ACCEPTED, "9d0c11aa"),)
    assert [(request.step, request.state, request.id) for request in recorded.requests] == [
        (Step.BOUNCE, RequestState.ACCEPTED, "9d0c11aa"),
        (Step.CANCEL, RequestState.GONE, None),
    ]


def test_several_requests_to_one_node_are_kept_in_their_order(journal: SqliteJournal) -> None:
    stop = Intent("mta1", "POST", "http://mta1/suspend", "{}", {}, step=Step.STOP)
    journal.record_intent(an_operation(), [stop, an_intent()])
    recorded = read_again(journal)
    assert [request.step for request in recorded.requests] == [Step.STOP, Step.BOUNCE]
    assert recorded.baseline == {"mta1": {YAHOO: 5}}


def test_an_operation_that_begins_with_a_sweep_comes_back(journal: SqliteJournal) -> None:
    sweep = Intent("mta1", "POST", URL, "{}", {YAHOO: 5}, step=Step.SWEEP)
    journal.record_intent(an_operation(), [sweep])
    recorded = read_again(journal)
    assert recorded.operation.acts == (NodeAct("mta1", ActState.INTENT),)
    assert recorded.sweeps("mta1").unanswered == 1


def test_bodies_that_are_sent_again_and_again_are_kept_once(journal: SqliteJournal, path: Path) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    for _round in range(5):
        journal.record_step(
            StepRecord(TAG, "mta1", Step.RELEASE, "x" * 9000, RequestState.INTENT, None, None), START
        )
    assert [len(request.body) for request in read_again(journal).requests][1:] == [9000] * 5
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM body").fetchone() == (2,)
    other.close()


def test_totals_never_fall_whoever_writes_them(journal: SqliteJournal, path: Path) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    journal.record_totals(TAG, "mta1", {"a": {YAHOO: 10, GMAIL: 2}, "b": {YAHOO: 1}}, START)
    other = opened(path)
    other.record_totals(TAG, "mta1", {"a": {YAHOO: 7, GMAIL: 3}}, LATER)
    other.close()
    recorded = read_again(journal)
    assert recorded.totals == {"mta1": {"a": {YAHOO: 10, GMAIL: 3}, "b": {YAHOO: 1}}}
    assert recorded.risen_at == {"mta1": LATER}
    assert recorded.ledger("mta1").bounced == {YAHOO: 11, GMAIL: 3}


def test_totals_that_did_not_rise_are_not_written(journal: SqliteJournal, path: Path) -> None:
    other = sqlite3.connect(path)
    journal.record_intent(an_operation(), [an_intent()])
    counts = {YAHOO: 10}
    journal.record_totals(TAG, "mta1", {"a": counts}, START)
    before = other.execute("PRAGMA data_version").fetchone()
    journal.record_totals(TAG, "mta1", {"a": counts}, LATER)
    journal.record_totals(TAG, "mta1", {"a": {YAHOO: 9}}, LATER)
    assert other.execute("PRAGMA data_version").fetchone() == before
    counts[YAHOO] = 11
    journal.record_totals(TAG, "mta1", {"a": counts}, LATER)
    assert other.execute("PRAGMA data_version").fetchone() != before
    other.close()
    assert read_again(journal).totals == {"mta1": {"a": {YAHOO: 11}}}


def test_a_count_beyond_the_file_is_cut_to_the_largest(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [an_intent(baseline={YAHOO: 2**80})])
    journal.record_totals(TAG, "mta1", {"a": {YAHOO: 2**63, GMAIL: 1}}, START)
    recorded = read_again(journal)
    assert recorded.baseline == {"mta1": {YAHOO: 2**63 - 1}}
    assert recorded.totals == {"mta1": {"a": {YAHOO: 2**63 - 1, GMAIL: 1}}}


def test_what_is_written_is_synced_and_no_memory_is_shared_between_machines(journal: SqliteJournal) -> None:
    connection = journal._store._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)


def test_threads_may_write_at_the_same_time(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [])
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: journal.record_event(TAG, START, str(number)), range(40)))
    events = {event.text for event in read_again(journal).operation.events}
    assert events == {str(number) for number in range(40)}


def test_the_newest_operations_come_first(journal: SqliteJournal) -> None:
    for tag in ("AAAA", "BBBB", "CCCC"):
        journal.record_intent(an_operation(tag), [])
    assert [recorded.operation.tag for recorded in journal.operations()] == ["CCCC", "BBBB", "AAAA"]
    assert [recorded.operation.tag for recorded in journal.operations(limit=2)] == ["CCCC", "BBBB"]
    assert journal.operations(limit=0) == ()
    assert journal.operation("DDDD") is None


def test_an_operation_is_open_until_its_last_verdict_is_final(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(TAG, "mta1", "mta2"), [])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), START)
    journal.record_act(TAG, NodeAct("mta2", ActState.REJECTED, None, "said no"), START)
    assert len(journal.operations(open_only=True)) == 1
    journal.record_verdict(TAG, "mta1", Verdict.CATCHING, START)
    assert len(journal.operations(open_only=True)) == 1
    journal.record_verdict(TAG, "mta1", Verdict.DONE, START)
    assert journal.operations(open_only=True) == ()
    assert journal.operations()[0].rulings == {"mta1": Ruling(Verdict.DONE, START)}


def test_a_stop_that_nobody_released_keeps_an_operation_open(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), START)
    journal.record_verdict(TAG, "mta1", Verdict.DONE, START)
    journal.record_step(StepRecord(TAG, "mta1", Step.STOP, "{}", RequestState.ACCEPTED, "s", None), START)
    journal.record_step(
        StepRecord(TAG, "mta1", Step.RELEASE, "{}", RequestState.UNKNOWN, None, "no answer"), START
    )
    assert len(journal.operations(open_only=True)) == 1
    journal.record_step(StepRecord(TAG, "mta1", Step.RELEASE, "{}", RequestState.GONE, "s"), START)
    assert journal.operations(open_only=True) == ()
    journal.record_step(StepRecord(TAG, "mta1", Step.STOP, "{}", RequestState.ACCEPTED, "again", None), START)
    assert len(journal.operations(open_only=True)) == 1


def test_intents_without_an_outcome_are_found(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(TAG, "mta1", "mta2"), [an_intent("mta1"), an_intent("mta2")])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), START)
    journal.record_step(StepRecord(TAG, "mta1", Step.SWEEP, "{}", RequestState.INTENT), START)
    found = [(request.node, request.step, request.body) for request in journal.open_intents()]
    assert found == [("mta2", Step.BOUNCE, BODY), ("mta1", Step.SWEEP, "{}")]


def test_an_open_intent_keeps_its_operation_open(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [])
    journal.record_act(TAG, NodeAct("mta1", ActState.REJECTED), START)
    assert journal.operations(open_only=True) == ()
    journal.record_step(StepRecord(TAG, "mta1", Step.RELEASE, "{}", RequestState.INTENT), START)
    assert len(journal.operations(open_only=True)) == 1
    assert len(journal.history(Wanted(open_only=True)).entries) == 1


def test_a_cancel_without_an_answer_keeps_nothing_open_that_is_over(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "a"), START)
    journal.record_step(StepRecord(TAG, "mta1", Step.CANCEL, "{}", RequestState.INTENT), START)
    assert len(journal.operations(open_only=True)) == 1
    journal.record_verdict(TAG, "mta1", Verdict.CANCELLED, START)
    assert journal.operations(open_only=True) == ()
    assert journal.history(Wanted(open_only=True)).entries == ()


def test_a_tag_is_taken_once(journal: SqliteJournal) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    with pytest.raises(JournalError, match=TAG):
        journal.record_intent(an_operation(selector=Everything()), [an_intent()])
    assert read_again(journal).operation.selector == Criteria("promo")


def test_a_request_to_a_node_that_is_no_target_is_refused_with_all_of_it(journal: SqliteJournal) -> None:
    with pytest.raises(JournalError, match="mta9"):
        journal.record_intent(an_operation(), [an_intent("mta9")])
    assert journal.operations() == ()
    journal.record_intent(an_operation(), [])
    with pytest.raises(JournalError, match="mta9"):
        journal.record_act(TAG, NodeAct("mta9", ActState.ACCEPTED, "a"), START)
    assert read_again(journal).operation.events == ()


def test_an_event_of_no_operation_is_an_error(journal: SqliteJournal) -> None:
    with pytest.raises(JournalError, match="000000"):
        journal.record_event("000000", START, "lost")


def test_marks_of_many_queues_are_written_piece_by_piece_and_all_of_them(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "MARKS_AT_ONCE", 3)
    journal.record_intent(an_operation(), [an_intent()])
    marks = {f"promo:a@host{number}.example": number for number in range(10)}
    journal.record_totals(TAG, "mta1", {"a": marks}, START)
    raised = {**marks, "promo:a@host7.example": 70, "promo:a@host2.example": 0}
    journal.record_totals(TAG, "mta1", {"a": raised}, START)
    assert read_again(journal).totals["mta1"]["a"] == {**marks, "promo:a@host7.example": 70}
