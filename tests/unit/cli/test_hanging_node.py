"""One node hangs from the start: commands that act, or follow, go on with the others and name it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from kumo_tui.cli.exits import Exit
from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk
from tests.unit.cli.test_fleet_acts import NEW, PROMO, acted_on, desk_of

SILENT = "mta2: it has not answered for 10 s."
Hang = Callable[[], None]


@pytest.fixture
def fleet(make_desk: MakeDesk) -> Desk:
    return desk_of(make_desk, NEW, NEW, NEW)


@pytest.fixture
def hang(fleet: Desk) -> Hang:
    """Let mta2 answer no reading any more."""
    return lambda: fleet.fleet.nodes["mta2"].faults.add(Fault("hang", "/", "GET"))


def test_a_bounce_of_all_is_refused_with_the_node_that_is_silent(fleet: Desk, hang: Hang) -> None:
    hang()
    before = fleet.clock.monotonic()
    assert fleet.run(*PROMO, "--plain", "--yes", "--expect", "120") == Exit.REFUSED
    assert SILENT in fleet.err and acted_on(fleet) == []
    assert fleet.clock.monotonic() - before < 15


def test_with_partial_it_goes_to_the_others(fleet: Desk, hang: Hang) -> None:
    hang()
    assert fleet.run(*PROMO, "--plain", "--yes", "--expect", "80", "--partial") == Exit.PARTLY
    assert f"left out: {SILENT}" in fleet.err
    assert acted_on(fleet) == ["mta1", "mta3"]


def test_a_stop_is_let_go_of_on_every_node_however_silent_one_is(fleet: Desk, hang: Hang) -> None:
    """After an act of ours silence is taken for work, for minutes; whoever lets go does not wait for that."""
    answer = fleet.json("stop", *PROMO[1:])
    hang()
    before = fleet.clock.monotonic()
    released = fleet.json("release", answer["operation"], "--profile", "lab")
    assert {node["node"]: node["state"] for node in released["nodes"]} == dict.fromkeys(
        ("mta1", "mta2", "mta3"), "released"
    )
    assert SILENT in fleet.err
    assert fleet.clock.monotonic() - before < 15


def test_a_clean_bounce_is_gone_on_with_on_the_others_at_once(fleet: Desk, hang: Hang) -> None:
    clean = (*PROMO, "--clean", "--duration", "5m", "--yes", "--expect", "120", "--detach")
    tag = fleet.lines(*clean)[0]["operation"]
    hang()
    before = fleet.clock.now()
    lines = fleet.lines("watch", tag, "--profile", "lab")
    begun = datetime.fromisoformat(lines[0]["at"])
    assert (begun - before).total_seconds() < 15
    assert SILENT in fleet.err
    ends = {name: node["verdict"] for name, node in lines[-1]["nodes"].items()}
    assert (ends["mta1"], ends["mta3"]) == ("done", "done")
    assert lines[-1]["partial"] is True
    assert fleet.code == Exit.ENDED_OTHERWISE


@pytest.mark.parametrize("command", ["watch", "release"])
def test_what_no_readable_node_has_may_be_on_the_silent_one(fleet: Desk, hang: Hang, command: str) -> None:
    hang()
    assert fleet.run(command, "ABCDEF", "--profile", "lab") == Exit.USAGE
    assert "It may be on mta2, which could not be read." in fleet.err
    assert "ended, or never there" not in fleet.err
