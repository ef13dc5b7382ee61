"""Prometheus's HTTP API, as Prometheus, VictoriaMetrics, Thanos and Mimir answer it: two kinds of queries.

Everything in an answer is bounded: its bytes, its series, the time it may take. Names in labels stay raw.
"""

import asyncio
import json
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode

import httpx

from kumo_tui.clock import Clock
from kumo_tui.errors import (
    BrokenAnswer,
    ConnectionCut,
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
from kumo_tui.node import failures
from kumo_tui.node.aside import LARGE_BYTES, aside
from kumo_tui.node.failures import Asked
from kumo_tui.node.link import Answer, Link, Timeouts
from kumo_tui.node.login import Login
from kumo_tui.node.request_log import log_refusal
from kumo_tui.text import one_line

QUERY, QUERY_RANGE = "/api/v1/query", "/api/v1/query_range"
MOST_BYTES = 8 * 1024 * 1024
MOST_SERIES = 5_000
MOST_POINTS = 2_000
MOST_WARNINGS = 5
MOST_AT_ONCE = 4

# A gauge that wrapped below zero is beyond it (KUMOMTA.md 5.2), and so is what no screen has room for.
LARGEST = 2.0**63

_CHECK_URL = "Check url in the profile's [prometheus] table: what stands before /api/v1."
_NARROW = "Give label matchers (match) in the profile's [prometheus] table."

# What to do about it, by what went wrong before there was an answer.
_STEPS: Mapping[type[NodeError], str] = {
    Unreachable: "Is it running there? Check url in the profile's [prometheus] table, and the firewall.",
    TlsUntrusted: "Set ca_file in the profile's [prometheus] table.",
    NoAnswer: "It is overloaded, or what is asked is too much for it; timeout_s waits longer.",
    ConnectionCut: "It may have been restarted; it is asked again.",
    BrokenAnswer: _CHECK_URL,
}


class Sample(NamedTuple):
    """One series of an instant query: its labels, raw, its value, and the query's time (seconds since 1970)."""

    labels: Mapping[str, str]
    value: float
    at: float


class Series(NamedTuple):
    """One series of a range query: its labels, raw, and its points as time and value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


class Vector(NamedTuple):
    """The answer to an instant query. `warnings` are clean words: Thanos warns where parts of it are missing."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...] = ()


class Matrix(NamedTuple):
    """The answer to a range query; `warnings` as in a Vector."""

    series: tuple[Series, ...]
    warnings: tuple[str, ...] = ()


class _OddError(Exception):
    """The answer has another shape; the text says in clean words which."""


class PrometheusClient:
    """One server of this API. Every method raises NodeError and nothing else, and sends one request.

    All of them are GET: nothing that is no act is ever POSTed. Values that are no finite number, or beyond every
    count and time, are left out.
    Redirects are not followed. `tenant` goes as X-Scope-OrgID where it is given.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        timeout_s: float = 10.0,
        verify: bool | ssl.SSLContext = True,
        login: Login | None = None,
        tenant: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url
        """The URL before /api/v1; it holds no credentials."""
        self.name = f"Prometheus {url}"
        """How errors call it."""
        self._timeout_s = timeout_s
        self._login = login
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._link = Link(
            url,
            clock=clock,
            timeouts=Timeouts(
                connect_s=min(5.0, timeout_s), read_s=timeout_s, write_s=timeout_s, total_s=2 * timeout_s
            ),
            verify=verify,
            transport=transport,
            compress=None,
            login=login,
            headers={"X-Scope-OrgID": tenant} if tenant else {},
        )

    async def renew(self) -> None:
        """Use new connections from now on: after the machine was suspended, old ones may be dead unnoticed."""
        await self._link.renew()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._link.aclose()

    async def instant(self, query: str) -> Vector:
        """The value of an expression now, by the server's clock."""
        data, warnings = await self._ask(QUERY, {"query": query}, "vector")
        try:
            return Vector(tuple(_samples(data)), warnings)
        except _OddError as error:
            self._odd(QUERY, str(error))

    async def over_time(self, query: str, *, start: float, end: float, step_s: float) -> Matrix:
        """The values of an expression between two times, every `step_s`."""
        values = {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step_s:g}"}
        data, warnings = await self._ask(QUERY_RANGE, values, "matrix")
        try:
            return Matrix(tuple(_series(data)), warnings)
        except _OddError as error:
            self._odd(QUERY_RANGE, str(error))

    async def _ask(self, path: str, values: Mapping[str, str], kind: str) -> tuple[list[Any], tuple[str, ...]]:
        """The entries of the result, of this kind, and the warnings."""
        try:
            form = urlencode({**values, "timeout": f"{self._timeout_s:g}s"})
        except UnicodeEncodeError:
            raise RequestRejected(self.name, "a query holds a name that is not valid UTF-8.") from None
        asked = Asked(self.name, self._link.address, "GET", f"{path}?{form}", wait_s=self._timeout_s)
        async with self._turns:
            answer = await self._exchange(asked)
        if answer.status != 200:
            raise self._refused(asked, answer)
        try:
            return await aside(len(answer.body) > LARGE_BYTES, _result, answer.body, kind)
        except _OddError as error:
            if failures.is_html(answer.headers, answer.body) or answer.body[:1] == b"<":
                self._odd(path, "it is a web page")
            self._odd(path, str(error))

    async def _exchange(self, asked: Asked) -> Answer:
        try:
            async with self._link.exchange(asked) as response:
                body = await self._link.body(asked, response, MOST_BYTES)
                if len(body) > MOST_BYTES:
                    raise BrokenAnswer(asked.node, f"an answer is over {MOST_BYTES >> 20} MiB.", _NARROW)
                return Answer(response.status_code, response.headers, self._without_secret(body))
        except NotKumod:
            raise BrokenAnswer(self.name, f"{self._link.address} does not speak HTTP.", _CHECK_URL) from None
        except NodeError as error:
            step = error.next_step if error.next_step == _NARROW else _STEPS.get(type(error), error.next_step)
            raise type(error)(self.name, error.what.removeprefix(f"{self.name}: "), step) from None

    def _without_secret(self, body: bytes) -> bytes:
        """What came, without the secret that was sent: a proxy may repeat it."""
        return body if self._login is None else self._login.hidden_in(body)

    def _refused(self, asked: Asked, answer: Answer) -> NodeError:
        """What an answer that is not 200 means, in words for the operator."""
        status, said = answer.status, _said(answer.body)
        log_refusal(asked, status, said.encode())
        heard = f"{asked.request} ({status})" + (f": {said}" if said else "")
        if 300 <= status < 400:
            return NotFound(self.name, f"redirects {heard}.", f"Redirects are not followed. {_CHECK_URL}")
        if status in (401, 403, 407):
            step = "Check credentials and tenant in the profile's [prometheus] table."
            return Unauthorized(self.name, f"not allowed: {heard}.", step)
        if status in (404, 405):
            return NotFound(self.name, f"does not have {heard}.", _CHECK_URL)
        if status in (502, 503, 504):
            return NotReady(self.name, f"not ready: {heard}.", "It is starting, overloaded, or out of reach.")
        if status >= 500:
            return ServerFailed(self.name, f"failed: {heard}.", "Its own log says more.")
        step = "Its limits may be too low for this fleet." if status == 422 else "Check match and instance_label."
        return RequestRejected(self.name, f"refused the query: {heard}.", step)

    def _odd(self, path: str, why: str) -> NoReturn:
        raise BrokenAnswer(self.name, f"the answer to {path} cannot be read: {why}.", _CHECK_URL) from None


def _said(body: bytes) -> str:
    """The words of an error: `error` of its JSON, else the text itself."""
    text = body[:2_000].decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    words = told.get("error") if isinstance(told, dict) else None
    if text.lstrip().startswith("<"):
        return "a web page"
    return one_line(words if isinstance(words, str) else text, 200).rstrip(".")


def _result(body: bytes, kind: str) -> tuple[list[Any], tuple[str, ...]]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise _OddError("it is no JSON") from None
    if not isinstance(told, dict) or told.get("status") != "success":
        raise _OddError("it does not say success")
    data = told.get("data")
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(result, list) or data.get("resultType") != kind:
        raise _OddError(f"it holds no {kind}")
    if len(result) > MOST_SERIES:
        raise _OddError(f"it has more than {MOST_SERIES:,} series")
    warnings = told.get("warnings")
    words = (
        [one_line(each, 200) for each in warnings if isinstance(each, str)] if isinstance(warnings, list) else []
    )
    return result, tuple(words[:MOST_WARNINGS])


def _samples(result: list[Any]) -> Iterator[Sample]:
    for entry in result:
        labels = _labels(entry)
        point = _point(entry.get("value"))
        if point is not None:
            yield Sample(labels, point[1], point[0])


def _series(result: list[Any]) -> Iterator[Series]:
    for entry in result:
        labels, values = _labels(entry), entry.get("values")
        if not isinstance(values, list):
            raise _OddError("a series has no values")
        if len(values) > MOST_POINTS:
            raise _OddError(f"a series has more than {MOST_POINTS:,} points")
        found = (_point(value) for value in values)
        yield Series(labels, tuple(point for point in found if point is not None))


def _labels(entry: Any) -> Mapping[str, str]:
    labels = entry.get("metric") if isinstance(entry, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise _OddError("a series has no labels")
    return labels


def _point(pair: Any) -> tuple[float, float] | None:
    """Time and value; None where one of them is no finite number, or beyond LARGEST."""
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
        raise _OddError("a sample is no pair of time and value")
    try:
        at, value = float(pair[0]), float(pair[1])
    except (TypeError, ValueError, OverflowError):
        raise _OddError("a sample is no number") from None
    # What is no number (NaN) is not smaller either.
    return (at, value) if abs(at) < LARGEST and abs(value) < LARGEST else None
