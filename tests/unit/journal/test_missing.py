"""Without a journal nothing is written, and the reason is said each time."""

from collections.abc import Callable

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.port import Kept
from kumo_tui.journal.records import Change, RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.test_other_acts import an_act
from tests.unit.journal.worlds import TAG, a_stop, an_intent, an_operation

JOURNAL: Kept = MissingJournal(JournalError("/x/journal.db: Permission denied.", "Set KUMO_TUI_JOURNAL."))


def test_the_reason_is_the_problem_and_a_new_start_its_end() -> None:
    assert JOURNAL.problem() == (
        "/x/journal.db: Permission denied. Set KUMO_TUI_JOURNAL. Then start kumo-tui again."
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda: JOURNAL.record_intent(an_operation(), [an_intent()]),
        lambda: JOURNAL.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED), START),
        lambda: JOURNAL.record_totals(TAG, "mta1", {}, START),
        lambda: JOURNAL.record_event(TAG, START, "x"),
        lambda: JOURNAL.record_step(
            StepRecord(TAG, "mta1", Step.STOP, "{}", RequestState.INTENT, None, None), START
        ),
        lambda: JOURNAL.record_verdict(TAG, "mta1", Verdict.DONE, START),
        lambda: JOURNAL.record_confirmed(a_stop(), {}, {}, START),
        lambda: JOURNAL.claim(TAG),
        lambda: JOURNAL.unclaim(TAG),
        lambda: JOURNAL.record_other(an_act()),
        lambda: JOURNAL.record_other_change(1, Change(RequestState.GONE, START), None),
        JOURNAL.open_others,
        JOURNAL.others,
        lambda: JOURNAL.other(1),
        JOURNAL.history,
        lambda: JOURNAL.account(TAG),
    ],
    ids=[
        "intent",
        "act",
        "totals",
        "event",
        "step",
        "verdict",
        "confirmed",
        "claim",
        "unclaim",
        "record-other",
        "record-other-change",
        "open-others",
        "others",
        "other",
        "history",
        "account",
    ],
)
def test_every_writing_and_looking_back_is_refused_with_the_reason(write: Callable[[], object]) -> None:
    with pytest.raises(JournalError, match=r"Permission denied\. Set KUMO_TUI_JOURNAL\."):
        write()
