"""Stop at the first collateral: whom it ends, how often it tries, and what it says."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.config import ActSettings, Settings
from kumo_tui.journal.records import RequestState, Step
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Mode, NodeAct, Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE
from tests.fakes import START, settle
from tests.scripted import ScriptedNode
from tests.unit.act.house import PROMO, YAHOO, House

OTHER = "news:zenith@aol.com"
TAG = "7F3A2C"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def bounced(house: House, *, guarded: bool = True) -> None:
    """A bounce that was just accepted on both nodes."""
    if guarded:
        house.acts.guardian.start()
    await house.acts.bounce(await house.confirmed(typed="prod 100"))


def take(node: ScriptedNode, **counts: int) -> None:
    """Let the node list our directive with these totals: `yahoo` of the campaign, `other` of another one."""
    names = {"yahoo": YAHOO, "other": OTHER}
    totals = {names[key]: count for key, count in counts.items()}
    node.directives = [node.list_entry(f"id-{node.name}", "50s", campaign="promo", bounced=totals)]


async def look(house: House, seconds: float = 2.0) -> None:
    """One more poll, and whatever it sets going."""
    house.clock.jump(seconds)
    await house.watcher.poll_once()
    await settle()


def cancels(house: House) -> list[int]:
    return [node.count("DELETE", BOUNCE) for node in house.nodes]


def events(house: House) -> list[str]:
    return [event.text for event in house.watcher.snapshot.operations[0].operation.events]


async def test_the_directive_is_cancelled_once_on_the_node_that_takes_other_mail(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], yahoo=40, other=12)
    take(house.nodes[1], yahoo=40)
    await look(house)
    assert cancels(house) == [1, 0]
    await look(house)
    status = house.watcher.snapshot.operations[0]
    assert [node.verdict for node in status.nodes] == [Verdict.CANCELLED, Verdict.RUNNING]
    assert "CANCELLED BY ITSELF on mta1: 12 messages of other queues were bounced" in events(house)
    assert "cancelled on mta1" not in events(house)
    for _poll in range(5):
        await look(house)
    assert cancels(house) == [1, 0]


async def test_the_other_node_follows_when_it_takes_other_mail_too(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], other=12)
    take(house.nodes[1], yahoo=40)
    await look(house)
    take(house.nodes[1], yahoo=40, other=1)
    await look(house)
    await look(house)
    assert cancels(house) == [1, 1]
    said = cancelled_by_itself(house.watcher.snapshot.operations[0].operation)
    assert said[-1] == "CANCELLED BY ITSELF on mta2: 1 message of other queues was bounced"


async def test_it_is_journaled_as_a_cancel_and_an_event(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], other=12)
    await look(house)
    recorded = house.journal.operation(TAG)
    assert recorded is not None
    (cancel,) = [request for request in recorded.requests if request.step is Step.CANCEL]
    assert (cancel.node, cancel.changes[-1].state) == ("mta1", RequestState.ACCEPTED)
    assert cancelled_by_itself(recorded.operation)


async def test_the_count_is_that_of_the_last_totals(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], other=12)
    reads = 0

    def growing(_request: httpx.Request) -> httpx.Response:
        nonlocal reads
        reads += 1
        house.clock.jump(0.1)
        return httpx.Response(200, json=[house.nodes[0].list_entry("id-mta1", "50s", bounced={OTHER: 10 + reads})])

    house.nodes[0].answers["GET", BOUNCE] = growing
    await look(house)
    assert reads == 2
    await look(house)
    assert "CANCELLED BY ITSELF on mta1: 12 messages of other queues were bounced" in events(house)


async def test_a_bounce_that_takes_only_what_is_meant_goes_on(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], yahoo=50)
    for _poll in range(3):
        await look(house)
    assert cancels(house) == [0, 0]


async def test_a_spared_operation_goes_on(house: House) -> None:
    house.acts.guardian.spare(TAG)
    await bounced(house)
    take(house.nodes[0], other=12)
    await look(house)
    assert cancels(house) == [0, 0]


async def test_nothing_is_cancelled_by_who_only_reads(house: House) -> None:
    await bounced(house, guarded=False)
    take(house.nodes[0], other=12)
    await look(house)
    assert cancels(house) == [0, 0]


@pytest.mark.parametrize(
    "settings", [Settings(read_only=True), Settings(act=ActSettings(stop_at_collateral=False))]
)
async def test_the_settings_keep_it_from_cancelling(settings: Settings) -> None:
    house = House(settings)
    house.acts.guardian.start()
    track(house, operation())
    take(house.nodes[0], other=12)
    await look(house)
    assert house.watcher.snapshot.operations[0].ledger.progress.collateral == 12
    assert cancels(house) == [0, 0]
    await house.watcher.stop()


def operation(mode: Mode = Mode.PLAIN) -> Operation:
    act = NodeAct("mta1", ActState.ACCEPTED, "id-mta1")
    return Operation(TAG, PROMO, "bad link", 60, False, "ann", START, "", (act,), mode=mode)


def track(house: House, followed: Operation, *, kept: bool = True) -> None:
    house.watcher.track(followed, {"mta1": Ledger(PROMO, {})}, house.clock.monotonic(), kept=kept)


async def test_somebody_elses_directive_is_never_cancelled(house: House) -> None:
    house.acts.guardian.start()
    track(house, operation(), kept=False)
    take(house.nodes[0], other=12)
    await look(house)
    assert house.watcher.snapshot.operations[0].ledger.progress.collateral == 12
    assert cancels(house) == [0, 0]


async def test_a_resumed_operation_is_ended_once_a_list_shows_that_it_is_active(house: House) -> None:
    await bounced(house, guarded=False)
    take(house.nodes[0], other=12)
    await look(house)
    recorded = house.journal.operation(TAG)
    assert recorded is not None
    later = House()
    later.acts.guardian.start()
    later.watcher.resume([recorded])
    await settle()
    assert cancels(later) == [0, 0]
    take(later.nodes[0], other=12)
    await look(later)
    assert cancels(later) == [1, 0]
    await later.watcher.stop()


async def test_a_cancel_that_failed_is_tried_again_and_said_once(house: House) -> None:
    await bounced(house)
    node = house.nodes[0]
    take(node, other=12)
    node.answers["DELETE", BOUNCE] = httpx.Response(422, text="no")
    await look(house)
    await look(house)
    assert cancels(house) == [2, 0]
    assert len([text for text in events(house) if text.startswith("NOT CANCELLED on mta1")]) == 1
    node.recover()
    await look(house)
    await look(house)
    assert house.watcher.snapshot.operations[0].nodes[0].verdict is Verdict.CANCELLED
    assert cancels(house) == [3, 0]


async def test_a_cancel_that_is_not_allowed_is_not_tried_again_and_that_is_said(house: House) -> None:
    await bounced(house)
    node = house.nodes[0]
    take(node, other=12)
    node.answers["DELETE", BOUNCE] = httpx.ConnectError("no route")
    await look(house)
    node.answers["DELETE", BOUNCE] = httpx.Response(401, text="eve not permitted DELETE")
    for _poll in range(5):
        await look(house)
    assert cancels(house) == [2, 0]
    told = [text for text in events(house) if text.startswith("NOT CANCELLED on mta1")]
    assert ["it is tried again" in text for text in told] == [True, False]
    assert "eve not permitted DELETE" in told[1]


async def test_a_cancel_of_unknown_outcome_is_tried_again(house: House) -> None:
    await bounced(house)
    node = house.nodes[0]
    take(node, other=12)
    node.answers["DELETE", BOUNCE] = httpx.ReadTimeout("silent")
    await look(house)
    assert cancels(house) == [1, 0]
    await look(house)
    assert "CANCELLED BY ITSELF on mta1, not known yet whether it is done" in "\n".join(events(house))
    assert cancels(house) == [2, 0]
    node.recover()
    await look(house)
    assert cancels(house) == [3, 0]
    await look(house)
    assert house.watcher.snapshot.operations[0].nodes[0].verdict is Verdict.CANCELLED


async def test_snapshots_that_follow_fast_do_not_make_it_ask_faster(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], other=12)
    house.nodes[0].answers["DELETE", BOUNCE] = httpx.Response(422, text="no")
    for _poll in range(8):
        await look(house, 0.25)
    assert cancels(house) == [2, 0]


async def test_what_is_on_its_way_is_waited_for_at_the_end(house: House) -> None:
    await bounced(house)
    take(house.nodes[0], other=12)
    house.clock.jump(2)
    await house.watcher.poll_once()
    assert cancels(house) == [0, 0]
    await house.acts.guardian.finish()
    assert cancels(house) == [1, 0]


async def test_a_clean_bounce_is_not_its_business(house: House) -> None:
    house.acts.guardian.start()
    plain = operation()
    track(house, plain)
    take(house.nodes[0], other=12)
    house.watcher.track(replace(plain, mode=Mode.CLEAN), {"mta1": Ledger(PROMO, {})}, 0.0)
    await look(house)
    assert house.watcher.snapshot.operations[0].ledger.progress.collateral == 12
    assert cancels(house) == [0, 0]
