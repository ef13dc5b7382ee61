"""The HTTP side of one node: one connection pool, explicit limits on everything, no redirects."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

import httpx
from pydantic import SecretStr

from kumo_tui import __version__
from kumo_tui.clock import Clock
from kumo_tui.model.snapshot import Timed
from kumo_tui.node import failures
from kumo_tui.node.failures import Asked
from kumo_tui.node.hearing import Hearing
from kumo_tui.node.login import Login
from kumo_tui.node.request_log import log_refusal, logged
from kumo_tui.node.ssh_command import DEFAULT_COMMAND
from kumo_tui.node.tls import tls_context
from kumo_tui.node.tunnel import Tunnel
from kumo_tui.node.tunnel_transport import TunnelTransport
from kumo_tui.urls import is_loopback, seen_there, ssh_way

CONNECTIONS = 6
# Longer than nodes are left alone while nobody looks: a connection is not made anew for each poll.
KEPT_S = 15.0
LIMITS = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEPT_S)
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
ANSWER_BYTES = 256 * 1024 * 1024
ERROR_BYTES = 64 * 1024

# A body that comes slower than this, for twice the time that silence is waited out, is no answer.
DRIBBLE_BYTES_S = 1000


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
    """Requests to one node. `address` is its host and port; `clock_skew_s` its clock minus ours.

    With a `login` each request carries an Authorization header, else none does: before access lists kumod refuses
    a trusted host that sends one (KUMOMTA.md 6). `headers` go with each request; they are no secrets. A node
    behind ssh is reached by a tunnel of the command `ssh`, which lasts as long as its connections.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        timeouts: Timeouts,
        verify: bool | str | ssl.SSLContext,
        transport: httpx.AsyncBaseTransport | None,
        compress: bool | None,
        login: Login | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        ssh: Sequence[str] = DEFAULT_COMMAND,
    ) -> None:
        way = ssh_way(url)
        base = httpx.URL(seen_there(url)).copy_with(userinfo=b"")
        listener = base.netloc.decode("ascii")
        self.address = listener if way is None else f"{listener} on {way.destination}"
        self.timeouts = timeouts
        self.clock_skew_s: float | None = None
        self._clock = clock
        self._login = login
        is_here = way is None and is_loopback(base.host)
        wanted = not is_here if compress is None else compress
        self._way = way
        self._tunnel = partial(Tunnel, clock=clock, connect_s=timeouts.connect_s, command=ssh)
        self._through: Tunnel | None = None
        self._given = transport
        self._client = partial(
            httpx.AsyncClient,
            base_url=base,
            headers={
                "accept-encoding": "gzip, deflate" if wanted else "identity",
                "user-agent": f"kumo-tui/{__version__}",
                **headers,
            },
            verify=_trust(verify) if base.scheme == "https" else False,
            limits=LIMITS,
            follow_redirects=False,
            trust_env=False,
        )
        self._http: httpx.AsyncClient | None = None
        self._retired: httpx.AsyncClient | None = None
        self._under_way = 0

    @property
    def complaint(self) -> Timed[str] | None:
        """What ssh said last, clean, in a tunnel that stands, and when; None where it was silent, or is not."""
        return self._through.complaint if self._through is not None else None

    async def ask(self, asked: Asked, content: bytes | None = None, hearing: Hearing | None = None) -> Answer:
        """Send one request, once, and read the whole answer, whatever its status. Raises NodeError.

        `hearing` is told how the answer comes in.
        """
        async with self.exchange(asked, content) as response:
            return await self.complete(asked, response, hearing)

    @asynccontextmanager
    async def exchange(self, asked: Asked, content: bytes | None = None) -> AsyncIterator[httpx.Response]:
        """Send one request; the answer's body is read inside. Raises NodeError for what goes wrong there."""
        with logged(asked, self._clock) as noted:
            self._under_way += 1
            try:
                async with asyncio.timeout(max(self.timeouts.total_s, 2 * asked.wait_s)):
                    response = noted.response = await self._send(asked, content)
                    try:
                        self._note_time(response)
                        yield response
                    finally:
                        await response.aclose()
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
                # Without its cause: its frames hold the request's headers, and a crash screen shows frames.
                raise failures.from_exception(asked, error) from None
            finally:
                self._under_way -= 1

    async def _send(self, asked: Asked, content: bytes | None) -> httpx.Response:
        """The answer, its body not read. A reading that is refused goes once more where the login has changed."""
        if self._login is None:
            return await self._connections().send(self._request(asked, content, None), stream=True)
        door = f"{asked.method} {self.address}{asked.path.partition('?')[0]}"
        header = self._login.header()
        response = await self._connections().send(self._request(asked, content, header), stream=True)
        if response.status_code != 401:
            self._login.let_in(door)
        elif not asked.is_act and await self._login.renewed(door, header):
            await response.aclose()
            again = self._request(asked, content, self._login.header())
            return await self._connections().send(again, stream=True)
        return response

    def _request(self, asked: Asked, content: bytes | None, login: SecretStr | None) -> httpx.Request:
        headers = {} if content is None else {"content-type": "application/json"}
        if login is not None:
            headers["authorization"] = login.get_secret_value()
        return self._connections().build_request(
            asked.method,
            asked.path,
            content=content,
            headers=headers,
            timeout=httpx.Timeout(
                connect=self.timeouts.connect_s,
                read=asked.wait_s,
                write=self.timeouts.write_s,
                pool=self.timeouts.pool_s,
            ),
        )

    async def pieces(
        self, asked: Asked, response: httpx.Response, hearing: Hearing | None = None
    ) -> AsyncGenerator[bytes]:
        """The body as it comes in. Raises NodeError for one that comes drop by drop: silence it is not."""
        began = self._clock.monotonic()
        hearing = hearing or Hearing(began)
        hearing.hear(began, 0)
        async for chunk in response.aiter_bytes():
            hearing.hear(self._clock.monotonic(), len(chunk))
            coming_s = hearing.coming_s(self._clock.monotonic())
            if coming_s > 2 * asked.wait_s and hearing.size_bytes < DRIBBLE_BYTES_S * coming_s:
                raise failures.dribbled(asked, hearing.size_bytes, coming_s)
            yield chunk

    async def complete(self, asked: Asked, response: httpx.Response, hearing: Hearing | None = None) -> Answer:
        """The whole answer; of an error only its first ERROR_BYTES. Raises NodeError when it has no end."""
        is_good = response.status_code == 200
        body = await self.body(asked, response, ANSWER_BYTES if is_good else ERROR_BYTES, hearing)
        if is_good and len(body) > ANSWER_BYTES:
            raise failures.broken(asked, f"it is over {ANSWER_BYTES >> 20} MiB")
        if self._login is not None and response.status_code != 200:
            body = self._login.hidden_in(body)
        if response.status_code != 200:
            log_refusal(asked, response.status_code, body)
        return Answer(response.status_code, response.headers, body)

    async def body(
        self, asked: Asked, response: httpx.Response, most: int, hearing: Hearing | None = None
    ) -> bytes:
        """The body; of one that is longer than `most` bytes only its beginning, which is longer too."""
        chunks, size = [], 0
        async with aclosing(self.pieces(asked, response, hearing)) as pieces:
            async for chunk in pieces:
                chunks.append(chunk)
                size += len(chunk)
                if size > most:
                    break
        return b"".join(chunks)

    async def renew(self) -> None:
        """Use new connections from now on: the machine was suspended, and the old ones may be dead unnoticed.

        What is under way goes on where it is, and those connections are closed at the next renewal; else at once.
        Nothing for a transport that was given.
        """
        if self._given is not None:
            return
        old = [each for each in (self._retired, self._http) if each is not None]
        self._http = self._through = None
        self._retired = old.pop() if old and self._under_way else None
        for each in old:
            await each.aclose()

    async def aclose(self) -> None:
        """Close all connections; a request that comes later is not sent."""
        await self._connections().aclose()
        if self._retired is not None:
            await self._retired.aclose()

    def _connections(self) -> httpx.AsyncClient:
        """The connections in use. The first request makes them: a screen that is drawn before it need not wait."""
        if self._http is None:
            self._http = self._connect()
        return self._http

    def _connect(self) -> httpx.AsyncClient:
        """New connections, in a new tunnel where they go by ssh; nothing is opened before a request."""
        if self._given is not None or self._way is None:
            return self._client(transport=self._given)
        self._through = self._tunnel(self._way)
        return self._client(transport=TunnelTransport(self._through, LIMITS))

    def _note_time(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        self.clock_skew_s = (theirs - self._clock.now()).total_seconds()


def _trust(verify: bool | str | ssl.SSLContext) -> ssl.SSLContext:
    if isinstance(verify, ssl.SSLContext):
        return verify
    return tls_context(ca_file=Path(verify) if isinstance(verify, str) else None, insecure=verify is False)
