"""Acts on a fleet from the command line: chosen nodes, nodes that cannot, and what only some of them took."""

from dataclasses import replace

import pytest

from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Followed, Follower, NodeSight, Sight
from kumo_tui.model.clean import NO_METERS
from kumo_tui.model.operation import ActState
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Fault, SimNode
from tests.unit.act.house import House
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

DONE = Verdict.DONE
NEW, OLD = "2026.06.23-f3af1cd0", "2024.11.08-d383b033"
REASON = ("--reason", "bad link", "--profile", "lab")
PROMO = ("bounce", "--campaign", "promo", *REASON)
EXACT = ("bounce", "--queue", "promo:acme@yahoo.com", *REASON)
BOUNCE = "/api/admin/bounce/v1"
SUSPEND = "/api/admin/suspend/v1"


def fleet_of(*versions: str) -> str:
    """Nodes mta1, mta2, ... of these versions, each with 40 messages of promo and 10 others."""
    return "\n".join(
        f"""
[[node]]
name = "mta{number}"
version = "{version}"

[[node.standing]]
queues = ["promo:acme@yahoo.com", "news:acme@gmail.com"]
messages = 40
due_in = [86400, 86400]
"""
        for number, version in enumerate(versions, 1)
    )


def desk_of(make_desk: MakeDesk, *versions: str) -> Desk:
    """A desk whose profile `lab` has these nodes, by name."""
    desk = make_desk(fleet_of(*versions))
    nodes = [f'[[profile.lab.nodes]]\nname = "{name}"\nurl = "http://{name}:8000"\n' for name in desk.fleet.nodes]
    desk.configure("\n".join(nodes))
    return desk


@pytest.fixture
def fleet(make_desk: MakeDesk) -> Desk:
    return desk_of(make_desk, NEW, NEW, NEW)


def acted_on(desk: Desk, path: str = BOUNCE) -> list[str]:
    """The nodes that had a POST there, each as often as it had one."""
    return [
        name
        for name, node in desk.fleet.nodes.items()
        for request in node.requests
        if request.method == "POST" and request.path == path
    ]


def strike(desk: Desk, name: str, kind: str, path: str = BOUNCE, times: int | None = None) -> SimNode:
    node = desk.fleet.nodes[name]
    node.faults.add(Fault(kind, path, "POST", times=times))  # type: ignore[arg-type]  # a Kind, as a word
    return node


def test_only_named_nodes_are_previewed_and_sent_to(fleet: Desk) -> None:
    answer = fleet.json(*PROMO, "--node", "mta1", "--node", "mta3", "--dry-run")
    assert fleet.code == Exit.DONE
    assert answer["preview"]["messages"] == 80
    assert [node["node"] for node in answer["preview"]["nodes"]] == ["mta1", "mta3"]
    assert answer["preview"]["absent"] == [{"node": "mta2", "why": "mta2 is not chosen"}]
    assert {request["node"] for request in answer["requests"]} == {"mta1", "mta3"}
    chosen = (*PROMO, "--plain", "--node", "mta1", "--node", "mta3", "--yes", "--expect", "80")
    assert [node["node"] for node in fleet.json(*chosen)["nodes"]] == ["mta1", "mta3"]
    assert (fleet.code, acted_on(fleet)) == (Exit.DONE, ["mta1", "mta3"])


def test_an_unknown_node_is_wrong_usage(fleet: Desk) -> None:
    for command in (PROMO, ("stop", *PROMO[1:])):
        assert fleet.run(*command, "--node", "mta9", "--dry-run") == Exit.USAGE
        assert "there is no node 'mta9'" in fleet.err
        assert "mta1, mta2, mta3" in fleet.err
    assert fleet.posts == []


def test_a_stop_goes_to_named_nodes_alone(fleet: Desk) -> None:
    answer = fleet.json("stop", *PROMO[1:], "--node", "mta2")
    assert [node["node"] for node in answer["nodes"]] == ["mta2"]
    assert acted_on(fleet, SUSPEND) == ["mta2"]


def test_a_named_node_that_is_down_is_refused_and_the_others_go_on_without_it(fleet: Desk) -> None:
    fleet.fleet.nodes["mta3"].kill()
    assert fleet.run(*PROMO, "--dry-run") == Exit.REFUSED
    assert "--partial leaves such nodes out, --node names those that are meant" in fleet.err
    assert fleet.run(*PROMO, "--node", "mta1", "--dry-run") == Exit.DONE
    assert "mta3 takes no part: DOWN" in fleet.err
    assert "on 1 of 3 nodes: only mta1" in fleet.out
    assert fleet.run(*PROMO, "--node", "mta3", "--dry-run") == Exit.UNREADABLE


def test_a_node_whose_build_cannot_do_it_is_left_out_only_by_a_decision(make_desk: MakeDesk) -> None:
    desk = desk_of(make_desk, NEW, NEW, OLD)
    assert desk.run(*EXACT, "--plain", "--yes", "--expect", "120") == Exit.REFUSED
    assert f"its build ({OLD}) does not know queue_names" in desk.err
    assert "--partial leaves such nodes out" in desk.err
    assert desk.posts == []
    answer = desk.json(*EXACT, "--plain", "--partial", "--yes", "--expect", "80")
    assert desk.code == Exit.PARTLY
    assert [(node["node"], node["state"]) for node in answer["nodes"]] == [
        ("mta1", "accepted"),
        ("mta2", "accepted"),
        ("mta3", "rejected"),
    ]
    assert "does not know queue_names" in answer["nodes"][2]["error"]
    assert acted_on(desk) == ["mta1", "mta2"]


