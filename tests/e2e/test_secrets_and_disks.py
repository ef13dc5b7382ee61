"""Acceptance scenario 25: a password that others can read, a journal that cannot be written, no secret shown."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.afterwards import acts, history, report
from tests.e2e.cli_fleet import KUMO_TUI, kumo_tui
from tests.e2e.scene import BOUNCES, DEAF_S, Desk, Scene, scene

PASSWORD = "Geheim-4711!xyz"
ENCODED = base64.b64encode(f"ops:{PASSWORD}".encode()).decode()
NODE = f"""
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
trust_hosts = false

[[node.user]]
name = "ops"
role = "admin"
password = "{PASSWORD}"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 40
due_in = [86400, 86400]
"""
TRUSTING = NODE.replace("trust_hosts = false", "trust_hosts = true")
# Of any file the first bytes can be written and nothing behind them, whoever writes; no caches of Python's own.
FULL = ("sh", "-c", 'ulimit -f 1 && PYTHONDONTWRITEBYTECODE=1 exec "$@"', "sh")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[Scene, Path]]:
    """A node that wants a login, and a config file that has it."""
    with scene(NODE, tmp_path) as stage:
        stage.configure()
        config = tmp_path / "config.toml"
        with config.open("a", encoding="utf-8") as file:
            file.write(f'[profile.prod.credentials]\nuser = "ops"\npassword = "{PASSWORD}"\n')
        config.chmod(0o600)
        yield stage, config


def test_a_config_with_a_password_that_others_can_read_is_refused_with_the_chmod_to_type(
    locked: tuple[Scene, Path],
) -> None:
    stage, config = locked
    config.chmod(0o644)
    for words in (("status",), ("bounce", "--campaign", "promo", "--reason", "x", "--dry-run")):
        done = kumo_tui(*words, KUMO_TUI_CONFIG=str(config))
        assert done.returncode == 2
        assert f"Type: chmod 600 {config}" in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
    with stage.dashboard(columns=300) as desk:
        assert desk.wait_end() == 2
        assert f"Type: chmod 600 {config}" in desk.text
        assert PASSWORD not in desk.text
    assert stage.fleet.requests() == []
    config.chmod(0o600)
    assert kumo_tui("status", KUMO_TUI_CONFIG=str(config)).returncode == 0


def test_a_password_that_logs_in_is_on_no_screen_and_in_no_log_journal_or_report(
    locked: tuple[Scene, Path], tmp_path: Path
) -> None:
    stage, config = locked
    log = tmp_path / "kumo-tui.log"
    with stage.dashboard(LOG__FILE=str(log), LOG__LEVEL="debug") as desk:
        desk.wait_for("promo:acme@gmail.com")
        desk.show("promo", "showing 1-2 of 2 queues")
        desk.draft("bad link", plain=True)
        desk.press("f2")
        desk.wait_for("curl")
        desk.back("would hit now")
        desk.confirm(desk.review())
        desk.wait_for("SWEPT")
        stage.fleet.fault("mta1", kind="error", path="/metrics", times=2)
        desk.wait_for("500")
        desk.back("Directives")
        desk.press("n")
        desk.wait_for("answering")
        desk.back("Directives")
        desk.quit()
        shown = desk.raw.decode("utf-8", "replace")
    asked = [request for request in stage.fleet.requests() if request["method"] == "POST"]
    assert [request["status"] for request in asked] == [200]
    tag = history(stage)[0]["operation"]
    doctor = kumo_tui("doctor", KUMO_TUI_CONFIG=str(config), KUMO_TUI_JOURNAL=str(stage.journal))
    written = {
        "screen": shown,
        "log": log.read_text("utf-8"),
        "journal": stage.journal.read_bytes().decode("latin-1"),
        "report": report(stage, tag),
        "doctor": doctor.stdout + doctor.stderr,
    }
    assert [name for name, text in written.items() if len(text) < 100] == []
    secrets = (PASSWORD, ENCODED)
    assert [name for name, text in written.items() if any(secret in text for secret in secrets)] == []
    assert "Authorization: <credentials>" in written["report"]


def test_with_a_journal_in_a_folder_that_cannot_be_bounces_are_off_and_watching_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder", "utf-8")
    with scene(TRUSTING, tmp_path) as stage:
        stage.configure()
        with stage.dashboard(JOURNAL=str(tmp_path / "a-file" / "journal.db")) as desk:
            _is_watching_and_not_bouncing(stage, desk, "journal.db: Not a directory")


def test_with_a_disk_that_takes_no_more_bounces_are_off_with_the_cause_and_watching_goes_on(
    tmp_path: Path,
) -> None:
    with scene(TRUSTING, tmp_path) as stage:
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
    assert cause in desk.flat, desk.text
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
