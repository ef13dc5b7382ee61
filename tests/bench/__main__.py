"""Measures what the budgets are about, and prints one table: `make bench`.

Ratios within one run, and counted bytes; numbers of one machine say little about another.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence

from kumo_tui.node.metrics import MetricsReader
from tests.bench.bodies import metrics_body, naive_read
from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.terminal import Terminal

ROUNDS = 5
REST_S = 20.0
CHUNK = 65536


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of ROUNDS runs."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def reading() -> Iterator[Sequence[str]]:
    """The metrics reader against a plain loop over lines with a regular expression, on the same bytes."""
    for queues in (1_000, 10_000, 100_000):
        body = metrics_body(queues)
        ours = best(lambda body=body: _read(body))
        plain = best(lambda body=body: naive_read(body))
        yield (
            f"read /metrics, {queues:,} queues, {len(body) / 1e6:.1f} MB",
            f"{ours * 1000:.1f} ms",
            f"{plain * 1000:.1f} ms line by line",
            f"{plain / ours:.1f}x",
        )


def drawing() -> Iterator[Sequence[str]]:
    """Bytes that the dashboard writes to its terminal, at rest and while a campaign grows."""
    for scenario, columns, rows in (("quiet", 80, 24), ("quiet", 120, 40), ("demo", 80, 24), ("demo", 120, 40)):
        with serving(scenario) as fleet, Terminal([KUMO_TUI, *fleet.endpoints], columns, rows) as terminal:
            terminal.wait_for("showing")
            terminal.pump(3.0)
            first = len(terminal.raw)
            began = time.monotonic()
            while time.monotonic() - began < REST_S:
                terminal.pump(REST_S)
            rate = (len(terminal.raw) - first) / REST_S
            yield (f"drawn at {columns}x{rows}, scenario {scenario}", f"{rate:.0f} B/s", "", f"first {first:,} B")


def _read(body: bytes) -> None:
    reader = MetricsReader()
    for start in range(0, len(body), CHUNK):
        reader.feed(body[start : start + CHUNK])
    reader.finish()


def main() -> None:
    """Print the table, a row as soon as it is measured."""
    for measure in (reading, drawing):
        for row in measure():
            sys.stdout.write(
                "  ".join(cell.ljust(width) for cell, width in zip(row, (46, 12, 26, 12), strict=True))
            )
            sys.stdout.write("\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
