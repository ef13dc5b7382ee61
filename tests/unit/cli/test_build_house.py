"""A house is built from what the options come to: a profile's pace, its nodes and their marks."""

import asyncio
from pathlib import Path

import pytest

from kumo_tui.cli.compose import Call, House, Surroundings, build_house, look_up, opened
from kumo_tui.cli.dashboard import overview_of
from kumo_tui.cli.options import Options
from kumo_tui.errors import ConfigError
from kumo_tui.watch.overview_words import notes
from tests.ui import worlds

PROD = """
[profile.prod]
interval_s = 7.5
nodes = [{ url = "http://mta1:8000", read_only = true }, { url = "http://mta2:8000", enabled = false }]

[profile.lab]
nodes = [{ url = "http://mta9:8000" }]
"""


def call_on(config: Path, *endpoints: str, profile: str | None = None) -> Call:
    return Call(Surroundings(), Options(endpoints, profile, config))


def built(call: Call) -> House:
    """The house of this call, left again at once."""

    async def look() -> House:
        async with opened(build_house(call)) as house:
            return house

    return asyncio.run(look())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(PROD)
    return path


def test_a_profile_has_its_own_pace_and_others_that_of_all(config: Path) -> None:
    assert built(call_on(config, profile="prod")).watcher.interval_s == 7.5
    assert built(call_on(config, profile="lab")).watcher.interval_s == 2.0
    assert built(call_on(config, "http://mta1:8000")).watcher.interval_s == 2.0


def test_nodes_begin_as_the_settings_have_them(config: Path) -> None:
    first, second = built(call_on(config, profile="prod")).watcher.snapshot.nodes
    assert (first.read_only, first.enabled) == (True, True)
    assert (second.read_only, second.enabled) == (False, False)


def test_a_list_that_was_looked_up_is_not_read_again(config: Path, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    nodes.write_text("http://mta1:8000 mta1\n")
    config.write_text(f'[profile.prod]\nnodes_file = "{nodes}"\n')
    call = call_on(config)
    meant = look_up(call)
    nodes.unlink()
    house = built(Call(call.surroundings, call.options, meant))
    assert [node.name for node in house.watcher.snapshot.nodes] == ["mta1"]
    with pytest.raises(ConfigError, match="no such file"):
        build_house(call)


@pytest.mark.parametrize("wrong", ['credentials = { token_file = "/nowhere" }', 'ca_file = "/nowhere"'])
def test_a_prometheus_that_cannot_be_asked_keeps_nobody_from_watching_the_nodes(config: Path, wrong: str) -> None:
    config.write_text(f'{PROD}[profile.prod.prometheus]\nurl = "https://prometheus"\n{wrong}\n')
    overview = overview_of(built(call_on(config, profile="prod")))
    assert overview is not None
    (told, *_rest) = notes(overview.overview, worlds.snapshot())
    assert told.is_grave
    assert told.words.startswith("Prometheus https://prometheus is not asked: prometheus: ")
    assert "/nowhere" in told.words
    assert "start kumo-tui again" in told.words
    assert overview_of(built(call_on(config, profile="lab"))) is None
