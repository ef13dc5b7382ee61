"""Scenario 23: one node of three answers 500, one not at all; each is settled on its own, nothing is resent."""

import json
from pathlib import Path

from tests.e2e.scene import BOUNCES, Scene, scene
from tests.e2e.test_fleet_trouble import NEW, PROMO, plan, reviewed

THREE = plan(("mta1", NEW, ""), ("mta2", NEW, ""), ("mta3", NEW, ""))


def fail_two(stage: Scene) -> None:
    """mta2 answers 500 and does nothing, mta3 takes the bounce and never answers."""
    stage.fleet.fault("mta2", kind="error", path=BOUNCES, method="POST", times=1)
    stage.fleet.fault("mta3", kind="hang", path=BOUNCES, method="POST", times=1)


def test_on_the_command_line_each_node_has_its_own_outcome_and_one_post(tmp_path: Path) -> None:
    """Until the lists are read often enough, both are UNKNOWN, and the list of mta3 cannot be read."""
    with scene(THREE, tmp_path) as stage:
        stage.configure("[act]\nanswer_timeout_s = 1\n")
        fail_two(stage)
        with stage.running("bounce", *PROMO, "--settle", "9s", "--json") as process:
            stage.fleet.wait(lambda: bool(stage.bounces("mta3")), "the bounce on mta3")
            stage.fleet.fault("mta3", kind="error", path=BOUNCES, method="GET")
            out, _ = process.communicate()
        answer = json.loads(out.splitlines()[0])
        states = {each["node"]: each["state"] for each in answer["nodes"]}
        assert states == {"mta1": "accepted", "mta2": "rejected", "mta3": "unknown"}
        assert process.returncode == 6
        assert [len(stage.bounces(name)) for name in stage.fleet.urls] == [1, 1, 1]


def test_with_every_list_readable_both_are_settled_as_not_done(tmp_path: Path) -> None:
    with scene(THREE, tmp_path) as stage:
        stage.configure("[act]\nanswer_timeout_s = 1\n")
        fail_two(stage)
        done = stage.run("bounce", *PROMO, "--settle", "30s", "--json")
        answer = json.loads(done.stdout.splitlines()[0])
        assert [each["state"] for each in answer["nodes"]] == ["accepted", "rejected", "rejected"]
        assert done.returncode == 7
        assert [len(stage.bounces(name)) for name in stage.fleet.urls] == [1, 1, 1]
        assert [len(stage.directives(name)) for name in stage.fleet.urls] == [1, 0, 0]


def test_on_the_dashboard_it_is_partial_and_is_sent_to_mta2_by_a_confirmation_of_its_own(tmp_path: Path) -> None:
    with scene(THREE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard(ACT__ANSWER_TIMEOUT_S="1") as desk:
            desk.wait_for("showing 1-2 of 2 queues")
            token = reviewed(desk, "10m")
            fail_two(stage)
            desk.confirm(token)
            stage.fleet.wait(lambda: bool(stage.bounces("mta3")), "the bounce on mta3")
            stage.fleet.fault("mta3", kind="error", path=BOUNCES, method="GET")
            desk.wait_for("REJECTED")
            desk.wait_for("PARTIAL")
            desk.wait_for("UNKNOWN")
            assert [len(stage.bounces(name)) for name in stage.fleet.urls] == [1, 1, 1]
            desk.wait_said("t sends it there")
            desk.press("t")
            desk.wait_for("would hit now")
            token = desk.review()
            desk.wait_said("only mta2")
            assert [len(stage.bounces(name)) for name in stage.fleet.urls] == [1, 1, 1]
            desk.confirm(token)
            stage.fleet.wait(lambda: len(stage.bounces("mta2")) == 2, "the second bounce on mta2")
            desk.wait_for("SWEPT")
        assert [len(stage.bounces(name)) for name in stage.fleet.urls] == [1, 2, 1]
