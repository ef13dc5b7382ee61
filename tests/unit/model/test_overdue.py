"""A directive of ours past its end: listed still, or on a node that was not read since."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from kumo_tui.model.directives import Directive
from kumo_tui.model.operation import ActState, Mode
from kumo_tui.model.overdue import LATE_S, Overdue, overdue
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, NodeState, OperationStatus, Snapshot, Timed
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.watch.worlds import act, entry, ledger, operation

EVERYTHING = Everything()
ENDS = 1060.0
BEGAN = 1000.0


def bounce(verdict: Verdict = Verdict.SWEPT, selector: Selector = EVERYTHING, **values: object) -> OperationStatus:
    """A plain bounce of 60 s that mta1 answered at BEGAN."""
    accepted = act(answered_at=BEGAN)
    return OperationStatus(
        replace(operation(accepted, selector=selector), **values),  # type: ignore[arg-type]  # fields by name
        (NodeProgress(accepted, ledger(selector), verdict),),
    )


def seen(status: OperationStatus, now: float, entries: Sequence[Directive], read_at: float) -> list[Overdue]:
    """What is overdue at this time on a node whose list was read then."""
    node = NodeSnapshot(
        "mta1", "http://mta1:8000", NodeState.OK, directives=Timed(tuple(entries), read_at, read_at)
    )
    return list(overdue(status, Snapshot(1, now, START, "", False, 2.0, (node,), (status,)), now))


def test_a_directive_within_its_time_is_not_overdue() -> None:
    assert seen(bounce(), ENDS - 1, [entry()], ENDS - 1) == []
    assert seen(bounce(), ENDS + LATE_S - 1, [entry()], ENDS + LATE_S - 1) == []


@pytest.mark.parametrize("selector", [Everything(), Criteria(campaign="promo")])
def test_one_that_is_listed_past_its_end_is_named(selector: Selector) -> None:
    late = ENDS + LATE_S + 2
    assert seen(bounce(selector=selector), late, [entry()], late) == [Overdue("mta1", LATE_S + 2, is_listed=True)]
    assert seen(bounce(selector=selector), late, [entry("another")], late) == []


def test_everything_counts_until_its_node_is_read_after_its_end() -> None:
    late = ENDS + 30
    assert seen(bounce(), late, [entry()], ENDS - 10) == [Overdue("mta1", 30.0, is_listed=False)]
    assert seen(bounce(), late, [], ENDS + 1) == []
    assert seen(bounce(selector=Criteria(campaign="promo")), late, [entry()], ENDS - 10) == []


def test_what_is_over_was_refused_or_is_a_clean_bounce_is_never_overdue() -> None:
    late = ENDS + 30
    assert seen(bounce(Verdict.DONE), late, [entry()], late) == []
    assert seen(bounce(mode=Mode.CLEAN), late, [entry()], late) == []
    refused = act(ActState.REJECTED)
    status = replace(bounce(), nodes=(NodeProgress(refused, ledger(), Verdict.RUNNING),))
    assert seen(status, late, [entry()], late) == []


def test_one_of_an_earlier_run_is_counted_from_when_it_was_begun() -> None:
    resumed = act()
    begun = replace(operation(resumed, selector=Everything()), created_at=START - timedelta(seconds=100))
    status = OperationStatus(begun, (NodeProgress(resumed, ledger(), Verdict.SWEPT),))
    assert seen(status, 5000.0, [entry()], 5000.0) == [Overdue("mta1", 40.0, is_listed=True)]
    young = replace(status, operation=replace(begun, created_at=START - timedelta(seconds=50)))
    assert seen(young, 5000.0, [entry()], 5000.0) == []
