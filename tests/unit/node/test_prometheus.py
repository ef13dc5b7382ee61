"""Prometheus's HTTP API: what it answers, and what is said of every other answer."""

import json
import ssl

import httpx
import pytest

from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import (
    BrokenAnswer,
    ConnectionCut,
    NoAnswer,
    NodeError,
    NotFound,
    NotReady,
    RequestRejected,
    ServerFailed,
    TlsUntrusted,
    Unauthorized,
    Unreachable,
)
from kumo_tui.node.login import Logins
from kumo_tui.node.prometheus import MOST_BYTES, MOST_SERIES, PrometheusClient
from kumo_tui.node.promql import Queries
from tests.fakes import FakeClock
from tests.prometheus_api import NOW, FakePrometheus, saying

URL = "https://mimir.example/prometheus"
SECRET = "hunter2-hunter2"


def client(prometheus: FakePrometheus, *, tenant: str = "", with_login: bool = False) -> PrometheusClient:
    credentials = CredentialSettings.model_validate({"token": SECRET}) if with_login else None
    login = Logins({}).of("Prometheus", credentials)
    return PrometheusClient(URL, clock=FakeClock(), login=login, tenant=tenant, transport=prometheus)


async def failure(prometheus: FakePrometheus, *, with_login: bool = False) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await client(prometheus, with_login=with_login).instant("up")
    return caught.value


async def test_an_instant_query_goes_to_the_path_before_the_api() -> None:
    prometheus = FakePrometheus()
    prometheus.vectors = {"up": [({"instance": "mta1:8000"}, 1)]}
    answer = await client(prometheus, tenant="mail", with_login=True).instant("up")
    assert [(sample.labels, sample.value, sample.at) for sample in answer.samples] == [
        ({"instance": "mta1:8000"}, 1.0, NOW)
    ]
    request = prometheus.requests[0]
    assert (request.method, str(request.url).partition("?")[0]) == ("GET", f"{URL}/api/v1/query")
    assert request.headers["x-scope-orgid"] == "mail"
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert b"timeout=10s" in request.url.query


def test_whether_a_scrape_works_is_told_by_the_jobs_that_scrape_kumomta_and_by_others_where_none_does() -> None:
    first, second = Queries(match='dc="a"', label="host").up.split(" or max by ")
    assert first.startswith(
        'max by (host) (up{dc="a"} and on (job) (last_over_time(scheduled_count_total{dc="a"}['
    )
    assert 'or last_over_time(message_count{dc="a"}[' in first
    assert second == '(host) (up{dc="a"})'


async def test_a_range_query_gives_points_in_time() -> None:
    prometheus = FakePrometheus()
    prometheus.matrices = {"up": [1.0, None, "NaN", 4.0]}
    answer = await client(prometheus).over_time("up", start=100.0, end=160.0, step_s=20.0)
    assert answer.series[0].points == ((100.0, 1.0), (160.0, 4.0))


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "1.7e308", "-1.7e308", "18446744073709551615"])
async def test_a_value_that_is_no_finite_number_or_beyond_any_count_is_left_out(value: str) -> None:
    prometheus = FakePrometheus()
    prometheus.vectors = {"up": [({"instance": "a"}, value), ({"instance": "b"}, 2)]}
    assert [sample.value for sample in (await client(prometheus).instant("up")).samples] == [2.0]


async def test_names_in_labels_stay_raw_and_warnings_are_cleaned() -> None:
    prometheus = FakePrometheus()
    name = 'evil\x1b]52;c;aGk=\x07"x@hold.example\n\u202e'
    prometheus.vectors = {"topk": [({"queue": name}, 7)]}
    prometheus.warnings = ["store \x1b[2J is gone"]
    answer = await client(prometheus).instant("topk(1, x)")
    assert answer.samples[0].labels["queue"] == name
    assert answer.warnings == ("store \\x1b[2J is gone",)


