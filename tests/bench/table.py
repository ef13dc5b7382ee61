"""The rows of a bench: what was measured, what with what, and whether the budget holds."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 3
WIDTHS = (58, 22, 30, 12, 18)


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: `ours` and `other` as texts, their ratio, and the budget with whether it holds."""

    what: str
    ours: str
    other: str = ""
    ratio: str = ""
    budget: str = ""

    def line(self) -> str:
        """The row as it is printed."""
        cells = (self.what, self.ours, self.other, self.ratio, self.budget)
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


HEAD = Measured("what", "kumo-tui", "compared with", "ratio", "budget")


def held(text: str, *, holds: bool) -> str:
    """The budget in words, and whether it holds."""
    return f"{text}: {'held' if holds else 'MISSED'}"


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of ROUNDS runs."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def say(row: Measured) -> None:
    """Print a row as soon as it is known."""
    sys.stdout.write(f"{row.line()}\n")
    sys.stdout.flush()
