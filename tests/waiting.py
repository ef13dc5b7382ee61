"""Waiting for other processes on real ports, with one patience for all of it."""

import time
from collections.abc import Callable

# Only a failure costs it: how slow the machine is, and what else it does, must never be the reason of one.
PATIENCE_S = 120.0


def wait(condition: Callable[[], object], what: str) -> None:
    """Return when the condition holds; raises AssertionError with `what` where it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S:.0f} s for {what}"
        # Another process, on real ports: nothing here could tell when to look again.
        time.sleep(0.02)
