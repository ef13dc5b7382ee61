"""Looking back on the dashboard as installed: what a command bounced is opened, and written to a file."""

from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.terminal import Terminal

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link", "--yes", "--at-most", "100000", "--plain")


def test_what_a_command_bounced_is_found_opened_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving("quiet") as fleet:
        code, lines = fleet.json(*PROMO, "--duration", "5s", "--follow")
        assert code == 0
        tag = lines[0]["operation"]
        with Terminal([KUMO_TUI, *fleet.endpoints]) as terminal:
            terminal.wait_for("Directives")
            terminal.press("h")
            terminal.wait_for(tag)
            assert " DONE " in terminal.line_with(tag)
            assert terminal.line_with(tag).endswith(" 240")
            terminal.press("enter")
            terminal.wait_for("from the journal")
            terminal.wait_for("TIMELINE")
            for name in (f"kumo-tui-report-{tag}.md", f"kumo-tui-report-{tag}-2.md"):
                terminal.press("w")
                terminal.wait_for(name.removeprefix("kumo-tui-report-"))
            _back(terminal, "WHEN (UTC)")
            _back(terminal, "Directives")
            terminal.press("n")
            terminal.wait_for("1 of 1 node answering")
            terminal.press("enter")
            terminal.wait_for("READY QUEUE")
            _back(terminal, "answering")
            _back(terminal, "Directives")
            terminal.press("q")
            assert terminal.wait_end() == 0
    first, second = (tmp_path / f"kumo-tui-report-{tag}{end}.md" for end in ("", "-2"))
    assert first.read_text("utf-8").startswith(f"# Incident report: operation {tag}\n")
    assert "240" in second.read_text("utf-8")


def test_a_history_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder")
    with serving("quiet") as fleet:
        env = {"KUMO_TUI_JOURNAL": str(tmp_path / "a-file" / "journal.db")}
        with Terminal([KUMO_TUI, *fleet.endpoints], env=env) as terminal:
            terminal.wait_for("Directives")
            terminal.press("h")
            terminal.wait_for("the journal cannot be read")
            terminal.wait_said("Not a directory")
            _back(terminal, "Directives")
            terminal.press("q")
            assert terminal.wait_end() == 0


def _back(terminal: Terminal, piece: str) -> None:
    """Go back; a key that follows Esc at once would be another one."""
    terminal.press("escape")
    terminal.wait_for(piece)
