"""The installed command bounces cleanly, stops and releases on real ports: what was sent, and what never is."""

import json
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, serving, together
from tests.e2e.terminal import Terminal
from tests.waiting import PATIENCE_S

STOPS, BOUNCES = "/api/admin/suspend/v1", "/api/admin/bounce/v1"
NODE = "mta1"
ACT = ("--reason", "bad link", "--clean", "--yes", "--at-most", "1000000")
TENANTS = tuple(f"t{number}" for number in range(8))
SCENARIO = f"""
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 600

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 30
connections = 1
latency = 0.01

[[node.sender]]
queues = ["a:{TENANTS[0]}@slow.q.example"]
rate = 5

[[node.standing]]
queues = {[f"a:{tenant}@hold.example" for tenant in TENANTS]}
messages = 10
due_in = [86400, 86400]
"""

_free = iter(TENANTS)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    scenario: Path = tmp_path_factory.mktemp("clean") / "clean.toml"
    scenario.write_text(SCENARIO, "utf-8")
    with serving(str(scenario)) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    """A tenant of this test alone; 10 messages of it stand, and the first one goes on sending."""
    return next(_free)


def acts(fleet: ServedFleet, tenant: str) -> list[tuple[str, str, dict[str, Any]]]:
    """What was sent about a tenant's mail: method, path, body. A release names its stop only by its id."""
    sent = [(act["method"], act["path"], json.loads(act["body"])) for act in fleet.acts()]
    return [act for act in sent if f'"{tenant}"' in json.dumps(act[2]) or f":{tenant}@" in json.dumps(act[2])]


def bounced(fleet: ServedFleet, tenant: str) -> int:
    """How many messages of a tenant the node has bounced, by its own count."""
    tally = httpx.get(f"{fleet.urls[NODE]}/_sim/tally", trust_env=False, timeout=PATIENCE_S).json()
    return sum(int(counts["bounced"]) for name, counts in tally.items() if f":{tenant}@" in name)


def stopped(fleet: ServedFleet, tenant: str, *words: str) -> dict[str, Any]:
    """A stop of the tenant's mail: the object that it printed."""
    code, (answer,) = fleet.json("stop", "--tenant", tenant, "--reason", "look first", *words)
    assert code == 0
    return dict(answer)


def listed(fleet: ServedFleet) -> set[str]:
    """The tags of the stops that stand."""
    return {stop["operation"] for stop in fleet.json("status")[1][0]["stops"]}


def test_it_stops_sweeps_and_releases_and_says_what_became_of_it(fleet: ServedFleet, tenant: str) -> None:
    before = len(fleet.acts())
    code, (answer, *lines) = fleet.json("bounce", "--tenant", tenant, *ACT, "--duration", "4s")
    sent = fleet.acts()[before:]
    assert (code, lines[-1]["verdict"], lines[-1]["collateral"]) == (0, "done", 0)
    assert (sent[0]["path"], sent[-1]["path"], sent[-1]["method"]) == (STOPS, STOPS, "DELETE")
    stop, guard = json.loads(sent[0]["body"]), f"kt-{answer['operation'].lower()}.kumo-tui-guard.invalid"
    assert (stop["tenant"], stop["reason"]) == (tenant, f"bad link [kt:{answer['operation']}]")
    sweeps = [json.loads(act["body"]) for act in sent[1:-1]]
    assert sweeps
    assert {act["path"] for act in sent[1:-1]} == {BOUNCES}
    for sweep in sweeps:
        assert (sweep["duration"], sweep["domain"], sweep["reason"]) == ("0s", guard, stop["reason"])
        assert set(sweep["queue_names"]) <= {f"a:{tenant}@hold.example", f"a:{tenant}@slow.q.example"}
    assert 10 < lines[-1]["bounced"] <= bounced(fleet, tenant)


@pytest.mark.parametrize(
    "words",
    [
        ["bounce", "--everything", "--i-mean-everything", *ACT],
        ["bounce", "--tenant", TENANTS[-1], "--reason", "x", "--yes", "--expect", "1"],
    ],
)
def test_a_refusal_is_4_and_nothing_was_sent(fleet: ServedFleet, words: list[str]) -> None:
    before = fleet.acts()
    code, (answer,) = fleet.json(*words)
    assert (code, answer["operation"], fleet.acts()) == (4, None, before)
    assert answer["refused"]


def _waiting(fleet: ServedFleet) -> int:
    """Messages that wait in ready queues now."""
    _code, (answer,) = fleet.json("bounce", "--campaign", "nothing", "--reason", "x", "--dry-run")
    return int(answer["preview"]["ready_upper_bound"])


