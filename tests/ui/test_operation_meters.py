"""The operation screen of a plain bounce: what it took of others, what it may have missed, and its alarm."""

from dataclasses import replace

import pytest

from kumo_tui.model.clean import Meters
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Event, NodeAct
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.operation_words import meters_words
from kumo_tui.ui.screens.operation import OperationScreen
from tests.frames import check_frame
from tests.ui.acting_world import (
    PROMO,
    TAG,
    ActingApp,
    Pilot,
    entry,
    node,
    open_screen,
    screen_text,
    snapshot,
    status,
)
from tests.ui.worlds import NOW, START, settings

HALF = Ledger(Criteria(campaign="promo"), PROMO).record("552016f1", {"promo:acme@yahoo.com": 81_302})
TAKEN = HALF.record("552016f1", {"news:zenith@yahoo.com": 12})
METERS = Meters(in_flight=8, leak_at_most=12, may_wait=210, ready_queues=3)
CANCELLED = "CANCELLED BY ITSELF on mta1: 12 messages of other queues were bounced"


def cancelled(shown: OperationStatus) -> OperationStatus:
    """The same operation after kumo-tui cancelled it on mta1."""
    return replace(shown, operation=replace(shown.operation, events=(Event(NOW, CANCELLED),)))


async def opened(pilot: Pilot) -> str:
    await open_screen(pilot, OperationScreen(TAG))
    return screen_text(pilot)


def world(shown: OperationStatus) -> ActingApp:
    return ActingApp(snapshot(node(PROMO, directives=[entry()]), operations=[shown]))


async def test_the_meters_take_two_calm_lines() -> None:
    app = world(status(HALF, last_seen=START, meters=METERS))
    async with app.run_test(size=(80, 24)) as pilot:
        text = " ".join((await opened(pilot)).split())
        assert "collateral 0 · may have leaked up to 12 (delivered by 3 ready queues since)" in text
        assert "· in flight at the start: up to 8 · up to 210 still wait there" in text
        check_frame(app, "operation-meters-80x24")


async def test_collateral_that_ended_it_is_the_alarm_and_the_verdict_is_cancelled() -> None:
    grown = replace(METERS, leak_at_most=30, may_wait=0)
    taken = cancelled(status(TAKEN, Verdict.CANCELLED, left_s=None, last_seen=START, meters=grown))
    app = world(taken)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert f"✗ {CANCELLED}" in text
        assert "✗ CANCELLED" in text.splitlines()[0]
        check_frame(app, "operation-cancelled-by-itself-80x24")


async def test_where_it_goes_on_on_other_nodes_the_alarm_says_so() -> None:
    elsewhere = NodeProgress(NodeAct("mta2", ActState.ACCEPTED, "9d0c11aa"), HALF, Verdict.RUNNING, 250.0)
    shown = cancelled(status(TAKEN, Verdict.CANCELLED, elsewhere, left_s=None))
    app = world(shown)
    async with app.run_test(size=(120, 40)) as pilot:
        assert f"✗ {CANCELLED}; elsewhere it goes on" in await opened(pilot)


async def test_a_terminal_of_ascii_only_gets_ascii_signs() -> None:
    app = world(cancelled(status(TAKEN, Verdict.CANCELLED, last_seen=START, meters=METERS)))
    app.settings = settings(ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(pilot)
        assert text.isascii()
        assert f"x {CANCELLED}" in text


def test_collateral_that_grows_is_said_so() -> None:
    growing = status(TAKEN, last_seen=START, meters=replace(METERS, collateral_grows=True))
    assert meters_words(growing, "·").startswith("collateral 12, growing · may have leaked")


def test_what_happened_before_the_first_look_is_not_claimed() -> None:
    late = status(HALF, last_seen=START, meters=replace(METERS, since_restart=True))
    words = meters_words(late, "·")
    assert "(delivered by 3 ready queues since the first look)" in words
    assert "in flight at the first look: up to 8" in words


def test_at_the_end_what_waits_may_wait_there_still() -> None:
    over = status(HALF, Verdict.DONE, last_seen=START, meters=METERS)
    assert meters_words(over, "·").endswith("up to 210 may wait there still")


@pytest.mark.parametrize(
    ("meters", "words"),
    [
        (Meters(), "collateral 0"),
        (Meters(in_flight=1, ready_queues=1), "may have leaked up to 0 (delivered by 1 ready queue since)"),
    ],
)
def test_what_does_not_apply_is_left_out(meters: Meters, words: str) -> None:
    text = meters_words(status(HALF, last_seen=START, meters=meters), "·")
    assert words in text
    assert "wait" not in text


def test_new_mail_that_no_directive_of_four_parts_catches_is_named() -> None:
    four = Criteria("promo", "acme", "yahoo.com", "relay.example")
    shown = status(Ledger(four, {}), last_seen=START, selector=four)
    assert meters_words(shown, "·") == "collateral 0 · new mail is not caught, and not counted"


def test_nothing_is_said_before_a_list_showed_the_directive() -> None:
    assert meters_words(status(HALF, meters=METERS), "·") == ""
