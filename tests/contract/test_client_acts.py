"""Stops, releases, flushes and feeders: what the client sends, and what it believes of the answers."""

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from kumo_tui.errors import (
    BodyTooLarge,
    BrokenAnswer,
    ConnectionCut,
    EndpointMissing,
    NoAnswer,
    NodeError,
    NotFound,
    RequestRejected,
    ServerFailed,
    Unauthorized,
    Unreachable,
)
from kumo_tui.model.feeders import ReadyFeeders
from kumo_tui.node.client import NodeClient
from tests.unit.node.served import Served, raising, saying

ID = "169d2e24-3f42-40da-b04f-68a6b4bdaea7"
READY = "unspecified->mx_list:127.0.0.1:2026@smtp_client"
SECRET = "hunter2"
STOP = {
    "queue_names": ['quo"te@a.example', "漢\x1b@a.example"],
    "domain": "kt-1.invalid",
    "reason": "x",
    "duration": "300s",
}
FLUSH = {"tenant": "acmé", "reason": "x", "data": {}, "always_flush": True}
ACTS: list[Callable[[NodeClient], Awaitable[object]]] = [
    lambda client: client.post_suspension(STOP),
    lambda client: client.cancel_suspension(ID),
    lambda client: client.rebind(FLUSH),
]


def feeders_answer(**changes: object) -> str:
    """An answer of inspect-ready-q with a password in its path configuration."""
    answer: dict[str, object] = {
        "queue_name": READY,
        "egress_source": "src1",
        "state": {"ready_count": 7, "connection_count": 2, "suspended": None},
        "path_config": {"smtp_auth_plain_password": {"key_data": SECRET}},
        "scheduled_queue_names": ["a@a.example", '"} 5\x1b@a.example'],
        "dispatchers": [],
    }
    return json.dumps({key: value for key, value in (answer | changes).items() if value != "absent"})


async def failure(call: Awaitable[object]) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await call
    return caught.value


async def test_a_stop_is_one_post_of_exactly_the_body_given_and_returns_its_id() -> None:
    served = saying(f'{{"id":"{ID}"}}')
    assert await served.client.post_suspension(STOP) == ID
    (request,) = served.requests
    assert (request.method, request.url.raw_path) == ("POST", b"/api/admin/suspend/v1")
    assert request.headers["content-type"] == "application/json"
    assert request.content == json.dumps(STOP, ensure_ascii=False).encode()


async def test_a_release_sends_the_id_as_json_body_of_a_delete() -> None:
    served = saying(f"removed {ID}")
    assert await served.client.cancel_suspension(ID) is True
    (request,) = served.requests
    assert (request.method, request.url.raw_path) == ("DELETE", b"/api/admin/suspend/v1")
    assert request.headers["content-type"] == "application/json"
    assert request.content == f'{{"id": "{ID}"}}'.encode()


async def test_a_flush_is_one_post_of_exactly_the_body_given() -> None:
    served = saying("{}")
    await served.client.rebind(FLUSH)
    (request,) = served.requests
    assert (request.method, request.url.raw_path) == ("POST", b"/api/admin/rebind/v1")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == FLUSH


@pytest.mark.parametrize("name", [READY, "a b&limit=9#x?%41+", "漢\x1b]->a.example@smtp_client", '"} 5', ""])
async def test_feeders_are_asked_of_exactly_this_ready_queue(name: str) -> None:
    served = saying(f"Error: no such ready queue {name}", 404)
    assert await served.client.inspect_ready_queue(name) is None
    (request,) = served.requests
    assert (request.method, request.url.path) == ("GET", "/api/admin/inspect-ready-q/v1")
    assert list(request.url.params.multi_items()) == [("queue_name", name), ("include_scheduled_queues", "true")]
    assert not request.content


async def test_feeders_are_raw_names_and_counts_and_no_secret_is_kept() -> None:
    found = await saying(feeders_answer()).client.inspect_ready_queue(READY)
    assert found == ReadyFeeders(frozenset({"a@a.example", '"} 5\x1b@a.example'}), "src1", 7, 2)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "body",
    [
        feeders_answer(scheduled_queue_names="absent"),
        feeders_answer(scheduled_queue_names=None),
        feeders_answer(scheduled_queue_names=["a@a.example", 5]),
        feeders_answer(egress_source=SECRET, state=SECRET),
        feeders_answer(state={"ready_count": -1, "connection_count": 0}),
        feeders_answer(state={"ready_count": 1}),
        feeders_answer()[:-30],
        "",
        "[]",
    ],
)
async def test_feeders_that_are_not_told_are_an_error_without_the_answers_own_text(body: str) -> None:
    failed = await failure(saying(body).client.inspect_ready_queue(READY))
    assert type(failed) is BrokenAnswer
    assert SECRET not in f"{failed!r}{failed}{failed.__cause__}"


