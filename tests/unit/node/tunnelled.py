"""A node behind a tunnel of a program that plays ssh, and what came to the node."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from kumo_tui.clock import SystemClock
from kumo_tui.node.client import NodeClient
from kumo_tui.node.link import Timeouts
from tests.sshd import free_port

FAKE_SSH = Path(__file__).parents[2] / "fake_ssh.py"
LIST = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"
PATIENCE_S = 20.0


class LeapingClock(SystemClock):
    """The machine's clock, which a test can put forward."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_s

    def leap(self, seconds: float) -> None:
        """Go on by so much at once."""
        self._ahead_s += seconds


class Tunnelled:
    """A client of a node that answers each request on a connection with the next of `replies`, then hangs up."""

    def __init__(self, folder: Path, port: int, *replies: bytes) -> None:
        self.clock = LeapingClock()
        self.heard: list[bytes] = []
        self.hold: asyncio.Event | None = None
        self.replies = list(replies)
        self._writers: list[asyncio.StreamWriter] = []
        self.command = [sys.executable, str(FAKE_SSH), str(folder / "orders.json")]
        self.url = f"ssh://ops@mta1:2222/127.0.0.1:{port}"
        self._orders = folder / "orders.json"
        self.order()
        self.client = self.another()

    def another(self, **options: Any) -> NodeClient:
        """One more client of the same node."""
        options = {"ssh": self.command, "timeouts": Timeouts(connect_s=5.0), **options}
        return NodeClient("mta1", self.url, clock=self.clock, **options)

    def order(self, **orders: object) -> None:
        """Tell the program what to do from now on."""
        self._orders.write_text(json.dumps(orders), "utf-8")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """How the program was called so far."""
        calls = self._orders.with_suffix(".calls")
        return [json.loads(line) for line in calls.read_text("utf-8").splitlines()] if calls.exists() else []

    @property
    def socket(self) -> Path:
        """The socket of the newest tunnel."""
        argv = self.calls[-1]["argv"]
        return Path(argv[argv.index("-L") + 1].partition(":")[0])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when this holds, which another process decides."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  # only looking tells what another process did
                await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; it hangs up where there is no reply left."""
        self._writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                self.heard.append(head + await reader.readexactly(int(length[1]) if length else 0))
                if not self.replies:
                    break
                if self.hold is not None:
                    await self.hold.wait()
                writer.write(self.replies.pop(0))
                await writer.drain()
        writer.close()

    async def hang_up(self) -> None:
        """Close the connections of the node."""
        for writer in self._writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def tunnelled(folder: Path, *replies: bytes) -> AsyncIterator[Tunnelled]:
    """The client and its node; nothing of them is left afterwards."""
    port = free_port()
    made = Tunnelled(folder, port, *replies)
    server = await asyncio.start_server(made.serve, "127.0.0.1", port)
    try:
        yield made
    finally:
        await made.client.aclose()
        server.close()
        await made.hang_up()
