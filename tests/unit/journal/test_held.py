"""A stop that is confirmed node by node: what stays only stopped, and what is confirmed there later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.model.operation import Apart, Event, Operation
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import (
    GMAIL,
    TAG,
    YAHOO,
    AnyJournal,
    a_stop,
    a_stop_intent,
    an_intent,
    an_operation,
    recorded,
)

LATER, LAST = START + timedelta(minutes=3), START + timedelta(minutes=20)
NODES = ("mta1", "mta2", "mta3")
PREVIEW = {"mta1": {GMAIL: 7}, "mta2": {YAHOO: 2}}
BASELINE = {"mta1": {GMAIL: 8}, "mta2": {YAHOO: 1}}
HELD = Apart("mta3", 60)
THERE = Apart("mta3", 600, LAST, "d3")


def confirmed(operation: Operation) -> Operation:
    """The stop as it is confirmed on two of its three nodes."""
    return replace(operation, reason="worse link", duration_s=900, digest="d2", confirmed_at=LATER, apart=(HELD,))


@pytest.fixture
def stopped(journal: AnyJournal) -> AnyJournal:
    """A journal with a stop on three nodes."""
    journal.record_intent(a_stop(*NODES), [a_stop_intent(node) for node in NODES])
    return journal


@pytest.fixture
def parted(stopped: AnyJournal) -> AnyJournal:
    """A journal with a stop that is confirmed on two of its three nodes."""
    stopped.record_confirmed(confirmed(a_stop(*NODES)), PREVIEW, BASELINE, LATER, "confirmed on mta1, mta2")
    return stopped


def test_what_is_not_confirmed_stays_only_stopped_for_as_long_as_it_was_wanted(parted: AnyJournal) -> None:
    found = recorded(parted).operation
    assert found == replace(confirmed(a_stop(*NODES)), events=(Event(LATER, "confirmed on mta1, mta2"),))
    assert (found.held, found.is_waiting) == ({"mta3"}, False)
    assert [found.waits_on(node) for node in NODES] == [False, False, True]
    assert [found.duration_on(node) for node in NODES] == [900, 900, 60]
    assert [found.begun_on(node) for node in NODES] == [LATER, LATER, START]


def test_what_stood_at_the_stop_stays_written_where_it_is_only_stopped(parted: AnyJournal) -> None:
    found = recorded(parted)
    assert found.preview == {**PREVIEW, "mta3": {YAHOO: 3}}
    assert found.baseline == {**BASELINE, "mta3": {}}


def test_it_is_confirmed_there_later_for_a_time_of_its_own(parted: AnyJournal) -> None:
    parted.record_confirmed_later(TAG, [THERE], {"mta3": {YAHOO: 4}}, {"mta3": {YAHOO: 5}}, LAST, "there too")
    found = recorded(parted)
    operation = found.operation
    assert (operation.apart, operation.held) == ((THERE,), frozenset())
    assert (operation.confirmed_at, operation.digest, operation.reason) == (LATER, "d2", "worse link")
    assert (operation.begun_on("mta3"), operation.duration_on("mta3")) == (LAST, 600)
    assert operation.events[-1] == Event(LAST, "there too")
    assert found.preview == {**PREVIEW, "mta3": {YAHOO: 4}}
    assert found.baseline == {**BASELINE, "mta3": {YAHOO: 5}}


@pytest.mark.parametrize("node", ["mta1", "mta9"])
def test_only_where_it_waits_is_it_confirmed_later(parted: AnyJournal, node: str) -> None:
    before = recorded(parted)
    with pytest.raises(JournalError, match=node):
        parted.record_confirmed_later(TAG, [THERE, replace(THERE, node=node)], {}, {}, LAST, "there too")
    assert recorded(parted) == before


def test_it_is_confirmed_there_once(parted: AnyJournal) -> None:
    parted.record_confirmed_later(TAG, [THERE], {}, {}, LAST, "there too")
    before = recorded(parted)
    with pytest.raises(JournalError, match="mta3"):
        parted.record_confirmed_later(TAG, [THERE], {}, {"mta3": {YAHOO: 9}}, LAST, "once more")
    assert recorded(parted) == before


def test_a_stop_that_is_confirmed_nowhere_is_not_confirmed_later(stopped: AnyJournal) -> None:
    with pytest.raises(JournalError, match="mta3"):
        stopped.record_confirmed_later(TAG, [THERE], {}, {}, LAST, "there too")


def test_a_history_tells_where_it_was_only_stopped(parted: AnyJournal) -> None:
    for node in NODES:
        act = replace(recorded(parted).operation.acts[0], node=node)
        parted.record_act(TAG, replace(act, state=act.state.ACCEPTED, id="77aa"), LATER)
    for node in ("mta1", "mta2"):
        parted.record_verdict(TAG, node, Verdict.DONE, LAST)
    (entry,) = parted.history().entries
    assert [node.verdict for node in entry.nodes] == [Verdict.DONE, Verdict.DONE, Verdict.STOPPED]
    assert [node.is_held for node in entry.nodes] == [False, False, True]
    assert (entry.is_partial, entry.shown_verdict) == (True, Verdict.PARTIAL)
    parted.record_verdict(TAG, "mta3", Verdict.RELEASED, LAST)
    assert parted.history().entries[0].verdict is Verdict.PARTIAL


def test_an_end_is_overdue_only_where_its_own_time_is_over(parted: AnyJournal) -> None:
    for node in ("mta1", "mta2"):
        parted.record_verdict(TAG, node, Verdict.DONE, LATER)
    parted.record_confirmed_later(TAG, [THERE], {}, {}, LAST, "there too")
    (entry,) = parted.history().entries
    assert not entry.is_overdue(LAST + timedelta(minutes=9))
    assert entry.is_overdue(LAST + timedelta(minutes=11))


def test_who_was_left_out_and_who_was_away_is_kept(journal: AnyJournal) -> None:
    operation = replace(an_operation(), not_chosen=frozenset({"mta2, b", "mta3"}), missed=frozenset({"mta4"}))
    journal.record_intent(operation, [an_intent()])
    assert recorded(journal).operation == operation
