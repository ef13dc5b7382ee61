"""The ticket of an operation: sent with the reason, kept apart from it."""

import json
from pathlib import Path

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.journal.durable import open_journal
from kumo_tui.model.operation import Operation
from tests.clean_world import World
from tests.unit.act.house import DRAFT, House

TENANT = Draft(tenant="s1", reason="bad link", ticket="#4711", duration="20s")


@pytest.fixture
async def world(tmp_path: Path) -> World:
    made = World("shared-backlog")
    made.journal_path = tmp_path / "journal.db"
    made.start_program()
    await made.poll()
    return made


def written(world: World, tag: str) -> Operation:
    """The operation as another program finds it in the journal."""
    assert world.journal_path is not None
    journal = open_journal(world.journal_path, world.clock)
    recorded = journal.operation(tag)
    journal.close()
    assert recorded is not None
    return recorded.operation


def reasons(world: World) -> set[str]:
    """Every reason that reached the node."""
    sent = [request.body for request in world.node.requests if request.method == "POST"]
    return {json.loads(body)["reason"] for body in sent}


async def test_a_plain_bounce_keeps_its_ticket_apart() -> None:
    house = House()
    draft = Draft(campaign=DRAFT.campaign, reason="bad link", ticket=" #4711 ")
    operation = await house.acts.bounce(await house.confirmed(draft))
    assert (operation.reason, operation.ticket, operation.bare_reason) == ("bad link #4711", "#4711", "bad link")
    assert house.journal.operations["7F3A2C"].ticket == "#4711"


async def test_a_bounce_without_a_ticket_has_none() -> None:
    house = House()
    operation = await house.acts.bounce(await house.confirmed())
    assert (operation.reason, operation.ticket) == ("bad link", None)


async def test_a_clean_bounce_keeps_its_ticket_apart_and_sends_it_with_the_reason(world: World) -> None:
    operation = await world.bounce(TENANT)
    await world.play(6.0)
    found = written(world, operation.tag)
    assert (found.reason, found.ticket) == ("bad link #4711", "#4711")
    assert reasons(world) == {f"bad link #4711 [kt:{operation.tag}]"}


async def test_a_stop_that_is_confirmed_gets_the_ticket_of_its_confirmation(world: World) -> None:
    stop = await world.stop(Draft(tenant="s1", reason="to look", ticket="#1", duration="30m"))
    assert written(world, stop.tag).ticket == "#1"
    await world.acts.clean.bounce(world.confirmed(TENANT, stop.tag))
    found = written(world, stop.tag)
    assert (found.reason, found.ticket) == ("bad link #4711", "#4711")
