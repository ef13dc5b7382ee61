"""Acceptance scenario 25: without a journal that can be written bounces are off, and watching goes on."""

import re
from pathlib import Path

import httpx

from tests.e2e.afterwards import acts
from tests.e2e.cli_fleet import KUMO_TUI
from tests.e2e.scene import BOUNCES, DEAF_S, Desk, Scene, scene

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 40
due_in = [86400, 86400]
"""
# Of any file the first bytes can be written and nothing behind them, whoever writes; no caches of Python's own.
FULL = ("sh", "-c", 'ulimit -f 1 && PYTHONDONTWRITEBYTECODE=1 exec "$@"', "sh")


def test_with_a_journal_in_a_folder_that_cannot_be_bounces_are_off_and_watching_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder", "utf-8")
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard(JOURNAL=str(tmp_path / "a-file" / "journal.db")) as desk:
            _is_watching_and_not_bouncing(stage, desk, "journal.db: Not a directory")


def test_with_a_disk_that_takes_no_more_bounces_are_off_with_the_cause_and_watching_goes_on(
    tmp_path: Path,
) -> None:
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        with stage.dashboard() as desk:
            desk.wait_for("promo:acme@gmail.com")
            desk.quit()
        with stage.dashboard(launcher=(*FULL, KUMO_TUI)) as desk:
            _is_watching_and_not_bouncing(stage, desk, "cannot be read or written: the disk")


def _is_watching_and_not_bouncing(stage: Scene, desk: Desk, cause: str) -> None:
    """The cause is on the dashboard and in the form; numbers go on to move; nothing is sent."""
    desk.wait_for("promo:acme@gmail.com")
    desk.wait_for("bounces are off: no journal: ")
    desk.wait_said(cause)
    desk.show("promo", "showing 1-2 of 2 queues")
    desk.draft("bad link", plain=True)
    desk.wait_for("no journal: ")
    desk.press("enter", "enter")
    desk.pump(DEAF_S)
    assert "CANNOT BE UNDONE" not in desk.text
    desk.back("Directives")
    assert acts(stage) == []
    _bounce_by_hand(stage)
    desk.wait(lambda _text: re.search(r"promo:acme@gmail\.com +0 ", desk.text) is not None, "its mail to go")
    desk.wait_for("not ours")
    desk.quit()
    assert acts(stage) == [("POST", BOUNCES)]


def _bounce_by_hand(stage: Scene) -> None:
    body = {"domain": "gmail.com", "reason": "by hand", "duration": "600s"}
    httpx.post(f"{stage.fleet.urls['mta1']}{BOUNCES}", json=body, trust_env=False).raise_for_status()
