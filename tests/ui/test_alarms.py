"""What kumo-tui did without being asked is told, and told once."""

from dataclasses import replace

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import Event
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.alarms import Alarms
from kumo_tui.ui.theme import ASCII_GLYPHS, GLYPHS
from tests.ui.acting_world import PROMO, snapshot, status
from tests.ui.worlds import NOW

TAKEN = Ledger(Criteria(campaign="promo"), PROMO).record("552016f1", {"news:zenith@yahoo.com": 12})
BEFORE = status(TAKEN)


def after(*texts: str) -> OperationStatus:
    events = tuple(Event(NOW, text) for text in texts)
    return replace(status(TAKEN, Verdict.CANCELLED), operation=replace(BEFORE.operation, events=events))


FIRST = "CANCELLED BY ITSELF on mta1: 12 messages of other queues were bounced"
SECOND = "CANCELLED BY ITSELF on mta2: 1 message of other queues was bounced"


def test_a_cancel_is_told_once() -> None:
    alarms = Alarms(snapshot(operations=[BEFORE]))
    assert alarms.news(snapshot(operations=[BEFORE]), GLYPHS) == []
    ended = snapshot(operations=[after("mta1 accepted 552016f1", FIRST)])
    assert alarms.news(ended, GLYPHS) == [f"✗ {FIRST} (op 7F3A2C)"]
    assert alarms.news(ended, GLYPHS) == []
    again = snapshot(operations=[after(FIRST, SECOND)])
    assert alarms.news(again, ASCII_GLYPHS) == [f"x {SECOND} (op 7F3A2C)"]


def test_what_an_earlier_run_cancelled_is_old_news() -> None:
    resumed = snapshot(operations=[after(FIRST)])
    assert Alarms(resumed).news(resumed, GLYPHS) == []


def test_other_lines_of_a_timeline_are_no_alarm() -> None:
    alarms = Alarms(snapshot(operations=[BEFORE]))
    assert alarms.news(snapshot(operations=[after("cancelled on mta1", "mta1 CANCELLED")]), GLYPHS) == []