async def test_a_build_without_the_endpoint_is_no_ready_queue_without_feeders() -> None:
    assert type(await failure(saying("", 404).client.inspect_ready_queue(READY))) is EndpointMissing
    assert type(await failure(saying("no route", 404).client.inspect_ready_queue(READY))) is NotFound


async def test_a_release_is_only_believed_when_the_node_says_so_of_this_id() -> None:
    assert await saying(f"suspend entry {ID} not found", 404).client.cancel_suspension(ID) is False
    assert type(await failure(saying("404 page not found", 404).client.cancel_suspension(ID))) is NotFound
    assert type(await failure(saying("", 404).client.cancel_suspension(ID))) is EndpointMissing
    assert type(await failure(saying("OK").client.cancel_suspension(ID))) is BrokenAnswer


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("error", "kind", "unknown"),
    [
        (httpx.ReadTimeout("x"), NoAnswer, True),
        (httpx.ReadError("x"), ConnectionCut, True),
        (httpx.RemoteProtocolError("Server disconnected"), ConnectionCut, True),
        (httpx.ConnectError("x"), Unreachable, False),
        (httpx.ConnectTimeout("x"), Unreachable, False),
    ],
)
async def test_an_act_is_sent_once_and_only_one_that_may_have_left_has_an_unknown_outcome(
    act: Callable[[NodeClient], Awaitable[object]], error: Exception, kind: type[NodeError], unknown: bool
) -> None:
    served = raising(error)
    failed = await failure(act(served.client))
    assert type(failed) is kind
    assert failed.outcome_unknown is unknown
    assert ("may have been done" in failed.next_step) is unknown
    assert len(served.requests) == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("status", "kind", "unknown"),
    [
        (401, Unauthorized, False),
        (405, EndpointMissing, False),
        (413, BodyTooLarge, False),
        (422, RequestRejected, False),
        (500, ServerFailed, True),
        (503, ServerFailed, True),
        (204, BrokenAnswer, True),
    ],
)
async def test_an_act_that_the_node_refused_was_not_carried_out_and_one_it_failed_at_may_have_been(
    act: Callable[[NodeClient], Awaitable[object]], status: int, kind: type[NodeError], unknown: bool
) -> None:
    failed = await failure(act(saying("words", status).client))
    assert type(failed) is kind
    assert failed.outcome_unknown is unknown


@pytest.mark.parametrize("body", ["", "null", "[]", "OK", '{"id":5}', '{"id":""}'])
async def test_a_stop_with_an_odd_answer_may_have_been_carried_out(body: str) -> None:
    assert (await failure(saying(body).client.post_suspension(STOP))).outcome_unknown


@pytest.mark.parametrize("body", ["", "null", "[]", "OK"])
async def test_a_flush_with_an_odd_answer_may_be_under_way_and_no_list_is_pointed_at(body: str) -> None:
    failed = await failure(saying(body).client.rebind(FLUSH))
    assert type(failed) is BrokenAnswer
    assert failed.outcome_unknown
    assert "look at the list" not in failed.next_step


async def test_a_name_that_is_not_utf8_is_refused_before_anything_is_sent() -> None:
    served = saying("{}")
    for call in (
        served.client.post_suspension({"queue_names": ["bad\udcff"], "reason": "x"}),
        served.client.rebind({"tenant": "bad\udcff", "reason": "x", "data": {}}),
        served.client.inspect_ready_queue("bad\udcff"),
    ):
        assert type(await failure(call)) is RequestRejected
    assert not served.requests


async def test_patience_is_how_long_each_of_them_is_waited_for() -> None:
    served = Served(lambda _request: httpx.Response(500, text="Error: x"))
    for call in (
        served.client.post_suspension(STOP, patience_s=7),
        served.client.cancel_suspension(ID, patience_s=7),
        served.client.rebind(FLUSH, patience_s=7),
        served.client.inspect_ready_queue(READY, patience_s=7),
    ):
        await failure(call)
    assert [request.extensions["timeout"]["read"] for request in served.requests] == [7, 7, 7, 7]
