"""What the client sends: one request per call, no credentials, explicit limits."""

import asyncio
import json
import ssl
from pathlib import Path

import httpx
import pytest

from kumo_tui.errors import ConfigError, NodeError
from kumo_tui.node import link
from kumo_tui.node.client import NodeClient
from kumo_tui.node.link import Timeouts
from tests.fakes import FakeClock
from tests.unit.node.served import Served, raising, saying

BODY = {
    "queue_names": ['quo"te@a.example', "漢\x1b@a.example"],
    "domain": "kt-1.invalid",
    "reason": "x",
    "duration": "300s",
}


async def test_a_bounce_is_one_post_of_exactly_the_body_given() -> None:
    served = saying('{"id":"a"}')
    assert await served.client.post_bounce(BODY) == "a"
    (request,) = served.requests
    assert (request.method, request.url.path) == ("POST", "/api/admin/bounce/v1")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content) == BODY


async def test_a_cancel_sends_the_id_as_json_body_of_a_delete() -> None:
    served = saying("removed a")
    await served.client.cancel_bounce("a")
    (request,) = served.requests
    assert (request.method, request.headers["content-type"]) == ("DELETE", "application/json")
    assert json.loads(request.content) == {"id": "a"}


@pytest.mark.parametrize("name", ["promo:acme@a.example!r", "a b&limit=9#x?%41+", "漢\x1b]@a.example", '"} 5', ""])
async def test_a_sample_asks_for_exactly_this_queue(name: str) -> None:
    served = saying("Error: no such queue", 404)
    assert await served.client.sample_queue(name, 3) is None
    (request,) = served.requests
    assert list(request.url.params.multi_items()) == [("queue_name", name), ("limit", "3")]


async def test_no_credentials_leave_the_program_and_none_are_in_its_words() -> None:
    served = Served(lambda _request: httpx.Response(401, text="no"), "http://root:hunter2@mta1.example:8000")
    with pytest.raises(NodeError) as caught:
        await served.client.list_directives()
    assert "authorization" not in served.requests[0].headers
    assert "hunter2" not in f"{caught.value!r}{caught.value.next_step}{served.requests[0].url}"
    refused = raising(httpx.ConnectError("x"), ConnectionRefusedError()).client
    with pytest.raises(NodeError, match=r"mta1\.example:8000 refuses"):
        await refused.list_directives()


async def test_a_redirect_is_not_followed() -> None:
    served = saying("", 302, {"location": "http://evil.example/api/admin/bounce/v1"})
    with pytest.raises(NodeError):
        await served.client.post_bounce({"reason": "x"})
    assert [request.url.host for request in served.requests] == ["mta1.example"]


async def test_proxies_and_netrc_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login root password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://evil.example:3128")
    served = saying("[]")
    await served.client.list_directives()
    assert "authorization" not in served.requests[0].headers
    assert served.requests[0].url.host == "mta1.example"


@pytest.mark.parametrize(
    ("url", "compress", "expected"),
    [
        ("http://127.0.0.1:8000", None, "identity"),
        ("http://[::1]:8000", None, "identity"),
        ("http://localhost:8000", None, "identity"),
        ("http://mta1.example:8000", None, "gzip, deflate"),
        ("http://10.0.0.1:8000", None, "gzip, deflate"),
        ("http://127.0.0.1:8000", True, "gzip, deflate"),
        ("http://mta1.example:8000", False, "identity"),
    ],
)
async def test_answers_are_compressed_except_on_loopback(url: str, compress: bool | None, expected: str) -> None:
    served = Served(lambda _request: httpx.Response(200, text="[]"), url, compress=compress)
    await served.client.list_directives()
    assert served.requests[0].headers["accept-encoding"] == expected


async def test_every_request_has_all_four_time_limits_and_patience_stretches_only_the_reading() -> None:
    served = Served(
        lambda _request: httpx.Response(200, text="[]"),
        timeouts=Timeouts(connect_s=1, read_s=2, write_s=3, pool_s=4),
    )
    await served.client.list_directives()
    await served.client.list_directives(patience_s=180)
    limits = [request.extensions["timeout"] for request in served.requests]
    assert limits[0] == {"connect": 1, "read": 2, "write": 3, "pool": 4}
    assert limits[1] == {"connect": 1, "read": 180, "write": 3, "pool": 4}


async def test_an_answer_that_never_ends_is_given_up() -> None:
    async def trickle() -> object:
        while True:
            yield b" "
            await asyncio.sleep(0)

    served = Served(
        lambda _request: httpx.Response(200, content=trickle()), timeouts=Timeouts(read_s=0.001, total_s=0.01)
    )
    with pytest.raises(NodeError, match="does not end"):
        await served.client.list_directives()


async def test_an_answer_too_large_to_be_a_list_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "ANSWER_BYTES", 1000)
    with pytest.raises(NodeError, match="it is over"):
        await saying("[" + " " * 1000 + "]").client.list_directives()
    assert await saying("[" + " " * 900 + "]").client.list_directives() == ()


async def test_the_clock_skew_is_the_nodes_date_minus_our_time() -> None:
    served = saying("[]", headers={"date": "Sat, 21 Nov 2026 12:00:07 GMT"})
    assert served.client.clock_skew_s is None
    await served.client.list_directives()
    assert served.client.clock_skew_s == 7


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 12:00:07 GMT"])
async def test_a_date_that_cannot_be_read_says_nothing_about_the_clock(date: str) -> None:
    served = saying("[]", headers={"date": date})
    await served.client.list_directives()
    assert served.client.clock_skew_s is None


async def test_the_size_of_the_last_metrics_is_known() -> None:
    body = "# TYPE message_count gauge\nmessage_count 5\n"
    served = saying(body)
    assert (await served.client.read_metrics()).size_bytes == len(body) == served.client.last_bytes


async def test_a_ca_file_that_holds_none_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("")
    for path in (empty, tmp_path / "absent.pem"):
        with pytest.raises(ConfigError, match="ca_file"):
            NodeClient("mta1", "https://mta1.example:8000", clock=FakeClock(), verify=str(path))


async def test_a_context_of_the_callers_is_used_as_it_is() -> None:
    client = NodeClient(
        "mta1", "https://mta1.example:8000", clock=FakeClock(), verify=ssl.create_default_context()
    )
    await client.aclose()
