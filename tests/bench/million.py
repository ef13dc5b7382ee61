"""A million queues: memory, and how soon a key shows while the node is being read."""

import time
from collections.abc import Iterator

from tests.bench.program import PATIENCE_S, echo_s, memory_mb
from tests.bench.table import Measured, held
from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.terminal import Terminal

KEYS = 60
MEMORY_MB, ECHO_S = 600, 0.1


def million() -> Iterator[Measured]:
    """Memory after some readings, after a filter and after the form; the echo of keys during readings."""
    with serving("million") as fleet, Terminal([KUMO_TUI, *fleet.endpoints], 120, 40, {}) as terminal:
        began = time.monotonic()
        terminal.wait_for("showing", PATIENCE_S)
        yield Measured("1,000,000 queues: first table", f"{time.monotonic() - began:.1f} s")
        terminal.pump(30.0)
        echoes = [echo_s(terminal, "up" if number % 2 else "down") for number in range(KEYS)]
        echoes.sort()
        worst, middle = echoes[-1], echoes[len(echoes) // 2]
        yield Measured(
            f"a key echoes, {KEYS} keys over several readings",
            f"{middle * 1000:.0f} ms median",
            f"{worst * 1000:.0f} ms worst",
            "",
            held("100 ms", holds=worst < ECHO_S),
        )
        memory = memory_mb(terminal)
        terminal.type("/c=spring-campaign-7")
        terminal.wait_for("pass the filter", PATIENCE_S)
        terminal.press("enter")
        filtered = memory_mb(terminal)
        terminal.press("b")
        terminal.wait_for("would hit", PATIENCE_S)
        terminal.pump(20.0)
        form = memory_mb(terminal)
        yield Measured(
            "memory, peak: after readings, a filter, the form",
            f"{memory}, {filtered}, {form} MB",
            "",
            "",
            held(f"{MEMORY_MB} MB", holds=form < MEMORY_MB),
        )
