"""status tells how each open operation of ours stands: on each node, and as a whole, as `watch` would."""

from typing import Any

import pytest

from kumo_tui.cli.exits import Exit
from kumo_tui.config import Settings
from kumo_tui.node.client import NodeClient
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk
from tests.unit.cli.test_fleet_acts import NEW, PROMO, SUSPEND, desk_of, strike

SENT = (*PROMO, "--plain", "--yes", "--expect", "120", "--duration", "5m")


@pytest.fixture
def fleet(make_desk: MakeDesk) -> Desk:
    return desk_of(make_desk, NEW, NEW, NEW)


def status(desk: Desk) -> Any:
    return desk.json("status", "--profile", "lab")


def test_where_nothing_of_ours_is_open_the_list_is_empty(fleet: Desk) -> None:
    assert status(fleet)["open_operations"] == []


def test_an_open_operation_has_the_names_of_a_line_of_watch_and_what_it_is_about(fleet: Desk) -> None:
    tag = fleet.json(*SENT)["operation"]
    fleet.clock.jump(20)
    (seen,) = status(fleet)["open_operations"]
    assert (seen["operation"], seen["scope"], seen["reason"]) == (tag, "campaign=promo", "bad link")
    assert (seen["verdict"], seen["partial"]) == ("swept", False)
    assert {name: node["verdict"] for name, node in seen["nodes"].items()} == dict.fromkeys(
        ("mta1", "mta2", "mta3"), "swept"
    )
    assert fleet.run("status", "--profile", "lab") == Exit.DONE
    assert f"op {tag}: campaign=promo: SWEPT" in fleet.out
    followed = fleet.lines("watch", tag, "--profile", "lab", "--until", "swept")[0]
    assert set(seen) == {*followed, "scope", "reason"}


def test_what_one_node_refused_is_partial_and_that_node_is_named(fleet: Desk) -> None:
    strike(fleet, "mta2", "error")
    fleet.run(*SENT)
    (seen,) = status(fleet)["open_operations"]
    assert (seen["partial"], seen["nodes"]["mta2"]["verdict"]) == (True, "rejected")
    fleet.run("status", "--profile", "lab")
    assert "PARTIAL SWEPT" in fleet.out
    assert "  partly done: nothing on mta2" in fleet.out


def test_what_a_restarted_node_forgot_is_partial(fleet: Desk) -> None:
    fleet.run(*SENT)
    fleet.fleet.nodes["mta3"].kill()
    fleet.fleet.nodes["mta3"].restart()
    fleet.clock.jump(20)
    (seen,) = status(fleet)["open_operations"]
    assert (seen["partial"], seen["nodes"]["mta3"]["verdict"]) == (True, "lost")


def test_a_node_that_is_down_while_the_others_are_done_is_lost_sight_of_by_one_look(fleet: Desk) -> None:
    fleet.run(*SENT[:-1], "1m")
    fleet.fleet.nodes["mta3"].kill()
    fleet.clock.jump(70)
    (seen,) = status(fleet)["open_operations"]
    assert fleet.code == Exit.PARTLY
    assert (seen["nodes"]["mta1"]["verdict"], seen["partial"]) == ("done", True)
    assert seen["nodes"]["mta3"]["verdict"] not in ("done", "swept")


def test_counts_of_which_a_node_that_is_not_read_has_a_part_say_on_how_many_they_are_known(fleet: Desk) -> None:
    fleet.run("stop", "--campaign", "promo", "--reason", "looking", "--profile", "lab")
    fleet.run("status", "--profile", "lab")
    assert "known on" not in fleet.out
    fleet.fleet.nodes["mta3"].kill()
    fleet.run("status", "--profile", "lab")
    assert ", known on 2 of 3 nodes" in fleet.out


def test_of_what_is_over_on_a_node_that_is_not_read_all_is_known(fleet: Desk) -> None:
    strike(fleet, "mta3", "error")
    fleet.run(*SENT)
    fleet.fleet.nodes["mta3"].kill()
    fleet.run("status", "--profile", "lab")
    assert "PARTIAL SWEPT" in fleet.out
    assert "known on" not in fleet.out


def test_a_stop_that_one_node_refused_is_partial_and_waits(fleet: Desk) -> None:
    strike(fleet, "mta2", "error", SUSPEND)
    fleet.run("stop", "--campaign", "promo", "--reason", "looking", "--profile", "lab")
    (seen,) = status(fleet)["open_operations"]
    assert (seen["verdict"], seen["partial"]) == ("stopped", True)
    assert seen["nodes"]["mta2"]["verdict"] == "rejected"


def test_a_look_waits_ten_seconds_for_a_silent_node_or_as_long_as_it_is_told(
    fleet: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []

    def noted(node: Any, settings: Settings, clock: Any, login: Any) -> NodeClient:
        waits.append((settings.poll.connect_timeout_s, settings.poll.read_timeout_s, settings.poll.busy_timeout_s))
        return make(node, settings, clock, login)

    make = fleet._client
    monkeypatch.setattr(fleet, "_client", noted)
    for command in ("status", "queues", "directives"):
        fleet.run(command, "--profile", "lab")
        fleet.run(command, "--profile", "lab", "--timeout", "2s")
        fleet.run(command, "--profile", "lab", "--timeout", "1m")
        assert sorted(set(waits)) == [(2.0, 2.0, 2.0), (5.0, 10.0, 10.0), (5.0, 60.0, 60.0)]
        waits.clear()


@pytest.mark.parametrize(
    ("given", "words"),
    [("5", "5 what?"), ("0s", "between 1s and 1h"), ("2h", "between 1s and 1h"), ("", "missing")],
)
def test_a_timeout_that_is_none_is_wrong_usage(fleet: Desk, given: str, words: str) -> None:
    assert fleet.run("status", "--profile", "lab", "--timeout", given) == Exit.USAGE
    assert "--timeout" in fleet.err and words in fleet.err
