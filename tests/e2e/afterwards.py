"""After a scene: what its journal tells by `kumo-tui history` and `kumo-tui report`, which ask no node."""

import json
import re
from typing import Any

from tests.e2e.cli_fleet import kumo_tui
from tests.e2e.scene import Desk, Scene


def history(stage: Scene) -> list[dict[str, Any]]:
    """The operations of `kumo-tui history --json`, newest first."""
    found: list[dict[str, Any]] = json.loads(said(stage, "history", "--json"))["operations"]
    return found


def report(stage: Scene, tag: str) -> str:
    """The incident report of an operation, without the backslashes that keep names from being markup."""
    return re.sub(r"\\(.)", r"\1", said(stage, "report", tag))


def said(stage: Scene, *words: str) -> str:
    """What the installed command prints with this scene's journal; it must succeed."""
    done = kumo_tui(*words, KUMO_TUI_JOURNAL=str(stage.journal))
    assert done.returncode == 0, done.stderr
    return done.stdout


def acts(stage: Scene, node: str = "mta1") -> list[tuple[str, str]]:
    """Method and path of every request that could change a node, in the order of its log."""
    found = stage.fleet.requests(node)
    return [(request["method"], request["path"]) for request in found if request["method"] != "GET"]


def to_directives(desk: Desk, piece: str) -> None:
    """Put the cursor of the lower table on the row with this text."""
    desk.press("tab")
    for _row in range(8):
        if piece in desk.lines[_cursor(desk)]:
            return
        _down(desk)
    raise AssertionError(f"no row with {piece!r} under the cursor:\n{desk.text}")


def _down(desk: Desk) -> None:
    before = _cursor(desk)
    desk.press("down")
    desk.wait(lambda _text: _cursor(desk) > before, "the cursor to move down")


def _cursor(desk: Desk) -> int:
    """The line that has the cursor of the lower table."""
    return max(number for number, line in enumerate(desk.lines) if line.startswith("›"))
