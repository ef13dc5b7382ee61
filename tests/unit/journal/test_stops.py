"""Which stops of ours stand, and which operations somebody has to go on with because of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import (
    STOP_BODY,
    STOP_URL,
    TAG,
    URL,
    YAHOO,
    AnyJournal,
    a_stop,
    a_stop_intent,
    opened,
    recorded,
)

INTENT, ACCEPTED, REJECTED, UNKNOWN, GONE = RequestState


def placed(journal: AnyJournal, state: ActState = ActState.ACCEPTED) -> None:
    """A stop was sent to mta1, and this came of it."""
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.record_act(TAG, NodeAct("mta1", state, "s1" if state is ActState.ACCEPTED else None), START)


def step(
    journal: AnyJournal, kind: Step, state: RequestState, stop_id: str | None = None, replaces: str | None = None
) -> int:
    record = StepRecord(TAG, "mta1", kind, "{}", INTENT, method="POST", url=URL, id=stop_id, replaces=replaces)
    number = journal.record_step(record, START)
    return journal.record_step(replace(record, state=state, number=number), START)


def standing(journal: AnyJournal) -> list[str | None]:
    """The ids of the stops that stand; a durable journal must call their operation open, whatever its verdict."""
    found = recorded(journal)
    stops = [stop.id for stop in found.stops_standing("mta1")]
    if isinstance(journal, SqliteJournal):
        for act in found.operation.acts:
            journal.record_verdict(TAG, act.node, Verdict.DONE, START)
        asked = any(request.state is INTENT for request in found.requests)
        assert is_open(journal) == bool(stops or asked)
    return stops


def test_a_stop_stands_until_its_release(journal: AnyJournal) -> None:
    placed(journal)
    (stop,) = recorded(journal).stops_standing("mta1")
    assert (stop.step, stop.id, stop.url, stop.body) == (Step.STOP, "s1", STOP_URL, STOP_BODY)
    assert not recorded(journal).was_released("mta1", "s1")
    step(journal, Step.RELEASE, ACCEPTED, "s1")
    assert standing(journal) == []
    assert recorded(journal).was_released("mta1", "s1")


def test_a_stop_that_is_found_gone_stands_no_more(journal: AnyJournal) -> None:
    placed(journal)
    step(journal, Step.RELEASE, GONE, "s1")
    assert standing(journal) == []


@pytest.mark.parametrize("state", [INTENT, UNKNOWN, REJECTED])
def test_a_release_that_may_have_failed_releases_nothing(journal: AnyJournal, state: RequestState) -> None:
    placed(journal)
    step(journal, Step.RELEASE, state, "s1")
    assert standing(journal) == ["s1"]
    assert not recorded(journal).was_released("mta1", "s1")


def test_the_release_of_one_stop_leaves_the_others(journal: AnyJournal) -> None:
    placed(journal)
    step(journal, Step.STOP, ACCEPTED, "s2")
    step(journal, Step.STOP, ACCEPTED, "s3")
    step(journal, Step.RELEASE, ACCEPTED, "s2")
    assert standing(journal) == ["s1", "s3"]


def test_the_release_of_a_stop_of_somebody_else_leaves_ours(journal: AnyJournal) -> None:
    placed(journal)
    step(journal, Step.RELEASE, ACCEPTED, "theirs")
    step(journal, Step.RELEASE, GONE)
    assert standing(journal) == ["s1"]


def test_a_stop_that_was_extended_is_replaced(journal: AnyJournal) -> None:
    placed(journal)
    step(journal, Step.STOP, ACCEPTED, "s2", replaces="s1")
    step(journal, Step.STOP, ACCEPTED, "s3", replaces="s2")
    assert standing(journal) == ["s3"]
    assert not recorded(journal).was_released("mta1", "s1")
    step(journal, Step.RELEASE, ACCEPTED, "s3")
    assert standing(journal) == []


def test_an_extension_that_kept_the_id_stands_itself(journal: AnyJournal) -> None:
    placed(journal)
    number = step(journal, Step.STOP, ACCEPTED, "s1", replaces="s1")
    assert [stop.number for stop in recorded(journal).stops_standing("mta1")] == [number]
    assert standing(journal) == ["s1"]
    step(journal, Step.RELEASE, GONE, "s1")
    assert standing(journal) == []


@pytest.mark.parametrize(("state", "left"), [(INTENT, ["s1", None]), (UNKNOWN, ["s1", None]), (REJECTED, ["s1"])])
def test_an_extension_that_may_have_failed_replaces_nothing(
    journal: AnyJournal, state: RequestState, left: list[str | None]
) -> None:
    placed(journal)
    step(journal, Step.STOP, state, replaces="s1")
    assert standing(journal) == left


@pytest.mark.parametrize(("state", "left"), [(ActState.UNKNOWN, [None]), (ActState.REJECTED, [])])
def test_a_stop_without_an_answer_may_stand_and_a_rejected_one_does_not(
    journal: AnyJournal, state: ActState, left: list[str | None]
) -> None:
    placed(journal, state)
    assert standing(journal) == left


def test_a_stop_whose_process_died_may_stand(journal: AnyJournal) -> None:
    journal.record_intent(a_stop(), [a_stop_intent()])
    assert standing(journal) == [None]


def test_a_stop_without_a_known_id_ends_with_a_later_release_without_one(journal: AnyJournal) -> None:
    placed(journal)
    step(journal, Step.RELEASE, GONE)
    step(journal, Step.STOP, UNKNOWN)
    assert standing(journal) == ["s1", None]
    step(journal, Step.RELEASE, GONE)
    assert standing(journal) == ["s1"]


def test_a_stop_that_is_found_in_the_list_later_has_its_id_then(journal: AnyJournal) -> None:
    placed(journal)
    number = step(journal, Step.STOP, UNKNOWN, replaces="s1")
    journal.record_step(StepRecord(TAG, "mta1", Step.STOP, "", ACCEPTED, "s2", number=number), START)
    assert standing(journal) == ["s2"]


def test_what_is_settled_keeps_the_id_and_the_replaced_stop_of_its_intent(journal: AnyJournal) -> None:
    placed(journal)
    number = step(journal, Step.STOP, ACCEPTED, "s2", replaces="s1")
    journal.record_step(StepRecord(TAG, "mta1", Step.STOP, "", ACCEPTED, number=number), START)
    stop = recorded(journal).requests[-1]
    assert (stop.number, stop.id, stop.replaces) == (number, "s2", "s1")


def test_each_node_has_its_own_stops(journal: AnyJournal) -> None:
    journal.record_intent(a_stop("mta1", "mta2"), [a_stop_intent("mta1"), a_stop_intent("mta2")])
    for node in ("mta1", "mta2"):
        journal.record_act(TAG, NodeAct(node, ActState.ACCEPTED, "s1"), START)
    step(journal, Step.RELEASE, ACCEPTED, "s1")
    assert recorded(journal).stops_standing("mta1") == ()
    assert [stop.id for stop in recorded(journal).stops_standing("mta2")] == ["s1"]
    assert not recorded(journal).was_released("mta2", "s1")


@pytest.mark.parametrize(
    "intents",
    [
        [],
        [Intent("mta1", "", "", "", {YAHOO: 5}, {}, Step.STOP)],
        [Intent("mta1", "POST", URL, "{}", {YAHOO: 5}, {}, Step.SWEEP)],
    ],
    ids=["no request", "an empty one", "a sweep"],
)
def test_a_clean_bounce_that_relies_on_another_stop_has_none_of_its_own(
    journal: AnyJournal, intents: list[Intent]
) -> None:
    journal.record_intent(replace(a_stop(), confirmed_at=START), intents)
    act = NodeAct("mta1", ActState.ACCEPTED)
    journal.record_act(TAG, act, START)
    found = recorded(journal)
    assert found.operation.acts == (act,)
    assert found.stops_standing("mta1") == ()
    assert [(request.step, request.was_written) for request in found.requests] == [(Step.STOP, False)]
    sweeps = [intent for intent in intents if intent.step is Step.SWEEP]
    assert found.sweeps("mta1").unanswered == len(sweeps)
    assert found.baseline == {"mta1": {YAHOO: 5} if intents else {}}


@pytest.fixture
def durable(tmp_path: Path) -> SqliteJournal:
    return opened(tmp_path / "journal.db")


def is_open(journal: SqliteJournal) -> bool:
    return len(journal.operations(open_only=True)) == 1


def test_a_stop_that_waits_is_open_until_it_is_let_go(durable: SqliteJournal) -> None:
    placed(durable)
    assert is_open(durable)
    durable.record_verdict(TAG, "mta1", Verdict.STOPPED, START)
    step(durable, Step.RELEASE, ACCEPTED, "s1")
    assert is_open(durable)
    durable.record_verdict(TAG, "mta1", Verdict.RELEASED, START)
    assert not is_open(durable)
    durable.close()


@pytest.mark.parametrize("verdict", [Verdict.SWEEPING, Verdict.RETURNING, Verdict.CATCHING])
def test_a_clean_bounce_on_another_stop_is_open_until_its_end(durable: SqliteJournal, verdict: Verdict) -> None:
    durable.record_intent(replace(a_stop("mta1", "mta2"), confirmed_at=START), [])
    for node in ("mta1", "mta2"):
        durable.record_act(TAG, NodeAct(node, ActState.ACCEPTED), START)
    durable.record_verdict(TAG, "mta1", Verdict.DONE, START)
    assert is_open(durable)
    durable.record_verdict(TAG, "mta2", verdict, START)
    assert is_open(durable)
    durable.record_verdict(TAG, "mta2", Verdict.DONE, START)
    assert not is_open(durable)
    durable.close()


def test_a_clean_bounce_is_open_while_any_of_its_stops_stands(durable: SqliteJournal) -> None:
    placed(durable)
    durable.record_verdict(TAG, "mta1", Verdict.DONE, START)
    step(durable, Step.STOP, ACCEPTED, "s2", replaces="s1")
    step(durable, Step.STOP, ACCEPTED, "s3")
    step(durable, Step.RELEASE, ACCEPTED, "s2")
    assert is_open(durable)
    step(durable, Step.RELEASE, GONE, "s3")
    assert not is_open(durable)
    durable.close()


def test_a_sweep_without_an_answer_keeps_nothing_open_that_has_ended(durable: SqliteJournal) -> None:
    placed(durable)
    step(durable, Step.SWEEP, INTENT)
    step(durable, Step.RELEASE, ACCEPTED, "s1")
    durable.record_verdict(TAG, "mta1", Verdict.CANCELLED, START)
    assert not is_open(durable)
    durable.close()


def test_a_stop_without_a_known_id_is_open_until_it_is_settled(durable: SqliteJournal) -> None:
    placed(durable, ActState.UNKNOWN)
    durable.record_verdict(TAG, "mta1", Verdict.CANCELLED, START)
    assert is_open(durable)
    step(durable, Step.RELEASE, GONE)
    assert not is_open(durable)
    durable.close()


def test_a_stop_after_a_release_without_an_id_is_open(durable: SqliteJournal) -> None:
    placed(durable)
    step(durable, Step.RELEASE, ACCEPTED, "s1")
    step(durable, Step.RELEASE, GONE)
    step(durable, Step.STOP, UNKNOWN)
    durable.record_verdict(TAG, "mta1", Verdict.CANCELLED, START)
    assert is_open(durable)
    durable.close()


def test_an_extension_without_an_answer_leaves_the_older_stop_open(durable: SqliteJournal) -> None:
    placed(durable)
    step(durable, Step.STOP, UNKNOWN, "s2", replaces="s1")
    step(durable, Step.RELEASE, ACCEPTED, "s2")
    durable.record_verdict(TAG, "mta1", Verdict.CANCELLED, START)
    assert is_open(durable)
    durable.close()


def test_a_rejected_stop_leaves_nothing_open(durable: SqliteJournal) -> None:
    placed(durable, ActState.REJECTED)
    assert not is_open(durable)
    durable.close()


def test_a_clean_bounce_is_found_open_by_the_next_process(durable: SqliteJournal) -> None:
    placed(durable)
    confirmed: Operation = replace(a_stop(), duration_s=900)
    durable.record_confirmed(confirmed, {}, {"mta1": {YAHOO: 9}}, START)
    durable.record_totals(TAG, "mta1", {"sweeps": {YAHOO: 4}}, START)
    durable.close()
    other = opened(durable.path)
    (found,) = other.operations(open_only=True)
    other.close()
    assert (found.operation.duration_s, found.operation.confirmed_at) == (900, START)
    assert found.ledger("mta1").bounced == {YAHOO: 4}
    assert [stop.id for stop in found.stops_standing("mta1")] == ["s1"]
