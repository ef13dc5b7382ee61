"""Whether answers come compressed is a setting of its own."""

import asyncio

import pytest

from kumo_tui.cli.compose import make_client
from kumo_tui.config import Settings
from kumo_tui.profiles import NodeSettings
from tests.fakes import FakeClock


async def asked_for(compress: str | None) -> str:
    """The encoding that a node on this machine is asked for with this setting."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    node = NodeSettings(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    settings = Settings.model_validate({} if compress is None else {"poll": {"compress": compress}})
    client = make_client(node, settings, FakeClock(), None)
    assert await client.list_directives() == ()
    await client.aclose()
    server.close()
    lines = dict(line.split(": ", 1) for line in heard[0].decode().split("\r\n")[1:] if line)
    return lines["accept-encoding"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [(None, "identity"), ("auto", "identity"), ("on", "gzip, deflate"), ("off", "identity")],
)
async def test_a_node_on_this_machine_compresses_only_when_it_is_set(setting: str | None, expected: str) -> None:
    assert await asked_for(setting) == expected
