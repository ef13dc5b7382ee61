"""The HTTP side of one node: one connection pool, explicit limits on everything, no credentials, no redirects."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

from kumo_tui import __version__
from kumo_tui.clock import Clock
from kumo_tui.errors import ConfigError
from kumo_tui.node import failures
from kumo_tui.node.failures import Asked

CONNECTIONS = 6
ANSWER_BYTES = 256 * 1024 * 1024
ERROR_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a node may take, in seconds: for a connection, and between two pieces of an answer.

    `total_s` is for an answer that goes on and on; patience beyond half of it doubles itself.
    """

    connect_s: float = 5.0
    read_s: float = 30.0
    write_s: float = 30.0
    pool_s: float = 5.0
    total_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete answer."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, raw."""
        return self.body.decode("utf-8", "replace").strip()


class Link:
    """Requests to one node. `address` is its host and port; `clock_skew_s` its clock minus ours."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        timeouts: Timeouts,
        verify: bool | str | ssl.SSLContext,
        transport: httpx.AsyncBaseTransport | None,
        compress: bool | None,
    ) -> None:
        base = httpx.URL(url).copy_with(userinfo=b"")
        self.address = base.netloc.decode("ascii")
        self.timeouts = timeouts
        self.clock_skew_s: float | None = None
        self._clock = clock
        wanted = not is_loopback(base.host) if compress is None else compress
        self._http = httpx.AsyncClient(
            base_url=base,
            headers={
                "accept-encoding": "gzip, deflate" if wanted else "identity",
                "user-agent": f"kumo-tui/{__version__}",
            },
            verify=_trust(verify) if base.scheme == "https" else False,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def ask(self, asked: Asked, content: bytes | None = None) -> Answer:
        """Send one request, once, and read the whole answer, whatever its status. Raises NodeError."""
        async with self.exchange(asked, content) as response:
            return await self.complete(asked, response)

    @asynccontextmanager
    async def exchange(self, asked: Asked, content: bytes | None = None) -> AsyncIterator[httpx.Response]:
        """Send one request, once; the answer's body is read inside. Raises NodeError for what goes wrong there."""
        try:
            async with (
                asyncio.timeout(max(self.timeouts.total_s, 2 * asked.wait_s)),
                self._http.stream(
                    asked.method,
                    asked.path,
                    content=content,
                    headers=None if content is None else {"content-type": "application/json"},
                    timeout=httpx.Timeout(
                        connect=self.timeouts.connect_s,
                        read=asked.wait_s,
                        write=self.timeouts.write_s,
                        pool=self.timeouts.pool_s,
                    ),
                ) as response,
            ):
                self._note_time(response)
                yield response
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise failures.from_exception(asked, error) from error

    async def complete(self, asked: Asked, response: httpx.Response) -> Answer:
        """The whole answer; of an error only its first ERROR_BYTES. Raises NodeError when it has no end."""
        limit = ANSWER_BYTES if response.status_code == 200 else ERROR_BYTES
        chunks, size = [], 0
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                if response.status_code == 200:
                    raise failures.broken(asked, f"it is over {ANSWER_BYTES >> 20} MiB")
                break
        return Answer(response.status_code, response.headers, b"".join(chunks))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _note_time(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        self.clock_skew_s = (theirs - self._clock.now()).total_seconds()


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, where compressing costs more than it saves."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trust(verify: bool | str | ssl.SSLContext) -> bool | ssl.SSLContext:
    if not isinstance(verify, str):
        return verify
    try:
        return ssl.create_default_context(cafile=verify)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{verify}: no CA certificates can be read from it.", "Check ca_file.") from error
