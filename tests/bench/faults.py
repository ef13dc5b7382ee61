"""The fault matrix, each act with each fault, as one table: `make faults`.

All cells run in this process on a clock that is moved by hand; a few of them again with the installed command as
a process of its own, real connections and a real SIGKILL. After each of them the node's delivery log, its lists
over time and its requests are held against the journal, the history and what kumo-tui says. Exit code 1 when a
rule was broken somewhere.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.fault_cells import Act, Cell, play
from tests.bench.fault_processes import REAL, Real, real_cell
from tests.bench.fault_world import Fault

LANES = 4

LEGEND = """\
Each cell: requests of the act's kind in the node's log, what kumo-tui says in the end, and the exit code of the
command (with --follow), after a SIGKILL that of `watch`. Of sweeps and stops, all of that bounce count.
A bounce, a first stop and a cancel leave once. A sweep without an answer is covered by the next one. A stop is
extended again only when the list, read in between, shows that it was not. A release without an answer is repeated.
DONE 8: done, but not sure. LOST 6: not answered, and the node has restarted: nobody knows whether it ran.
CANCELLED 8 and LOST 8: it ended otherwise than done. REJECTED 5: the node does not have it. refused 4: nothing was
sent. A cancel that was not done leaves the bounce to its own end. Every combination can occur: no cell is empty.
"""

Table = Mapping[tuple[Act, Fault], Cell]


async def cells(acts: Iterable[Act], faults: Sequence[Fault], folder: Path) -> Table:
    """The cells of these acts and faults."""
    return {
        (act, fault): await play(act, fault, folder / act.name / fault.name) for act in acts for fault in faults
    }


def rows(table: Table) -> Iterator[list[str]]:
    """The table with its head, as text."""
    acts = [act for act in Act if any(act is known for known, _fault in table)]
    yield ["", *(act.value for act in acts)]
    for fault in Fault:
        if any(fault is known for _act, known in table):
            yield [fault.value, *(table[act, fault].text for act in acts)]


def as_text(table: Table) -> Iterator[str]:
    """The table in columns of even width."""
    lines = list(rows(table))
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def as_markdown(table: Table) -> Iterator[str]:
    """The table for a Markdown document."""
    head, *lines = rows(table)
    yield "| " + " | ".join(["what goes wrong", *head[1:]]) + " |"
    yield "|---" * len(head) + "|"
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def real_cells(chosen: Sequence[tuple[Act, Fault]], folder: Path) -> list[Real]:
    """These cells with real processes, several at once."""
    with ThreadPoolExecutor(LANES) as pool:
        runs = [pool.submit(real_cell, act, fault, folder / act.name / fault.name) for act, fault in chosen]
        return [run.result() for run in runs]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, then the cells that were run as processes, then every rule that was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="only the table, for a document")
    parser.add_argument("--in-process", action="store_true", help="leave the real processes out")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        table = asyncio.run(cells(Act, list(Fault), Path(folder)))
        print("\n".join(as_markdown(table) if chosen.markdown else as_text(table)), flush=True)
        if not chosen.markdown:
            print(f"\n{LEGEND}", flush=True)
        reals = [] if chosen.markdown or chosen.in_process else real_cells(REAL, Path(folder) / "real")
    broken = [f"{act}, {fault}: {words}" for (act, fault), cell in table.items() for words in cell.violations]
    for real in reals:
        print(f"as processes: {real.act}, {real.fault}: {real.text}", flush=True)
        broken += [f"as processes: {real.act}, {real.fault}: {words}" for words in real.violations]
        same = table[real.act, real.fault].text
        if real.text != same:
            broken.append(f"{real.act}, {real.fault}: as processes {real.text}, in one process {same}")
    total = len(table) + len(reals)
    print("\n".join(broken or [f"{total} cells, no rule broken"]), file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
