"""A real Prometheus on the simulated fleet: the overview agrees with the nodes, and says what it cannot know."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, kumo_tui, serving
from tests.e2e.prometheus import BINARY, MISSING, Prometheus, scraping
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.skipif(BINARY is None, reason=MISSING)

NODES = ("mta1", "mta2", "mta3")
QUOTED = 'quo"te@hold.example'

NODE = """
[[node]]
name = "{name}"
version = "2026.06.23-f3af1cd0"
[[node.standing]]
queues = {queues}
messages = {messages}
due_in = [86400, 86400]
"""


def plan(hostile: str) -> str:
    """Three nodes on which nothing is due, so that two looks agree; one of them may hold a hostile name."""
    text = ""
    for number, name in enumerate(NODES, 1):
        queues = ["promo:acme@yahoo.com", f"news:{name}@aol.com", "back\\slash@hold.example"]
        queues += [QUOTED] if name == hostile else []
        text += NODE.format(name=name, queues=json.dumps(queues), messages=100 * number)
    return text


class Scene:
    """A fleet, the Prometheus that scrapes it as this job, and a config with both."""

    def __init__(self, fleet: ServedFleet, prometheus: Prometheus, job: str, folder: Path) -> None:
        self.fleet = fleet
        self.prometheus = prometheus
        self.config = folder / "config.toml"
        lines = ["[profile.prod]", "[profile.prod.prometheus]", f'url = "{prometheus.url}"', "every_s = 1"]
        lines += [f"match = 'job=\"{job}\"'", "timeout_s = 5"]
        for name, url in fleet.urls.items():
            lines += ["[[profile.prod.nodes]]", f'url = "{url}"', f'name = "{name}"']
        self.config.write_text("\n".join(lines) + "\n", "utf-8")

    def overview(self) -> tuple[int, dict[str, Any], str]:
        """Exit code, object and messages of `overview --json`."""
        done = kumo_tui("overview", "--json", KUMO_TUI_CONFIG=str(self.config))
        return done.returncode, json.loads(done.stdout or "{}"), done.stderr

    def dashboard(self) -> Terminal:
        """The dashboard on this profile."""
        return Terminal([KUMO_TUI], env={"KUMO_TUI_CONFIG": str(self.config)})


class Ground:
    """Two fleets, and two Prometheus on both of them: one lasts, the other one may be stopped."""

    def __init__(self, fleets: dict[str, ServedFleet], lasting: Prometheus, passing: Prometheus) -> None:
        self.fleets = fleets
        self.lasting = lasting
        self.passing = passing


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("ground")
    with ExitStack() as stack:
        fleets = dict[str, ServedFleet]()
        for job, hostile in (("kumomta", ""), ("hostile", "mta2")):
            written = folder / f"{job}.toml"
            written.write_text(plan(hostile), "utf-8")
            fleets[job] = stack.enter_context(serving(str(written)))
        jobs = {job: list(fleet.urls.values()) for job, fleet in fleets.items()}
        lasting, passing = (
            stack.enter_context(scraping(jobs, tmp_path_factory.mktemp("prometheus"))) for _ in range(2)
        )
        yield Ground(fleets, lasting, passing)


def scene(folder: Path, ground: Ground, job: str = "kumomta", prometheus: Prometheus | None = None) -> Scene:
    """One fleet of the ground, once its Prometheus has read it."""
    prometheus = prometheus or ground.lasting
    prometheus.wait(f'up{{job="{job}"}} == 1', 3 if job == "kumomta" else 2, "targets")
    return Scene(ground.fleets[job], prometheus, job, folder)


def test_totals_and_the_largest_queues_are_those_of_the_nodes_and_a_wrong_match_is_told(
    tmp_path: Path, ground: Ground
) -> None:
    stage = scene(tmp_path, ground)
    code, told, said = stage.overview()
    assert code == 0, said
    _, (status,) = stage.fleet.json("status")
    _, (queues,) = stage.fleet.json("queues")
    assert (told["messages"], told["queues"]) == (status["messages"], status["queues"]) == (1800, 5)
    assert told["counter"] == 1800
    assert [(each["name"], each["messages"]) for each in told["top"]] == [
        (each["name"], each["messages"]) for each in queues["queues"]
    ]
    assert {each["node"]: each["messages"] for each in told["instances"]} == {
        each["name"]: each["messages"] for each in _by_name(stage, status)
    }
    assert told["scraped_age_s"] < 10
    assert told["failing"] == {}

    stage.config.write_text(stage.config.read_text("utf-8").replace("kumomta", "other"), "utf-8")
    code, told, said = stage.overview()
    assert code == 3
    assert told["troubles"][0]["state"] == "no metrics of KumoMTA"
    assert 'no metric of KumoMTA with {job="other"}' in said


def _by_name(stage: Scene, status: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a status by their names in the profile; on endpoints they are called by their addresses."""
    names = {url: name for name, url in stage.fleet.urls.items()}
    return [{**each, "name": names[each["url"]]} for each in status["nodes"]]


def test_a_queue_name_that_breaks_a_scrape_is_named_and_a_dead_node_is_no_riddle(
    tmp_path: Path, ground: Ground
) -> None:
    stage = scene(tmp_path, ground, "hostile")
    stage.fleet.control("mta3", "kill")
    stage.prometheus.wait('up{job="hostile"} == 0', 2, "two scrapes that fail")
    code, told, said = stage.overview()
    assert code == 7
    assert f"Prometheus cannot scrape mta2 though it answers us: the name of queue {QUOTED} breaks" in said
    assert "mta3: neither Prometheus nor we can read it now" in said
    assert told["failing"]["mta2"]["queue"] == QUOTED
    assert told["messages"] == 300
    with stage.dashboard() as terminal:
        terminal.wait_for("Prometheus cannot scrape mta2 though it answers us")
        terminal.press("v")
        terminal.wait_for("300 msgs")
        terminal.wait_for("1 of 3 instances")


def test_when_prometheus_stops_it_is_said_and_the_last_numbers_stay_with_their_age(
    tmp_path: Path, ground: Ground
) -> None:
    stage = scene(tmp_path, ground, prometheus=ground.passing)
    with stage.dashboard() as terminal:
        terminal.wait_for("1,800 msgs")
        terminal.press("v")
        terminal.wait_for("on 3 instances")
        stage.prometheus.stop()
        terminal.wait_for("refuses connections")
        terminal.wait_for("(nothing new is read)")
        terminal.wait_for("1,800 msgs")
        terminal.wait_for("s old, scraped")
        code, told, said = stage.overview()
        assert code == 3
        assert f"Prometheus {stage.prometheus.url}: " in said
        assert told["messages"] is None
        assert told["troubles"][0]["state"] == "down"
