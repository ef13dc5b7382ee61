"""The clean bounce by keys alone, with the installed command in a terminal of 80 columns and 24 lines."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.cli_fleet import KUMO_TUI, ServedFleet, serving
from tests.e2e.scene import Desk

# A ready queue that two tenants share turns over within a few seconds, and both go on sending.
FLEET = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 600
log = true

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 20
connections = 1
latency = 0.02

[[node.standing]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
messages = 60
due_in = [0.25, 1]
attempts = 0

[[node.standing]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
messages = 40
due_in = [600, 700]

[[node.sender]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
rate = 12
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    scenario = tmp_path / "shared.toml"
    scenario.write_text(FLEET, "utf-8")
    with serving(str(scenario)) as running:
        yield running


@pytest.fixture
def terminal(fleet: ServedFleet) -> Iterator[Desk]:
    with Desk([KUMO_TUI, *fleet.endpoints]) as running:
        yield running


def test_a_tenant_is_stopped_looked_at_bounced_cleanly_and_nobody_else_is_touched(
    fleet: ServedFleet, terminal: Desk
) -> None:
    terminal.wait_for("one:s1@slow.q.example")
    terminal.press("/")
    terminal.type("tenant=s1")
    terminal.press("enter")
    terminal.wait_for("showing 1-1 of 1 queue")
    _stop(terminal)
    _look_at_samples(terminal)
    _bounce_it(terminal)
    _watch_it_to_the_end(terminal)
    terminal.press("escape")
    terminal.wait_for("Directives")
    terminal.wait(
        lambda text: any("DONE" in line and "tenant=s1" in line for line in text.splitlines()), "its row"
    )
    terminal.press("q")
    assert terminal.wait_end() == 0
    _nobody_else_was_touched(fleet)


def _stop(terminal: Desk) -> None:
    terminal.press("s")
    terminal.wait_for("It destroys nothing")
    terminal.wait_for("tenant=s1")
    terminal.pump(0.6)
    terminal.press("tab", "enter")
    terminal.wait_for("STOPPED: nothing is bounced yet")
    terminal.wait_match(r"stopped until \d\d:\d\d")


def _look_at_samples(terminal: Desk) -> None:
    """Enter on a queue shows a few of its messages."""
    terminal.press("enter")
    terminal.wait_for("@slow.q.example")
    terminal.wait_for("RECIPIENTS")
    terminal.press("escape")
    terminal.wait_for("STOPPED: nothing is bounced yet")


def _bounce_it(terminal: Desk) -> None:
    terminal.press("b")
    terminal.wait_for("goes on with the stop of op")
    terminal.type("wrong audience")
    terminal.wait_for("[wrong audience ")
    terminal.press("tab", "tab", "ctrl+u")
    terminal.type("15s")
    terminal.wait_for("[15s ")
    token = terminal.review()
    terminal.wait_for("Stopped for")
    terminal.confirm(token)


def _watch_it_to_the_end(terminal: Desk) -> None:
    terminal.wait_for("at least")
    terminal.wait(lambda text: "RETURNING" in text or "CATCHING" in text, "the first sweep to be over")
    terminal.wait_for("collateral 0")
    terminal.wait_for("CATCHING")
    terminal.wait_for("DONE")
    terminal.wait_said("sure: ")


def _nobody_else_was_touched(fleet: ServedFleet) -> None:
    """By the server's own records of every message, and by what was sent."""
    log = httpx.get(f"{fleet.urls['mta1']}/_sim/log", trust_env=False).json()["counts"]
    assert set(log["AdminBounce"]) == {"one:s1@slow.q.example"}
    assert set(log["TransientFailure"]) <= {"one:s1@slow.q.example"}
    acts = [(request["method"], request["path"].split("/")[3]) for request in fleet.acts()]
    assert acts[0] == ("POST", "suspend")
    assert acts[-1] == ("DELETE", "suspend")
    assert set(acts[1:-1]) == {("POST", "bounce")}
