"""Whatever goes wrong with a request becomes one typed error that names node, cause and next step."""

import socket
import ssl
from collections.abc import Callable

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
    NotKumod,
    NotReady,
    RequestRejected,
    ServerFailed,
    TlsUntrusted,
    Unauthorized,
    Unreachable,
)
from tests.unit.node.served import Served, raising, saying

REQUEST = httpx.Request("GET", "http://mta1.example:8000/metrics")
HTML = {"content-type": "text/html"}
ID = "24086bd8-e30f-4af3-8232-a72719a405e1"


def certificate_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


RAISED: list[tuple[Exception, BaseException | None, type[NodeError], str]] = [
    (httpx.ConnectError("x"), ConnectionRefusedError(), Unreachable, "mta1.example:8000 refuses connections"),
    (httpx.ConnectError("x"), socket.gaierror(-2, "unknown"), Unreachable, "no such host: mta1.example:8000"),
    (httpx.ConnectError("x"), OSError(113, "No route to host"), Unreachable, "No route to host"),
    (httpx.ConnectError("x"), ExceptionGroup("all", [ConnectionRefusedError()]), Unreachable, "refuses"),
    (httpx.ConnectError("x"), certificate_error(), TlsUntrusted, "not trusted: self-signed certificate"),
    (httpx.ConnectError("x"), ssl.SSLError(1, "wrong version number"), Unreachable, "does not speak TLS"),
    (httpx.ConnectTimeout("x"), None, Unreachable, "timed out"),
    (httpx.PoolTimeout("x"), None, Unreachable, "earlier requests"),
    (httpx.ReadTimeout("x"), None, NoAnswer, "silent for 30 s"),
    (httpx.WriteTimeout("x"), None, NoAnswer, "silent for 30 s"),
    (httpx.ReadError("x"), None, ConnectionCut, "connection ended"),
    (httpx.WriteError("x"), None, ConnectionCut, "connection ended"),
    (httpx.RemoteProtocolError("Server disconnected"), None, ConnectionCut, "connection ended"),
    (httpx.RemoteProtocolError("illegal status line: SSH-2.0"), None, NotKumod, "does not speak HTTP"),
    (httpx.DecodingError("incorrect header check"), None, BrokenAnswer, "incorrect header check"),
    (httpx.LocalProtocolError("illegal header"), None, RequestRejected, "illegal header"),
]
NOTHING_SENT = (Unreachable, TlsUntrusted, RequestRejected)


async def failure(call: object) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await call  # type: ignore[misc]  # any of the client's coroutines
    return caught.value


@pytest.mark.parametrize(("error", "cause", "kind", "words"), RAISED)
async def test_a_transport_failure_becomes_its_typed_error(
    error: Exception, cause: BaseException | None, kind: type[NodeError], words: str
) -> None:
    failed = await failure(raising(error, cause).client.list_directives())
    assert type(failed) is kind
    assert failed.what.startswith("mta1: ")
    assert words in failed.what
    assert failed.next_step


@pytest.mark.parametrize(("error", "cause", "kind", "words"), RAISED)
async def test_only_a_post_that_was_never_sent_has_a_known_outcome(
    error: Exception, cause: BaseException | None, kind: type[NodeError], words: str
) -> None:
    served = raising(error, cause)
    failed = await failure(served.client.post_bounce({"tenant": "acme", "reason": "x"}))
    assert failed.outcome_unknown is (kind not in NOTHING_SENT)
    assert ("before doing it again" in failed.next_step) is failed.outcome_unknown or kind is NotKumod
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (301, "", NotKumod),
        (307, "", NotKumod),
        (400, "Failed to parse the request body as JSON: EOF", RequestRejected),
        (400, "Malformed Authorization header", Unauthorized),
        (401, "Trusted IP required", Unauthorized),
        (403, "", Unauthorized),
        (404, "", EndpointMissing),
        (404, "Error: no such thing", NotFound),
        (405, "", EndpointMissing),
        (413, "Failed to buffer the request body: length limit exceeded", BodyTooLarge),
        (415, "Expected request with `Content-Type: application/json`", RequestRejected),
        (422, "unknown field `queue_name`", RequestRejected),
        (500, "Error: boom", ServerFailed),
        (502, "", ServerFailed),
        (503, "Error: load shedding", NotReady),
        (204, "", BrokenAnswer),
    ],
)
async def test_a_status_becomes_its_typed_error_with_the_servers_words(
    status: int, body: str, kind: type[NodeError]
) -> None:
    served = saying(body, status, {"location": "http://elsewhere.example/"})
    for call in (served.client.list_directives(), served.client.read_metrics()):
        failed = await failure(call)
        assert type(failed) is kind
        assert body in failed.what
    assert len(served.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_post_answered_with_a_server_error_may_have_been_carried_out(status: int) -> None:
    failed = await failure(saying("Error: x", status).client.post_bounce({"reason": "x"}))
    assert type(failed) is ServerFailed
    assert failed.outcome_unknown


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 415, 422])
async def test_a_post_that_the_node_refused_was_not_carried_out(status: int) -> None:
    failed = await failure(saying("words", status).client.post_bounce({"reason": "x"}))
    assert not failed.outcome_unknown


