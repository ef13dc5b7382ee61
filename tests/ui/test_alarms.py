"""What kumo-tui did without being asked, and what may bounce everything, is told on any screen, and once."""

from dataclasses import replace

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import Event
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.alarms import Alarms
from kumo_tui.ui.theme import ASCII_GLYPHS, GLYPHS
from tests.ui.acting_world import PROMO, entry, node, snapshot, status
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


def listing(*ids: str, node_name: str = "mta1") -> Snapshot:
    entries = [entry(id=each, campaign=None, reason="purge") for each in ids]
    return snapshot(node(PROMO, name=node_name, directives=entries))


def test_a_directive_that_may_bounce_everything_is_told_once_when_it_comes() -> None:
    alarms = Alarms(snapshot())
    assert alarms.news(listing(), GLYPHS) == []
    (words,) = alarms.news(listing("6a176e04-1"), GLYPHS)
    assert words == ("⚠ NOT OURS on mta1: 6a176e04: everything, or an exact list: the server does not say: purge")
    assert alarms.news(listing("6a176e04-1"), GLYPHS) == []
    assert len(alarms.news(listing("6a176e04-1", "bbbbbbbb-1"), GLYPHS)) == 1


def test_what_a_node_lists_when_it_is_read_first_is_old_news_and_stands_on_the_dashboard() -> None:
    alarms = Alarms(snapshot())
    assert alarms.news(listing("6a176e04-1"), GLYPHS) == []
    assert alarms.news(listing("6a176e04-1", node_name="mta2"), GLYPHS) == []


def test_what_stands_on_the_screen_that_is_looked_at_is_not_told_again() -> None:
    alarms = Alarms(snapshot())
    assert alarms.news(listing(), GLYPHS) == []
    assert alarms.news(listing("6a176e04-1"), GLYPHS, are_shown=True) == []
    assert alarms.news(listing("6a176e04-1"), GLYPHS) == []
