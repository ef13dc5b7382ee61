"""Real TLS handshakes, and a second server that must never hear of the first one's login."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme

from kumo_tui.cli.compose import make_client
from kumo_tui.config import Settings
from kumo_tui.credentials import CredentialSettings
from kumo_tui.errors import ConfigError, NodeError, NotKumod, TlsUntrusted
from kumo_tui.node.client import NodeClient
from kumo_tui.node.login import Logins
from kumo_tui.node.tls import tls_context
from kumo_tui.profiles import NodeSettings
from tests.fakes import FakeClock

LISTED = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"
TOKEN = "hunter2-Tr0ub4dor"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def server(
    reply: bytes = LISTED, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers every connection with this; its port, and what it was sent."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            heard.append(await reader.read(65536))
            writer.write(reply)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1], heard
    finally:
        listening.close()


def showing(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def client(**values: object) -> NodeClient:
    node = NodeSettings(name="mta1", **values)
    return make_client(node, Settings(), FakeClock(), Logins({}).of("mta1", node.credentials))


async def listed(by: NodeClient) -> None:
    try:
        assert await by.list_directives() == ()
    finally:
        await by.aclose()


def pem(authority: trustme.CA, path: Path) -> Path:
    authority.cert_pem.write_to_path(path)
    return path


async def test_a_certificate_of_the_given_authority_is_trusted(authority: trustme.CA, tmp_path: Path) -> None:
    async with server(tls=showing(authority)) as (port, _heard):
        await listed(client(url=f"https://127.0.0.1:{port}", ca_file=pem(authority, tmp_path / "ca.pem")))


@pytest.mark.parametrize("name", ["127.0.0.1", "mta2.example"])
async def test_a_certificate_that_is_not_trusted_is_refused_before_a_login_is_sent(
    authority: trustme.CA, tmp_path: Path, name: str
) -> None:
    known = trustme.CA() if name == "127.0.0.1" else authority
    async with server(tls=showing(authority, name)) as (port, heard):
        by = client(
            url=f"https://127.0.0.1:{port}",
            ca_file=pem(known, tmp_path / "ca.pem"),
            credentials=CredentialSettings(token=TOKEN),
        )
        with pytest.raises(TlsUntrusted, match=r"mta1: the certificate of 127\.0\.0\.1:\d+ is not trusted"):
            await listed(by)
        assert b"".join(heard) == b""


async def test_insecure_is_needed_for_a_certificate_of_nobody_and_is_of_one_node_only(
    authority: trustme.CA,
) -> None:
    async with server(tls=showing(authority, "nobody.example")) as (port, heard):
        await listed(client(url=f"https://127.0.0.1:{port}", insecure=True))
        with pytest.raises(TlsUntrusted):
            await listed(client(url=f"https://127.0.0.1:{port}"))
        assert len([request for request in heard if request]) == 1


@pytest.mark.parametrize("insecure", [False, True])
async def test_a_client_certificate_is_shown_to_who_asks_for_one(
    authority: trustme.CA, tmp_path: Path, insecure: bool
) -> None:
    mine = authority.issue_cert("ops@example.com")
    key, cert = tmp_path / "me.key", tmp_path / "me.pem"
    mine.private_key_pem.write_to_path(key)
    mine.cert_chain_pems[0].write_to_path(cert)
    key.chmod(0o600)
    asking = showing(authority)
    asking.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(asking)
    trust = {"insecure": True} if insecure else {"ca_file": pem(authority, tmp_path / "ca.pem")}
    async with server(tls=asking) as (port, _heard):
        await listed(client(url=f"https://127.0.0.1:{port}", client_cert=cert, client_key=key, **trust))
        with pytest.raises(NodeError):
            await listed(client(url=f"https://127.0.0.1:{port}", **trust))


def test_a_key_that_others_can_get_at_is_refused_with_the_command_to_type(
    authority: trustme.CA, tmp_path: Path
) -> None:
    mine, key, cert = authority.issue_cert("ops@example.com"), tmp_path / "me.key", tmp_path / "me.pem"
    mine.private_key_pem.write_to_path(key)
    mine.private_key_and_cert_chain_pem.write_to_path(cert)
    key.chmod(0o640)
    cert.chmod(0o644)
    with pytest.raises(ConfigError, match=rf"^mta1: .*Type: chmod 600 {key}$"):
        client(url="https://a:1", client_cert=cert, client_key=key)
    with pytest.raises(ConfigError, match=rf"^mta1: .*Type: chmod 600 {cert}$"):
        client(url="https://a:1", client_cert=cert)
    cert.chmod(0o600)
    assert client(url="https://a:1", client_cert=cert)


def test_a_file_without_certificate_or_key_is_named(authority: trustme.CA, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("hunter2\n")
    nothing.chmod(0o600)
    with pytest.raises(ConfigError, match=r"mta1: .*nothing\.pem: no certificate with its key.*Check client_cert"):
        client(url="https://a:1", client_cert=nothing)
    with pytest.raises(ConfigError, match=r"mta1: .*nothing\.pem: no CA certificates.*Check ca_file"):
        client(url="https://a:1", ca_file=nothing)
    with pytest.raises(ConfigError, match=r"gone\.pem: cannot be read: No such file"):
        client(url="https://a:1", client_cert=tmp_path / "gone.pem")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_to_another_server_takes_no_login_there(status: int) -> None:
    async with server() as (other, heard):
        away = f"HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:{other}/\r\ncontent-length: 0\r\n\r\n"
        async with server(away.encode()) as (port, asked):
            by = client(url=f"http://127.0.0.1:{port}", credentials=CredentialSettings(token=TOKEN))
            with pytest.raises(NotKumod, match="redirected"):
                await listed(by)
            assert f"authorization: bearer {TOKEN}".lower().encode() in asked[0].lower()
        assert heard == []


async def test_each_node_hears_of_its_own_login_only() -> None:
    async with server() as (first, heard_first), server() as (second, heard_second):
        await listed(client(url=f"http://127.0.0.1:{first}", credentials=CredentialSettings(token=TOKEN)))
        await listed(client(url=f"http://127.0.0.1:{second}"))
        assert TOKEN.encode() in heard_first[0]
        assert b"authorization" not in heard_second[0].lower()


def test_nodes_of_one_trust_share_it_until_its_file_changes(authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    first = tls_context(ca_file=file)
    assert tls_context(ca_file=file) is first
    assert tls_context(ca_file=file, insecure=True) is not first
    file.write_text("no certificate")
    with pytest.raises(ConfigError):
        tls_context(ca_file=file)
    assert tls_context() is tls_context()


def test_a_key_that_others_can_get_at_is_refused_also_once_it_was_taken(
    authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "me.pem"
    authority.issue_cert("me").private_key_and_cert_chain_pem.write_to_path(file)
    file.chmod(0o600)
    tls_context(client_cert=file)
    file.chmod(0o644)
    with pytest.raises(ConfigError):
        tls_context(client_cert=file)
