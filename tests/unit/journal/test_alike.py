"""Memory and file give back the same, whatever was written, and agree on what is open."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.worlds import TAG, AnyJournal, a_stop, a_stop_intent, opened, recorded

NODES = ("mta1", "mta2")
ids = st.sampled_from([None, "s1", "s2", "s3"])

records = st.builds(
    StepRecord,
    tag=st.just(TAG),
    node=st.sampled_from(NODES),
    step=st.sampled_from([Step.STOP, Step.STOP, Step.RELEASE, Step.RELEASE, Step.SWEEP]),
    body=st.sampled_from(["{}", ""]),
    state=st.sampled_from(RequestState),
    id=ids,
    replaces=ids,
    number=st.none() | st.integers(1, len(NODES)),
)
Written = StepRecord | NodeAct | tuple[str, Verdict]
acts = st.builds(NodeAct, st.sampled_from(NODES), st.sampled_from(ActState), ids)
verdicts = st.tuples(st.sampled_from(NODES), st.sampled_from(Verdict))


@settings(max_examples=60, deadline=None)
@given(relied=st.booleans(), steps=st.lists(records | acts | verdicts, max_size=12))
def test_both_journals_give_back_the_same(relied: bool, steps: list[Written]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory, durable = MemoryJournal(), opened(Path(folder) / "journal.db")
        try:
            for journal in (memory, durable):
                write(journal, relied, steps)
            found = recorded(durable)
            assert recorded(memory) == found
            assert (len(durable.operations(open_only=True)) == 1) == is_open(memory)
            for node in NODES:
                memory.record_verdict(TAG, node, Verdict.DONE, START)
                durable.record_verdict(TAG, node, Verdict.DONE, START)
            assert (len(durable.operations(open_only=True)) == 1) == is_open(memory)
        finally:
            durable.close()


def write(journal: AnyJournal, relied: bool, steps: list[Written]) -> None:
    journal.record_intent(a_stop(*NODES), [] if relied else [a_stop_intent(node) for node in NODES])
    for number, step in enumerate(steps):
        at = START + timedelta(seconds=number)
        if isinstance(step, NodeAct):
            journal.record_act(TAG, step, at)
        elif isinstance(step, StepRecord):
            journal.record_step(step, at)
        else:
            journal.record_verdict(TAG, *step, at)


def is_open(journal: MemoryJournal) -> bool:
    """Whether somebody has to go on with it, by what is read of it."""
    found = recorded(journal)
    for act in found.operation.acts:
        mine = [request for request in found.requests if request.node == act.node]
        ruling = found.rulings.get(act.node)
        ended = (ruling is not None and ruling.verdict.is_final) or mine[0].state is RequestState.REJECTED
        asked = any(request.state is RequestState.INTENT for request in mine)
        if not ended or asked or found.stops_standing(act.node):
            return True
    return False
