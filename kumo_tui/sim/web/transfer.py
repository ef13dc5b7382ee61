"""Moves requests in and answers out of ASGI, with the server's compression, and cuts connections."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from kumo_tui.sim.metrics.blocks import deflate
from kumo_tui.sim.web.replies import Call, Piece, Reply

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 2 * 1024 * 1024
_SMALLEST_COMPRESSED = 32
_CHUNK = 256 * 1024
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_DEFLATE_END = b"\x03\x00"


class CutError(ConnectionError):
    """The connection is closed instead of answered. Without a real connection the caller sees this error."""


class UnpackError(ValueError):
    """A compressed body that is not what its header says."""


async def read_call(scope: Scope, receive: Receive) -> Call:
    """Read one request with its body, as it came."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CutError("the client went away")
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    server = scope.get("server") or ("127.0.0.1", 8000)
    return Call(
        method=scope["method"],
        path=scope["path"],
        query=tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]},
        body=bytes(body),
        peer=(scope.get("client") or ("127.0.0.1", 0))[0],
        listener=f"{server[0]}:{server[1]}",
    )


def unpack(body: bytes, encoding: str) -> bytes:
    """Decompress a request body; raises UnpackError."""
    try:
        if encoding == "gzip":
            return gzip.decompress(body)
        return zlib.decompress(body) if encoding == "deflate" else body
    except (OSError, EOFError, zlib.error) as error:
        raise UnpackError(str(error)) from None


async def send_reply(send: Send, call: Call, reply: Reply, date: datetime) -> None:
    """Send an answer, compressed where the client allows it, chunked where it has no length."""
    zipped = "gzip" in call.headers.get("accept-encoding", "")
    zipped = zipped and (reply.stream is not None or len(reply.body) >= _SMALLEST_COMPRESSED)
    headers = dict(reply.headers)
    if reply.content_type:
        headers["content-type"] = reply.content_type
    body = reply.body
    if zipped:
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    if reply.stream is None:
        body = gzip.compress(body, 1) if zipped else body
        headers["content-length"] = str(len(body))
    await send_head(send, reply.status, headers, date)
    if reply.stream is None:
        await send({"type": "http.response.body", "body": body})
        return
    pieces = _zipped(reply.stream) if zipped else (piece.raw for piece in reply.stream)
    for chunk in _gathered(pieces):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def send_head(send: Send, status: int, headers: dict[str, str], date: datetime) -> None:
    """Start an answer."""
    headers = headers | {"date": format_datetime(date, usegmt=True)}
    shown = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": shown})


def _zipped(stream: Iterator[Piece]) -> Iterator[bytes]:
    checksum, size = 0, 0
    yield _GZIP_HEAD
    for piece in stream:
        checksum = zlib.crc32(piece.raw, checksum)
        size += len(piece.raw)
        yield piece.deflated if piece.deflated is not None else deflate(piece.raw)
    yield _DEFLATE_END + checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


async def cut(scope: Scope, receive: Receive, *, abruptly: bool) -> None:
    """Close the connection under the request; raises CutError where there is no real one."""
    transport: asyncio.Transport | None = scope.get("state", {}).get("transport")
    if transport is None:
        raise CutError("connection closed by the simulated node")
    if abruptly:
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
