"""Looking back gives the same of either journal: what was done, how sure its numbers are, what replaced what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kumo_tui.journal.history import Wanted
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.history import HistoryEntry
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import (
    GMAIL,
    YAHOO,
    AnyJournal,
    a_stop,
    a_stop_intent,
    an_intent,
    an_operation,
    opened,
)

ACCEPTED = NodeAct("mta1", ActState.ACCEPTED, "552016f1")


def begun(journal: AnyJournal, tag: str, seconds: int = 0, selector: Selector | None = None) -> Operation:
    """A plain bounce of 60 s that began so late, and that mta1 took."""
    operation = replace(an_operation(tag, selector=selector), created_at=START + timedelta(seconds=seconds))
    journal.record_intent(operation, [an_intent()])
    journal.record_act(tag, replace(ACCEPTED, id=f"id-{tag}"), operation.created_at)
    return operation


def ruled(journal: AnyJournal, tag: str, verdict: Verdict, seconds: int, words: str = "") -> None:
    """The verdict on mta1 so late, written as the watch does."""
    at = START + timedelta(seconds=seconds)
    journal.record_verdict(tag, "mta1", verdict, at)
    text = f"mta1 {verdict.value.upper()}"
    journal.record_event(tag, at, f"{text}: {words}" if words else text)


def totals(journal: AnyJournal, tag: str, counts: Mapping[str, int], at: datetime = START) -> None:
    journal.record_totals(tag, "mta1", {f"id-{tag}": counts}, at)


def entry(journal: AnyJournal, tag: str) -> HistoryEntry:
    return next(found for found in journal.history().entries if found.tag == tag)


def tags_of(journal: AnyJournal, wanted: Wanted) -> list[str]:
    return [found.tag for found in journal.history(wanted).entries]


def test_an_empty_journal_has_an_empty_history(journal: AnyJournal) -> None:
    assert (journal.history().entries, journal.history().found) == ((), 0)


def test_the_newest_comes_first_and_the_limit_cuts_the_list_and_not_the_count(journal: AnyJournal) -> None:
    for number in range(5):
        begun(journal, f"AAA{number}", number)
    history = journal.history(Wanted(limit=2))
    assert [found.tag for found in history.entries] == ["AAA4", "AAA3"]
    assert history.found == 5
    assert journal.history(Wanted(limit=0)).entries == ()


def test_a_long_history_can_be_read_in_parts(journal: AnyJournal) -> None:
    for number in range(5):
        begun(journal, f"AAA{number}", number)
    parts = [tags_of(journal, Wanted(limit=2, skip=skip)) for skip in (0, 2, 4, 6)]
    assert parts == [["AAA4", "AAA3"], ["AAA2", "AAA1"], ["AAA0"], []]
    assert journal.history(Wanted(limit=2, skip=4)).found == 5


def test_an_entry_has_the_sums_of_all_nodes_and_the_queues_of_all(journal: AnyJournal) -> None:
    operation = an_operation("AAAA", "mta1", "mta2")
    journal.record_intent(operation, [an_intent("mta1", {YAHOO: 5}), an_intent("mta2", {YAHOO: 7, GMAIL: 1})])
    for node in ("mta1", "mta2"):
        journal.record_act("AAAA", replace(ACCEPTED, node=node), START)
        journal.record_totals("AAAA", node, {"552016f1": {YAHOO: 6, "news:t@x.de": 2, "none": 0}}, START)
    found = entry(journal, "AAAA")
    assert (found.progress.baseline, found.progress.bounced, found.progress.collateral) == (13, 12, 4)
    assert list(found.queues.items()) == [(YAHOO, 12), ("news:t@x.de", 4)]
    assert [(node.node, node.ledger.progress.bounced) for node in found.nodes] == [("mta1", 6), ("mta2", 6)]
    assert (found.who, found.reason, found.ticket, found.selector) == (
        "ann@desk",
        "bad link",
        None,
        Criteria("promo"),
    )


@pytest.mark.parametrize(
    ("reason", "ticket", "bare"),
    [
        ("bad link #4711", "#4711", "bad link"),
        ("bad link #4711", None, "bad link #4711"),
        ("#4711 #4711", "#4711", "#4711"),
    ],
)
def test_the_ticket_is_told_apart_from_the_reason_where_it_was_given_apart(
    journal: AnyJournal, reason: str, ticket: str | None, bare: str
) -> None:
    journal.record_intent(replace(an_operation("AAAA"), reason=reason, ticket=ticket), [an_intent()])
    found = entry(journal, "AAAA")
    assert (found.reason, found.ticket) == (bare, ticket)
    assert found.words == reason


@pytest.mark.parametrize(
    ("verdict", "words", "at_least"),
    [
        (Verdict.DONE, "", False),
        (Verdict.DONE, "at least: totals last read 12s before its end", True),
        (Verdict.DONE, "never seen in the list; its totals are not known", True),
        (Verdict.LOST, "the node has restarted", True),
        (Verdict.CANCELLED, "", True),
        (Verdict.REPLACED, "", True),
        (Verdict.CATCHING, "", True),
        (Verdict.UNKNOWN, "", True),
        (Verdict.REJECTED, "", False),
    ],
)
def test_totals_are_exact_only_when_they_were_read_until_the_end(
    journal: AnyJournal, verdict: Verdict, words: str, at_least: bool
) -> None:
    begun(journal, "AAAA")
    totals(journal, "AAAA", {YAHOO: 5})
    ruled(journal, "AAAA", verdict, 61, words)
    assert (entry(journal, "AAAA").verdict, entry(journal, "AAAA").at_least) == (verdict, at_least)


def test_one_node_that_was_not_seen_to_its_end_makes_the_sum_a_lower_bound(journal: AnyJournal) -> None:
    operation = an_operation("AAAA", "mta1", "mta2")
    journal.record_intent(operation, [an_intent("mta1"), an_intent("mta2")])
    journal.record_act("AAAA", ACCEPTED, START)
    journal.record_act("AAAA", NodeAct("mta2", ActState.UNKNOWN, None, "no answer"), START)
    ruled(journal, "AAAA", Verdict.DONE, 61)
    found = entry(journal, "AAAA")
    assert [node.at_least for node in found.nodes] == [False, True]
    assert (found.at_least, found.verdict) == (True, Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("state", "verdict", "shown"),
    [
        (ActState.INTENT, Verdict.UNKNOWN, ActState.UNKNOWN),
        (ActState.UNKNOWN, Verdict.UNKNOWN, ActState.UNKNOWN),
        (ActState.ACCEPTED, Verdict.RUNNING, ActState.ACCEPTED),
        (ActState.REJECTED, Verdict.REJECTED, ActState.REJECTED),
    ],
)
def test_before_the_first_verdict_the_act_tells(
    journal: AnyJournal, state: ActState, verdict: Verdict, shown: ActState
) -> None:
    journal.record_intent(an_operation("AAAA"), [an_intent()])
    if state is not ActState.INTENT:
        journal.record_act("AAAA", NodeAct("mta1", state), START)
    found = entry(journal, "AAAA")
    assert (found.verdict, found.nodes[0].state) == (verdict, shown)


def test_what_has_no_end_after_its_time_is_overdue(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    assert not entry(journal, "AAAA").is_overdue(START + timedelta(seconds=60))
    assert entry(journal, "AAAA").is_overdue(START + timedelta(seconds=61))
    ruled(journal, "AAAA", Verdict.DONE, 61)
    assert not entry(journal, "AAAA").is_overdue(START + timedelta(days=9))


def test_a_stop_has_bounced_nothing_and_a_swept_one_at_least_what_was_counted(journal: AnyJournal) -> None:
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.record_act("7F3A2C", ACCEPTED, START)
    waiting = entry(journal, "7F3A2C")
    assert (waiting.verdict, waiting.is_waiting, waiting.at_least) == (Verdict.STOPPED, True, False)
    journal.record_confirmed(a_stop(), {}, {"mta1": {YAHOO: 3}}, START)
    assert entry(journal, "7F3A2C").verdict is Verdict.SWEEPING
    journal.record_step(StepRecord("7F3A2C", "mta1", Step.SWEEP, "{}", RequestState.INTENT), START)
    journal.record_totals("7F3A2C", "mta1", {"sweeps": {YAHOO: 3}}, START)
    ruled(journal, "7F3A2C", Verdict.DONE, 61)
    swept = entry(journal, "7F3A2C")
    assert (swept.at_least, swept.progress.bounced, swept.progress.collateral) == (True, 3, 0)


def test_the_same_criteria_on_the_same_node_replace_and_are_summed_as_a_chain(journal: AnyJournal) -> None:
    for number, tag in enumerate(("AAAA", "BBBB", "CCCC")):
        begun(journal, tag, number * 10)
        totals(journal, tag, {YAHOO: 5, "news:t@x.de": 1})
    for tag, seconds in (("AAAA", 12), ("BBBB", 22)):
        ruled(journal, tag, Verdict.REPLACED, seconds)
    assert [entry(journal, tag).replaced_by for tag in ("AAAA", "BBBB", "CCCC")] == ["BBBB", "CCCC", None]
    (chain,) = journal.history(Wanted(limit=1)).chains
    assert chain.tags == ("AAAA", "BBBB", "CCCC")
    assert (chain.bounced, chain.collateral, chain.at_least) == (15, 3, True)


@pytest.mark.parametrize("verdict", [None, Verdict.RUNNING, Verdict.DONE])
def test_one_that_nobody_followed_was_replaced_within_its_time(
    journal: AnyJournal, verdict: Verdict | None
) -> None:
    begun(journal, "AAAA")
    if verdict is not None:
        ruled(journal, "AAAA", verdict, 90, "never seen in the list")
    begun(journal, "BBBB", 59)
    assert entry(journal, "AAAA").replaced_by == "BBBB"


def test_what_had_come_to_its_end_is_replaced_by_nothing(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    begun(journal, "BBBB", 60)
    assert entry(journal, "AAAA").replaced_by is None
    for tag, verdict in (("CCCC", Verdict.CANCELLED), ("DDDD", Verdict.LOST)):
        begun(journal, tag, 200)
        ruled(journal, tag, verdict, 205)
        begun(journal, f"E{tag[:3]}", 210)
        assert entry(journal, tag).replaced_by is None


def test_what_somebody_else_replaced_before_is_not_said_to_be_replaced_by_us(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    ruled(journal, "AAAA", Verdict.REPLACED, 10)
    begun(journal, "BBBB", 20)
    assert entry(journal, "AAAA").replaced_by is None
    assert journal.history().chains == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Criteria("promo"), Criteria("promo", "acme")),
        (ExactQueues.of([YAHOO]), ExactQueues.of([YAHOO])),
        (Everything(), Criteria("promo")),
    ],
)
def test_other_criteria_and_exact_lists_replace_nothing(
    journal: AnyJournal, first: Selector, second: Selector
) -> None:
    begun(journal, "AAAA", 0, first)
    begun(journal, "BBBB", 10, second)
    assert entry(journal, "AAAA").replaced_by is None


def test_an_act_that_was_rejected_or_went_to_another_url_replaces_nothing(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    journal.record_intent(an_operation("BBBB"), [an_intent()])
    journal.record_act("BBBB", NodeAct("mta1", ActState.REJECTED), START)
    elsewhere = Intent("mta1", "POST", "http://other:8000/api/admin/bounce/v1", "{}", {})
    journal.record_intent(an_operation("CCCC"), [elsewhere])
    journal.record_act("CCCC", ACCEPTED, START)
    assert entry(journal, "AAAA").replaced_by is None


def test_filters_are_pieces_of_text_and_all_must_hold(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    operation = replace(
        an_operation("BBBB", selector=ExactQueues.of([YAHOO, GMAIL])),
        who="Kim@Night",
        created_at=START + timedelta(hours=1),
    )
    journal.record_intent(operation, [an_intent()])
    assert tags_of(journal, Wanted(who="kim")) == ["BBBB"]
    assert tags_of(journal, Wanted(selector="GMAIL")) == ["BBBB"]
    assert tags_of(journal, Wanted(selector="campaign=promo")) == ["AAAA"]
    assert tags_of(journal, Wanted(who="kim", selector="campaign=promo")) == []
    assert tags_of(journal, Wanted(since=START + timedelta(minutes=1))) == ["BBBB"]
    assert journal.history(Wanted(who="ann", limit=0)).found == 1


def test_open_are_those_that_somebody_has_to_go_on_with(journal: AnyJournal) -> None:
    begun(journal, "AAAA")
    begun(journal, "BBBB", 100)
    ruled(journal, "BBBB", Verdict.DONE, 161)
    journal.record_intent(replace(a_stop(), tag="CCCC"), [a_stop_intent()])
    journal.record_act("CCCC", ACCEPTED, START)
    ruled(journal, "CCCC", Verdict.CANCELLED, 161)
    journal.record_intent(an_operation("DDDD"), [an_intent()])
    journal.record_act("DDDD", NodeAct("mta1", ActState.REJECTED), START)
    assert tags_of(journal, Wanted(open_only=True)) == ["CCCC", "AAAA"]
    release = StepRecord("CCCC", "mta1", Step.RELEASE, "{}", RequestState.ACCEPTED, "552016f1")
    journal.record_step(release, START)
    assert tags_of(journal, Wanted(open_only=True)) == ["AAAA"]


def test_totals_beyond_the_limit_are_not_read(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal.db")
    for number in range(20):
        begun(journal, f"AA{number:02}", number * 100)
    asked: list[str] = []
    journal._store._connection.set_trace_callback(asked.append)
    journal.history(Wanted(limit=2))
    journal._store._connection.set_trace_callback(None)
    assert sum("FROM total" in statement for statement in asked) <= 2
    assert len(asked) < 60
    journal.close()


def test_sweeps_are_told_by_their_span_and_an_example(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal.db")
    journal.record_intent(a_stop("mta1", "mta2"), [a_stop_intent(), a_stop_intent("mta2")])
    for second in range(3):
        at = START + timedelta(seconds=second)
        body = f'{{"sweep": {second}}}'
        number = journal.record_step(StepRecord("7F3A2C", "mta1", Step.SWEEP, body, RequestState.INTENT), at)
        answer = StepRecord("7F3A2C", "mta1", Step.SWEEP, "", RequestState.ACCEPTED, number=number)
        journal.record_step(answer, at + timedelta(seconds=30))
    account = journal.account("7F3A2C")
    assert account is not None
    assert list(account.spans) == ["mta1"]
    span = account.spans["mta1"]
    assert (span.first_at, span.last_at) == (START, START + timedelta(seconds=2))
    assert span.example is not None
    assert span.example.body == '{"sweep": 2}'
    assert journal.account("FFFF") is None
    assert journal.tags() == ("7F3A2C",)
    journal.close()
