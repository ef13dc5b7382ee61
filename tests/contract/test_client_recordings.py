"""Every recorded answer of a real server is understood, or becomes the right typed error."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kumo_tui.errors import (
    BodyTooLarge,
    ConnectionCut,
    EndpointMissing,
    NodeError,
    NotFound,
    RequestRejected,
    ServerFailed,
    Unauthorized,
    Unreachable,
)
from kumo_tui.model.feeders import ReadyFeeders
from kumo_tui.model.names import Part
from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.client import NodeClient
from tests.fakes import DATA, recording
from tests.unit.node.served import replaying, saying

Exchange = Mapping[str, Any]
Call = Callable[[NodeClient, Exchange], Awaitable[object]]

FILES = sorted(path.stem for path in DATA.glob("*.jsonl"))


def post(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    return client.post_bounce(exchange["request"].get("json") or {"reason": "not JSON in the recording"})


def cancel(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    return client.cancel_bounce((exchange["request"].get("json") or {"id": "none"})["id"])


def sample(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    query = parse_qs(urlsplit(exchange["request"]["path"]).query)
    return client.sample_queue(query.get("queue_name", [""])[0], int(query.get("limit", ["1"])[0]))


def stop(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    return client.post_suspension(exchange["request"]["json"])


def release(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    return client.cancel_suspension(exchange["request"]["json"]["id"])


def flush(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    return client.rebind(exchange["request"]["json"])


def inspect_ready(client: NodeClient, exchange: Exchange) -> Awaitable[object]:
    query = parse_qs(urlsplit(exchange["request"]["path"]).query)
    return client.inspect_ready_queue(query["queue_name"][0])


CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/api/admin/bounce/v1"): lambda client, _: client.list_directives(),
    ("POST", "/api/admin/bounce/v1"): post,
    ("DELETE", "/api/admin/bounce/v1"): cancel,
    ("GET", "/api/admin/suspend/v1"): lambda client, _: client.list_suspensions(),
    ("POST", "/api/admin/suspend/v1"): stop,
    ("DELETE", "/api/admin/suspend/v1"): release,
    ("POST", "/api/admin/rebind/v1"): flush,
    ("GET", "/api/admin/inspect-sched-q/v1"): sample,
    ("GET", "/api/admin/inspect-ready-q/v1"): inspect_ready,
    ("GET", "/api/machine-info"): lambda client, _: client.machine_info(),
    ("GET", "/api/check-liveness/v1"): lambda client, _: client.liveness(),
    ("GET", "/api-docs/openapi.json"): lambda client, _: client.probe(),
    ("GET", "/metrics"): lambda client, _: client.read_metrics(),
}
ERRORS: dict[object, type[NodeError]] = {
    400: RequestRejected,
    401: Unauthorized,
    404: NotFound,
    413: BodyTooLarge,
    415: RequestRejected,
    422: RequestRejected,
    500: ServerFailed,
    "ReadError": ConnectionCut,
    "ConnectError": Unreachable,
}


def exchanges(file: str) -> list[Exchange]:
    """Lines with a request that the client makes, too; bodies that the recording abbreviates are left out."""
    found = []
    for line in recording(file):
        if isinstance(line, dict) and isinstance(line.get("request"), dict):
            call = (line["request"]["method"], line["request"]["path"].partition("?")[0])
            abbreviated = line["response"].get("body", "").endswith("characters>")
            if call in CALLS and not abbreviated:
                found.append(line)
    return found


async def outcome(exchange: Exchange) -> object:
    """What the client makes of the answer: a value, or the error it raised."""
    request = exchange["request"]
    client = replaying(exchange).client
    try:
        return await CALLS[request["method"], request["path"].partition("?")[0]](client, exchange)
    except NodeError as error:
        return error


@pytest.mark.parametrize("file", FILES)
async def test_every_recorded_error_becomes_its_typed_error_with_the_servers_words(file: str) -> None:
    for exchange in exchanges(file):
        response, result = exchange["response"], await outcome(exchange)
        status = response.get("status", response.get("error"))
        if status == 200 or result is None or result is False:
            continue
        expected = Unauthorized if "Authorization header" in response.get("body", "") else ERRORS[status]
        assert type(result) is expected, exchange
        assert str(result).startswith("mta1: ")
        said = response.get("body", "")[:60].strip()
        assert said in str(result)


@pytest.mark.parametrize("file", FILES)
async def test_every_recorded_success_is_understood(file: str) -> None:
    for exchange in exchanges(file):
        if exchange["response"].get("status") == 200:
            assert not isinstance(await outcome(exchange), NodeError), exchange


@pytest.mark.parametrize("file", FILES)
async def test_every_recorded_bounce_list_comes_out_entry_by_entry(file: str) -> None:
    for exchange in exchanges(file):
        request, response = exchange["request"], exchange["response"]
        if (request["method"], request["path"]) == ("GET", "/api/admin/bounce/v1") and response.get(
            "status"
        ) == 200:
            result = await outcome(exchange)
            assert isinstance(result, tuple)
            for entry, told in zip(result, json.loads(response["body"]), strict=True):
                assert (entry.id, entry.reason, entry.total_bounced) == (
                    told["id"],
                    told["reason"],
                    told["total_bounced"],
                )
                assert dict(entry.bounced) == told["bounced"]
                assert (entry.campaign, entry.tenant, entry.domain, entry.routing_domain) == tuple(
                    told[part] for part in ("campaign", "tenant", "domain", "routing_domain")
                )
                assert entry.remaining_s > 0


@pytest.mark.parametrize("file", FILES)
async def test_every_recorded_metrics_body_has_as_many_queues_as_samples_and_no_bad_line(file: str) -> None:
    for exchange in exchanges(file):
        if exchange["request"]["path"] == "/metrics" and exchange["response"]["status"] == 200:
            metrics = await outcome(exchange)
            assert isinstance(metrics, Metrics)
            body = exchange["response"]["body"]
            assert len(metrics.table) == body.count("\nscheduled_count{")
            assert len(metrics.ready) == body.count('\nready_count{service="smtp_client:')
            assert metrics.bad_lines == 0
            assert metrics.size_bytes == len(body.encode())
            assert metrics.uptime_s is not None
            assert metrics.uptime_s > 0


async def test_hostile_queue_names_come_out_of_metrics_raw_and_exact() -> None:
    (metrics_line, *_) = exchanges("hostile-names")
    (post_line, list_line, *_) = exchanges("hostile-names-exact")
    metrics = await outcome(metrics_line)
    assert isinstance(metrics, Metrics)
    names = set(metrics.table.names)
    assert set(post_line["request"]["json"]["queue_names"]) <= names
    assert '"} 5 scheduled_count{queue="forged@hold.z.example' in names
    assert "forged@hold.z.example" not in names
    assert metrics.message_count == 43 == metrics.table.total
    (directive,) = await outcome(list_line)
    assert set(directive.bounced) == set(post_line["request"]["json"]["queue_names"])


async def test_the_id_of_a_recorded_post_is_the_one_that_the_list_shows() -> None:
    post_line, list_line, *_ = exchanges("hostile-names-exact")
    (directive,) = await outcome(list_line)
    assert await outcome(post_line) == directive.id
    assert directive.tag == "7F40"


async def test_recorded_cancels_tell_removed_from_already_gone() -> None:
    cancels = [line for line in exchanges("bounce-life") if line["request"]["method"] == "DELETE"]
    assert [await outcome(line) for line in cancels] == [line["response"]["status"] == 200 for line in cancels]
    assert {line["response"]["status"] for line in cancels} == {200, 404}


async def test_recorded_releases_tell_removed_from_already_gone_and_their_ids_are_the_recorded_stops() -> None:
    lines = [line for line in exchanges("suspend-inspect") if line["request"]["path"] == "/api/admin/suspend/v1"]
    stops = [await outcome(line) for line in lines if line["request"]["method"] == "POST"]
    releases = [line for line in lines if line["request"]["method"] == "DELETE"]
    assert {line["request"]["json"]["id"] for line in releases} <= set(stops)
    assert [await outcome(line) for line in releases] == [True, True, False]


async def test_the_recorded_ready_queues_name_their_feeders_and_an_unknown_one_is_none() -> None:
    lines = [
        line
        for file in ("clean-bounce-hold", "clean-bounce-two-sources", "errors", "suspend-inspect")
        for line in exchanges(file)
        if line["request"]["path"].startswith("/api/admin/inspect-ready-q/")
    ]
    found = [await outcome(line) for line in lines]
    slow = {
        f"{sender}@slow.{site}.example" for sender in ("one:s1", "two:s2") for site in ("breaker", "cancel", "q")
    }
    rate = frozenset({"one:s1@rate.q.example", "two:s2@rate.q.example"})
    assert found == [
        ReadyFeeders(frozenset(slow), "unspecified", 265, 1),
        ReadyFeeders(rate, "src2", 94, 1),
        ReadyFeeders(rate, "src1", 93, 1),
        None,
        ReadyFeeders(frozenset({"sl:s1@slow.x.example"}), "unspecified", 197, 1),
    ]


async def test_a_recorded_flush_says_nothing_more_than_that_it_was_taken() -> None:
    (line,) = [line for line in exchanges("clean-bounce-hold") if line["request"]["path"].endswith("/rebind/v1")]
    assert await outcome(line) is None


async def test_a_recorded_sample_names_sender_recipient_due_time_attempts_and_creation() -> None:
    line = next(
        line
        for line in exchanges("suspend-inspect")
        if line["request"]["path"].startswith("/api/admin/inspect-sched-q")
    )
    sampled = await outcome(line)
    assert sampled.num_scheduled == 15
    first = sampled.messages[0]
    assert (first.sender, first.recipients, first.attempts) == ("sender@example.com", ("u14@hold.n.example",), 0)
    assert first.due == datetime(2026, 11, 21, 1, 2, 45, tzinfo=UTC)
    assert first.created_at.replace(microsecond=0) == datetime(2026, 11, 21, 0, 2, 45, tzinfo=UTC)


async def test_a_queue_that_the_node_does_not_hold_has_no_sample() -> None:
    lines = [line for line in exchanges("errors") if "nope.invalid&limit=1" in line["request"]["path"]]
    assert [await outcome(line) for line in lines] == [None]


async def test_machine_info_is_absent_right_after_the_recorded_restart_and_then_has_its_time() -> None:
    infos = [line for line in exchanges("restart") if line["request"]["path"] == "/api/machine-info"]
    before, after = [await outcome(line) for line in infos]
    assert after is None
    assert before.version == "2026.08.04-3ebc1e85"
    assert before.online_since.tzinfo is UTC


async def test_an_endpoint_that_a_build_does_not_have_is_missing_not_empty() -> None:
    empty = saying("", 404).client
    for call in (empty.list_directives, empty.list_suspensions, empty.liveness, empty.read_metrics):
        with pytest.raises(EndpointMissing):
            await call()
    with pytest.raises(EndpointMissing):
        await empty.sample_queue("a.example", 3)
    assert await empty.probe() is None
    assert await empty.machine_info() is None


@pytest.mark.parametrize("version", ["2026.06.23", "2026.08.04"])
async def test_the_recorded_descriptions_say_what_the_nodes_can_do(version: str) -> None:
    body = (DATA / f"openapi-{version}.json").read_bytes()
    capability = await saying(body).client.probe()
    assert capability is not None
    assert capability.version.startswith(version)
    assert capability.exact_bounce
    assert capability.exact_stop
    assert capability.routing_domain
    assert capability.remembers_lookups
    assert capability.inspects_queues
    assert capability.has_machine_info
    assert capability.can_stop((Part.CAMPAIGN, Part.TENANT, Part.DOMAIN))
    assert not capability.can_stop(Part)
    assert capability.can_flush
    assert capability.inspects_ready is (version == "2026.08.04")
