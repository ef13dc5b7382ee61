"""Sending: a bounce leaves once, or not at all, and the journal knows before the node does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kumo_tui.act.draft import Checked
from kumo_tui.config import ActSettings, Settings
from kumo_tui.errors import JournalError, Refused
from kumo_tui.model.operation import ActState
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE, METRICS
from tests.fakes import settle
from tests.unit.act.house import PROMO, YAHOO, House, posts


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def test_a_bounce_is_one_post_per_node_with_the_planned_body(house: House) -> None:
    confirmed = await house.confirmed(typed="prod 100")
    planned = house.acts.plan(confirmed.preview, confirmed.checked, confirmed.tag)
    operation = await house.acts.bounce(confirmed)
    assert [node.count("POST", BOUNCE) for node in house.nodes] == [1, 1]
    assert [node.bodies for node in house.nodes] == [[request.body] for request in planned]
    assert house.nodes[0].bodies == [{"campaign": "promo", "reason": "bad link [kt:7F3A2C]", "duration": "60s"}]
    assert [(act.state, act.id) for act in operation.acts] == [
        (ActState.ACCEPTED, "id-mta1"),
        (ActState.ACCEPTED, "id-mta2"),
    ]
    assert (operation.tag, operation.who, operation.reason) == ("7F3A2C", "ann", "bad link")


async def test_the_intent_is_written_before_the_first_post(house: House) -> None:
    await house.acts.bounce(await house.confirmed())
    assert house.journal.posts_at_intent == 0
    assert [intent.node for intent in house.journal.intents["7F3A2C"]] == ["mta1", "mta2"]
    assert house.journal.operations["7F3A2C"].acts[0].state is ActState.ACCEPTED


async def test_the_baseline_is_taken_just_before_the_post(house: House) -> None:
    confirmed = await house.confirmed()
    house.nodes[0].queues[YAHOO] = 33
    await house.acts.bounce(confirmed)
    asked = house.nodes[0].asked
    assert asked.index(("POST", BOUNCE)) == len(asked) - 1
    assert asked[-2] == ("GET", METRICS)
    assert house.journal.intents["7F3A2C"][0].baseline == {YAHOO: 33}
    assert house.watcher.snapshot.operations[0].ledger.baseline == {YAHOO: 83}


async def test_an_accepted_bounce_is_followed_to_its_totals(house: House) -> None:
    await house.acts.bounce(await house.confirmed())
    for node in house.nodes:
        entry = node.list_entry(f"id-{node.name}", "57s", campaign="promo", bounced={YAHOO: 50})
        node.directives = [entry]
    assert await house.polled() is Verdict.SWEPT
    assert house.watcher.snapshot.operations[0].ledger.bounced == {YAHOO: 100}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("silent"),
        httpx.ReadError("cut"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500, text="Error: could not spawn"),
        httpx.Response(503, text="upstream reset"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, text="{}"),
        httpx.Response(200, text="[]"),
        httpx.Response(200, text='{"id": "e12912b7-e53'),
        httpx.Response(200, json={"id": 4711}),
        httpx.Response(200, json={"id": ""}),
        httpx.Response(200, json={"id": None}),
        httpx.Response(204),
        RuntimeError("a mistake of ours"),
    ],
)
async def test_an_answer_that_says_nothing_is_unknown_and_settled_by_the_tag_and_never_sent_again(
    house: House, answer: httpx.Response | Exception
) -> None:
    house.nodes[0].answers["POST", BOUNCE] = answer
    operation = await house.acts.bounce(await house.confirmed())
    assert [act.state for act in operation.acts] == [ActState.UNKNOWN, ActState.ACCEPTED]
    assert await house.polled(0.5) is Verdict.UNKNOWN
    house.nodes[0].directives = [
        house.nodes[0].list_entry("late", "50s", campaign="promo", reason="bad link [kt:7F3A2C]")
    ]
    house.nodes[1].directives = [house.nodes[1].list_entry("id-mta2", "50s", campaign="promo")]
    assert await house.polled() is Verdict.RUNNING
    act = house.watcher.snapshot.operations[0].operation.acts[0]
    assert (act.state, act.id) == (ActState.ACCEPTED, "late")
    assert house.journal.operations["7F3A2C"].acts[0].id == "late"
    assert posts(house.nodes) == 2


@pytest.mark.parametrize("server_id", ["4711", "E12912B7-E53E-11F1-8467-6A9C44CA8524", "{e12912b7}"])
async def test_an_id_of_another_form_is_taken_as_it_is(house: House, server_id: str) -> None:
    house.nodes[0].answers["POST", BOUNCE] = httpx.Response(200, json={"id": server_id, "more": [1]})
    operation = await house.acts.bounce(await house.confirmed())
    assert (operation.acts[0].state, operation.acts[0].id) == (ActState.ACCEPTED, server_id)
    house.nodes[0].directives = [house.nodes[0].list_entry(server_id, "55s", campaign="promo")]
    house.nodes[1].directives = [house.nodes[1].list_entry("id-mta2", "55s", campaign="promo")]
    assert await house.polled() is Verdict.RUNNING
    assert (await house.acts.cancel("mta1", server_id)).state == "removed"
    assert house.nodes[0].bodies[-1] == {"id": server_id}


async def test_an_id_that_the_list_writes_otherwise_than_the_answer_is_found_by_the_tag(house: House) -> None:
    server_id = "E12912B7-E53E-11F1-8467-6A9C44CA8524"
    house.nodes[0].answers["POST", BOUNCE] = httpx.Response(200, json={"id": server_id})
    await house.acts.bounce(await house.confirmed())
    mine = house.nodes[0].list_entry(server_id.lower(), "50s", campaign="promo", reason="bad link [kt:7F3A2C]")
    house.nodes[0].directives = [mine]
    house.nodes[1].directives = [house.nodes[1].list_entry("id-mta2", "50s", campaign="promo")]
    await house.polled()
    assert await house.polled(6.0) is Verdict.RUNNING
    assert house.watcher.snapshot.operations[0].operation.acts[0].id == server_id.lower()


async def test_an_entry_without_an_id_cannot_be_cancelled(house: House) -> None:
    await house.watcher.poll_once()
    with pytest.raises(Refused, match="does not tell the id"):
        await house.acts.cancel("mta1", "")
    assert house.nodes[0].count("DELETE", BOUNCE) == 0


async def test_an_unknown_outcome_that_the_list_does_not_have_was_rejected_and_is_not_sent_again(
    house: House,
) -> None:
    house.nodes[0].answers["POST", BOUNCE] = httpx.ReadTimeout("silent")
    await house.acts.bounce(await house.confirmed())
    house.nodes[1].directives = [house.nodes[1].list_entry("id-mta2", "50s", campaign="promo")]
    for _poll in range(3):
        await house.polled()
    nodes = house.watcher.snapshot.operations[0].nodes
    assert [node.verdict for node in nodes] == [Verdict.REJECTED, Verdict.RUNNING]
    assert house.journal.operations["7F3A2C"].acts[0].state is ActState.REJECTED
    assert posts(house.nodes) == 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.Response(422, text="Failed to deserialize"),
        httpx.Response(401, text="not permitted"),
        httpx.Response(413, text="too large"),
    ],
)
async def test_what_was_surely_not_done_is_rejected_with_its_words(
    house: House, answer: httpx.Response | Exception
) -> None:
    house.nodes[0].answers["POST", BOUNCE] = answer
    operation = await house.acts.bounce(await house.confirmed())
    assert [act.state for act in operation.acts] == [ActState.REJECTED, ActState.ACCEPTED]
    assert (operation.acts[0].error or "").startswith("mta1: ")
    assert [event.text for event in operation.events][1].startswith("rejected: mta1: ")


async def test_a_read_only_session_refuses(house: House) -> None:
    confirmed = await house.confirmed()
    reading = House(Settings(read_only=True))
    await reading.watcher.poll_once()
    assert "read-only" in await reading.refused(confirmed)
    with pytest.raises(Refused, match="read-only"):
        await reading.acts.cancel("mta1", "a")
    await reading.watcher.stop()


async def test_an_old_preview_refuses(house: House) -> None:
    confirmed = await house.confirmed()
    house.clock.jump(16)
    assert "16s old" in await house.refused(confirmed)


@pytest.mark.parametrize("typed", ["", "100", "prod 99", "prod 100 "])
async def test_a_wrong_typed_text_refuses(house: House, typed: str) -> None:
    assert "not what was asked for" in await house.refused(await house.confirmed(typed=typed))


async def test_a_node_that_cannot_be_read_just_before_refuses_unless_partial(house: House) -> None:
    confirmed = await house.confirmed()
    house.nodes[1].answers["GET", METRICS] = httpx.ReadError("cut")
    assert "mta2" in await house.refused(confirmed)
    operation = await house.acts.bounce(replace(confirmed, partial=True))
    assert [act.node for act in operation.acts] == ["mta1"]
    assert house.nodes[1].count("POST", BOUNCE) == 0


async def test_a_node_that_was_never_read_refuses_unless_partial(house: House) -> None:
    house.nodes[1].fail(httpx.ConnectError("refused"))
    confirmed = await house.confirmed()
    assert "mta2 takes no part: DOWN, no connection to 127.0.0.1" in await house.refused(confirmed)
    operation = await house.acts.bounce(replace(confirmed, partial=True))
    assert [act.node for act in operation.acts] == ["mta1"]


async def test_no_node_at_all_refuses_even_when_partial(house: House) -> None:
    confirmed = await house.confirmed(partial=True)
    for node in house.nodes:
        node.answers["GET", METRICS] = httpx.ReadError("cut")
    assert "No node could be read" in await house.refused(confirmed)


async def test_a_journal_that_cannot_be_written_refuses(house: House) -> None:
    confirmed = await house.confirmed()
    house.journal.broken = {"problem"}
    assert "no journal: disk full" in await house.refused(confirmed)
    house.journal.broken = {"intent"}
    with pytest.raises(JournalError):
        await house.acts.bounce(confirmed)
    assert posts(house.nodes) == 0


async def test_a_journal_that_fails_after_the_post_hides_nothing(house: House) -> None:
    house.journal.broken = {"act"}
    operation = await house.acts.bounce(await house.confirmed())
    assert operation.acts[0].state is ActState.ACCEPTED
    assert house.watcher.snapshot.operations[0].verdict is Verdict.RUNNING


@pytest.mark.parametrize(
    "change",
    [
        {"selector": Criteria(tenant="acme")},
        {"problems": {"reason": "A reason is needed."}},
        {"selector": None},
        {"duration_s": None},
    ],
)
async def test_what_differs_from_the_preview_or_is_not_ready_refuses(house: House, change: dict[str, Any]) -> None:
    confirmed = await house.confirmed()
    checked: Checked = replace(confirmed.checked, **change)
    assert await house.refused(replace(confirmed, checked=checked))


async def test_a_bounce_whose_caller_goes_away_is_followed_all_the_same(house: House) -> None:
    confirmed = await house.confirmed()
    house.nodes[0].hold[BOUNCE] = asyncio.Event()
    sending = asyncio.create_task(house.acts.bounce(confirmed))
    await settle(200)
    assert posts(house.nodes) == 2
    sending.cancel()
    await settle()
    house.nodes[0].hold[BOUNCE].set()
    await settle(200)
    assert sending.cancelled()
    acts = house.watcher.snapshot.operations[0].operation.acts
    assert [act.state for act in acts] == [ActState.ACCEPTED] * 2
    assert posts(house.nodes) == 2


async def test_a_cancel_reads_the_totals_first_and_is_sent_once(house: House) -> None:
    await house.acts.bounce(await house.confirmed())
    node = house.nodes[0]
    node.directives = [node.list_entry("id-mta1", "50s", campaign="promo", bounced={YAHOO: 41})]
    house.clock.jump(1)
    outcome = await house.acts.cancel("mta1", "id-mta1")
    assert node.asked[-2:] == [("GET", BOUNCE), ("DELETE", BOUNCE)]
    assert (outcome.state, outcome.last_total) == ("removed", 41)
    assert "already taken" in outcome.text
    assert node.count("DELETE", BOUNCE) == 1
    house.clock.jump(1)
    status = (await house.watcher.poll_once()).operations[0]
    assert status.nodes[0].verdict is Verdict.CANCELLED
    assert status.nodes[0].ledger.bounced == {YAHOO: 41}
    assert "cancelled on mta1" in [event.text for event in status.operation.events]


async def test_a_cancel_of_what_is_gone_says_so(house: House) -> None:
    await house.watcher.poll_once()
    outcome = await house.acts.cancel("mta1", "4711")
    assert (outcome.state, outcome.last_total) == ("already gone", None)


async def test_a_cancel_goes_on_when_the_totals_cannot_be_read(house: House) -> None:
    node = house.nodes[0]
    node.directives = [node.list_entry("a", campaign="promo")]
    await house.watcher.poll_once()
    node.answers["GET", BOUNCE] = httpx.ReadTimeout("silent")
    outcome = await house.acts.cancel("mta1", "a")
    assert (outcome.state, outcome.last_total) == ("removed", None)


async def test_a_cancel_without_answer_is_unknown_and_a_later_list_tells(house: House) -> None:
    await house.acts.bounce(await house.confirmed())
    for node in house.nodes:
        node.directives = [node.list_entry(f"id-{node.name}", "50s", campaign="promo")]
    house.nodes[0].answers["DELETE", BOUNCE] = httpx.ReadTimeout("silent")
    house.clock.jump(1)
    outcome = await house.acts.cancel("mta1", "id-mta1")
    assert outcome.state == "unknown"
    assert house.nodes[0].count("DELETE", BOUNCE) == 1
    assert await house.polled(1) is Verdict.RUNNING
    for node in house.nodes:
        node.directives = []
    assert await house.polled(60) is Verdict.DONE


async def test_a_cancel_that_is_not_allowed_raises_and_explains_no_later_absence(house: House) -> None:
    await house.acts.bounce(await house.confirmed())
    house.nodes[0].directives = [house.nodes[0].list_entry("id-mta1", "50s", campaign="promo")]
    house.nodes[0].answers["DELETE", BOUNCE] = httpx.Response(401, text="not permitted")
    with pytest.raises(Exception, match="not allowed"):
        await house.acts.cancel("mta1", "id-mta1")
    for node in house.nodes:
        node.directives = []
    await house.polled(1)
    await house.polled(5)
    assert "somebody else" in house.watcher.snapshot.operations[0].nodes[0].note


async def test_a_preview_is_planned_but_never_sent_by_looking(house: House) -> None:
    confirmed = await house.confirmed()
    plan = house.acts.plan(confirmed.preview, confirmed.checked, "7F3A2C")
    urls = ["http://127.0.0.1:8000", "http://127.0.0.1:8001"]
    assert [request.url for request in plan] == [f"{url}{BOUNCE}" for url in urls]
    assert house.acts.refusals(confirmed.preview, confirmed.checked) == ()
    assert house.acts.plan(Preview(PROMO, ()), confirmed.checked, "7F3A2C") == ()
    assert posts(house.nodes) == 0


async def test_tags_are_short_hexadecimal_and_new(house: House) -> None:
    tags = {house.acts.new_tag() for _tag in range(50)}
    assert len(tags) == 50
    assert all(len(tag) == 6 and int(tag, 16) >= 0 and tag == tag.upper() for tag in tags)


async def test_a_sample_of_a_queue_is_none_when_it_is_gone(house: House) -> None:
    path = "/api/admin/inspect-sched-q/v1"
    house.nodes[0].answers["GET", path] = httpx.Response(404, text="Error: no such queue x")
    assert await house.acts.sample_queue("mta1", "x") is None


async def test_a_bounce_and_a_cancel_wait_as_long_as_the_settings_say() -> None:
    house = House(Settings(act=ActSettings(answer_timeout_s=7.0)))
    waited: dict[str, float] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        waited[request.method] = request.extensions["timeout"]["read"]
        return httpx.Response(200, json={"id": "id-mta1", "bounced": {}, "total_bounced": 0})

    for node in house.nodes:
        node.answers["POST", BOUNCE] = answer
        node.answers["DELETE", BOUNCE] = lambda request: httpx.Response(200, text=f"removed {answer(request)}")
    operation = await house.acts.bounce(await house.confirmed(typed="prod 100"))
    await house.acts.cancel("mta1", str(operation.acts[0].id))
    assert waited == {"POST": 7.0, "DELETE": 7.0}
    await house.watcher.stop()


async def test_a_node_that_was_never_read_is_said_before_anything_is_typed(house: House) -> None:
    house.nodes[1].fail(httpx.ConnectError("refused"))
    confirmed = await house.confirmed()
    words = " ".join(house.acts.refusals(confirmed.preview, confirmed.checked))
    assert "mta2 takes no part: DOWN" in words
    assert house.acts.refusals(confirmed.preview, confirmed.checked, partial=True) == ()
