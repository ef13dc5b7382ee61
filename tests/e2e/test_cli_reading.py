"""The installed command reads simulated nodes on real ports."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, kumo_tui, refusing, serving
from tests.e2e.terminal import Terminal


@pytest.fixture(scope="module")
def quiet() -> Iterator[ServedFleet]:
    with serving("quiet") as fleet:
        yield fleet


@pytest.fixture
def closed() -> Iterator[str]:
    with refusing() as url:
        yield url


@pytest.fixture(autouse=True)
def mended(quiet: ServedFleet) -> Iterator[None]:
    yield
    quiet.mend()


def test_status_queues_and_directives_print_one_object_and_nothing_else(quiet: ServedFleet) -> None:
    for command in ("status", "queues", "directives"):
        done = quiet.run(command, "--json")
        assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)
        assert json.loads(done.stdout)


def test_the_servers_own_variable_names_the_default_endpoint(quiet: ServedFleet) -> None:
    done = kumo_tui("status", "--json", KUMO_KCLI_ENDPOINT=quiet.urls["mta1"])
    assert json.loads(done.stdout)["messages"] == 360


def test_a_refused_connection_is_3_and_one_line(closed: str) -> None:
    done = kumo_tui("status", "--endpoint", closed)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "refuses connections" in done.stderr


def test_some_nodes_read_is_7_with_the_data_that_there_is(quiet: ServedFleet, closed: str) -> None:
    done = quiet.run("queues", "--json", "--endpoint", closed)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["nodes_read"], answer["nodes_total"], answer["messages"]) == (7, 1, 2, 360)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("html", "not kumod"),
        ("empty", "not kumod"),
        ("list", "not kumod"),
        ("truncate", "ended before the answer was complete"),
        ("cut", "ended before the answer was complete"),
        ("error", "(500)"),
    ],
)
def test_every_broken_answer_is_one_clear_line(quiet: ServedFleet, kind: str, said: str) -> None:
    quiet.fault(kind=kind, path="/metrics")
    done = quiet.run("queues", "--json")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert said in done.stderr
    assert json.loads(done.stdout)["queues"] == []


def test_a_node_that_lets_nobody_in_is_said_so(tmp_path: Path) -> None:
    scenario = tmp_path / "closed.toml"
    scenario.write_text('[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\ntrust_hosts = false\n', "utf-8")
    with serving(str(scenario)) as fleet:
        done = fleet.run("status", "--json")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert json.loads(done.stdout)["nodes"][0]["state"] == "unauthorized"
    assert "(401)" in done.stderr


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "http://kim:s3cret@127.0.0.1:8000", "http://127.0.0.1:8000/metrics"]
)
def test_a_url_problem_is_2_and_never_echoes_credentials(url: str) -> None:
    done = kumo_tui("status", "--endpoint", url)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "s3cret" not in done.stderr


def test_a_profile_is_read_from_the_config_file(quiet: ServedFleet, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[profile.lab]\nnodes = [{{ name = "one", url = "{quiet.urls["mta1"]}" }}]\n', "utf-8")
    answer = json.loads(kumo_tui("--config", str(config), "status", "--json").stdout)
    assert (answer["profile"], answer["nodes"][0]["name"]) == ("lab", "one")
    unknown = kumo_tui("--config", str(config), "--profile", "prod", "status")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "lab" in unknown.stderr


def test_without_a_terminal_the_dashboard_names_the_alternative() -> None:
    done = kumo_tui()
    assert (done.returncode, done.stdout) == (2, "")
    assert "status --json" in done.stderr


def test_a_reader_that_closes_its_end_is_no_traceback(quiet: ServedFleet) -> None:
    read, write = os.pipe()
    os.close(read)
    with quiet.running("queues", "--json") as process:
        process.stdout.close()  # type: ignore[union-attr]  # a pipe was asked for
        err = process.stderr.read() if process.stderr else ""
    os.close(write)
    assert "Traceback" not in err


def test_the_demo_opens_the_dashboard_and_takes_its_fleet_with_it() -> None:
    with Terminal([KUMO_TUI, "demo", "--seed", "7"]) as terminal:
        terminal.wait_for("promo:acme@gmail.com")
        assert "demo" in terminal.lines[0]
        terminal.press("q")
        assert terminal.wait_end() == 0
