"""Measures what the budgets are about, and prints one table: `make bench`. Words choose some of it.

Ratios within one run, and counted bytes; numbers of one machine say little about another.
"""

import sys

from tests.bench.drawing import drawing
from tests.bench.far import far
from tests.bench.fleet import fleet
from tests.bench.million import million
from tests.bench.reading import reading
from tests.bench.refreshing import refreshing
from tests.bench.starting import starting
from tests.bench.table import HEAD, say

BENCHES = (reading, refreshing, million, fleet, drawing, far, starting)


def main(wanted: list[str]) -> None:
    """Print the table, a row as soon as it is measured."""
    say(HEAD)
    for bench in BENCHES:
        if not wanted or bench.__name__ in wanted:
            for row in bench():
                say(row)


if __name__ == "__main__":
    main(sys.argv[1:])
