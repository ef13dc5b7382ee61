"""What holds for every journal, whatever keeps it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.records import Change, Request, RequestState, Ruling, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import TAG, AnyJournal, an_intent, an_operation, recorded

LATER = START + timedelta(seconds=3)


@pytest.fixture(autouse=True)
def _with_an_operation(journal: AnyJournal) -> None:
    journal.record_intent(an_operation(TAG, "mta1", "mta2"), [an_intent("mta1"), an_intent("mta2")])


def steps(journal: AnyJournal) -> Sequence[Request]:
    """The requests that `record_step` wrote."""
    return [request for request in recorded(journal).requests if request.step is not Step.BOUNCE]


def write(
    journal: AnyJournal, step: Step, state: RequestState, number: int | None = None, body: str = "{}"
) -> int:
    error = "no answer" if state is RequestState.UNKNOWN else None
    at = START if state is RequestState.INTENT else LATER
    url = "http://mta1/x"
    record = StepRecord(TAG, "mta1", step, body, state, None, error, method="POST", url=url, number=number)
    return journal.record_step(record, at)


def test_it_can_be_written(journal: AnyJournal) -> None:
    assert journal.problem() is None


def test_a_step_is_an_intent_and_then_what_became_of_it(journal: AnyJournal) -> None:
    number = write(journal, Step.STOP, RequestState.INTENT, body='{"tenant": "acme"}')
    assert write(journal, Step.STOP, RequestState.ACCEPTED, body="") == number
    (stop,) = steps(journal)
    assert (stop.tag, stop.node, stop.step, stop.state) == (TAG, "mta1", Step.STOP, RequestState.ACCEPTED)
    assert (stop.method, stop.url, stop.body) == ("POST", "http://mta1/x", '{"tenant": "acme"}')
    assert stop.changes == (Change(RequestState.INTENT, START), Change(RequestState.ACCEPTED, LATER))


def test_each_sweep_is_a_request_of_its_own(journal: AnyJournal) -> None:
    write(journal, Step.SWEEP, RequestState.INTENT)
    write(journal, Step.SWEEP, RequestState.UNKNOWN)
    second = write(journal, Step.SWEEP, RequestState.INTENT)
    write(journal, Step.SWEEP, RequestState.ACCEPTED)
    sweeps = recorded(journal).sweeps("mta1")
    assert (sweeps.answered, sweeps.unanswered) == (1, 1)
    assert sweeps.last is not None
    assert (sweeps.last.number, sweeps.last.state) == (second, RequestState.ACCEPTED)


def test_an_outcome_settles_an_intent_rather_than_an_older_unknown_one(journal: AnyJournal) -> None:
    older = write(journal, Step.RELEASE, RequestState.INTENT)
    newer = write(journal, Step.RELEASE, RequestState.INTENT)
    write(journal, Step.RELEASE, RequestState.UNKNOWN, number=newer)
    assert write(journal, Step.RELEASE, RequestState.GONE) == older


def test_an_unknown_outcome_is_settled_when_nothing_else_is_open(journal: AnyJournal) -> None:
    number = write(journal, Step.RELEASE, RequestState.INTENT)
    write(journal, Step.RELEASE, RequestState.UNKNOWN)
    assert write(journal, Step.RELEASE, RequestState.GONE) == number
    assert steps(journal)[0].error is None


def test_an_outcome_of_another_step_settles_nothing(journal: AnyJournal) -> None:
    write(journal, Step.STOP, RequestState.INTENT)
    write(journal, Step.CANCEL, RequestState.GONE)
    assert [(step.step, step.state) for step in steps(journal)] == [
        (Step.STOP, RequestState.INTENT),
        (Step.CANCEL, RequestState.GONE),
    ]


def test_the_same_state_again_is_no_change(journal: AnyJournal) -> None:
    number = write(journal, Step.STOP, RequestState.INTENT)
    write(journal, Step.STOP, RequestState.ACCEPTED, number=number)
    write(journal, Step.STOP, RequestState.ACCEPTED, number=number)
    assert len(steps(journal)[0].changes) == 2


def test_a_number_that_was_never_given_is_an_error(journal: AnyJournal) -> None:
    with pytest.raises(JournalError, match="9999"):
        write(journal, Step.STOP, RequestState.ACCEPTED, number=9999)


def test_the_last_verdict_counts(journal: AnyJournal) -> None:
    journal.record_verdict(TAG, "mta1", Verdict.RUNNING, START)
    journal.record_verdict(TAG, "mta1", Verdict.DONE, LATER)
    assert recorded(journal).rulings == {"mta1": Ruling(Verdict.DONE, LATER)}


def test_what_belongs_to_no_operation_is_an_error(journal: AnyJournal) -> None:
    with pytest.raises(JournalError, match="000000"):
        journal.record_act("000000", NodeAct("mta1", ActState.ACCEPTED, "a"), START)
    with pytest.raises(JournalError, match="000000"):
        journal.record_step(StepRecord("000000", "mta1", Step.STOP, "{}", RequestState.INTENT), START)
    with pytest.raises(JournalError, match="000000"):
        journal.record_verdict("000000", "mta1", Verdict.DONE, START)
