"""A process that stops, confirms and sweeps an operation until it is killed: `PATH`.

It says each sweep once that and what it took are written.
"""

import itertools
import os
import sys
from pathlib import Path

from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from tests.fakes import START, FakeClock
from tests.unit.journal.worlds import TAG, URL, YAHOO, a_stop, a_stop_intent


def body_of(number: int) -> str:
    """The body of a sweep: several pages, different each time."""
    return f"{number} ".ljust(20_000, "x")


def main(path: str) -> None:
    journal = open_journal(Path(path), FakeClock())
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "s1"), START)
    assert journal.claim(TAG)
    journal.record_confirmed(a_stop(), {}, {"mta1": {YAHOO: 5}}, START)
    for number in itertools.count(1):
        record = StepRecord(TAG, "mta1", Step.SWEEP, body_of(number), RequestState.INTENT, method="POST", url=URL)
        written = journal.record_step(record, START)
        settled = StepRecord(TAG, "mta1", Step.SWEEP, "", RequestState.ACCEPTED, number=written)
        journal.record_step(settled, START)
        journal.record_totals(TAG, "mta1", {"sweeps": {YAHOO: number}}, START)
        os.write(1, f"{number}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
