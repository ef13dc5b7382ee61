"""A slow link, 64 kbit/s and 150 ms there and back, in a real tmux: the echo of keys, bytes at rest."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Measured, held
from tests.e2e.far import FarDesk
from tests.e2e.scene import scene
from tests.e2e.test_fleet_trouble import TWO
from tests.e2e.test_tmux import in_tmux

KEYS, REST_S = 30, 15.0
ECHO_S, REST_BYTES = 0.5, 4000
PATIENCE_S = 30.0
# One row of two moves at every poll.
MOVING = f"""{TWO}
[[node.sender]]
queues = ["promo:acme@hold.example"]
rate = 20

[[node.provider]]
site = "hold.example"
domains = ["hold.example"]
hold = 3600
"""


def far() -> Iterator[Measured]:
    """The echo of keys and the bytes a second at rest, as ever and with low bandwidth."""
    if shutil.which("tmux") is None:
        yield Measured("a slow link in tmux", "tmux is not installed")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with scene(MOVING, folder) as stage, in_tmux(stage, folder) as desk:
            desk.wait_for("showing 1-2 of 2 queues")
            yield from _measured(desk, "64 kbit/s, 150 ms, tmux")
            desk.press("l")
            desk.wait_for("low bandwidth")
            yield from _measured(desk, "the same, low bandwidth")
            desk.press("q")
            desk.wait_end()


def _measured(desk: FarDesk, link: str) -> Iterator[Measured]:
    echoes = sorted(_echo(desk, "up" if number % 2 else "down") for number in range(KEYS))
    yield Measured(
        f"{link}: a key echoes, {KEYS} keys",
        f"{echoes[KEYS // 2] * 1000:.0f} ms median",
        f"{echoes[-1] * 1000:.0f} ms worst",
        "",
        held("500 ms", holds=echoes[-1] < ECHO_S),
    )
    desk.pump(1.0)
    first, began = len(desk.raw), time.monotonic()
    desk.pump(REST_S)
    rate = (len(desk.raw) - first) / (time.monotonic() - began)
    yield Measured(f"{link}: one row moves", f"{rate:.0f} B/s", "", "", held("4 kB/s", holds=rate < REST_BYTES))


def _echo(desk: FarDesk, key: str) -> float:
    """Seconds from a key to the cursor in another line, as seen at this end of the link."""
    desk.pump(0.37)
    before, began = _cursor(desk), time.monotonic()
    desk.send(key)
    while _cursor(desk) == before:
        desk.pump(0.01)
        assert time.monotonic() - began < PATIENCE_S
    return time.monotonic() - began


def _cursor(desk: FarDesk) -> int:
    return next((number for number, line in enumerate(desk.lines) if line.startswith("\u203a")), -1)
