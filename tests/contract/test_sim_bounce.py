"""The simulator lives through bounces as the recorded server does: bounce-life.jsonl and everything.jsonl.

The recordings do not show injections; they are given here, before the exchange with the named note. Nor do they
show that the lab cancelled all directives between its sections (lists prove it).
"""

import re
from typing import Any

from tests.contract.lab import inject, lab
from tests.contract.replay import Exchange, Replay, read_recording, scheduled_counts

_FIRST = {
    "promo:@hold.d.example": 40,
    "acme@hold.a.example": 60,
    "promo:acme@hold.b.example": 200,
    "promo:zen@hold.a.example": 100,
    "promo:acme@hold.a.example": 300,
    "news:acme@hold.a.example": 80,
    "hold.c.example": 50,
}
_LIFE_MAIL = {
    "metrics before": _FIRST,
    "new mail that matched was bounced too": {"promo:acme@hold.a.example": 7, "promo:acme@hold.new.example": 5},
    "exact names with a guard domain": {"t1@hold.e.example": 30, "t2@hold.e.example": 20},
    "expires in the past": {"t1@hold.f.example": 15},
    "all four criteria": {"c1:t1@hold.g.example!r.example": 10},
    "new mail is NOT caught": {"c1:t1@hold.g.example!r.example": 10},
    "empty tenant matches only campaign-only queues": {"solo:@hold.h.example": 4, "hold.h.example": 3},
}
_NEW_SECTIONS = {
    "expires in the past",
    "all four criteria",
    "empty tenant matches only campaign-only queues",
    "mixed case domain matches nothing",
}
_EVERYTHING_MAIL = {
    "before": {
        "t2@hold.e.example": 20,
        "acme@hold.a.example": 60,
        "hold.h.example": 3,
        "c1:t1@hold.g.example!r.example": 10,
        "k1@hold.k.example": 30,
        "kk:k2@hold.l.example": 20,
        "news:acme@hold.a.example": 80,
    },
    "after expiry, without a GET of the list, new mail is still bounced": {"k1@hold.k.example": 9},
    "now new mail stays": {"k1@hold.k.example": 12},
    "both in the list": {"m@hold.m.example": 10},
}


async def test_a_campaign_is_bounced_from_baseline_to_cancel_as_recorded() -> None:
    totals: list[int] = []

    def while_sweeping(recorded: Any, answered: Any) -> None:
        """Totals in the middle of a sweep depend on its pace: they rise, within the baseline."""
        (entry,) = answered
        assert all(entry["bounced"][queue] <= _FIRST[queue] for queue in entry["bounced"])
        assert entry["total_bounced"] == sum(entry["bounced"].values()) <= recorded[0]["total_bounced"] + 100
        assert set(entry) == set(recorded[0])
        totals.append(entry["total_bounced"])

    async with lab() as replay:
        for exchange in read_recording("bounce-life.jsonl"):
            _prepare(replay, exchange, _LIFE_MAIL)
            if exchange.request is None:
                await _same_gauges(replay, exchange)
            elif exchange.note == "list while sweeping":
                await replay.play(exchange, while_sweeping)
            else:
                await replay.play(exchange)
    assert totals == sorted(totals)
    assert totals[0] == 0 < totals[1] < totals[-1] == 640


async def test_everything_is_bounced_and_outlives_its_end_as_recorded() -> None:
    async with lab() as replay:
        for exchange in read_recording("everything.jsonl"):
            _prepare(replay, exchange, _EVERYTHING_MAIL)
            if exchange.request is None:
                await _same_gauges(replay, exchange)
            else:
                await replay.play(exchange)


async def test_metrics_of_the_recorded_queues_have_the_recorded_lines() -> None:
    async with lab() as replay:
        for exchange in read_recording("bounce-life.jsonl"):
            if exchange.note not in ("metrics before", "metrics after the sweep", "bounce one campaign"):
                continue
            _prepare(replay, exchange, _LIFE_MAIL)
            answer = await replay.play(exchange)
            if exchange.target == "GET /metrics":
                replay.wait_until(exchange.at)
                assert _mail_lines(answer.text) == _mail_lines(exchange.response["body"])


async def test_message_count_is_the_recorded_one_before_a_sweep_and_follows_the_removal() -> None:
    async with lab() as replay:
        inject(replay, _FIRST)
        before = (await replay.client.get("/metrics")).text
        await replay.client.post("/api/admin/bounce/v1", json={"campaign": "promo", "reason": "x"})
        replay.wait_until(0.1)
        during = (await replay.client.get("/metrics")).text
        replay.wait_until(2.0)
        after = (await replay.client.get("/metrics")).text
    assert "message_count 830\n" in before
    assert "message_count 190\n" in after
    assert "scheduled_count_total 190\n" in during
    assert "message_count 190\n" not in during


async def test_every_recorded_family_is_there_with_its_type_and_grammar() -> None:
    grammar = re.compile(r'(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(, ?\w+="[^"]*")*\})? [-+.e\d]+)$')
    async with lab() as replay:
        recorded = next(
            e
            for e in read_recording("suspend-inspect.jsonl")
            if "ready queue" in e.note and e.request and e.request["path"] == "/metrics"
        )
        inject(replay, {"sl:s1@slow.x.example": 200, "nn:n1@hold.n.example": 15})
        replay.wait_until(2.0)
        text = (await replay.client.get("/metrics")).text
    assert all(grammar.match(line) for line in text.splitlines())
    assert _types(recorded.response["body"]) - _types(text) == set()
    assert _order(text, _order(recorded.response["body"], _streamed(text))) == _order(
        recorded.response["body"], _streamed(text)
    )


def _prepare(replay: Replay, exchange: Exchange, mail: dict[str, dict[str, int]]) -> None:
    """Let time come close to the exchange, then inject what precedes it."""
    if exchange.note in _NEW_SECTIONS:
        bounces = replay.node.engine.bounces
        for entry in bounces.listed(replay.node.engine.now):
            bounces.remove(entry.id)
    if exchange.note in mail:
        replay.wait_until(exchange.at - 0.3)
        inject(replay, mail[exchange.note])


async def _same_gauges(replay: Replay, exchange: Exchange) -> None:
    replay.wait_until(exchange.at)
    shown = scheduled_counts((await replay.client.get("/metrics")).text)
    recorded = exchange.line["scheduled"]
    assert {queue: shown.get(queue, 0) for queue in recorded} == recorded, exchange.note


def _mail_lines(text: str) -> set[str]:
    """Return the lines that depend on mail alone."""
    kept = ("scheduled_", "queued_count_by", "total_messages_received")
    return {line for line in text.splitlines() if line.startswith(kept)}


def _types(text: str) -> set[str]:
    return {line for line in text.splitlines() if line.startswith("# TYPE")}


def _streamed(text: str) -> list[str]:
    """Return the families of the server's own encoder: those from ``connection_count`` on."""
    names = re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)
    return names[names.index("connection_count") :]


def _order(text: str, names: list[str]) -> list[str]:
    return [name for name in re.findall(r"^# TYPE (\w+)", text, re.MULTILINE) if name in names]
