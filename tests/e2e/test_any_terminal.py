"""The dashboard on terminals as they are: far away, without colours, without UTF-8, stopped and gone on with."""

import os
import re
import signal
import sys
import time
from pathlib import Path

from tests.e2e.cli_fleet import KUMO_TUI
from tests.e2e.far import FarDesk
from tests.e2e.scene import Scene, scene
from tests.e2e.terminal import Terminal

NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.standing]]
queues = ["promo:acme@yahoo.example", "promo:acme@gmail.example", "news:zenith@aol.example"]
messages = 900
due_in = [3600, 3600]

[[node.sender]]
queues = ["promo:acme@yahoo.example"]
rate = 20

[[node.provider]]
site = "hold.example"
domains = ["yahoo.example", "gmail.example", "aol.example"]
hold = 3600
"""
# An interactive shell with the pty as its controlling terminal, which is what Ctrl+Z needs.
SHELL = (
    "import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"
)
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;[25]|48;[25])[0-9;]*m")


def far(stage: Scene, *words: str, **env: str) -> FarDesk:
    """The dashboard over a slow link."""
    return FarDesk([KUMO_TUI, *stage.fleet.endpoints, *words], 80, 24, {"KUMO_TUI_POLL__INTERVAL_S": "1", **env})


def test_over_a_slow_link_without_colours_all_is_words_and_one_esc_is_one_esc(tmp_path: Path) -> None:
    with scene(NODE, tmp_path) as stage:
        env = {"TERM": "screen", "NO_COLOR": "1", "TMUX": "/tmp/none"}
        with far(stage, **env) as desk:
            desk.wait_for("showing 1-3 of 3 queues")
            desk.press("l")
            desk.wait_for("low bandwidth 5s")
            desk.pump(0.5)
            first, began = len(desk.raw), time.monotonic()
            desk.pump(2.0)
            assert (len(desk.raw) - first) / (time.monotonic() - began) < 4000
            desk.show("promo", "showing 1-2 of 2 queues")
            desk.press("n")
            desk.wait_for("answering")
            desk.wait_for("B/s lately")
            desk.wait_for(" ok ")
            desk.press("escape")
            desk.wait_for("showing 1-2 of 2 queues")
            desk.wait_for("/promo")
            desk.press("escape")
            desk.wait_for("showing 1-3 of 3 queues")
            assert COLOUR.search(bytes(desk.raw)) is None


def test_where_the_locale_is_not_utf8_every_byte_is_ascii(tmp_path: Path) -> None:
    plan = NODE.replace("news:zenith", "caf\u00e9:zenith")
    with scene(plan, tmp_path) as stage, far(stage, LC_ALL="POSIX", TERM="vt100") as desk:
        desk.wait_for("caf?:zenith")
        desk.press("b")
        desk.wait_for("Cancel")
        assert desk.raw.isascii()


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_screen_back(tmp_path: Path) -> None:
    with scene(NODE, tmp_path) as stage:
        env = {"PS1": "shell> ", "XDG_STATE_HOME": str(tmp_path)}
        with Terminal([sys.executable, "-c", SHELL], 80, 24, env) as shell:
            shell.wait_for("shell>")
            shell.type(" ".join([KUMO_TUI, *stage.fleet.endpoints]) + "\r")
            shell.wait_for("showing 1-3 of 3 queues")
            shell.type("\x1a")
            shell.wait_for("Stopped")
            shell.type("fg\r")
            shell.wait_for("showing 1-3 of 3 queues")
            shell.wait_for("STATE")
            shell.press("down")
            shell.wait(lambda text: cursor_row(text) == 1, "the cursor to move by one row")
            shell.type("q")
            shell.wait_for("shell>")
            shell.type("exit\r")
            assert shell.wait_end() == 0


def test_ctrl_z_does_nothing_where_no_shell_would_take_over(tmp_path: Path) -> None:
    with scene(NODE, tmp_path) as stage, stage.dashboard() as desk:
        desk.wait_for("showing 1-3 of 3 queues")
        desk.type("\x1a")
        desk.press("down")
        desk.wait(lambda text: cursor_row(text) == 1, "the cursor to move")
        os.kill(desk.process.pid, signal.SIGSTOP)
        os.kill(desk.process.pid, signal.SIGCONT)
        desk.press("down")
        desk.wait(lambda text: cursor_row(text) == 2, "the cursor to move by one row")
        desk.quit()


def cursor_row(text: str) -> int:
    """Which row of queues has the cursor, from 0; -1 for none."""
    rows = [line for line in text.splitlines() if "@" in line and "example" in line]
    return next((number for number, line in enumerate(rows) if line.startswith("\u203a")), -1)