@pytest.mark.parametrize("body", ["", "{}", '{"id":5}', '{"id":""}', '{"id":"24086', "OK", "[]", "<html>"])
async def test_a_post_with_an_odd_answer_may_have_been_carried_out(body: str) -> None:
    failed = await failure(saying(body).client.post_bounce({"reason": "x"}))
    assert isinstance(failed, BrokenAnswer)
    assert failed.outcome_unknown


@pytest.mark.parametrize("body", ["", "{}", "null", '[{"id":"a","reason":"x"', b'["\xff"]', '["\\ud800"]'])
async def test_a_list_that_is_none_is_a_broken_answer_and_never_an_empty_list(body: str | bytes) -> None:
    for call in (saying(body).client.list_directives(), saying(body).client.list_suspensions()):
        assert type(await failure(call)) is BrokenAnswer


READS: list[Callable[[Served], object]] = [
    lambda served: served.client.list_directives(),
    lambda served: served.client.list_suspensions(),
    lambda served: served.client.read_metrics(),
    lambda served: served.client.machine_info(),
    lambda served: served.client.probe(),
    lambda served: served.client.liveness(),
    lambda served: served.client.sample_queue("a.example", 3),
    lambda served: served.client.post_bounce({"reason": "x"}),
    lambda served: served.client.cancel_bounce(ID),
    lambda served: served.client.post_suspension({"reason": "x"}),
    lambda served: served.client.cancel_suspension(ID),
    lambda served: served.client.rebind({"reason": "x", "data": {}}),
    lambda served: served.client.inspect_ready_queue("unspecified->a.example@smtp_client"),
]


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("call", READS)
async def test_a_web_page_is_not_kumod_whatever_was_asked(call: Callable[[Served], object], status: int) -> None:
    failed = await failure(call(saying("<!DOCTYPE html><title>Hello</title>", status, HTML)))
    assert type(failed) is NotKumod
    assert "mta1.example:8000" in failed.what


async def test_metrics_without_any_family_of_kumod_are_not_kumods() -> None:
    for body in ("", "# TYPE node_load1 gauge\nnode_load1 0.5\n", "\x00\xff" * 100):
        assert type(await failure(saying(body).client.read_metrics())) is NotKumod


async def test_a_cancel_is_only_believed_when_the_node_says_so_of_this_id() -> None:
    assert await saying(f"removed {ID}").client.cancel_bounce(ID) is True
    assert await saying(f"bounce entry {ID} not found", 404).client.cancel_bounce(ID) is False
    assert type(await failure(saying("404 page not found", 404).client.cancel_bounce(ID))) is NotFound
    assert type(await failure(saying("", 404).client.cancel_bounce(ID))) is EndpointMissing
    assert type(await failure(saying("OK").client.cancel_bounce(ID))) is BrokenAnswer


async def test_liveness_is_the_nodes_own_word_even_when_it_is_not_well() -> None:
    assert await saying("OK").client.liveness() == "OK"
    assert await saying("healthy").client.liveness() == "OK"
    assert await saying("load shedding", 503).client.liveness() == "load shedding"
    assert await saying("\x1b[2Jbad", 503).client.liveness() == "\\x1b[2Jbad"
    assert await saying("", 503).client.liveness() == "not ready"


async def test_words_of_the_server_are_cleaned_and_cut() -> None:
    failed = await failure(saying("Error: \x1b]52;c;x\x07\n\u202e" + "x" * 5000, 500).client.list_directives())
    assert failed.what.isprintable()
    assert len(failed.what) < 400


async def test_an_unknown_queue_of_an_old_build_has_no_sample_and_other_failures_are_errors() -> None:
    assert await saying("Error: not such queue a.example", 500).client.sample_queue("a.example", 3) is None
    assert type(await failure(saying("Error: disk", 500).client.sample_queue("a.example", 3))) is ServerFailed


async def test_a_name_that_is_not_utf8_is_refused_before_anything_is_sent() -> None:
    served = saying('{"id":"a"}')
    for call in (
        served.client.post_bounce({"queue_names": ["bad\udcff"], "reason": "x"}),
        served.client.sample_queue("bad\udcff", 1),
    ):
        assert type(await failure(call)) is RequestRejected
    assert not served.requests
