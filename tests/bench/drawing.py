"""Bytes that the dashboard writes to its terminal: at rest, with rows moving, and during a bounce."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.table import Measured, held
from tests.e2e.cli_fleet import KUMO_TUI, serving
from tests.e2e.terminal import Terminal

SPAN_S = 20.0
SETTLE_S = 6.0
SIZES = ((80, 24), (120, 40))
POLL_S = 2
POLL = {"KUMO_TUI_POLL__INTERVAL_S": str(POLL_S)}

STANDING = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
sweep_rate = 40

[[node.provider]]
site = "hold.example"
domains = [{domains}]
hold = 3600

[[node.standing]]
queues = [{queues}]
messages = {messages}
due_in = [3600, 3600]
"""
SENDER = """
[[node.sender]]
queues = [{queues}]
rate = {rate}
"""


def scenario(moving: int, rows: int = 24) -> str:
    """A node with so many queues, of which the first `moving` grow."""
    domains = [f"mail{row}.example" for row in range(rows)]
    queues = [f"promo:acme@{domain}" for domain in domains]
    text = STANDING.format(domains=_listed(domains), queues=_listed(queues), messages=500)
    return text + (SENDER.format(queues=_listed(queues[:moving]), rate=7 * moving) if moving else "")


def drawing() -> Iterator[Measured]:
    """A row per situation and size of the terminal, the control beside each."""
    for columns, rows in SIZES:
        rates: dict[int, tuple[float, float]] = {}
        for moving, budget in ((0, 100), (1, 400), (20, 2000)):
            ours = _dashboard(moving, columns, rows)
            other = _rate([sys.executable, "-m", "tests.bench.control", "24", str(moving)], columns, rows)
            rates[moving] = ours, other
            words = "at rest" if not moving else f"{moving} row{'s' if moving > 1 else ''} moving"
            limit = held(f"{budget} B/s", holds=ours < budget) if columns == SIZES[0][0] else ""
            yield Measured(
                f"drawn at {columns}x{rows}, {words}", f"{ours:.0f} B/s", f"{other:,.0f} B/s DataTable", "", limit
            )
        yield _one_change(f"{columns}x{rows}", rates)
        yield Measured(f"drawn at {columns}x{rows}, during a bounce", f"{_bouncing(columns, rows):.0f} B/s")


def _one_change(size: str, rates: Mapping[int, tuple[float, float]]) -> Measured:
    """What one changed row costs, less what is drawn at rest: sums in the header count with it."""
    ours, other = (POLL_S * (rates[1][side] - rates[0][side]) for side in (0, 1))
    return Measured(
        f"one changed row at {size}",
        f"{ours:.0f} B",
        f"{other:,.0f} B DataTable",
        f"1/{other / max(ours, 1):.0f}",
        held("1/20", holds=ours * 20 <= other),
    )


def _dashboard(moving: int, columns: int, rows: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(scenario(moving))
        with serving(str(file)) as fleet:
            return _rate([KUMO_TUI, *fleet.endpoints], columns, rows)


def _bouncing(columns: int, rows: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(scenario(0))
        with serving(str(file)) as fleet:
            argv = [KUMO_TUI, *fleet.endpoints]
            act = ("bounce", "--campaign", "promo", "--reason", "bench", "--plain", "--duration", "10m")
            with Terminal(argv, columns, rows, POLL) as terminal:
                terminal.wait_for("showing")
                fleet.run(*act, "--yes", "--at-most", "100000")
                terminal.wait_for("bounc")
                return _count(terminal)


def _rate(argv: list[str], columns: int, rows: int) -> float:
    with Terminal(argv, columns, rows, POLL) as terminal:
        terminal.wait_for("mail0.example")
        return _count(terminal)


def _count(terminal: Terminal) -> float:
    """Bytes a second over SPAN_S, after the first frames."""
    terminal.pump(SETTLE_S)
    first = len(terminal.raw)
    terminal.pump(SPAN_S)
    return (len(terminal.raw) - first) / SPAN_S


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
