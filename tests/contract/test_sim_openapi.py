"""The simulator describes itself as the recorded builds do: openapi-*.json, what a capability probe reads."""

import json

import pytest

from tests.contract.lab import lab
from tests.contract.replay import DATA


@pytest.mark.parametrize("version", ["2026.06.23-f3af1cd0", "2026.08.04-3ebc1e85"])
async def test_paths_fields_and_openness_are_the_recorded_ones(version: str) -> None:
    recorded = json.loads((DATA / f"openapi-{version.partition('-')[0]}.json").read_text("utf-8"))
    async with lab(version=version) as replay:
        answered = (await replay.client.get("/api-docs/openapi.json")).json()
    assert answered["info"] == recorded["info"]
    assert answered["paths"] == recorded["paths"]
    for name, schema in recorded["components"]["schemas"].items():
        assert answered["components"]["schemas"][name]["properties"] == schema["properties"], name
        for key in ("additionalProperties", "type"):
            assert answered["components"]["schemas"][name].get(key) == schema.get(key), name
        assert set(answered["components"]["schemas"][name]["required"]) == set(schema["required"]), name
