"""A stop that is confirmed later becomes a clean bounce, with what was confirmed then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.model.operation import Event, Mode
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

LATER = START + timedelta(minutes=3)


@pytest.fixture
def stopped(journal: AnyJournal) -> AnyJournal:
    """A journal with a stop on two nodes."""
    stop = a_stop("mta1", "mta2").with_event(START, "stopped")
    journal.record_intent(stop, [a_stop_intent("mta1"), a_stop_intent("mta2")])
    return journal


def test_a_stop_is_a_clean_operation_that_waits(stopped: AnyJournal) -> None:
    operation = recorded(stopped).operation
    assert (operation.mode, operation.confirmed_at, operation.is_waiting) == (Mode.CLEAN, None, True)


def test_a_clean_bounce_that_was_confirmed_at_once_comes_back_so(journal: AnyJournal) -> None:
    operation = replace(a_stop(), confirmed_at=LATER)
    journal.record_intent(operation, [a_stop_intent()])
    assert recorded(journal).operation == operation


def test_what_is_confirmed_replaces_what_was_stopped(stopped: AnyJournal) -> None:
    asked = replace(
        a_stop("mta1", "mta2"),
        reason="worse link #4712",
        ticket="#4712",
        duration_s=900,
        suppress_logging=True,
        digest="d2",
    )
    preview = {"mta1": {GMAIL: 7}, "mta2": {YAHOO: 2}}
    stopped.record_confirmed(asked, preview, {"mta1": {GMAIL: 8, YAHOO: 1}}, LATER)
    found = recorded(stopped)
    assert found.operation == replace(asked, confirmed_at=LATER, events=(Event(START, "stopped"),))
    assert found.preview == preview
    assert found.baseline == {"mta1": {GMAIL: 8, YAHOO: 1}, "mta2": {}}


def test_who_stopped_when_and_what_stays(stopped: AnyJournal) -> None:
    before = recorded(stopped).operation
    other = replace(before, who="bob", created_at=LATER, mode=Mode.PLAIN)
    stopped.record_confirmed(other, {}, {}, LATER)
    assert recorded(stopped).operation == replace(before, confirmed_at=LATER)


def test_it_is_confirmed_once(stopped: AnyJournal) -> None:
    stopped.record_confirmed(a_stop(), {"mta1": {YAHOO: 3}}, {}, START)
    with pytest.raises(JournalError, match=rf"{TAG} is no stop that waits to be confirmed"):
        stopped.record_confirmed(a_stop(), {"mta1": {YAHOO: 4}}, {}, LATER)
    assert recorded(stopped).operation.confirmed_at == START
    assert recorded(stopped).preview["mta1"] == {YAHOO: 3}


def test_a_plain_bounce_is_not_confirmed_as_a_clean_one(journal: AnyJournal) -> None:
    journal.record_intent(an_operation(), [an_intent()])
    with pytest.raises(JournalError, match="no stop that waits"):
        journal.record_confirmed(a_stop(), {}, {}, LATER)


def test_what_was_never_written_is_not_confirmed(journal: AnyJournal) -> None:
    with pytest.raises(JournalError, match=f"no operation {TAG}"):
        journal.record_confirmed(a_stop(), {}, {}, LATER)


def test_a_node_that_was_not_stopped_is_refused_and_nothing_is_confirmed(
    stopped: AnyJournal,
) -> None:
    before = recorded(stopped)
    with pytest.raises(JournalError, match="mta9"):
        stopped.record_confirmed(a_stop(), {"mta9": {YAHOO: 1}}, {}, LATER)
    assert recorded(stopped) == before