def test_named_nodes_that_can_do_it_need_nothing_else(make_desk: MakeDesk) -> None:
    desk = desk_of(make_desk, NEW, OLD)
    assert desk.run(*EXACT, "--plain", "--node", "mta1", "--yes", "--expect", "40") == Exit.DONE
    assert acted_on(desk) == ["mta1"]


def test_a_clean_bounce_that_some_nodes_cannot_do_is_a_decision_too(make_desk: MakeDesk) -> None:
    desk = desk_of(make_desk, NEW, NEW, OLD)
    assert desk.run(*EXACT, "--dry-run") == Exit.REFUSED
    assert "A clean bounce is not possible on every node: mta3 cannot stop exact queues" in desk.err
    assert desk.run(*EXACT, "--dry-run", "--partial") == Exit.PARTLY
    assert "clean bounce:" in desk.err


def test_where_one_node_has_the_defects_all_are_bounced_clean_and_it_is_said_why(make_desk: MakeDesk) -> None:
    desk = desk_of(make_desk, OLD, NEW)
    assert desk.run(*PROMO, "--dry-run") == Exit.DONE
    assert f"clean bounce: a plain one is not exact here: mta2 runs {NEW}, which has the two defects" in desk.err


def test_one_says_no_and_one_does_not_answer_and_each_is_told_apart(fleet: Desk) -> None:
    strike(fleet, "mta2", "error")
    strike(fleet, "mta3", "cut")
    answer = fleet.json(*PROMO, "--plain", "--yes", "--expect", "120")
    assert {node["node"]: node["state"] for node in answer["nodes"]} == {
        "mta1": "accepted",
        "mta2": "rejected",
        "mta3": "rejected",
    }
    assert fleet.code == Exit.PARTLY
    assert acted_on(fleet) == ["mta1", "mta2", "mta3"]
    told = fleet.json("history")["operations"][0]
    assert (told["partial"], told["nodes"]["mta2"]["state"]) == (True, "rejected")


def test_what_no_list_can_tell_stays_unknown(fleet: Desk) -> None:
    strike(fleet, "mta2", "error")
    node = strike(fleet, "mta3", "cut")
    fleet.after_post = lambda _node: node.faults.add(Fault("error", BOUNCE, "GET"))
    answer = fleet.json(*PROMO, "--plain", "--yes", "--expect", "120", "--settle", "20s")
    states = {node["node"]: node["state"] for node in answer["nodes"]}
    assert states == {"mta1": "accepted", "mta2": "rejected", "mta3": "unknown"}
    assert fleet.code == Exit.UNKNOWN


def test_followed_to_its_end_it_is_partial_and_never_done(fleet: Desk) -> None:
    strike(fleet, "mta2", "error")
    lines = fleet.lines(*PROMO, "--plain", "--duration", "60s", "--yes", "--expect", "120", "--follow")
    assert (lines[-1]["verdict"], lines[-1]["partial"]) == ("partial", True)
    assert fleet.code == Exit.PARTLY
    assert "partly done: nothing on mta2" in fleet.err
    assert fleet.json("history")["operations"][0]["verdict"] == "partial"


def test_a_clean_bounce_that_one_node_refuses_is_partly_done(fleet: Desk) -> None:
    strike(fleet, "mta2", "error", SUSPEND)
    lines = fleet.lines(*PROMO, "--clean", "--duration", "60s", "--yes", "--expect", "120")
    assert (lines[-1]["verdict"], lines[-1]["partial"]) == ("partial", True)
    assert fleet.code == Exit.PARTLY
    assert "partly done: nothing on mta2" in fleet.err


@pytest.mark.parametrize("way", ["--clean", "--plain"])
def test_a_node_that_dies_on_the_way_is_not_waited_for_for_ever(fleet: Desk, way: str) -> None:
    def die(node: SimNode) -> None:
        if node is fleet.fleet.nodes["mta2"]:
            node.kill()

    fleet.after_post = die
    follow = () if way == "--clean" else ("--follow",)
    lines = fleet.lines(*PROMO, way, "--duration", "60s", "--yes", "--expect", "120", *follow)
    ends = {name: node["verdict"] for name, node in lines[-1]["nodes"].items()}
    assert (ends["mta1"], ends["mta3"]) == ("done", "done")
    assert ends["mta2"] != "done"
    assert lines[-1]["partial"] is True
    assert lines[-1]["verdict"] != "done"
    assert fleet.code == Exit.ENDED_OTHERWISE
    assert "mta2 does not answer: nobody knows what became of it there" in fleet.err


def test_what_is_lost_sight_of_on_a_node_is_never_done_as_asked() -> None:
    house = House()
    follower = Follower(house.watcher, Followed("7F3A2C", "7F3A2C"))
    nodes = tuple(
        NodeSight(
            name, ActState.ACCEPTED, name, verdict, 40, None, "", "", None, is_lost_sight_of=verdict is not DONE
        )
        for name, verdict in (("mta1", DONE), ("mta2", Verdict.SWEPT))
    )
    sight = Sight("", "7F3A2C", Verdict.SWEPT, 80, 0, 0, [], 80, 0.0, None, NO_METERS, nodes)
    assert sight.is_partial
    assert follower.exit_of(sight) is Exit.ENDED_OTHERWISE
    whole = replace(sight, nodes=tuple(replace(node, is_lost_sight_of=False) for node in nodes))
    assert follower.exit_of(whole) is Exit.DONE
