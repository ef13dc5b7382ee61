"""The simulator suspends and inspects as the recorded server does: suspend-inspect.jsonl."""

from tests.contract.lab import inject, lab
from tests.contract.replay import Replay, read_recording

_MAIL = {
    "suspend a tenant": (0.5, {"nn:n1@hold.n.example": 15}),
    "metrics with a ready queue": (0.865, {"sl:s1@slow.x.example": 200}),
}


async def test_suspensions_samples_and_a_ready_queue_are_answered_as_recorded() -> None:
    async with lab() as replay:
        for exchange in read_recording("suspend-inspect.jsonl"):
            if exchange.note in _MAIL:
                at, mail = _MAIL[exchange.note]
                replay.wait_until(at)
                inject(replay, mail)
            if exchange.request is not None:
                await replay.play(exchange)
            else:
                await _same_lines(replay, exchange.at, exchange.line["lines"])


async def _same_lines(replay: Replay, at: float, lines: list[str]) -> None:
    """Compare the noted lines; message_count is not: how fast mail leaves the spool depends on the lab's disk."""
    replay.wait_until(at)
    shown = (await replay.client.get("/metrics")).text.splitlines()
    assert {line for line in lines if not line.startswith("message_count")} <= set(shown)
