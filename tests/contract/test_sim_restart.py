"""A killed and restarted node behaves as the recorded one: restart.jsonl."""

import json

import pytest

from kumo_tui.sim import CutError
from tests.contract.lab import inject, lab
from tests.contract.replay import Replay, read_recording, scheduled_counts


async def test_a_restart_loses_directives_and_brings_the_queue_back_as_recorded() -> None:
    async with lab() as replay:
        inject(replay, {"r1@hold.r.example": 20})
        before = replay.node.machine.online_since
        for exchange in read_recording("restart.jsonl"):
            if exchange.note == "the server was killed":
                replay.node.kill()
            elif exchange.request is None:
                replay.wait_until(exchange.at)
                shown = scheduled_counts((await replay.client.get("/metrics")).text)
                assert shown == exchange.line["scheduled"]
            elif "error" in exchange.response:
                with pytest.raises(CutError):
                    await replay.send(exchange)
            else:
                _start_again(replay, exchange.at)
                if exchange.note == "machine info before":
                    assert set((await replay.send(exchange)).json()) == _machine_keys(exchange.response["body"])
                else:
                    await replay.play(exchange)
        info = (await replay.client.get("/api/machine-info")).json()
    assert replay.node.machine.online_since > before
    assert info["version"] == "2026.08.04-3ebc1e85"


def _start_again(replay: Replay, at: float) -> None:
    if not replay.node.alive:
        replay.wait_until(at)
        replay.node.restart()


def _machine_keys(body: str) -> set[str]:
    return set(json.loads(body))
