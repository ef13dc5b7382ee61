"""A small Prometheus in process: its HTTP API answers what a test puts there, by a piece of the query."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import httpx

NOW = 1_795_262_000.0

Answer = Callable[[httpx.Request], httpx.Response]


class FakePrometheus(httpx.AsyncBaseTransport):
    """Answers the first entry of `vectors` whose key is in the query, else with no series.

    A vector is a list of labels and value. `failure` replaces every answer; it may raise. `queries` is what came.
    """

    def __init__(self) -> None:
        self.vectors: dict[str, Sequence[tuple[Mapping[str, str], object]]] = {}
        self.matrices: dict[str, Sequence[float | str | None]] = {}
        self.failure: Answer | None = None
        self.failing: dict[str, Answer] = {}
        self.warnings: list[str] = []
        self.requests: list[httpx.Request] = []
        self.queries: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        form = {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
        self.requests.append(request)
        self.queries.append(form["query"])
        if self.failure is not None:
            return self.failure(request)
        failing = next((answer for piece, answer in self.failing.items() if piece in form["query"]), None)
        if failing is not None:
            return failing(request)
        if request.url.path.endswith("query_range"):
            return self._matrix(form)
        return self._vector(form["query"])

    def _vector(self, query: str) -> httpx.Response:
        entries = next((found for piece, found in self.vectors.items() if piece in query), ())
        series = [{"metric": dict(labels), "value": [NOW, str(value)]} for labels, value in entries]
        return self._success("vector", series)

    def _matrix(self, form: Mapping[str, str]) -> httpx.Response:
        values = next((found for piece, found in self.matrices.items() if form["query"].startswith(piece)), ())
        start, step = float(form["start"]), float(form["step"])
        points = [[start + place * step, str(value)] for place, value in enumerate(values) if value is not None]
        return self._success("matrix", [{"metric": {}, "values": points}] if points else [])

    def _success(self, kind: str, result: list[dict[str, Any]]) -> httpx.Response:
        told: dict[str, Any] = {"status": "success", "data": {"resultType": kind, "result": result}}
        if self.warnings:
            told["warnings"] = self.warnings
        return saying(200, told)


def saying(status: int, told: object, **headers: str) -> httpx.Response:
    """An answer of this status, JSON unless it is bytes."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return httpx.Response(status, content=body, headers={"content-type": "application/json", **headers})


def fleet(prometheus: FakePrometheus, *, ages: Mapping[str, float | None] | None = None) -> None:
    """Three nodes with mail: mta1 and mta2 are scraped 9 s and 4 s ago, mta3 fails."""
    known = ages or {"mta1:8000": 9.0, "mta2:8000": 4.0, "mta3:8000": None}
    prometheus.vectors = {
        "(up{": [({"instance": name}, int(age is not None)) for name, age in known.items()],
        "timestamp(": [({"instance": name}, NOW - age) for name, age in known.items() if age is not None],
        "count by (instance) ((": [({"instance": "mta1:8000"}, 3), ({"instance": "mta2:8000"}, 2)],
        "count(sum by (queue)": [({}, 4)],
        "topk(": [({"queue": "promo:acme@yahoo.com"}, 900), ({"queue": "news:zenith@aol.com"}, 100)],
        "offset 300s": [({"queue": "promo:acme@yahoo.com"}, 400)],
        "total_messages_received": [({"instance": "mta1:8000"}, 60), ({"instance": "mta2:8000"}, 30)],
        "total_messages_delivered": [({"instance": "mta1:8000"}, 20)],
        "total_messages_transfail": [({"instance": "mta1:8000"}, 5)],
        "deriv(": [({"instance": "mta1:8000"}, 100), ({"instance": "mta2:8000"}, -10)],
        "sum by (instance) ((scheduled": [({"instance": "mta1:8000"}, 800), ({"instance": "mta2:8000"}, 200)],
        "sum(scheduled_count_total": [({}, 1003)],
    }
    prometheus.matrices = {
        "sum(": [float(100 * place % 900) for place in range(120)],
        "count(": [2.0] * 120,
    }
