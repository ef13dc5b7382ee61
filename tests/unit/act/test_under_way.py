"""Requests without an answer yet are followed from the moment they leave; the answer only settles them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from kumo_tui.act.sending import LOOK_EVERY_S
from kumo_tui.model.operation import ActState, Operation
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE
from tests.fakes import settle
from tests.unit.act.house import YAHOO, House, posts

POST = f"POST {BOUNCE}"


class Held(House):
    """A bounce of both nodes whose first node does not answer until it is let."""

    sending: "asyncio.Task[Operation]"

    async def send(self) -> None:
        self.nodes[0].hold[POST] = asyncio.Event()
        self.sending = asyncio.create_task(self.acts.bounce(await self.confirmed()))
        await settle(200)

    async def look(self, times: int = 1) -> OperationStatus:
        """Let so many looks pass while the answer is waited for."""
        for _look in range(times):
            await self.clock.advance(LOOK_EVERY_S)
            await settle(200)
        return self.watcher.snapshot.operations[0]

    def list_it(self, remaining: str, bounced: int) -> None:
        for node in self.nodes:
            reason = "bad link [kt:7F3A2C]"
            mine = node.list_entry(
                f"id-{node.name}", remaining, campaign="promo", reason=reason, bounced={YAHOO: bounced}
            )
            node.directives = [mine]

    async def answer(self, answer: httpx.Response | Exception | None = None) -> Operation:
        if answer is not None:
            self.nodes[0].answers["POST", BOUNCE] = answer
        self.nodes[0].hold[POST].set()
        return await self.sending


@pytest.fixture
async def house() -> AsyncIterator[Held]:
    house = Held()
    yield house
    await house.watcher.stop()


async def test_a_bounce_shows_from_the_moment_it_leaves(house: Held) -> None:
    await house.send()
    (status,) = house.watcher.snapshot.operations
    assert [act.state for act in status.operation.acts] == [ActState.INTENT, ActState.ACCEPTED]
    assert status.nodes[0].note == "sent, not answered yet"
    assert status.ledger.progress.baseline == 100
    await house.answer()


async def test_its_tag_in_the_list_gives_the_id_and_its_totals_count_before_the_answer(house: Held) -> None:
    await house.send()
    house.list_it("55s", 40)
    status = await house.look()
    assert [(act.state, act.id) for act in status.operation.acts] == [
        (ActState.ACCEPTED, "id-mta1"),
        (ActState.ACCEPTED, "id-mta2"),
    ]
    assert status.ledger.progress.bounced == 80
    assert house.journal.operations["7F3A2C"].acts[0].id == "id-mta1"
    await house.answer()
    assert posts(house.nodes) == 2


@pytest.mark.parametrize(
    "answer",
    [None, httpx.ReadTimeout("silent"), httpx.Response(500, text="Error: no"), httpx.Response(200, text="")],
)
async def test_whatever_the_answer_is_then_what_the_list_has_shown_holds(
    house: Held, answer: httpx.Response | Exception | None
) -> None:
    await house.send()
    house.list_it("55s", 40)
    await house.look()
    operation = await house.answer(answer)
    assert [act.state for act in operation.acts] == [ActState.ACCEPTED] * 2
    assert house.journal.operations["7F3A2C"].acts[0].state is ActState.ACCEPTED
    assert house.watcher.snapshot.operations[0].ledger.progress.bounced == 80
    assert posts(house.nodes) == 2


async def test_the_totals_of_one_that_is_over_before_its_post_is_answered_are_kept(house: Held) -> None:
    await house.send()
    house.list_it("1s", 50)
    await house.look(29)
    for node in house.nodes:
        node.directives = []
    status = await house.look(3)
    assert [node.verdict for node in status.nodes] == [Verdict.DONE] * 2
    await house.answer(httpx.ReadTimeout("silent"))
    status = house.watcher.snapshot.operations[0]
    assert (status.verdict, status.ledger.progress.bounced) == (Verdict.DONE, 100)
    assert posts(house.nodes) == 2


async def test_lists_without_it_conclude_nothing_while_its_answer_is_waited_for(house: Held) -> None:
    await house.send()
    status = await house.look(10)
    assert (status.nodes[0].act.state, status.nodes[0].verdict) == (ActState.INTENT, Verdict.UNKNOWN)
    operation = await house.answer(httpx.ReadTimeout("silent"))
    assert operation.acts[0].state is ActState.UNKNOWN
    assert house.journal.operations["7F3A2C"].acts[0].state is ActState.UNKNOWN


async def test_where_the_loops_of_the_watch_run_they_look(house: Held) -> None:
    house.watcher.interval_s = 3600.0
    house.watcher.start()
    await house.send()
    house.list_it("55s", 40)
    status = await house.look()
    assert status.operation.acts[0].id == "id-mta1"
    await house.answer()
