"""The ASGI application of one node: layers in the server's order, with faults around them (KUMOMTA.md 1.0)."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from typing import Protocol

from kumo_tui.sim.durations import KillingDurationError
from kumo_tui.sim.faults import BEFORE, Fault, Faults
from kumo_tui.sim.web import control
from kumo_tui.sim.web.access import Access, refuse
from kumo_tui.sim.web.control import Controlled
from kumo_tui.sim.web.endpoints import Handler, allow_header, endpoints
from kumo_tui.sim.web.reading import RefusedError
from kumo_tui.sim.web.replies import Call, Piece, Reply, json_reply, text_reply
from kumo_tui.sim.web.transfer import (
    BODY_LIMIT,
    CutError,
    Receive,
    Scope,
    Send,
    UnpackError,
    cut,
    read_call,
    send_head,
    send_reply,
    unpack,
)

_ENCODINGS = ("", "identity", "gzip", "deflate")
_WEB_PAGE = b"<!doctype html><html><title>Bad gateway</title><body>Please log in to the proxy.</body></html>"
_GARBAGE = b'scheduled_count{queue="} \x00\xff not a number\n}{ =\nscheduled_count{queue="x"} 12x\n\n###\n'


class AppNode(Controlled, Protocol):
    """What the application needs of its node."""

    access: Access
    faults: Faults

    def record(self, call: Call, body: bytes) -> int:
        """Note a request and return its place in the log."""

    def note_status(self, place: int, status: int) -> None:
        """Note how a request was answered; 0 is a connection closed without an answer."""

    def catch_up(self) -> None:
        """Let the engine run up to the present moment."""


class NodeApp:
    """Serves one node. The control API under ``/_sim/`` answers whatever state the node is in."""

    def __init__(self, node: AppNode) -> None:
        self._node = node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            call = await read_call(scope, receive)
        except CutError:
            return
        node = self._node
        node.catch_up()
        if call.path.startswith("/_sim/"):
            await send_reply(send, call, control.answer(node, call), node.utc())
            return
        place = node.record(call, call.body)
        try:
            await self._serve(call, place, receive, send)
        except CutError:
            node.note_status(place, 0)
            await cut(scope, receive, abruptly=not node.alive)

    async def _serve(self, call: Call, place: int, receive: Receive, send: Send) -> None:
        node = self._node
        self._check_alive()
        await self._wait(node.engine.silent_until - node.engine.now, receive)
        struck = node.faults.strike(call.method, call.path)
        reply = await self._before(struck, receive)
        if reply is None:
            try:
                reply = self._answer(call)
            except KillingDurationError:
                node.kill()
                raise CutError("killed by a duration") from None
            reply = await self._after(struck, reply, call, receive, send)
        node.note_status(place, reply.status)
        await send_reply(send, call, reply, node.utc())

    def _check_alive(self) -> None:
        if not self._node.alive:
            raise CutError("the node is down")

    async def _wait(self, seconds: float, receive: Receive) -> None:
        """Wait on the node's clock; a client that leaves or a node that dies ends the call."""
        if seconds > 0:
            await _unless_gone(self._node.clock.sleep(seconds), receive)
            self._node.catch_up()
            self._check_alive()

    async def _before(self, struck: list[Fault], receive: Receive) -> Reply | None:
        for fault in (fault for fault in struck if fault.kind in BEFORE):
            if fault.kind == "delay":
                await self._wait(fault.seconds, receive)
            elif fault.kind == "hang":
                await _hang(receive)
            elif fault.kind == "cut":
                raise CutError("cut before the act")
            elif fault.kind == "error":
                return text_reply("Error: simulated failure", 500)
            elif fault.kind == "html":
                return Reply(200, _WEB_PAGE, "text/html")
            elif fault.kind == "list":
                return json_reply([])
            else:
                return Reply(200)
        return None

    async def _after(self, struck: list[Fault], reply: Reply, call: Call, receive: Receive, send: Send) -> Reply:
        for fault in struck:
            if fault.kind == "delay_reply":
                await self._wait(fault.seconds, receive)
            elif fault.kind == "hang_reply":
                await _hang(receive)
            elif fault.kind == "cut_reply":
                raise CutError("cut after the act")
            elif fault.kind == "half_reply":
                await self._send_half(reply, send)
                raise CutError("cut in the middle of the answer")
            elif fault.kind == "error_after":
                reply = text_reply("Error: simulated failure", 500)
            elif fault.kind == "garbage" and reply.stream is not None:
                reply = replace(reply, stream=_with_garbage(reply.stream))
            elif fault.kind == "truncate" and call.path.startswith("/metrics"):
                await self._send_half(reply, send)
                raise CutError("stream cut")
        return reply

    async def _send_half(self, reply: Reply, send: Send) -> None:
        body = reply.body if reply.stream is None else b"".join(piece.raw for piece in reply.stream)
        headers = {"content-type": reply.content_type} if reply.content_type else {}
        if reply.stream is None:
            headers["content-length"] = str(len(body))
        await send_head(send, reply.status, headers, self._node.utc())
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    def _answer(self, call: Call) -> Reply:
        """Answer as the server does: decompression, route, access, method, size, handler."""
        node = self._node
        encoding = call.headers.get("content-encoding", "").lower()
        if node.version.compressed_requests and encoding not in _ENCODINGS:
            return Reply(415, headers={"accept-encoding": "gzip,deflate"})
        methods = endpoints(node.version).get(call.path)
        if methods is None:
            return Reply(404)
        method = "GET" if call.method == "HEAD" and "GET" in methods else call.method
        allow = {} if method in methods else {"allow": allow_header(methods)}
        refusal = refuse(node.access, node.version, call)
        if refusal is not None:
            return replace(refusal, headers=allow)
        return self._handled(call, methods[method], encoding) if method in methods else Reply(405, headers=allow)

    def _handled(self, call: Call, handler: Handler, encoding: str) -> Reply:
        node = self._node
        try:
            body = unpack(call.body, encoding) if node.version.compressed_requests else call.body
            if len(body) > BODY_LIMIT:
                return text_reply("Failed to buffer the request body: length limit exceeded", 413)
            return handler(node, replace(call, body=body))
        except UnpackError as error:
            return text_reply(f"Failed to buffer the request body: {error}", 400)
        except RefusedError as refused:
            return refused.reply


async def _unless_gone(waiting: Awaitable[None], receive: Receive) -> None:
    sleeping = asyncio.ensure_future(waiting)
    leaving = asyncio.ensure_future(_hang_until_gone(receive))
    try:
        await asyncio.wait({sleeping, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not sleeping.done():
            raise CutError("the client went away")
    finally:
        sleeping.cancel()
        leaving.cancel()
        await asyncio.gather(sleeping, leaving, return_exceptions=True)


async def _hang_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang(receive: Receive) -> None:
    await _hang_until_gone(receive)
    raise CutError("the client went away")


def _with_garbage(stream: Iterator[Piece]) -> Iterator[Piece]:
    for piece in stream:
        yield Piece(_GARBAGE)
        yield piece
    yield Piece(_GARBAGE)
