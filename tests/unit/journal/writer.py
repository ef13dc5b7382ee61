"""A process that writes operations into a journal and says each tag once it is written: `PATH NAME COUNT`.

A COUNT of 0 goes on until the process is killed.
"""

import itertools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from kumo_tui.journal.durable import open_journal
from kumo_tui.model.operation import ActState, NodeAct
from tests.fakes import START, FakeClock
from tests.unit.journal.worlds import an_intent, an_operation

QUEUES = 200


def baseline_of(tag: str) -> dict[str, int]:
    """The baseline that an operation of this tag is written with: several pages of it."""
    return {f"{tag}:tenant@domain{number}.example": number for number in range(QUEUES)}


def main(path: str, name: str, count: str) -> None:
    journal = open_journal(Path(path), FakeClock())
    numbers: Iterable[int] = range(int(count)) if int(count) else itertools.count()
    for number in numbers:
        tag = f"{name}{number}"
        journal.record_intent(an_operation(tag), [an_intent(baseline=baseline_of(tag))])
        os.write(1, f"{tag}\n".encode())
        if int(count):
            journal.record_act(tag, NodeAct("mta1", ActState.ACCEPTED, tag), START)
        journal.record_totals("shared", "mta1", {"a": {"q": number, name: number}}, START)
    journal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
