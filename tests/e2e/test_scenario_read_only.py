"""Acceptance scenario 19: read-only by flag, settings, profile, and found out: nothing that acts is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.scene import Desk, Scene, scene

NODE = """
[[node]]
name = "mta1"
version = "2026.08.04-3ebc1e85"
trust_hosts = {trusts}

[[node.user]]
name = "viewer"
role = "viewer"
password = "lab"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 30
due_in = [86400, 86400]
"""
LOGIN = '[profile.prod.credentials]\nuser = "viewer"\npassword = "lab"\n'
ACTING = ("b bounce", "s stop", "x cancel")
HELP = ("Bounce: marks, group", "Stop: mail waits", "Cancel or end:")
ROWS, COLUMNS = 24, 80


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with scene(NODE.format(trusts="true"), tmp_path) as running:
        running.configure()
        yield running


@pytest.fixture
def viewed(tmp_path: Path) -> Iterator[Scene]:
    """A fleet whose login may read and nothing else."""
    with scene(NODE.format(trusts="false"), tmp_path) as running:
        running.configure(LOGIN)
        (tmp_path / "config.toml").chmod(0o600)
        yield running


def acts(stage: Scene) -> list[str]:
    return [f"{each['method']} {each['path']}" for each in stage.fleet.requests("mta1") if each["method"] != "GET"]


def click(desk: Desk, row: int, column: int) -> None:
    """A press and a release of the left button, as terminals report them; counted from 1."""
    desk.type(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")


def nothing_acts(desk: Desk) -> None:
    """No key, no hint, no palette entry, no line of help and no click leads to an act."""
    desk.wait(lambda text: not any(words in text for words in ACTING), "the hints to go")
    desk.press("b", "s", "tab")
    desk.press("x", "b", "s", "tab")
    for column in range(1, COLUMNS, 3):
        click(desk, ROWS, column)
        click(desk, 1, column)
    desk.press("?")
    desk.wait_for("Order by the next column")
    assert not [words for words in HELP if words in desk.text]
    desk.back("Directives")
    for word in ("bounce", "stop", "cancel"):
        desk.press(":")
        desk.wait_for("WHAT IT DOES")
        desk.type(word)
        desk.wait_for(word)
        assert not [words for words in HELP if words in desk.text]
        desk.back("Directives")
    desk.wait(lambda text: "QUEUE" in text and "Directives" in text, "the dashboard")


def test_with_all_rights_each_of_it_is_there(stage: Scene) -> None:
    with stage.dashboard(MOUSE="true") as desk:
        desk.wait_for("promo:acme@gmail.com")
        desk.wait_for("b bounce")
        desk.wait_for("s stop")
        assert "READ-ONLY" not in desk.text
        desk.press("?")
        desk.wait_for("Order by the next column")
        desk.wait(lambda text: all(words in text for words in HELP), "the acts in the help")
        desk.back("Directives")
        desk.press(":")
        desk.wait_for("WHAT IT DOES")
        desk.type("bounce")
        desk.wait(lambda text: HELP[0] in text and "Stop: mail" in text, "the acts that the palette finds")
        desk.back("Directives")
        desk.press("b")
        desk.wait_for("would hit now")


@pytest.mark.parametrize("by", ["--read-only", "profile prod", "settings"])
def test_read_only_by_order_has_nothing_that_acts_and_sends_nothing(stage: Scene, tmp_path: Path, by: str) -> None:
    words = ["--read-only"] if by == "--read-only" else []
    if by == "profile prod":
        config = tmp_path / "config.toml"
        config.write_text(
            config.read_text("utf-8").replace("production =", "read_only = true\nproduction ="), "utf-8"
        )
    elif by == "settings":
        stage.configure("read_only = true")
    with stage.dashboard(*words, MOUSE="true") as desk:
        desk.wait_for("promo:acme@gmail.com")
        desk.wait_for(f"READ-ONLY ({by})")
        nothing_acts(desk)
        desk.quit()
    assert acts(stage) == []


def test_read_only_found_out_by_401_takes_away_all_that_acts(viewed: Scene) -> None:
    with viewed.dashboard(MOUSE="true") as desk:
        desk.wait_for("promo:acme@gmail.com")
        assert "READ-ONLY" not in desk.text
        desk.show("promo", "showing 1-2 of 2 queues")
        desk.draft("bad link", duration="30s", plain=True)
        desk.confirm(desk.review())
        desk.wait_said("REJECTED")
        desk.back("Directives")
        desk.wait_for("READ-ONLY (mta1 refuses acts)")
        desk.wait_said("mta1 refuses acts: POST /api/admin/bounce/v1 (401): id=[viewer]")
        nothing_acts(desk)
        desk.press("n")
        desk.wait_said("read-only refuses acts: POST /api/admin/bounce/v1 (401)")
        desk.back("Directives")
        desk.quit()
    assert acts(viewed) == ["POST /api/admin/bounce/v1"]
