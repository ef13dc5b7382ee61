"""A node that has begun to hang: it keeps nobody waiting, and its old numbers are never taken for those of now."""

import asyncio
from dataclasses import replace

import pytest

from kumo_tui.act.draft import How
from kumo_tui.act.preview import take_preview
from kumo_tui.act.rules import refusals
from kumo_tui.act.taking_part import way_out
from kumo_tui.config import Settings
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Operation
from kumo_tui.model.snapshot import Arriving, NodeState, Snapshot
from kumo_tui.node.client import METRICS, SUSPEND
from tests.fakes import settle
from tests.ui.acting_world import node, snapshot
from tests.unit.act.house import PROMO, House, posts

YAHOO = {"promo:acme@yahoo.com": 10}


def fleet(**values: object) -> Snapshot:
    """Three nodes of which the third is so."""
    shot = snapshot(node(YAHOO, name="mta1"), node(YAHOO, name="mta2"), node(YAHOO, name="mta3"))
    return replace(shot, nodes=(*shot.nodes[:2], replace(shot.nodes[2], **values)))


def words_of(shot: Snapshot) -> str:
    return " ".join(refusals(take_preview(shot, PROMO), shot, Settings(), ()))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"silent_s": 5.0}, "mta3 takes no part: it has not answered for 5 s."),
        ({"silent_s": 9.0, "state": NodeState.BUSY}, "mta3 takes no part: BUSY, it has not answered for 9 s."),
        (
            {"state": NodeState.STALE, "errors": {"metrics": "mta3: GET /metrics: silent for 30 s. Wait."}},
            "mta3 takes no part: STALE, GET /metrics: silent for 30 s.",
        ),
        ({"arriving": Arriving(8.0, 100)}, "mta3 takes no part: its answer comes drop by drop."),
        ({"state": NodeState.STARTING, "metrics": None}, "mta3 takes no part: it was never read."),
    ],
)
def test_what_hangs_stands_against_an_act_until_it_is_left_out(values: dict[str, object], words: str) -> None:
    shot = fleet(**values)
    assert words_of(shot) == words
    assert way_out(take_preview(shot, PROMO), shot, How.PLAIN) == ("mta1", "mta2")


@pytest.mark.parametrize("values", [{"silent_s": 4.9}, {"silent_s": 15.0, "reading_s": 8.0}])
def test_what_takes_its_usual_time_does_not_hang(values: dict[str, object]) -> None:
    assert words_of(fleet(**values)) == ""


async def refusal_of(house: House, act: asyncio.Task[Operation], seconds: float) -> str:
    await house.clock.advance(seconds)
    assert act.done()
    with pytest.raises(Refused) as caught:
        await act
    assert posts(house.nodes) == 0
    return str(caught.value)


async def test_where_one_hangs_just_before_the_post_it_is_said_within_seconds_and_nothing_is_sent() -> None:
    house = House()
    confirmed = await house.confirmed()
    house.nodes[1].hold[METRICS] = asyncio.Event()
    bouncing = asyncio.create_task(house.acts.bounce(confirmed))
    words = await refusal_of(house, bouncing, 6.0)
    assert words == "mta2: silent for 5 s. Nothing was sent to any node."
    assert house.journal.operations == {}


@pytest.mark.parametrize("path", [METRICS, SUSPEND])
async def test_a_clean_bounce_waits_no_longer_for_what_hangs(path: str) -> None:
    house = House()
    confirmed = await house.confirmed()
    house.nodes[1].hold[path] = asyncio.Event()
    bouncing = asyncio.create_task(house.acts.clean.bounce(confirmed))
    assert "mta2: silent for 5 s." in await refusal_of(house, bouncing, 6.0)
    assert house.nodes[0].count("POST", SUSPEND) == 0


async def test_with_partial_the_others_are_sent_to_and_what_hung_is_named() -> None:
    house = House()
    confirmed = await house.confirmed(partial=True)
    house.nodes[1].hold[METRICS] = asyncio.Event()
    bouncing = asyncio.create_task(house.acts.bounce(confirmed))
    await house.clock.advance(6.0)
    operation = await bouncing
    assert [act.node for act in operation.acts] == ["mta1"]
    assert "mta2 takes no part: it could not be read just before" in [event.text for event in operation.events]


async def test_where_no_other_has_answered_yet_all_are_waited_for() -> None:
    house = House()
    confirmed = await house.confirmed()
    held = asyncio.Event()
    for each in house.nodes:
        each.hold[METRICS] = held
    bouncing = asyncio.create_task(house.acts.bounce(confirmed))
    await house.clock.advance(20.0)
    assert not bouncing.done()
    held.set()
    await settle()
    await bouncing
    assert posts(house.nodes) == 2


async def test_somebody_who_waits_no_more_ends_the_readings_too() -> None:
    house = House()
    confirmed = await house.confirmed()
    house.nodes[1].hold[METRICS] = asyncio.Event()
    before = asyncio.all_tasks()
    bouncing = asyncio.create_task(house.acts.bounce(confirmed))
    await settle()
    bouncing.cancel()
    await asyncio.gather(bouncing, return_exceptions=True)
    assert asyncio.all_tasks() == before
    assert posts(house.nodes) == 0
