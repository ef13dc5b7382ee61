"""HTTP through a tunnel: what a request that fails there is told as, and whether it can have arrived."""

from collections.abc import AsyncIterator
from typing import Any

import httpx

from kumo_tui.node.ssh_process import SshProcess
from kumo_tui.node.ssh_words import WORDLESS, CutWithin, spoken
from kumo_tui.node.tunnel import Tunnel

# How long the words of ssh are waited for once a connection through it has ended: they come with it.
WORDS_S = 0.25

_CONNECTING = "connection.connect_unix_socket.started"
_ANSWERED = "http11.receive_response_headers.complete"


class TunnelTransport(httpx.AsyncBaseTransport):
    """Opens the tunnel for the first request. Raises NotThrough and CutWithin besides what httpx raises."""

    def __init__(self, tunnel: Tunnel, limits: httpx.Limits) -> None:
        self.tunnel = tunnel
        self._limits = limits
        self._http: httpx.AsyncHTTPTransport | None = None
        self._channels = _Channels(None)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        ssh = await self.tunnel.up()
        if self._channels.ssh is not ssh:
            self._channels = _Channels(ssh)
        if self._http is None:
            self._http = httpx.AsyncHTTPTransport(
                uds=str(self.tunnel.socket), limits=self._limits, verify=False, trust_env=False
            )
        attempt = _Attempt(self._channels, ssh)
        request.extensions = {**request.extensions, "trace": attempt.note}
        try:
            response = await self._http.handle_async_request(request)
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise await self._told(request, error, attempt) from error
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, self, ssh)
        return response

    async def aclose(self) -> None:
        """Close all connections, and end ssh."""
        try:
            if self._http is not None:
                await self._http.aclose()
        finally:
            await self.tunnel.aclose()

    async def cut(self, ssh: SshProcess, error: httpx.TransportError) -> httpx.TransportError:
        """The error of an answer that ended too early, with what ssh says of it."""
        if not isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
            return error
        await ssh.heard(lambda: False, WORDS_S)
        return CutWithin(spoken(ssh.end_words or WORDLESS, self.tunnel.way)) if ssh.is_over else error

    async def _told(
        self, request: httpx.Request, error: httpx.TransportError, attempt: "_Attempt"
    ) -> httpx.TransportError:
        ssh = attempt.ssh
        if isinstance(error, httpx.ConnectError):
            await ssh.heard(lambda: False, WORDS_S)
            return self.tunnel.refusal(ssh.end_words or WORDLESS)
        if not attempt.is_new:
            return await self.cut(ssh, error)
        await ssh.heard(lambda: attempt.never_opened, WORDS_S)
        if not attempt.never_opened or attempt.is_answered:
            return await self.cut(ssh, error)
        refusal = self.tunnel.refusal(ssh.channel_words)
        is_act = request.method != "GET"
        if is_act and not (attempt.is_certain and self.tunnel.is_ours_alone):
            return CutWithin(refusal.what)
        return refusal


class _Channels:
    """The channels of one ssh, as many as concern whether one that never opened is a certain request's."""

    def __init__(self, ssh: SshProcess | None) -> None:
        self.ssh = ssh
        self.begun = 0
        self.answered = 0

    @property
    def undecided(self) -> int:
        """Connections whose channels may not have opened yet; below 0 there are channels of somebody else."""
        return self.begun - self.answered - (self.ssh.never_opened if self.ssh is not None else 0)


class _Attempt:
    """One request on its way: whether it has a connection of its own, and whether that led anywhere."""

    def __init__(self, channels: _Channels, ssh: SshProcess) -> None:
        self.ssh = ssh
        self.is_new = False
        self.is_answered = False
        self._channels = channels
        self._began_alone = False
        self._number = 0
        self._never_opened = ssh.never_opened

    async def note(self, event: str, _details: Any) -> None:
        """Take what httpcore tells while it sends the request (its `trace` extension)."""
        if event == _CONNECTING:
            self.is_new = True
            self._began_alone = self._channels.undecided == 0
            self._never_opened = self.ssh.never_opened
            self._channels.begun += 1
            self._number = self._channels.begun
        elif event == _ANSWERED and self.is_new and not self.is_answered:
            self.is_answered = True
            self._channels.answered += 1

    @property
    def never_opened(self) -> bool:
        """Whether ssh told of a channel that did not open since this connection began."""
        return self.ssh.never_opened > self._never_opened

    @property
    def is_certain(self) -> bool:
        """Whether that channel is this one's: no other was under way. Then nothing of the request arrived."""
        return self._began_alone and self._channels.begun == self._number


class _Body(httpx.AsyncByteStream):
    """An answer's body; where it is cut, ssh is asked why."""

    def __init__(self, stream: httpx.AsyncByteStream, transport: TunnelTransport, ssh: SshProcess) -> None:
        self._stream = stream
        self._transport = transport
        self._ssh = ssh

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except httpx.TransportError as error:
            raise await self._transport.cut(self._ssh, error) from error

    async def aclose(self) -> None:
        await self._stream.aclose()
