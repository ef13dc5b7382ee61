"""Fleets by profiles at a terminal: one is chosen in the dashboard and remembered; a node list that changes."""

import json
from pathlib import Path

from tests.e2e.scene import Scene, scene

NODE = """
[[node]]
name = "{}"
version = "2026.06.23-f3af1cd0"
[[node.standing]]
queues = ["promo:acme@hold.example"]
messages = {}
due_in = [86400, 86400]
"""
FLEET = NODE.format("mta1", 300) + NODE.format("mta2", 40)


def profiles(stage: Scene, folder: Path) -> None:
    """Two profiles, of which none is the default."""
    mta1, mta2 = stage.fleet.urls["mta1"], stage.fleet.urls["mta2"]
    (folder / "config.toml").write_text(
        f'[profile.lab]\nread_only = true\nnodes = [{{ url = "{mta2}", name = "lab1" }}]\n'
        f'[profile.prod]\nproduction = true\nnodes = [{{ url = "{mta1}", name = "mta1" }}]\n'
        f'[profile.gone]\nnodes_file = "{folder}/gone.nodes"\n'
    )


def test_a_profile_is_chosen_in_the_app_and_open_again_at_the_next_start(tmp_path: Path) -> None:
    with scene(FLEET, tmp_path) as stage:
        profiles(stage, tmp_path)
        with stage.dashboard() as desk:
            desk.wait_for("choose one: no node is asked before")
            assert stage.fleet.requests("mta1") == stage.fleet.requests("mta2") == []
            desk.press("enter")
            desk.wait_for("lab READ-ONLY (profile lab)")
            desk.wait_for("40 msgs")
            assert stage.fleet.requests("mta1") == []
            desk.press("p")
            desk.wait_for("open now")
            desk.press("down", "down", "enter")
            desk.wait_for("gone cannot be opened:")
            desk.wait_said("no such file")
            desk.press("up", "enter")
            desk.wait_for("prod PRODUCTION")
            desk.wait_for("300 msgs")
            desk.wait_for("This is prod now. It is PRODUCTION.")
            desk.quit()
        with stage.dashboard() as desk:
            desk.wait_for("prod PRODUCTION")
            desk.wait_for("It was open last; p goes to another one.")
            desk.quit()
        asked = len(stage.fleet.requests("mta1"))
        ended = stage.run("bounce", "--campaign", "promo", "--reason", "x", "--yes", "--expect", "300", "--plain")
        assert ended.returncode == 2
        assert "several profiles are known" in ended.stderr
        assert len(stage.fleet.requests("mta1")) == asked


def test_a_remembered_profile_that_is_gone_leads_back_to_the_choice(tmp_path: Path) -> None:
    with scene(FLEET, tmp_path) as stage:
        profiles(stage, tmp_path)
        (tmp_path / "state" / "kumo-tui").mkdir(parents=True)
        (tmp_path / "state" / "kumo-tui" / "profile").write_text("old\n")
        with stage.dashboard() as desk:
            desk.wait_for("choose one: no node is asked before")
            desk.wait_for("The profile that was open last is gone: old.")
            desk.quit()
        assert stage.fleet.requests("mta1") == stage.fleet.requests("mta2") == []


def test_nodes_join_and_leave_the_screen_with_their_list(tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    with scene(FLEET, tmp_path) as stage:
        mta1, mta2 = stage.fleet.urls["mta1"], stage.fleet.urls["mta2"]
        nodes.write_text(f"{mta1} mta1\n")
        (tmp_path / "config.toml").write_text(f'[profile.prod]\nnodes_file = "{nodes}"\nnodes_every_s = 5\n')
        with stage.dashboard() as desk:
            desk.wait_for("prod · 1 node ")
            desk.wait_for("300 msgs")
            nodes.write_text(json.dumps([{"url": mta1, "name": "mta1"}, {"url": mta2, "name": "mta2"}]))
            desk.wait_for("prod · 2 nodes")
            desk.wait_for("340 msgs")
            nodes.write_text("mta1\n")
            desk.wait_for("node list: ")
            desk.wait_for("prod · 2 nodes")
            nodes.write_text(f"{mta2} mta2\n")
            desk.wait_for("prod · 1 node ")
            desk.wait_for(" 40 msgs")
            desk.wait_gone("node list: ")
            desk.quit()
