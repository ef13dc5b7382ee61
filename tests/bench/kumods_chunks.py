"""Serves a simulated node as kumod writes: `/metrics` in chunks of 4 KiB (KUMOMTA.md 5.1), all else passed on.

Run as a program: `python -m tests.bench.kumods_chunks URL`; prints its own URL, ends with its standard input.
"""

import asyncio
import os
import sys

import httpx

CHUNK = 4096


def framed(body: bytes) -> bytes:
    """An answer with this body, in chunks as kumod's."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


class Relay:
    """One node behind this."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False)
        self._metrics = b""

    async def serve(self) -> None:
        """Serve until standard input closes."""
        page = await self._http.get("/metrics", headers={"accept-encoding": "identity"})
        self._metrics = framed(page.content)
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(os.read, sys.stdin.fileno(), 1)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path, _rest = head.split(" ", 2)
                writer.write(self._metrics if path == "/metrics" else await self._passed_on(method, path))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    async def _passed_on(self, method: str, path: str) -> bytes:
        answer = await self._http.request(method, path)
        kind = answer.headers.get("content-type", "text/plain")
        head = f"HTTP/1.1 {answer.status_code} X\r\ncontent-type: {kind}\r\n"
        head += f"content-length: {len(answer.content)}\r\n\r\n"
        return head.encode("latin-1") + answer.content


if __name__ == "__main__":
    asyncio.run(Relay(sys.argv[1]).serve())
