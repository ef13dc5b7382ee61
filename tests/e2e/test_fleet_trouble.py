"""Scenario 1, and a fleet in trouble: nodes that refuse, die, differ in version, or live in another hour."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.cli_fleet import refusing
from tests.e2e.scene import DEAF_S, Desk, Scene, scene

NEW, OLD = "2026.06.23-f3af1cd0", "2024.11.08-d383b033"
STANDING = """
[[node.standing]]
queues = ["promo:acme@hold.example", "news:zenith@hold.example"]
messages = 500
due_in = [86400, 86400]
"""
PROMO = ("--campaign", "promo", "--reason", "bad link", "--plain", "--yes", "--at-most", "5000")


def plan(*nodes: tuple[str, str, str]) -> str:
    """Nodes of a name, a version and further lines; in two queues of each stand 500 messages."""
    return "".join(
        f'[[node]]\nname = "{name}"\nversion = "{version}"\n{more}\n{STANDING}' for name, version, more in nodes
    )


TWO = plan(("mta1", NEW, ""), ("mta2", NEW, ""))


def reviewed(desk: Desk, duration: str) -> str:
    """Go as far as the confirmation of a plain bounce of promo; what it asks to type."""
    desk.show("promo", "showing 1-1 of 1 queue")
    desk.draft("bad link", duration=duration, plain=True)
    return desk.review()


@contextmanager
def two_of_three(folder: Path) -> Iterator[Scene]:
    """A profile of three nodes, of which mta3 refuses connections."""
    with scene(TWO, folder) as stage, refusing() as url:
        stage.configure(mta3=url)
        yield stage


def test_a_refusing_node_is_down_in_the_first_line_and_every_sum_says_two_of_three(tmp_path: Path) -> None:
    """Scenario 1."""
    with two_of_three(tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("mta3 DOWN")
        desk.wait_for("showing 1-2 of 2 queues, 2 of 3 nodes answering")
        desk.wait_match(r"prod · 2 of 3 nodes \(mta3 DOWN\).* 2,000 msgs")
        desk.press("g")
        desk.wait_for("showing 1-2 of 2 campaigns, 2 of 3 nodes answering")
        desk.press("g", "g", "g", "g")
        desk.wait_for("showing 1-2 of 2 queues")
        desk.press("enter")
        desk.wait_for("1,000 (2 of 3 nodes answering)")
        desk.wait_for("mta1 500   mta2 500   mta3 DOWN")
        desk.back("showing 1-2 of 2 queues")
        desk.press("n")
        desk.wait_for("CLOCK")
        desk.wait(lambda _text: "2 of 3 nodes answering" in desk.lines[0], "the sum in the first line")
        desk.back("showing 1-2 of 2 queues")
        desk.quit()
        assert stage.fleet.acts() == []


def test_status_and_queues_of_two_of_three_say_so_and_exit_with_7(tmp_path: Path) -> None:
    with two_of_three(tmp_path) as stage:
        done = stage.run("status", "--json")
        status = json.loads(done.stdout)
        assert done.returncode == 7
        assert {node["name"]: node["state"] for node in status["nodes"]} == {
            "mta1": "ok",
            "mta2": "ok",
            "mta3": "down",
        }
        assert (status["nodes_read"], status["nodes_total"], status["messages"]) == (2, 3, 2000)
        assert status["nodes"][2]["messages"] is None and "refuses connections" in status["nodes"][2]["error"]
        assert re.search(r"on 2 of 3 nodes", stage.run("status").stdout)
        done = stage.run("queues", "--json", "--node", "mta2")
        assert (done.returncode, json.loads(done.stdout)["messages"]) == (0, 1000)
        assert stage.run("queues", "--node", "mta3").returncode == 3


def test_a_bounce_of_a_fleet_with_a_node_down_is_refused_and_with_partial_goes_to_the_others(
    tmp_path: Path,
) -> None:
    with two_of_three(tmp_path) as stage:
        done = stage.run("bounce", *PROMO, "--json")
        answer = json.loads(done.stdout)
        assert (done.returncode, answer["operation"], stage.fleet.acts()) == (4, None, [])
        assert "mta3" in answer["refused"]
        done = stage.run("bounce", *PROMO, "--json", "--partial")
        answer = json.loads(done.stdout)
        assert done.returncode == 7
        states = {node["name"] if "name" in node else node["node"]: node["state"] for node in answer["nodes"]}
        assert (states["mta1"], states["mta2"]) == ("accepted", "accepted")
        assert states.get("mta3") in (None, "rejected")
        assert answer["baseline"] == {"queues": 1, "messages": 1000}
        assert [len(stage.bounces(name)) for name in ("mta1", "mta2")] == [1, 1]


def test_with_all_nodes_down_nothing_is_shown_as_empty_and_nothing_can_be_sent(tmp_path: Path) -> None:
    with scene(TWO, tmp_path) as stage:
        stage.configure()
        for name in stage.fleet.urls:
            stage.fleet.control(name, "kill")
        assert stage.run("status", "--json").returncode == 3
        with stage.dashboard() as desk:
            desk.wait_for("0 of 2 nodes")
            desk.wait_for("no node could be read yet")
            desk.wait_match("0 of 2 nodes .*no data yet")
            for name in stage.fleet.urls:
                stage.fleet.control(name, "restart")
            desk.wait_for("2,000 msgs")
            for name in stage.fleet.urls:
                stage.fleet.control(name, "kill")
            desk.wait_for("0 of 2 nodes")
            desk.wait_for("~")
            desk.wait_for("promo:acme@hold.example")
            desk.press("b")
            desk.wait_for("would hit now")
            desk.pump(0.5)
            assert "CANNOT BE UNDONE" not in desk.text
        assert stage.fleet.acts() == []


def test_a_node_an_hour_off_is_said_and_its_bounce_ends_with_the_others(tmp_path: Path) -> None:
    """No absolute time is ever sent, so its clock does not matter."""
    late = plan(("mta1", NEW, ""), ("mta2", NEW, "clock_offset = -3600"))
    with scene(late, tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        desk.press("n")
        desk.wait_for(" -1h ")
        desk.press("end")
        desk.wait_said("behind ours: times in its logs differ")
        desk.back("showing 1-2 of 2 queues")
        desk.confirm(reviewed(desk, "5s"))
        desk.wait_for("✓ DONE")
        assert [body.get("duration") for name in stage.fleet.urls for body in stage.bounces(name)] == ["5s", "5s"]
        assert all("expires" not in body for name in stage.fleet.urls for body in stage.bounces(name))


def test_nodes_of_two_versions_are_told_apart_and_criteria_reach_both(tmp_path: Path) -> None:
    mixed = plan(("mta1", NEW, ""), ("mta2", OLD, ""))
    with scene(mixed, tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        desk.press("n")
        desk.wait_for(NEW[:10])
        desk.wait_for(OLD[:10])
        desk.press("down")
        desk.wait_for("cannot")
        desk.back("showing 1-2 of 2 queues")
        desk.confirm(reviewed(desk, "5s"))
        desk.wait_for("✓ DONE")
        bodies = [body for name in stage.fleet.urls for body in stage.bounces(name)]
        assert [body["campaign"] for body in bodies] == ["promo", "promo"]
        assert all("queue_names" not in body for body in bodies)


def test_a_stop_asked_for_where_one_node_is_looked_at_alone_goes_there_only(tmp_path: Path) -> None:
    with scene(TWO, tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        desk.press("a")
        desk.wait_for(" only ")
        desk.show("promo", "showing 1-1 of 1 queue")
        desk.press("s")
        desk.wait_for("1 queue · 500 messages")
        desk.pump(DEAF_S)
        desk.press("tab", "enter")
        stage.fleet.wait(lambda: bool(stage.stops("mta1")), "the stop")
        desk.wait_for("STOPPED")
        assert stage.stops("mta2") == []


def test_one_node_is_looked_at_alone_and_a_bounce_from_there_goes_there_only(tmp_path: Path) -> None:
    with two_of_three(tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("mta3 DOWN")
        desk.press("a", "a")
        desk.wait_for("mta2 only")
        desk.wait_match(r"^.*2 of 3 nodes \(mta3 DOWN\).* 1,000 msgs")
        token = reviewed(desk, "10m")
        desk.wait_said("1 of 3 nodes: only mta2")
        desk.wait_said("50% of mta2")
        desk.confirm(token)
        stage.fleet.wait(lambda: bool(stage.bounces("mta2")), "the bounce")
        desk.wait_for("SWEPT")
        assert (len(stage.bounces("mta1")), len(stage.bounces("mta2"))) == (0, 1)
