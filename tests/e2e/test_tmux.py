"""Scenario 24: the dashboard of a fleet in a real tmux, at the end of a slow link, without colours."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.cli_fleet import KUMO_TUI
from tests.e2e.far import FarDesk
from tests.e2e.scene import Scene, scene
from tests.e2e.test_any_terminal import COLOUR
from tests.e2e.test_fleet_trouble import TWO

POLL_S = 1
MOST_A_SECOND = 4000

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


@contextmanager
def in_tmux(stage: Scene, folder: Path) -> Iterator[FarDesk]:
    """The dashboard in a tmux of its own, which is told to tell TERM=screen, and ended with the block."""
    config = folder / "tmux.conf"
    config.write_text('set -g status off\nset -g default-terminal "screen"\n', "utf-8")
    env = {"NO_COLOR": "1", "TMUX_TMPDIR": str(folder), "KUMO_TUI_POLL__INTERVAL_S": str(POLL_S)}
    tmux = ["tmux", "-L", "far", "-f", str(config)]
    command = shlex.join([KUMO_TUI, *stage.fleet.endpoints])
    try:
        with FarDesk([*tmux, "new-session", command], 80, 24, env) as desk:
            yield desk
    finally:
        # The server of this folder's socket only; it is gone where its only session has ended.
        subprocess.run(
            [*tmux, "kill-server"],
            check=False,
            capture_output=True,
            env={"TMUX_TMPDIR": str(folder), "PATH": "/usr/bin:/bin"},
        )


def polls(stage: Scene) -> int:
    """How often the first node was asked for its queues."""
    return sum(1 for request in stage.fleet.requests() if request["path"].startswith("/metrics"))


def test_in_tmux_over_a_slow_link_every_state_is_words_and_one_esc_is_one_esc(tmp_path: Path) -> None:
    with scene(TWO, tmp_path) as stage, in_tmux(stage, tmp_path) as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        stage.fleet.control("mta2", "kill")
        desk.wait_for("1 of 2 nodes")
        desk.wait(lambda text: bool(re.search(r"STALE|DOWN", text)), "the state of the node in words")
        stage.fleet.control("mta2", "restart")
        desk.wait_gone("1 of 2 nodes")
        desk.press("a")
        desk.wait_for(" only ")
        desk.show("promo", "showing 1-1 of 1 queue")
        desk.press("escape")
        desk.wait_for("showing 1-2 of 2 queues")
        began = polls(stage)
        stage.fleet.wait(lambda: polls(stage) >= began + 2, "two more polls")
        desk.pump(0.5)
        assert " only " in desk.lines[0], "a second Esc would have shown all nodes again"
        desk.press("escape")
        desk.wait_gone(" only ")
        assert COLOUR.search(bytes(desk.raw)) is None
        desk.press("q")
        assert desk.wait_end() == 0


@pytest.mark.parametrize(("low", "count"), [(False, 4), (True, 2)])
def test_in_tmux_at_rest_few_bytes_are_sent(tmp_path: Path, low: bool, count: int) -> None:
    """Over so many polls of at least POLL_S seconds each: what scenario 24 allows a second, counted."""
    with scene(TWO, tmp_path) as stage, in_tmux(stage, tmp_path) as desk:
        desk.wait_for("showing 1-2 of 2 queues")
        if low:
            desk.press("l")
            desk.wait_for("low bandwidth")
        desk.pump(1.0)
        began, first = polls(stage), len(desk.raw)
        while polls(stage) < began + count:
            desk.pump(0.2)
        assert len(desk.raw) - first < count * POLL_S * MOST_A_SECOND
        desk.press("q")
        assert desk.wait_end() == 0
