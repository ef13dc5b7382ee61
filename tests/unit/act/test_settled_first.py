"""What became of the last act on a node is known before the next one leaves for it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from kumo_tui.act.draft import check_draft
from kumo_tui.act.ports import Confirmed
from kumo_tui.config import Settings
from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState
from kumo_tui.node.client import BOUNCE
from tests.unit.act.house import DRAFT, House, posts

WORDS = "First, what became of 7F3A2C on mta1: it is being looked for in the list there."


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def unanswered(house: House) -> Confirmed:
    """A bounce of both nodes without an answer of the first, and the next one, of the same mail."""
    house.nodes[0].answers["POST", BOUNCE] = httpx.ReadTimeout("silent")
    await house.acts.bounce(await house.confirmed())
    house.nodes[0].recover()
    return replace(await house.confirmed(), tag="BBBBBB")


async def test_the_next_bounce_of_the_node_is_refused_until_it_is_settled(house: House) -> None:
    confirmed = await unanswered(house)
    assert WORDS in house.acts.refusals(confirmed.preview, confirmed.checked)
    with pytest.raises(Refused, match="what became of 7F3A2C"):
        await house.acts.bounce(confirmed)
    assert posts(house.nodes) == 2
    for _poll in range(3):
        await house.polled(3.0)
    assert house.watcher.snapshot.operations[0].operation.acts[0].state is ActState.REJECTED
    await house.acts.bounce(replace(await house.confirmed(), tag="BBBBBB"))
    assert posts(house.nodes) == 4


async def test_a_clean_bounce_and_a_stop_are_refused_as_well(house: House) -> None:
    confirmed = await unanswered(house)
    assert WORDS in house.acts.clean.refusals(confirmed.preview, confirmed.checked)
    assert WORDS in house.acts.clean.stop_refusals(confirmed.preview, confirmed.checked)


async def test_other_nodes_are_not_held_up(house: House) -> None:
    confirmed = await unanswered(house)
    others = tuple(node for node in confirmed.preview.nodes if node.node == "mta2")
    preview = replace(confirmed.preview, nodes=others)
    checked = check_draft(DRAFT, Settings().act)
    assert house.acts.refusals(preview, checked) == ()
    await house.acts.bounce(replace(confirmed, preview=preview))
    assert [node.count("POST", BOUNCE) for node in house.nodes] == [1, 2]
