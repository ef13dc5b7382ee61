"""Tunnels to nodes that listen on loopback only: how ssh is called, when it is started again, what is left."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kumo_tui.act.requests import bounce_body
from kumo_tui.errors import ConnectionCut, NodeError, Unreachable
from kumo_tui.model.selector import Criteria
from kumo_tui.node.link import Timeouts
from tests.unit.node.tunnelled import LIST, Tunnelled, tunnelled

BOUNCE = bounce_body(Criteria(tenant="acme"), "bad link", 300, "7F3A2C")
CREATED = b'HTTP/1.1 200 OK\r\ncontent-length: 45\r\n\r\n{"id":"552016f1-4a71-4cd8-a6a5-ce6bb5e2fca2"}'


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Tunnelled]:
    async with tunnelled(tmp_path, *([LIST] * 20)) as node:
        yield node


async def failure(call: object) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await call
    return caught.value


def lives(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def test_requests_go_through_a_private_socket_that_ssh_forwards(node: Tunnelled) -> None:
    assert await node.client.list_directives() == ()
    assert await node.client.list_directives() == ()
    assert len(node.calls) == 1
    assert node.socket.parent.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(node.socket)) <= 103


async def test_ssh_may_ask_nobody_and_heeds_no_option_from_data(node: Tunnelled) -> None:
    await node.client.list_directives()
    call = node.calls[0]
    argv = call["argv"]
    assert argv[:5] == ["-N", "-T", "-n", "-a", "-x"]
    assert argv[-2:] == ["--", "ops@mta1"]
    assert argv[argv.index("-p") + 1] == "2222"
    options = {argv[at + 1] for at, word in enumerate(argv) if word == "-o"}
    assert options >= {
        "BatchMode=yes",
        "RequestTTY=no",
        "RemoteCommand=none",
        "PermitLocalCommand=no",
        "ControlMaster=no",
        "ControlPath=none",
        "ClearAllForwardings=no",
        "StreamLocalBindUnlink=yes",
        "StreamLocalBindMask=0177",
        "ConnectTimeout=5",
        "ExitOnForwardFailure=no",
    }
    assert call["askpass"] == "never"
    assert call["leads"]


@pytest.mark.parametrize(
    ("adds", "told"),
    [(["forkafterauthentication yes"], True), (["forkafterauthentication no"], False), ([], False)],
)
async def test_an_ssh_that_would_go_to_the_background_is_told_to_stay_and_no_other_is(
    node: Tunnelled, adds: list[str], *, told: bool
) -> None:
    node.order(forwards=adds)
    await node.client.list_directives()
    assert ("ForkAfterAuthentication=no" in node.calls[0]["argv"]) is told


async def test_nothing_is_started_before_the_first_request_and_nothing_is_left_after_the_last(
    node: Tunnelled,
) -> None:
    assert node.calls == []
    await node.client.list_directives()
    pid, folder = node.calls[0]["pid"], node.socket.parent
    assert lives(pid)
    await node.client.aclose()
    assert not lives(pid)
    assert not folder.exists()


async def test_requests_at_the_same_time_share_one_opening(node: Tunnelled) -> None:
    await asyncio.gather(*(node.client.list_directives() for _ in range(4)))
    assert len(node.calls) == 1


async def test_a_request_that_is_given_up_leaves_the_opening_to_the_next(node: Tunnelled) -> None:
    given_up = asyncio.create_task(node.client.list_directives())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    given_up.cancel()
    assert await node.client.list_directives() == ()
    assert len(node.calls) == 1


async def test_after_an_end_ssh_is_started_again_by_a_later_request_never_by_itself(node: Tunnelled) -> None:
    await node.client.list_directives()
    os.kill(node.calls[0]["pid"], signal.SIGKILL)
    await node.until(lambda: not lives(node.calls[0]["pid"]))
    await failure(node.client.list_directives())
    assert len(node.calls) == 1
    node.clock.leap(1.0)
    assert await node.client.list_directives() == ()
    assert len(node.calls) == 2


async def test_failed_openings_are_followed_by_ever_longer_pauses(node: Tunnelled) -> None:
    node.order(exit=255, say=["ops@mta1: Permission denied (publickey)."])
    for number, pause_s in enumerate((1, 2, 4, 8, 16, 30, 30), start=1):
        failed = await failure(node.client.list_directives())
        assert type(failed) is Unreachable
        assert str(failed) == (
            f"mta1: ssh: Permission denied (publickey). Next try in {pause_s} s. It takes none of your keys. "
            f"Try: {' '.join(node.command)} -o BatchMode=yes -p 2222 ops@mta1 true"
        )
        assert len(node.calls) == number
        early = await failure(node.client.list_directives())
        assert "Permission denied" in str(early)
        assert len(node.calls) == number
        node.clock.leap(pause_s)
    node.order()
    assert await node.client.list_directives() == ()


async def test_a_tunnel_that_held_for_long_is_tried_again_soon(node: Tunnelled) -> None:
    node.order(exit=255)
    for _ in range(4):
        await failure(node.client.list_directives())
        node.clock.leap(30.0)
    node.order()
    await node.client.list_directives()
    node.clock.leap(30.0)
    os.kill(node.calls[-1]["pid"], signal.SIGKILL)
    await node.until(lambda: not lives(node.calls[-1]["pid"]))
    await failure(node.client.list_directives())
    node.clock.leap(1.0)
    assert await node.client.list_directives() == ()


async def test_what_ssh_greets_with_is_not_what_it_ended_with(node: Tunnelled) -> None:
    node.order(say=["** Authorized use only **"])
    await node.client.list_directives()
    os.kill(node.calls[0]["pid"], signal.SIGKILL)
    await node.until(lambda: not lives(node.calls[0]["pid"]))
    failed = await failure(node.client.list_directives())
    assert "Authorized" not in str(failed)
    assert "ssh: it ended without a word." in failed.what


async def test_a_program_that_is_not_there_is_named(node: Tunnelled) -> None:
    client = node.another(ssh=("no-such-ssh",))
    failed = await failure(client.list_directives())
    assert type(failed) is Unreachable
    assert "ssh: no-such-ssh: no such program." in failed.what
    await client.aclose()


@pytest.mark.parametrize("script", ["echo no such option >&2; exit 1", "exec false"])
async def test_a_setpriv_that_is_too_old_keeps_nobody_from_the_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    old = tmp_path / "bin" / "setpriv"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\n{script}\n")
    old.chmod(0o700)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    async with tunnelled(tmp_path, LIST) as node:
        assert await node.client.list_directives() == ()


def slow_ssh(folder: Path) -> str:
    """A program in the place of ssh that gets nowhere; it writes its process id into `pid`."""
    slow = folder / "slow-ssh"
    notes_pid = f"echo $$ > {folder}/new\nmv {folder}/new {folder}/pid"
    slow.write_text(f'#!/bin/sh\n[ "$1" = -G ] && exit 1\n{notes_pid}\nexec sleep 600\n')
    slow.chmod(0o700)
    return str(slow)


async def test_a_closing_that_is_given_up_while_ssh_gets_nowhere_ends_it_all_the_same(tmp_path: Path) -> None:
    async with tunnelled(tmp_path) as node:
        client = node.another(ssh=(slow_ssh(tmp_path),))
        asking = asyncio.create_task(failure(client.list_directives()))
        await node.until((tmp_path / "pid").exists)
        closing = asyncio.create_task(client.aclose())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        await node.until(lambda: not lives(int((tmp_path / "pid").read_text())))
        await asking


async def test_an_ssh_that_does_not_get_through_is_given_up_and_ended(tmp_path: Path) -> None:
    async with tunnelled(tmp_path) as node:
        client = node.another(ssh=(slow_ssh(tmp_path),), timeouts=Timeouts(connect_s=0.2))
        failed = await failure(client.list_directives())
        assert "ssh: no way through within 1 s: timed out." in failed.what
        assert not lives(int((tmp_path / "pid").read_text()))
        await client.aclose()


async def test_a_renewed_client_has_a_new_tunnel_and_the_old_one_ends(node: Tunnelled) -> None:
    await node.client.list_directives()
    await node.client.renew()
    assert not lives(node.calls[0]["pid"])
    assert await node.client.list_directives() == ()
    assert lives(node.calls[1]["pid"])


async def test_a_bounce_under_way_keeps_its_tunnel_until_the_next_renewal(tmp_path: Path) -> None:
    async with tunnelled(tmp_path, CREATED, LIST) as node:
        node.hold = asyncio.Event()
        bounce = asyncio.create_task(node.client.post_bounce(BOUNCE))
        await node.until(lambda: len(node.heard) == 1)
        await node.client.renew()
        assert lives(node.calls[0]["pid"])
        node.hold.set()
        assert await bounce == "552016f1-4a71-4cd8-a6a5-ce6bb5e2fca2"
        assert await node.client.list_directives() == ()
        first, second = (call["pid"] for call in node.calls)
        await node.client.renew()
        assert not lives(first)
        assert not lives(second)


async def test_answers_are_asked_for_compressed_because_ssh_is_a_slow_link(node: Tunnelled) -> None:
    await node.client.list_directives()
    assert b"accept-encoding: gzip, deflate\r\n" in node.heard[0]
    assert b"host: 127.0.0.1:" in node.heard[0].lower()


async def test_a_bounce_that_is_cut_within_the_tunnel_is_unknown_and_sent_once(tmp_path: Path) -> None:
    async with tunnelled(tmp_path, LIST) as node:
        await node.client.list_directives()
        node.replies.append(b"HTTP/1.1 200 OK\r\ncontent-length: 45\r\n\r\n{")
        bounce = asyncio.create_task(failure(node.client.post_bounce(BOUNCE)))
        await node.until(lambda: len(node.heard) == 2)
        os.kill(node.calls[0]["pid"], signal.SIGKILL)
        failed = await bounce
        assert type(failed) is ConnectionCut
        assert failed.outcome_unknown
        assert "ssh: it ended without a word." in failed.what
        assert len(node.heard) == 2


async def test_a_bounce_that_the_node_cuts_is_unknown_though_the_tunnel_stands(tmp_path: Path) -> None:
    async with tunnelled(tmp_path) as node:
        failed = await failure(node.client.post_bounce(BOUNCE))
        assert type(failed) is ConnectionCut
        assert failed.outcome_unknown
        assert len(node.heard) == 1


async def test_what_ssh_says_while_the_tunnel_stands_is_kept_until_it_ends(node: Tunnelled) -> None:
    node.order(say=["Welcome to mta1"], channels="refused")
    await failure(node.client.list_directives())
    complaint = node.client.complaint
    assert complaint is not None
    assert complaint.value == "channel 1: open failed: connect failed: Connection refused"
    assert complaint.age_s(node.clock.monotonic()) < 60
    node.order(channels="open")
    await node.client.list_directives()
    assert node.client.complaint == complaint
    await node.client.aclose()
    assert node.client.complaint is None


async def test_a_bounce_whose_channel_never_opened_is_known_not_to_have_arrived(node: Tunnelled) -> None:
    await node.client.list_directives()
    client = node.another()
    node.order(channels="refused")
    failed = await failure(client.post_bounce(BOUNCE))
    assert type(failed) is Unreachable
    assert not failed.outcome_unknown
    assert "ssh: channel 1: open failed: connect failed: Connection refused." in failed.what
    assert "Is kumod running there" in failed.next_step
    assert len(node.heard) == 1
    await client.aclose()


@pytest.mark.parametrize("orders", [{"forwards": ["dynamicforward 1080"]}, {"explain_exit": 255}])
async def test_with_other_forwardings_in_the_same_ssh_nobody_knows_whose_channel_it_was(
    node: Tunnelled, orders: dict[str, object]
) -> None:
    node.order(channels="refused", **orders)
    failed = await failure(node.client.post_bounce(BOUNCE))
    assert type(failed) is ConnectionCut
    assert failed.outcome_unknown
    assert "Connection refused" in failed.what
    assert type(await failure(node.client.list_directives())) is Unreachable


async def test_two_bounces_at_once_that_end_so_are_both_unknown(node: Tunnelled) -> None:
    node.order(channels="refused")
    failed = await asyncio.gather(*(failure(node.client.post_bounce(BOUNCE)) for _ in range(2)))
    assert [type(error) for error in failed] == [ConnectionCut, ConnectionCut]


async def test_a_bounce_that_waited_for_a_pause_was_not_sent(node: Tunnelled) -> None:
    node.order(exit=255)
    failed = await failure(node.client.post_bounce(BOUNCE))
    assert type(failed) is Unreachable
    assert not failed.outcome_unknown
    assert node.heard == []


async def test_a_bounce_through_the_tunnel_is_created(tmp_path: Path) -> None:
    async with tunnelled(tmp_path, CREATED) as node:
        assert await node.client.post_bounce(BOUNCE) == "552016f1-4a71-4cd8-a6a5-ce6bb5e2fca2"
