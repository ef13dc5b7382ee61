"""The journal that lasts as long as the program."""

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.port import Intent
from kumo_tui.model.operation import ActState, Event, NodeAct, Operation
from kumo_tui.model.selector import Criteria
from tests.fakes import START

ACT = NodeAct("mta1", ActState.INTENT)
OPERATION = Operation("7F3A2C", Criteria("promo"), "x", 60, False, "ann", START, "digest", (ACT,))
INTENT = Intent("mta1", "POST", "http://mta1:8000/api/admin/bounce/v1", "{}", {"promo:a@b": 5})


@pytest.fixture
def journal() -> MemoryJournal:
    journal = MemoryJournal()
    journal.record_intent(OPERATION, [INTENT])
    return journal


def test_it_can_always_be_written() -> None:
    assert MemoryJournal().problem() is None


def test_an_intent_is_kept_with_its_operation(journal: MemoryJournal) -> None:
    assert journal.operations == {"7F3A2C": OPERATION}
    assert journal.intents == {"7F3A2C": (INTENT,)}


def test_what_became_of_a_request_replaces_its_intent(journal: MemoryJournal) -> None:
    accepted = NodeAct("mta1", ActState.ACCEPTED, "a")
    journal.record_act("7F3A2C", accepted, START)
    assert journal.operations["7F3A2C"].act_on("mta1") == accepted
    assert journal.operations["7F3A2C"].act_on("mta2") is None
    assert journal.events("7F3A2C") == (Event(START, "mta1: accepted"),)


def test_totals_are_kept_per_node(journal: MemoryJournal) -> None:
    journal.record_totals("7F3A2C", "mta1", {"a": {"promo:a@b": 3}}, START)
    assert journal.totals["7F3A2C", "mta1"] == {"a": {"promo:a@b": 3}}


def test_an_event_is_one_more_line(journal: MemoryJournal) -> None:
    journal.record_event("7F3A2C", START, "cancelled on mta1")
    journal.record_event("000000", START, "of no operation")
    assert [event.text for event in journal.events("7F3A2C")] == ["cancelled on mta1"]


def test_an_act_of_an_operation_that_was_never_written_down_is_an_error(journal: MemoryJournal) -> None:
    with pytest.raises(JournalError, match="000000"):
        journal.record_act("000000", ACT, START)
