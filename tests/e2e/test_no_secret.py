"""Scenario 25, its secrets: the dashboard as installed on nodes that want a login, and what it leaves behind."""

from pathlib import Path

import pytest

from tests.e2e.cli_fleet import kumo_tui
from tests.e2e.scene import scene
from tests.leaks import PASSWORD, USER, command_lines, leaking_files, leaks

NODE = f"""
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
trust_hosts = false

[[node.user]]
name = "{USER}"
role = "admin"
password = "{PASSWORD}"

[[node.standing]]
queues = ["promo:acme@gmail.com", "promo:acme@yahoo.com"]
messages = 120
due_in = [86400, 86400]
"""
LOGIN = f'[profile.prod.credentials]\nuser = "{USER}"\npassword = "{PASSWORD}"\n'


def test_a_config_with_a_password_that_others_can_read_is_refused_with_the_chmod_to_type(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'{LOGIN}[[profile.prod.nodes]]\nurl = "http://127.0.0.1:9"\n')
    config.chmod(0o644)
    for words in ((), ("status",), ("bounce", "--everything", "--reason", "x", "--dry-run")):
        refused = kumo_tui("--config", str(config), *words)
        assert refused.returncode == 2
        if words:
            assert refused.stderr.endswith(f"Type: chmod 600 {config}\n")
        assert leaks(refused.stdout + refused.stderr) == []


def test_a_dashboard_that_logs_in_leaves_no_secret_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with scene(NODE, tmp_path) as stage:
        stage.configure(LOGIN)
        (tmp_path / "config.toml").chmod(0o600)
        log = {"LOG__FILE": str(tmp_path / "log"), "LOG__LEVEL": "debug"}
        with stage.dashboard(**log) as desk:
            desk.show("promo", "showing 1-2 of 2 queues")
            assert leaks(command_lines(desk.process.pid)) == []
            desk.draft("bad link", duration="1s", plain=True)
            desk.press("f2")
            desk.wait_for(f"-u '{USER}:***'")
            desk.back("Review")
            desk.confirm(desk.review())
            desk.wait_for("✓ DONE")
            desk.press("w")
            desk.wait_for(".md")
            desk.press("e")
            desk.wait_for(".csv")
            desk.back("Directives")
            desk.press("n")
            desk.wait_for("1 of 1 node answering")
            desk.back("Directives")
            desk.quit()
        assert len(stage.bounces()) == 1
        assert leaks(repr(stage.fleet.requests())) == []
        assert leaks(bytes(desk.raw)) == []
        assert {path.suffix for path in (tmp_path / "here").iterdir()} == {".md", ".csv"}
        assert stage.journal.exists()
        assert leaking_files(tmp_path) == {"config.toml", "scene.toml"}, "the search finds what is there"
