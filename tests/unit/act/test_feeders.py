"""Asking nodes what feeds their ready queues: bounded, for acts only, and never a reason to fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from kumo_tui.act.feeders import take_feeders
from kumo_tui.model.feeders import NOT_KNOWN, Feeders
from kumo_tui.model.selector import Criteria, Everything
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.node.client import INSPECT_READY
from tests.fakes import DATA, FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.act.house import House
from tests.unit.act.test_stake import MAIN
from tests.unit.act.worlds import node, snapshot

READY = {f"src->site{number}@smtp_client": number for number in range(10)}


def answer(request: httpx.Request) -> httpx.Response:
    """The feeders of a ready queue: one queue of its own, and one that feeds them all."""
    name = request.url.params["queue_name"]
    return httpx.Response(
        200,
        json={
            "egress_source": "src",
            "state": {"ready_count": READY[name], "connection_count": 1},
            "path_config": {"smtp_auth_plain_password": "hunter2"},
            "scheduled_queue_names": [f"only@{name}", "all@example.com"],
        },
    )


class Asked:
    """A node with ready queues, and how many requests for feeders it had at once."""

    def __init__(self, answering: Callable[[httpx.Request], httpx.Response | Exception] = answer) -> None:
        self.node = ScriptedNode(FakeClock())
        self.node.answers["GET", INSPECT_READY] = self._answer
        self._answering = answering
        self.held = self.node.hold

    def _answer(self, request: httpx.Request) -> httpx.Response | Exception:
        return self._answering(request)

    @property
    def times(self) -> int:
        return self.node.count("GET", INSPECT_READY)

    async def take(
        self, shot: Snapshot | None = None, *, concurrency: int = 4, most: int = 60, within_s: float = 5.0
    ) -> Feeders:
        return await take_feeders(
            {"mta1": self.node.client},
            shot or snapshot(node(ready=READY, capability=MAIN)),
            ["mta1"],
            concurrency=concurrency,
            most=most,
            within_s=within_s,
        )


async def test_every_ready_queue_that_the_metrics_show_is_asked_once_also_an_empty_one() -> None:
    asked = Asked()
    told = (await asked.take())["mta1"]
    assert told.complete
    assert set(told.by_ready_queue) == set(READY)
    assert asked.times == len(READY)
    first = told.by_ready_queue["src->site0@smtp_client"]
    assert first.scheduled_queue_names == {"only@src->site0@smtp_client", "all@example.com"}
    assert (first.ready_count, first.egress_source) == (0, "src")


async def test_it_tells_which_ready_queues_are_fed_by_mail_that_is_meant() -> None:
    told = (await Asked().take())["mta1"]
    assert set(told.fed_by(Criteria(tenant="all")).values()) == {True}
    only = told.fed_by(Criteria(domain="src->site3@smtp_client"))
    assert [name for name, is_fed in only.items() if is_fed] == ["src->site3@smtp_client"]
    assert len(only) == len(READY)


async def test_no_more_than_so_many_requests_are_under_way_at_once() -> None:
    asked = Asked()
    asked.held[INSPECT_READY] = asyncio.Event()
    taking = asyncio.ensure_future(asked.take(concurrency=3))
    await settle(300)
    assert asked.times == 3
    asked.held[INSPECT_READY].set()
    assert (await taking)["mta1"].complete
    assert asked.times == len(READY)


async def test_more_ready_queues_than_the_cap_are_not_asked_at_all() -> None:
    asked = Asked()
    assert (await asked.take(most=9))["mta1"] is NOT_KNOWN
    assert asked.times == 0
    assert (await asked.take(most=10))["mta1"].complete


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        httpx.Response(500, text="Error: x"),
        httpx.Response(401, text="Trusted IP required"),
        httpx.Response(404),
        httpx.Response(200, json={"state": {}}),
    ],
)
async def test_a_failure_is_not_known_and_ends_the_asking(trouble: httpx.Response | Exception) -> None:
    asked = Asked(lambda request: trouble if "site2" in str(request.url) else answer(request))
    told = (await asked.take(concurrency=1))["mta1"]
    assert not told.complete
    assert set(told.by_ready_queue) == {"src->site0@smtp_client", "src->site1@smtp_client"}
    assert asked.times == 3


async def test_a_ready_queue_that_is_gone_is_not_known_and_the_others_are() -> None:
    gone = httpx.Response(404, text="Error: no such ready queue src->site2@smtp_client")
    asked = Asked(lambda request: gone if "site2" in str(request.url) else answer(request))
    told = (await asked.take())["mta1"]
    assert not told.complete
    assert len(told.by_ready_queue) == len(READY) - 1


async def test_a_node_that_takes_too_long_is_not_known() -> None:
    asked = Asked()
    asked.held[INSPECT_READY] = asyncio.Event()
    told = (await asked.take(within_s=0.001))["mta1"]
    assert not told.complete
    assert asked.times <= 4


async def test_nodes_that_cannot_tell_or_are_not_read_are_not_asked() -> None:
    asked = Asked()
    for shot in (
        snapshot(node(ready=READY)),
        snapshot(node(ready=READY, capability=None)),
        snapshot(node(ready=READY, capability=MAIN, state=NodeState.BUSY)),
        snapshot(node("mta2", ready=READY, capability=MAIN)),
    ):
        assert await asked.take(shot) == {"mta1": NOT_KNOWN}
    assert await take_feeders({}, snapshot(node(ready=READY, capability=MAIN)), ["mta1"]) == {"mta1": NOT_KNOWN}
    assert asked.times == 0


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Two nodes; the first is of a build that tells feeders."""
    house = House()
    house.nodes[0].description = json.loads((DATA / "openapi-2026.08.04.json").read_text("utf-8"))
    for each in house.nodes:
        each.ready = dict(READY)
        each.answers["GET", INSPECT_READY] = answer
    yield house
    await house.watcher.stop()


def asked_of(house: House) -> list[int]:
    return [each.count("GET", INSPECT_READY) for each in house.nodes]


async def test_an_act_asks_the_target_nodes_that_can_tell_and_no_others(house: House) -> None:
    preview = await house.acts.fresh_preview(Criteria(tenant="all"))
    assert asked_of(house) == [0, 0]
    told = await house.acts.feeders(preview)
    assert asked_of(house) == [len(READY), 0]
    assert {name: feeders.complete for name, feeders in told.items()} == {"mta1": True, "mta2": False}


async def test_for_everything_nobody_is_asked(house: House) -> None:
    assert await house.acts.feeders(await house.acts.fresh_preview(Everything())) == {}
    assert asked_of(house) == [0, 0]
