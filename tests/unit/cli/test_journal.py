"""The journal as the command line keeps it: private, written before anything leaves, and needed for acts only."""

import sqlite3
from pathlib import Path

import pytest

from tests.unit.cli.desk import Desk

ACT = ("--plain", "--yes", "--expect", "240", "--duration", "20s")
PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link", *ACT)


def test_a_bounce_is_in_a_private_file_of_the_state_folder(desk: Desk, state_folder: Path) -> None:
    operation = desk.json(*PROMO)["operation"]
    file = state_folder / "kumo-tui" / "journal.db"
    assert file.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(file) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        held = [str(row) for name in names for row in connection.execute(f"SELECT * FROM {name}")]
    connection.close()
    assert any(operation in row for row in held)
    assert any('"campaign": "promo"' in row for row in held)


def test_without_a_journal_nothing_is_bounced_and_everything_is_read(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("no folder")
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(tmp_path / "a-file" / "journal.db"))
    answer = desk.json(*PROMO)
    assert desk.code == 4
    assert "no journal" in answer["refused"]
    assert "KUMO_TUI_JOURNAL" in answer["refused"]
    assert [request for request in desk.node.requests if request.method == "POST"] == []
    assert desk.run("status") == 0


def test_the_settings_name_another_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(tmp_path / "mine" / "journal.db"))
    assert desk.run(*PROMO) == 0
    assert (tmp_path / "mine" / "journal.db").exists()
