"""What the dashboard in a terminal costs: how soon a key shows, its CPU time, its memory."""

import os
import time
from pathlib import Path

from tests.e2e.terminal import Terminal

PATIENCE_S = 180.0


def echo_s(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the first byte that it makes the dashboard write."""
    terminal.pump(0.37)
    before, began = len(terminal.raw), time.monotonic()
    terminal.send(key)
    while len(terminal.raw) == before:
        terminal.pump(0.001)
        assert time.monotonic() - began < PATIENCE_S
    return time.monotonic() - began


def cpu_s(terminal: Terminal) -> float:
    """CPU seconds of the dashboard so far."""
    fields = Path(f"/proc/{terminal.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(terminal: Terminal) -> int:
    """The most that the dashboard ever held, in MB."""
    status = Path(f"/proc/{terminal.process.pid}/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024
