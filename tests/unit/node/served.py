"""A node client whose node is a function: request in, answer out, or whatever httpx would raise."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from kumo_tui.node.client import NodeClient
from tests.fakes import FakeClock

Handler = Callable[[httpx.Request], httpx.Response]


class Served:
    """A client of a node that answers by `handler`; `requests` keeps what it was asked."""

    def __init__(self, handler: Handler, url: str = "http://mta1.example:8000", **options: Any) -> None:
        self.requests: list[httpx.Request] = []
        self._handler = handler
        self.client = NodeClient(
            "mta1", url, clock=FakeClock(), transport=httpx.MockTransport(self._answer), **options
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._handler(request)


def saying(body: str | bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> Served:
    """A node that answers everything with this."""
    content = body.encode() if isinstance(body, str) else body
    return Served(lambda _request: httpx.Response(status, content=content, headers=headers))


def raising(error: Exception, cause: BaseException | None = None) -> Served:
    """A node that every request to fails like this."""

    def fail(_request: httpx.Request) -> httpx.Response:
        raise error from cause

    return Served(fail)


def replaying(exchange: Mapping[str, Any]) -> Served:
    """A node that answers as the real one did in this line of a recording."""
    response = exchange["response"]
    if "error" in response:
        return raising(getattr(httpx, response["error"])("recorded"))
    headers = {k: v for k, v in response["headers"].items() if k not in ("content-length", "transfer-encoding")}
    return saying(response["body"], response["status"], headers)
