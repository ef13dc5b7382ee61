"""The simulator refuses as the recorded server does: every status, text, line and column of errors.jsonl."""

import gzip
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from kumo_tui.sim import Fleet, ManualClock, parse_scenario
from tests.contract.replay import START, Replay, client_of, read_recording

_EMPTY = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"
"""


@pytest.fixture
async def replay() -> AsyncIterator[Replay]:
    clock = ManualClock(START)
    node = Fleet(parse_scenario(_EMPTY, "empty.toml"), clock).nodes["mta1"]
    async with client_of(node) as client:
        yield Replay(node, clock, client)


async def test_every_recorded_error_form_and_spelling_of_a_duration_is_answered_alike(replay: Replay) -> None:
    played = 0
    for recorded in read_recording("errors.jsonl"):
        assert recorded.request is not None
        if recorded.note == "machine info":
            continue
        exchange = recorded
        if recorded.note == "gzip request":
            body = gzip.compress(b'{"domain":"nobody.invalid","reason":"gz"}')
            exchange = replace(recorded, request={**recorded.request, "content": body})
        await replay.play(exchange)
        played += 1
    assert played > 100
