"""The simulated fleet as a child process of ours: started, asked where it listens, and ended with us."""

import contextlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from kumo_tui.errors import InputError
from kumo_tui.profiles import NodeSettings
from kumo_tui.text import one_line

EXTRA = ("uvicorn",)
END_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate, with the deaths of its story. `port` 0: free ones; `speed`: simulated seconds a second."""

    scenario: str = "demo"
    port: int = 0
    seed: int = 1
    speed: float = 1.0

    def command(self) -> list[str]:
        """The command line of the child: it ends when its standard input does."""
        words = [sys.executable, "-m", "kumo_tui.sim", self.scenario, "--until-stdin-closes", "--deaths"]
        return [*words, "--port", str(self.port), "--seed", str(self.seed), "--speed", str(self.speed)]


@dataclass(frozen=True, slots=True)
class Serving:
    """A simulated fleet that serves: its nodes, the line it printed, and how to wait for its end."""

    nodes: tuple[NodeSettings, ...]
    line: str
    child: "subprocess.Popen[str]"


def check_extra() -> None:
    """Raise InputError with how to install what the simulator needs, when it is missing."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            "demo",
            f"the simulator needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} missing.",
            "Install it with: pip install 'kumo-tui[demo]'",
        )


@contextlib.contextmanager
def serving(simulation: Simulation) -> Iterator[Serving]:
    """The simulated fleet while it is in use. Raises InputError when it does not start.

    The child has a session of its own, so that Ctrl-C in our terminal is ours; it ends when its standard
    input closes, also when we are killed.
    """
    check_extra()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter, no shell
            simulation.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,
        )
        try:
            line = child.stdout.readline() if child.stdout else ""
            yield Serving(_nodes_of(line, child, complaints), line.strip(), child)
        finally:
            _end(child)


def _nodes_of(line: str, child: "subprocess.Popen[str]", complaints: IO[str]) -> tuple[NodeSettings, ...]:
    if not line:
        child.wait(END_WITHIN_S)
        complaints.seek(0)
        words = complaints.read().strip().splitlines()
        raise InputError("demo", f"the simulator did not start: {one_line(words[-1] if words else 'no reason')}.")
    listed: Sequence[dict[str, str]] = json.loads(line)["nodes"]
    return tuple(NodeSettings(url=node["url"], name=node["name"]) for node in listed)


def _end(child: "subprocess.Popen[str]") -> None:
    """Close the child's standard input and wait for it; one that stays is told to go."""
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
    try:
        child.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
