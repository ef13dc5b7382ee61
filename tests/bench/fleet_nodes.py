"""Many nodes in one light process: their answers are made before anybody asks (KUMOMTA.md 5.1, 5.4).

Run as a program: `python -m tests.bench.fleet_nodes NODES QUEUES same|different moving|still [TROUBLE ...]`; a
trouble is `hanging`, `dribbling` or `refusing`. Prints its URLs as JSON, and for each line on standard input how
often each node's `/metrics` was fetched. Ends with its standard input.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from tests.bench.kumods_chunks import framed

CAMPAIGNS, TENANTS, DOMAINS = 40, 900, 5003
MOVING = 20
"""One queue of so many counts differently in every other answer."""

MACHINE = '{{"node_id": "00000000-0000-4000-8000-{number:012d}", "hostname": "mta{number}.example", \
"online_since": "2026-06-23T06:00:00Z", "version": "2026.06.23-f3af1cd0", "process_kind": "kumod"}}'
DESCRIPTION = json.dumps(
    {
        "info": {"version": "2026.06.23-f3af1cd0"},
        "paths": {"/api/admin/bounce/v1": {}, "/api/machine-info": {}},
        "components": {
            "schemas": {"BounceV1Request": {"properties": {"domain": {}, "reason": {}, "duration": {}}}}
        },
    }
)


def page(queues: int, of: str, turn: int) -> bytes:
    """A body of so many queues; `of` is in every name, and the counts depend on the turn, which is 0 or 1."""
    rows = "".join(
        f'scheduled_count{{queue="spring-campaign-{of}-{number % CAMPAIGNS}:customer-account-{number % TENANTS}'
        f'@mail{number % DOMAINS}.receivers{number // DOMAINS}.example"}} '
        f"{1 + number % 97 + (turn if number % MOVING == 0 else 0)}\n"
        for number in range(queues)
    )
    head = f"# HELP message_count .\n# TYPE message_count gauge\nmessage_count {queues * 60}\n"
    return f"{head}# HELP scheduled_count .\n# TYPE scheduled_count gauge\n{rows}".encode()


def plain(text: str, kind: str = "application/json") -> bytes:
    """A whole answer of this text."""
    body = text.encode()
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


class Node:
    """One node: `pages` are its two answers about queues, `trouble` what is wrong with it, empty for nothing."""

    def __init__(self, number: int, pages: Sequence[bytes], trouble: str) -> None:
        self.fetched = 0
        self._pages = pages
        self._trouble = trouble
        self._others = {
            "/api/admin/bounce/v1": plain("[]"),
            "/api/admin/suspend/v1": plain("[]"),
            "/api/machine-info": plain(MACHINE.format(number=number)),
            "/api/check-liveness/v1": plain("OK", "text/plain"),
            "/api-docs/openapi.json": plain(DESCRIPTION),
        }

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode("ascii")
                if self._trouble:
                    await self._keep_waiting(writer)
                elif path == "/metrics":
                    writer.write(self._pages[self.fetched % 2])
                    await writer.drain()
                    self.fetched += 1
                else:
                    writer.write(self._others[path])
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    async def _keep_waiting(self, writer: asyncio.StreamWriter) -> None:
        """Never answer, or drop by drop."""
        if self._trouble == "dribbling":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 1000000\r\n\r\n")
        while True:
            await asyncio.sleep(1.0)
            if self._trouble == "dribbling":
                writer.write(b"#")
                await writer.drain()


async def serve(nodes: int, queues: int, names: str, counts: str, troubles: Sequence[str]) -> None:
    """Serve until standard input closes; the first nodes are in trouble."""
    turns = (0, 1) if counts == "moving" else (0, 0)
    shared = [framed(page(queues, "all", turn)) for turn in turns]
    served, urls = [], []
    for number in range(nodes):
        trouble = troubles[number] if number < len(troubles) else ""
        pages = shared if names == "same" else [framed(page(queues, f"mta{number}", turn)) for turn in turns]
        node = Node(number, pages, trouble)
        server = await asyncio.start_server(node.connected, "127.0.0.1", 0)
        urls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        if trouble == "refusing":
            server.close()
        served.append((node, server))
    _say(urls)
    while await asyncio.to_thread(sys.stdin.readline):
        _say([node.fetched for node, _server in served])


def _say(value: object) -> None:
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]))
