"""What a report is drawn from is the same of either journal."""

from dataclasses import replace
from datetime import timedelta

from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.journal.report import Frame, report_markdown
from kumo_tui.journal.report_queues import queue_csv
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import TAG, URL, YAHOO, AnyJournal, a_stop, a_stop_intent, an_intent, an_operation

FRAME = Frame(START + timedelta(hours=1))


def a_clean_bounce(journal: AnyJournal) -> None:
    """A confirmed clean bounce on two nodes, of which mta1 was swept three times."""
    confirmed = replace(a_stop("mta1", "mta2"), confirmed_at=START)
    journal.record_intent(confirmed, [a_stop_intent("mta1"), a_stop_intent("mta2")])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "552016f1"), START)
    for number in range(3):
        at = START + timedelta(seconds=number)
        record = StepRecord(TAG, "mta1", Step.SWEEP, f"body {number}", RequestState.INTENT, method="POST", url=URL)
        kept = journal.record_step(record, at)
        journal.record_step(replace(record, state=RequestState.ACCEPTED, number=kept), at)
    journal.record_totals(TAG, "mta1", {"sweeps": {YAHOO: 3}}, START)
    journal.record_verdict(TAG, "mta1", Verdict.DONE, START)
    journal.record_event(TAG, START, "mta1 DONE: sure")


def replaced_bounces(journal: AnyJournal) -> None:
    """Two plain bounces of the same criteria, the second in the place of the first."""
    for number, tag in enumerate(("AAAA", "BBBB")):
        at = START + timedelta(seconds=10 * number)
        journal.record_intent(replace(an_operation(tag), created_at=at), [an_intent()])
        journal.record_act(tag, NodeAct("mta1", ActState.ACCEPTED, f"id-{tag}"), at)
        journal.record_totals(tag, "mta1", {f"id-{tag}": {YAHOO: 5, "news:t@x.de": 2}}, at)


def test_an_unknown_tag_has_no_account(journal: AnyJournal) -> None:
    assert journal.account(TAG) is None


def test_the_sweeps_of_each_node_are_spanned_with_the_newest_of_them(journal: AnyJournal) -> None:
    a_clean_bounce(journal)
    account = journal.account(TAG)
    assert account is not None
    assert list(account.spans) == ["mta1"]
    span = account.spans["mta1"]
    assert (span.first_at, span.last_at) == (START, START + timedelta(seconds=2))
    assert span.example is not None and span.example.body == "body 2"
    text = report_markdown(account, FRAME)
    assert "3 sweeps (3 accepted), the first 2026-11-21 12:00:00 UTC, the last 2026-11-21 12:00:02 UTC." in text
    assert "body 2" in text and "body 1" not in text
    assert queue_csv(account).splitlines()[1:] == ['"promo:acme@yahoo.com","yes",6,"",3,3,"yes"']


def test_the_operations_that_took_the_place_of_one_another_are_told_from_either_end(journal: AnyJournal) -> None:
    replaced_bounces(journal)
    for tag in ("AAAA", "BBBB"):
        account = journal.account(tag)
        assert account is not None and account.chain is not None
        assert (account.chain.tags, account.chain.bounced, account.chain.collateral) == (("AAAA", "BBBB"), 10, 4)
        assert account.entry.tag == tag
        assert "AAAA → BBBB, each replaced by the next" in report_markdown(account, FRAME)
