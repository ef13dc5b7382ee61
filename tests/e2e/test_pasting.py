"""Acceptance scenario 20: two kilobytes with line breaks are pasted where nobody meant them to go."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.afterwards import acts
from tests.e2e.scene import DEAF_S, Desk, Scene, scene
from tests.waiting import PATIENCE_S

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@a.q.example", "promo:acme@b.q.example"]
messages = 40
due_in = [86400, 86400]
"""
TOKEN = "80"
# Letters, blanks, tabs and line breaks: each a key of some command, and the text to type among them.
LINES = [TOKEN, "yes", "b bounce\tpromo\tall\t", "s x b n h s", "", TOKEN, "y\t\t"]
TEXT = ("\r".join(LINES * 60))[:2048]
IGNORED = "Pasted text was ignored."


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Scene]:
    with scene(NODE, tmp_path) as running:
        running.configure()
        yield running


def test_2_kb_with_line_breaks_pasted_into_the_table_do_nothing_but_one_notice(stage: Scene) -> None:
    with stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        # What they do a minute is known after two seconds; nothing else of them changes.
        desk.wait(lambda text: len(re.findall(r"q\.example +40 +0 ", text)) == 2, "all that is told of them")
        before = [line for line in desk.lines[1:] if line]
        desk.paste(TEXT)
        desk.wait_for(IGNORED)
        assert [line for line in desk.lines[1:] if line and IGNORED not in line] == before
        assert desk.text.count(IGNORED) == 1
        desk.quit()
        assert acts(stage) == []


def test_2_kb_of_keys_from_a_terminal_that_marks_no_paste_send_nothing_from_the_table(stage: Scene) -> None:
    with stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        desk.type(TEXT)
        _show_the_help(desk)
        assert acts(stage) == []


def test_2_kb_with_the_token_in_it_pasted_into_the_confirmation_fill_one_line_and_confirm_nothing(
    stage: Scene,
) -> None:
    with stage.dashboard() as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        desk.show("promo", "showing 1-2 of 2 queues")
        desk.draft("bad link", plain=True)
        assert desk.review() == TOKEN
        desk.pump(DEAF_S)
        # Cancel has the focus, and nobody types there.
        desk.paste(TEXT)
        desk.press("up")
        desk.paste(TEXT)
        desk.wait_for(f"to bounce: [{TOKEN} ")
        desk.pump(DEAF_S)
        desk.wait_for("CANNOT BE UNDONE")
        desk.press("ctrl+u")
        desk.wait_for("to bounce: [ ")
        # Not marked as a paste, it comes as keys: Tab would move on, the others are typed.
        desk.type(TEXT.replace("\t", " "))
        desk.wait_for(f"type exactly: {TOKEN}")
        desk.press("ctrl+u")
        desk.wait_for("to bounce: [ ")
        desk.wait_for("CANNOT BE UNDONE")
        assert acts(stage) == []


def _show_the_help(desk: Desk) -> None:
    """Back to the dashboard from wherever it is, and on to the help: by then every key before was taken."""
    deadline = time.monotonic() + PATIENCE_S
    while "KEY" not in desk.text:
        assert time.monotonic() < deadline, f"no way back:\n{desk.text}"
        desk.press("escape")
        desk.pump(0.1)
        desk.press("?")
        desk.pump(0.1)
