"""Journals, operations and intents with defaults, for the tests of this folder."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Recorded, Step
from kumo_tui.model.operation import ActState, Mode, NodeAct, Operation
from kumo_tui.model.selector import Criteria, Selector
from tests.fakes import START, FakeClock

TAG = "7F3A2C"
URL = "http://mta1:8000/api/admin/bounce/v1"
BODY = '{"campaign": "promo", "reason": "x [kt:7F3A2C]", "duration": "60s"}'
STOP_URL = "http://mta1:8000/api/admin/suspend/v1"
STOP_BODY = '{"campaign": "promo", "reason": "x [kt:7F3A2C]", "duration": "600s"}'
YAHOO, GMAIL = "promo:acme@yahoo.com", "promo:acme@gmail.com"


AnyJournal = MemoryJournal | SqliteJournal


def opened(path: Path, wait_s: float = 0.05, profile: str = "") -> SqliteJournal:
    """The journal of this file, that waits for nobody."""
    return open_journal(path, FakeClock(), profile=profile, wait_s=wait_s)


def an_operation(tag: str = TAG, *nodes: str, selector: Selector | None = None) -> Operation:
    """An operation about to be sent to these nodes, `mta1` when none is named."""
    acts = tuple(NodeAct(node, ActState.INTENT) for node in nodes or ("mta1",))
    return Operation(tag, selector or Criteria("promo"), "bad link", 60, False, "ann@desk", START, "d1", acts)


def a_stop(*nodes: str) -> Operation:
    """A stop of these nodes, `mta1` when none is named, that nobody has confirmed."""
    return replace(an_operation(TAG, *nodes), mode=Mode.CLEAN)


def a_stop_intent(node: str = "mta1") -> Intent:
    """The request of such a stop to one node."""
    return Intent(node, "POST", STOP_URL, STOP_BODY, {}, {YAHOO: 3}, Step.STOP)


def an_intent(node: str = "mta1", baseline: Mapping[str, int] | None = None) -> Intent:
    """The request of such an operation to one node."""
    return Intent(node, "POST", URL, BODY, {YAHOO: 5} if baseline is None else baseline)


def recorded(journal: AnyJournal, tag: str = TAG) -> Recorded:
    """What the journal gives back of an operation that is there."""
    found = journal.operation(tag)
    assert found is not None
    return found
