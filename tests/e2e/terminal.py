"""A program in a real pty, its screen read by a terminal emulator."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import pyte

from tests.waiting import PATIENCE_S

FIELDS = 8
KEPT = {"PATH", "HOME", "VIRTUAL_ENV", "XDG_STATE_HOME"}
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backtab": "\x1b[Z",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pagedown": "\x1b[6~",
    "f2": "\x1bOQ",
    "f6": "\x1b[17~",
    "ctrl+u": "\x15",
    "ctrl+c": "\x03",
}


class Terminal:
    """Runs one command in a pty of this size; `raw` collects every byte that it wrote."""

    def __init__(
        self, argv: Sequence[str], columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=clean_env(env)
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def lines(self) -> list[str]:
        """The screen's lines, without trailing blanks."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def line_with(self, piece: str) -> str:
        """The first line that holds this text."""
        found = [line for line in self.lines if piece in line]
        assert found, f"no line with {piece!r} on the screen:\n{self.text}"
        return found[0]

    def type(self, text: str) -> None:
        """Type this text, as it is."""
        os.write(self._master, text.encode())
        self.pump(0.05)

    def press(self, *keys: str) -> None:
        """Press these keys, by name or as single characters, each as an event of its own."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            self.pump(0.05)

    def send(self, key: str) -> None:
        """Press a key and read nothing."""
        os.write(self._master, KEYS.get(key, key).encode())

    def pump(self, seconds: float) -> bool:
        """Read for at most so long; whether anything came."""
        came = False
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._master], [], [], left)[0]:
                break
            try:
                data = os.read(self._master, 65536)
            except OSError:
                break
            if not data:
                break
            self.raw += data
            self._stream.feed(data)
            came = True
        return came

    def wait(self, condition: Callable[[str], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        """Read until the screen's text fulfils the condition."""
        deadline = time.monotonic() + patience_s
        while not condition(self.text):
            assert time.monotonic() < deadline, f"waited {patience_s:.0f} s for {what}; the screen:\n{self.text}"
            self.pump(0.05)
            assert self.process.poll() is None or condition(self.text), (
                f"ended with {self.process.returncode} while waiting for {what}; the screen:\n{self.text}"
            )

    def wait_for(self, piece: str, patience_s: float = PATIENCE_S) -> None:
        """Read until this text is on the screen."""
        self.wait(lambda text: piece in text, repr(piece), patience_s)

    def wait_match(self, pattern: str, patience_s: float = PATIENCE_S) -> None:
        """Read until this pattern is somewhere on the screen, its lines taken as one."""
        self.wait(lambda _text: re.search(pattern, self.flat) is not None, repr(pattern), patience_s)

    @property
    def flat(self) -> str:
        """The screen as one line, so that wrapping hides no sentence."""
        return " ".join(re.sub(r"[│┃]", " ", self.text).split())

    def wait_said(self, piece: str, patience_s: float = PATIENCE_S) -> None:
        """Read until this sentence is on the screen, wherever it wraps."""
        self.wait(lambda _text: piece in self.flat, repr(piece), patience_s)

    @property
    def lit(self) -> frozenset[tuple[int, int]]:
        """The cells, as line and column, with a ground of their own: the cursor of what has the focus."""
        return frozenset(
            (line, column)
            for line, cells in self.screen.buffer.items()
            for column, cell in cells.items()
            if cell.reverse or cell.bg != "default"
        )

    def is_lit(self, piece: str) -> bool:
        """Whether the focus is in a line with this text, there or behind it."""
        return any(0 <= self.lines[line].find(piece) <= column for line, column in self.lit)

    def wait_lit(self, piece: str) -> None:
        """Read until the focus is in a line with this text, there or behind it."""
        self.wait(lambda _text: self.is_lit(piece), f"the focus at {piece!r}")

    def onward(self, piece: str) -> None:
        """Go through a form with Enter, press its button Review once, and read until this is said.

        Each Enter leaves when the one before has moved the focus: one too many would press what opens then.
        """
        self.wait(lambda _text: bool(self.lit), "the focus")
        for _field in range(FIELDS):
            if self.is_lit("[ Review ]"):
                break
            self._enter()
        self.press("enter")
        self.wait_said(piece)

    def _enter(self) -> None:
        before = self.lit
        self.press("enter")
        self.wait(lambda _text: self.lit not in (before, frozenset()), "the focus to move")

    def wait_gone(self, piece: str, patience_s: float = PATIENCE_S) -> None:
        """Read until this text is not on the screen any more."""
        self.wait(lambda text: piece not in text, f"{piece!r} to go", patience_s)

    def wait_end(self, patience_s: float = PATIENCE_S) -> int:
        """Read until the program has ended; its exit code."""
        deadline = time.monotonic() + patience_s
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"still running after {patience_s:.0f} s:\n{self.text}"
            self.pump(0.1)
        self.pump(0.2)
        return self.process.returncode

    def close(self) -> None:
        """End the program if it still runs, and close the pty."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the pty, which sends no signal: it is nobody's controlling terminal."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1


def clean_env(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which nothing of this machine's settings reaches the program."""
    kept = {key: value for key, value in os.environ.items() if key in KEPT}
    base = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC", "KUMO_TUI_CONFIG": os.devnull}
    return {**kept, **base, **(extra or {})}
