"""Hostile queue names come through as on the recorded server: hostile-names.jsonl, hostile-names-exact.jsonl."""

import json
import re

import pytest

from tests.contract.lab import inject, lab
from tests.contract.replay import read_recording, scheduled_counts

_FAMILIES = ("scheduled_count{", "scheduled_by_domain{", "scheduled_by_tenant{", "scheduled_by_tenant_campaign{")


def _lines_with_mail(text: str) -> set[str]:
    return {line for line in text.split("\n") if line.startswith(_FAMILIES) and not line.endswith(" 0")}


def _json_samples(text: str) -> set[str]:
    """Return the raw samples of ``scheduled_count``, which need not be JSON."""
    start = text.index('"scheduled_count":')
    body = text[text.index('{"queue":{', start) + len('{"queue":{') : text.index("}}}", start)]
    return {sample for sample in body.split(",\n") if not sample.endswith(":0")}


async def test_metric_lines_of_hostile_names_are_the_recorded_ones_byte_for_byte() -> None:
    text, document = (exchange.response["body"] for exchange in read_recording("hostile-names.jsonl"))
    names = {queue: number for queue, number in scheduled_counts(text).items() if number}
    async with lab() as replay:
        inject(replay, names)
        shown = (await replay.client.get("/metrics")).text
        shown_document = (await replay.client.get("/metrics.json")).text
    assert _lines_with_mail(shown) == _lines_with_mail(text)
    assert _json_samples(shown_document) == _json_samples(document)
    with pytest.raises(json.JSONDecodeError):
        json.loads(shown_document)


async def test_metrics_json_of_plain_names_is_json_in_the_recorded_shapes() -> None:
    async with lab() as replay:
        inject(replay, {"promo:acme@hold.a.example": 3})
        answer = await replay.client.get("/metrics.json")
    document = answer.json()
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert document["scheduled_count"]["value"] == {"queue": {"promo:acme@hold.a.example": 3}}
    assert document["scheduled_by_tenant_campaign"]["value"] == [{"tenant": "acme", "campaign": "promo", "@": 3}]
    assert document["scheduled_count_total"]["value"] == 3
    histogram = document["message_save_latency"]["value"]
    assert set(histogram) == {"avg", "bucket", "count", "sum"}


async def test_hostile_queues_are_bounced_by_exact_name_as_recorded() -> None:
    async with lab() as replay:
        for exchange in read_recording("hostile-names-exact.jsonl"):
            assert exchange.request is not None
            if exchange.note == "exact hostile names":
                inject(replay, dict.fromkeys(exchange.request["json"]["queue_names"], 1))
            if exchange.note == "hostile reason":
                replay.node.engine.bounces.remove(next(iter(replay.ids.values())))
            answer = await replay.play(exchange)
    assert re.search(r"\\u001b\[2J\\u0007", answer.text)
