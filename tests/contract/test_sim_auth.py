"""The simulator lets in and refuses as the recorded server does: auth.jsonl.

The recording hides passwords; which one was sent follows from the note. The last two exchanges were made from a
trusted address.
"""

from kumo_tui.sim import Fleet, ManualClock, SimNode, parse_scenario
from tests.contract.replay import START, Exchange, Replay, client_of, read_recording

_NODE = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"
trust_hosts = {trust}

[[node.user]]
name = "viewer"
role = "viewer"
password = "lab"

[[node.user]]
name = "admin"
role = "admin"
password = "lab"
"""
_LISTENER = "http://127.0.0.1:8001"


def _node(clock: ManualClock, *, trust: bool) -> SimNode:
    text = _NODE.format(trust=str(trust).lower())
    return Fleet(parse_scenario(text, "auth.toml"), clock).nodes["mta1"]


async def _play(replay: Replay, exchange: Exchange) -> None:
    request = dict(exchange.request or {})
    if "auth" in request:
        password = "wrong" if "wrong" in exchange.note else "lab"
        request["auth"] = request["auth"].replace("***", password)
    shown = Exchange(exchange.at, exchange.note, request, exchange.response, exchange.line)
    if request["path"] == "/api/machine-info" and exchange.response["status"] == 200:
        answer = await replay.send(shown)
        assert answer.status_code == 200
    else:
        await replay.play(shown)


async def test_a_listener_that_trusts_nobody_answers_as_recorded() -> None:
    clock = ManualClock(START)
    node = _node(clock, trust=False)
    async with client_of(node, _LISTENER) as client:
        replay = Replay(node, clock, client)
        for exchange in list(read_recording("auth.jsonl"))[:-2]:
            await _play(replay, exchange)


async def test_credentials_from_a_trusted_address_are_verified_as_recorded() -> None:
    clock = ManualClock(START)
    node = _node(clock, trust=True)
    async with client_of(node, _LISTENER) as client:
        replay = Replay(node, clock, client)
        for exchange in list(read_recording("auth.jsonl"))[-2:]:
            await _play(replay, exchange)