def test_nothing_standing_means_no_sweep(fleet: ServedFleet) -> None:
    fleet.control(NODE, "inject", {"queue": "a:elsewhere@slow.q.example", "count": 450})
    # With nothing in ready queues either, the bounce would be refused.
    fleet.wait(lambda: _waiting(fleet) > 0, "mail in ready queues")
    before = len(fleet.acts())
    code, (_answer, *lines) = fleet.json("bounce", "--campaign", "nothing", *ACT, "--duration", "3s")
    assert (code, lines[-1]["sweeps"], lines[-1]["bounced"]) == (0, 0, 0)
    assert [act["path"] for act in fleet.acts()[before:]] == [STOPS, STOPS]


def test_what_is_left_after_the_first_sweep_is_named_by_readers_and_gone_on_with(
    fleet: ServedFleet, tenant: str
) -> None:
    code, (answer, *_lines) = fleet.json("bounce", "--tenant", tenant, *ACT, "--duration", "12s", "--detach")
    operation = answer["operation"]
    assert code == 0
    before = len(fleet.acts())
    for done in together(partial(fleet.run, "status"), partial(fleet.run, "directives")):
        assert f"op {operation}: tenant={tenant} is stopped on " in done.stderr
        assert f"nobody sweeps: `kumo-tui watch {operation}` goes on" in done.stderr
    assert len(fleet.acts()) == before
    code, lines = fleet.json("watch", operation)
    assert (code, lines[-1]["verdict"], lines[-1]["standing"]) == (0, "done", 0)


def test_a_stop_is_looked_at_gone_on_with_and_ended(fleet: ServedFleet, tenant: str) -> None:
    answer = stopped(fleet, tenant)
    bounce = ("bounce", "--tenant", tenant, "--reason", "bad link")
    code, (confirmed, *_lines) = fleet.json(*bounce, *ACT[2:], "--duration", "4s")
    assert (code, confirmed["operation"]) == (0, answer["operation"])
    assert [path for _method, path, _body in acts(fleet, tenant)] == [STOPS, BOUNCES]


def test_a_stop_that_is_released_meanwhile_ends_the_watching_with_8(fleet: ServedFleet, tenant: str) -> None:
    operation = stopped(fleet, tenant)["operation"]
    with fleet.running("watch", operation, "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["verdict"] == "stopped"
        code, (released,) = fleet.json("release", operation)
        out, _err = process.communicate(timeout=PATIENCE_S)
    assert (code, released["nodes"][0]["state"]) == (0, "released")
    assert (process.returncode, json.loads(out.splitlines()[-1])["verdict"]) == (8, "released")


def test_another_users_stop_is_refused_and_ended_only_where_that_is_said(
    fleet: ServedFleet, tenant: str, state_folder: Path
) -> None:
    answer = stopped(fleet, tenant)
    (state_folder / "kumo-tui").rename(state_folder / "somebody-else")
    stop_id = answer["nodes"][0]["id"]
    code, (refused,) = fleet.json("release", stop_id)
    assert (code, answer["operation"] in refused["refused"]) == (4, True)
    code, (ended,) = fleet.json("release", stop_id, "--other", "--flush")
    assert (code, ended["nodes"][0]["state"]) == (0, "released")
    assert answer["operation"] not in listed(fleet)


def test_a_hang_up_leaves_the_stop_standing_and_says_so(fleet: ServedFleet, tenant: str) -> None:
    with fleet.running("bounce", "--tenant", tenant, *ACT, "--json") as process:
        assert process.stdout is not None
        operation = json.loads(process.stdout.readline())["operation"]
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        _out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 129
    assert f"Interrupted: op {operation}: tenant={tenant} is stopped on " in err
    assert f"`kumo-tui release {operation}` ends it" in err
    assert "Traceback" not in err
    assert fleet.json("release", operation)[1][0]["nodes"][0]["state"] == "released"


def test_a_terminal_that_goes_away_ends_the_dashboard_and_gives_the_screen_back(fleet: ServedFleet) -> None:
    with Terminal([KUMO_TUI, *fleet.endpoints]) as terminal:
        terminal.wait_for("Directives")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_end() == 143
        assert b"\x1b[?1049l" in terminal.raw


def test_a_terminal_that_is_closed_without_a_signal_ends_the_dashboard(fleet: ServedFleet) -> None:
    with Terminal([KUMO_TUI, *fleet.endpoints]) as terminal:
        terminal.wait_for("Directives")
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE_S) == 129
