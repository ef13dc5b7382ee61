"""The client on real connections: cut, silent, closed, talking something else."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from kumo_tui.errors import BodyTooLarge, ConnectionCut, NoAnswer, NodeError, NotKumod, Unreachable
from kumo_tui.node.client import NodeClient
from tests.fakes import FakeClock

METRICS = b'# TYPE scheduled_count gauge\nscheduled_count{queue="a"} 1\nscheduled_count{queue="b"} 2\n'
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@asynccontextmanager
async def node(
    *replies: bytes, scheme: str = "http", compress: bool | None = None
) -> AsyncIterator[tuple[NodeClient, list[bytes]]]:
    """A client of a server that answers each connection with the next reply and closes it, then is silent."""
    heard: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []
    left = list(replies)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        heard.append(await reader.read(65536))
        if left:
            writer.write(left.pop(0))
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = NodeClient("mta1", f"{scheme}://127.0.0.1:{port}", clock=FakeClock(), compress=compress)
    try:
        yield client, heard
    finally:
        await client.aclose()
        server.close()
        for writer in writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def failure(call: object) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await call
    return caught.value


async def test_metrics_that_come_in_chunks_are_read_whole() -> None:
    pieces = [METRICS[start : start + 7] for start in range(0, len(METRICS), 7)]
    body = b"".join(chunk(piece) for piece in pieces)
    async with node(CHUNKED + body + chunk(b"")) as (client, _):
        metrics = await client.read_metrics()
    assert metrics.table.as_counts() == {"a": 1, "b": 2}
    assert metrics.size_bytes == len(METRICS)


@pytest.mark.parametrize("reply", [CHUNKED + chunk(METRICS), CHUNKED + chunk(METRICS)[:40], CHUNKED])
async def test_metrics_that_are_cut_are_no_table(reply: bytes) -> None:
    async with node(reply) as (client, _):
        assert type(await failure(client.read_metrics())) is ConnectionCut


async def test_a_list_shorter_than_announced_is_cut() -> None:
    async with node(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n[]") as (client, _):
        assert type(await failure(client.list_directives())) is ConnectionCut


async def test_a_bounce_whose_connection_is_closed_without_an_answer_is_sent_once_and_unknown() -> None:
    async with node(b"", b"", b"") as (client, heard):
        failed = await failure(client.post_bounce({"tenant": "acme", "reason": "x"}))
    assert type(failed) is ConnectionCut
    assert failed.outcome_unknown
    assert len(heard) == 1


async def test_a_silent_node_is_waited_for_as_long_as_the_patience_goes() -> None:
    async with node() as (client, _):
        failed = await failure(client.list_directives(patience_s=0.05))
    assert type(failed) is NoAnswer
    assert "silent for 0.05 s" in failed.what


async def test_a_large_body_that_is_refused_early_is_too_large_not_cut() -> None:
    reply = b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 5\r\n\r\nlimit"
    async with node(reply) as (client, _):
        failed = await failure(client.post_bounce({"queue_names": ["a" * 60_000], "reason": "x"}))
    assert type(failed) is BodyTooLarge
    assert not failed.outcome_unknown


async def test_what_does_not_speak_http_is_not_kumod() -> None:
    async with node(b"220 mx.example ESMTP\r\n\r\n") as (client, _):
        assert type(await failure(client.list_directives())) is NotKumod


async def test_https_to_a_plain_listener_says_that_it_does_not_speak_tls() -> None:
    async with node(b"HTTP/1.1 400 Bad Request\r\n\r\n", scheme="https") as (client, _):
        failed = await failure(client.list_directives())
    assert type(failed) is Unreachable
    assert "does not speak TLS" in failed.what


async def test_a_port_where_nobody_listens_refuses_and_nothing_was_sent() -> None:
    async with node() as (closed, _):
        address = closed.address
    client = NodeClient("mta1", f"http://{address}", clock=FakeClock())
    for call in (client.list_directives(), client.post_bounce({"reason": "x"})):
        failed = await failure(call)
        assert type(failed) is Unreachable
        assert failed.what == f"mta1: {address} refuses connections."
        assert not failed.outcome_unknown
    await client.aclose()


@pytest.mark.parametrize("coding", [(b"gzip", gzip.compress), (b"identity", bytes)])
async def test_compressed_answers_are_read_and_sized_as_they_were_before(
    coding: tuple[bytes, Callable[[bytes], bytes]],
) -> None:
    name, encode = coding
    head = CHUNKED.replace(b"text/plain", b"text/plain\r\ncontent-encoding: " + name)
    async with node(head + chunk(encode(METRICS)) + chunk(b""), compress=True) as (client, _):
        assert (await client.read_metrics()).size_bytes == len(METRICS)


async def test_after_a_suspension_no_connection_of_before_is_used_and_what_is_under_way_goes_on() -> None:
    peers: list[str] = []
    writers: list[asyncio.StreamWriter] = []
    silent, asked = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                peers.append(str(writer.get_extra_info("peername")))
                if b"suspend" in head:
                    asked.set()
                    await silent.wait()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = NodeClient("mta1", f"http://127.0.0.1:{port}", clock=FakeClock())
    await client.list_directives()
    under_way = asyncio.create_task(client.list_suspensions())
    await asked.wait()
    await client.renew()
    await client.list_directives()
    assert peers[0] == peers[1] != peers[2]
    silent.set()
    assert await under_way == ()
    await client.renew()
    await client.aclose()
    server.close()
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_a_client_that_was_closed_before_it_asked_anything_sends_nothing() -> None:
    async with node(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]") as (client, heard):
        await client.aclose()
        with pytest.raises(RuntimeError, match="closed"):
            await client.list_directives()
        assert heard == []


async def test_a_client_may_be_renewed_before_it_asked_anything() -> None:
    async with node(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]") as (client, _heard):
        await client.renew()
        assert await client.list_directives() == ()
