"""Longer recordings, compared in shape: timeline.jsonl (40 s of traffic) and big-sweep.jsonl (silence)."""

import asyncio
import json
from typing import Any

from kumo_tui.sim import Fleet, ManualClock, parse_scenario
from tests.contract.replay import START, Replay, client_of, read_recording, scheduled_counts

_TRAFFIC = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"
uptime = 0

[[node.provider]]
site = "hold.sink"
domains = ["hold.yahoo.example", "hold.gmail.example"]
hold = 3600

[[node.sender]]
queues = ["promo:acme@hold.yahoo.example", "promo:acme@gmail.example"]
rate = 25

[[node.sender]]
queues = ["invoice:zenith@hold.gmail.example", "news:acme@gmail.example"]
rate = 20
stop = 15.5
"""
_MANY = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"
sweep_rate = 1000
silence_per_queue = 0.000136

[[node.generate]]
pattern = "c:t{t}@d{i}.example"
queues = 25_000
modulo = { t = 50 }
"""


def _any_totals(recorded: Any, answered: Any) -> None:
    """Same entries by reason, same keys; the totals depend on the lab's random traffic."""
    assert sorted(e.get("reason", "") for e in answered) == sorted(e.get("reason", "") for e in recorded)
    for entry, like in zip(answered, recorded, strict=True):
        assert list(entry) == list(like)
        assert entry.get("total_bounced", 0) == sum(entry.get("bounced", {}).values())


def _same_keys(recorded: Any, answered: Any) -> None:
    assert list(recorded) == list(answered)


async def test_a_campaign_is_suspended_bounced_and_gathers_again_as_in_the_recorded_timeline() -> None:
    clock = ManualClock(START)
    node = Fleet(parse_scenario(_TRAFFIC, "traffic.toml"), clock).nodes["mta1"]
    promo: list[tuple[float, int]] = []
    totals: list[int] = []
    async with client_of(node) as client:
        replay = Replay(node, clock, client)
        for exchange in read_recording("timeline.jsonl"):
            assert exchange.request is not None
            path = exchange.request["path"]
            listing = exchange.request["method"] == "GET" and path.startswith("/api/admin")
            if path == "/api/machine-info":
                await replay.play(exchange, _same_keys) if exchange.at > 1 else await replay.send(exchange)
                continue
            answer = await replay.play(exchange, _any_totals if listing else None)
            if path == "/metrics":
                counts = scheduled_counts(answer.text)
                promo.append((exchange.at, sum(n for queue, n in counts.items() if queue.startswith("promo:"))))
            elif listing and "bounce" in path:
                totals += [e["total_bounced"] for e in answer.json() if e["campaign"] == "promo"]
    assert _largest(promo, 0, 12.06) > 100
    assert _largest(promo, 13, 32) == 0
    assert _largest(promo, 33, 40) > 50
    assert totals == sorted(totals)
    assert totals[-1] > totals[0] > 100


def _largest(counts: list[tuple[float, int]], begin: float, end: float) -> int:
    return max(number for at, number in counts if begin <= at <= end)


async def test_a_big_sweep_silences_every_endpoint_and_message_count_follows_the_totals() -> None:
    recorded = [e.line for e in read_recording("big-sweep.jsonl")]
    rows = [line for line in recorded if isinstance(line, list)]
    assert all(row[5] == "0" for row in rows)
    clock = ManualClock(START)
    node = Fleet(parse_scenario(_MANY, "many.toml"), clock).nodes["mta1"]
    async with client_of(node) as client:
        posted = await client.post("/api/admin/bounce/v1", json={"reason": "purge", "duration": "600s"})
        assert posted.status_code == 200
        paths = ("/api/admin/bounce/v1", "/metrics", "/api/check-liveness/v1")
        waiting = [asyncio.create_task(client.get(path)) for path in paths]
        for _ in range(33):
            clock.advance(0.1)
            await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
        clock.advance(0.2)
        listing, metrics, liveness = await asyncio.gather(*waiting)
        assert liveness.text == "OK"
        (entry,) = listing.json()
        assert 0 < entry["total_bounced"] < 25_000
        assert "scheduled_count_total 0\n" in metrics.text
        assert f"message_count {25_000 - entry['total_bounced']}\n" in metrics.text
        clock.advance(30)
        (entry,) = json.loads((await client.get("/api/admin/bounce/v1")).text)
        assert entry["total_bounced"] == len(entry["bounced"]) == 25_000
