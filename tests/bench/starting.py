"""From start to the first paint, with a node that does not answer."""

import socket
import time
from collections.abc import Iterator

from tests.bench.table import Measured, best, held
from tests.e2e.cli_fleet import KUMO_TUI
from tests.e2e.terminal import Terminal

AT_MOST_S = 1.0


def starting() -> Iterator[Measured]:
    """One row: a node that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        took = best(lambda: _first_paint(url))
    yield Measured(
        "start to first paint, a node that does not answer",
        f"{took * 1000:.0f} ms",
        budget=held("1 s", holds=took < AT_MOST_S),
    )


def _first_paint(url: str) -> None:
    with Terminal([KUMO_TUI, "--endpoint", url]) as terminal:
        until = time.monotonic() + 30.0
        while "kumo-tui" not in terminal.text and time.monotonic() < until:
            terminal.pump(0.005)