REFUSALS: list[tuple[int, object, type[NodeError], str]] = [
    (400, {"status": "error", "error": "parse error: unexpected }"}, RequestRejected, "parse error: unexpected }"),
    (422, {"status": "error", "error": "too many samples"}, RequestRejected, "limits may be too low"),
    (401, b"who are you", Unauthorized, "Check credentials"),
    (403, b"no", Unauthorized, "not allowed"),
    (404, b"404 page not found", NotFound, "what stands before /api/v1"),
    (302, b"", NotFound, "Redirects are not followed"),
    (500, {"error": "boom"}, ServerFailed, "boom"),
    (503, b"Service Unavailable", NotReady, "not ready"),
    (502, b"<html>Bad gateway</html>", NotReady, "a web page"),
    (200, b"<!doctype html>", BrokenAnswer, "web page"),
    (200, b"{", BrokenAnswer, "no JSON"),
    (200, b"[" * 100_000, BrokenAnswer, "no JSON"),
    (200, [], BrokenAnswer, "does not say success"),
    (200, {"status": "error"}, BrokenAnswer, "does not say success"),
    (200, {"status": "success", "data": {"resultType": "matrix", "result": []}}, BrokenAnswer, "holds no vector"),
    (200, {"status": "success", "data": None}, BrokenAnswer, "holds no vector"),
    (200, {"status": "success", "data": {"resultType": "vector", "result": [7]}}, BrokenAnswer, "no labels"),
    (
        200,
        {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"a": 1}}]}},
        BrokenAnswer,
        "no labels",
    ),
    (
        200,
        {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1]}]}},
        BrokenAnswer,
        "no pair",
    ),
    (
        200,
        {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "x"]}]}},
        BrokenAnswer,
        "no number",
    ),
    (
        200,
        {
            "status": "success",
            "data": {"resultType": "vector", "result": [{"metric": {}, "value": [10**400, "1"]}]},
        },
        BrokenAnswer,
        "no number",
    ),
    (
        200,
        {"status": "success", "data": {"resultType": "vector", "result": [{}] * (MOST_SERIES + 1)}},
        BrokenAnswer,
        "more than 5,000 series",
    ),
    (200, b" " * (MOST_BYTES + 1), BrokenAnswer, "over 8 MiB"),
]


@pytest.mark.parametrize(("status", "told", "kind", "words"), REFUSALS)
async def test_every_other_answer_is_named_with_the_url_and_a_next_step(
    status: int, told: object, kind: type[NodeError], words: str
) -> None:
    prometheus = FakePrometheus()
    prometheus.failure = lambda _request: saying(status, told)
    error = await failure(prometheus)
    assert type(error) is kind
    assert words in str(error)
    assert error.what.startswith(f"Prometheus {URL}: ")
    assert error.next_step


RAISED: list[tuple[Exception, BaseException | None, type[NodeError], str]] = [
    (httpx.ConnectError("x"), ConnectionRefusedError(), Unreachable, "refuses connections. Is it running there?"),
    (httpx.ConnectError("x"), ssl.SSLCertVerificationError(1, "x"), TlsUntrusted, "Set ca_file"),
    (httpx.ReadTimeout("x"), None, NoAnswer, "silent for 10 s. It is overloaded"),
    (httpx.ReadError("x"), None, ConnectionCut, "connection ended"),
    (httpx.RemoteProtocolError("illegal status line"), None, BrokenAnswer, "does not speak HTTP"),
]


@pytest.mark.parametrize(("raised", "cause", "kind", "words"), RAISED)
async def test_what_keeps_it_from_answering_is_named(
    raised: Exception, cause: BaseException | None, kind: type[NodeError], words: str
) -> None:
    prometheus = FakePrometheus()

    def fail(_request: httpx.Request) -> httpx.Response:
        raise raised from cause

    prometheus.failure = fail
    if isinstance(cause, ssl.SSLCertVerificationError):
        cause.verify_message = "self-signed"
    error = await failure(prometheus)
    assert type(error) is kind
    assert words in str(error)
    assert "kumod" not in str(error)


async def test_no_error_repeats_the_secret() -> None:
    prometheus = FakePrometheus()
    prometheus.failure = lambda request: saying(400, {"error": f"bad {request.headers['authorization']}"})
    error = await failure(prometheus, with_login=True)
    assert "bad Bearer" in str(error)
    assert SECRET not in str(error)


def test_matchers_are_in_every_selector() -> None:
    queries = Queries('job="kumomta"', "node")
    asked = [
        queries.up,
        queries.scraped_at,
        queries.messages_by_instance,
        queries.queues_by_instance,
        queries.queues,
        queries.counter,
        queries.counted_instances,
        queries.top(5),
        queries.before(["a"]),
        queries.delivered,
        queries.failed_for_now,
        queries.received,
        queries.growth,
    ]
    for query in asked:
        assert query.count("{") == query.count('{job="kumomta"')
        assert "instance" not in query


@pytest.mark.parametrize("name", ['quo"te} or up{', "back\\slash", "line\nfeed", "a|b.*", "tab\t\x1b\u202e", "\\"])
def test_a_hostile_name_stays_in_its_string(name: str) -> None:
    query = Queries().before([name])
    start = query.index("queue=~") + len("queue=~")
    pattern, end = json.JSONDecoder().raw_decode(query, start)
    assert query[end:].startswith("} offset")
    assert "\n" not in query
    assert len(pattern) >= len(name)


def test_more_names_than_fit_are_left_out() -> None:
    names = [f"{number}{'x' * 1000}" for number in range(100)]
    query = Queries().before(names)
    assert len(query) < 6_000
    assert "|3x" in query
    assert "|5x" not in query
