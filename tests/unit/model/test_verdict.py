"""Verdicts: each transition of a plain bounce (DESIGN, how an operation lives)."""

import pytest

from kumo_tui.model.ledger import Progress
from kumo_tui.model.verdict import (
    FINAL,
    STALL_AFTER_S,
    TROUBLED_STALL_AFTER_S,
    Gone,
    Listed,
    Verdict,
    judge_gone,
    judge_listed,
    overall,
)


def listed(
    remaining: int, idle_s: float = 0.0, held: int | None = None, *, caught_new: bool = False, **rest: object
) -> Listed:
    progress = Progress(100, 100 - remaining, 100 - remaining, 0, 0)
    return Listed(progress, idle_s, caught_new, held, **rest)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (listed(40), Verdict.RUNNING),
        (listed(40, STALL_AFTER_S - 1, held=0), Verdict.RUNNING),
        (listed(40, STALL_AFTER_S, held=40), Verdict.STALLED),
        (listed(40, STALL_AFTER_S, held=None), Verdict.STALLED),
        (listed(40, 1.0, held=40), Verdict.RUNNING),
        (listed(40, STALL_AFTER_S, held=39), Verdict.SWEPT),
        (listed(0), Verdict.SWEPT),
        (listed(0, caught_new=True), Verdict.CATCHING),
    ],
)
def test_an_active_directive_runs_stalls_is_swept_and_catches(state: Listed, verdict: Verdict) -> None:
    assert judge_listed(state) is verdict


def test_mail_that_left_before_the_sweep_does_not_stall_it_for_ever() -> None:
    usual = {"held": 120, "held_before": 118}
    assert judge_listed(listed(3, STALL_AFTER_S, **usual)) is Verdict.SWEPT
    assert judge_listed(listed(3, 0.0, is_over=True, **usual)) is Verdict.SWEPT
    assert judge_listed(listed(3, 0.0, is_over=True, caught_new=True, **usual)) is Verdict.CATCHING


def test_what_the_node_holds_more_than_before_may_be_the_sweeps() -> None:
    assert judge_listed(listed(3, STALL_AFTER_S, held=122, held_before=118)) is Verdict.STALLED


def test_a_node_that_names_its_trouble_is_stalled_sooner() -> None:
    assert judge_listed(listed(50, TROUBLED_STALL_AFTER_S, held=60)) is Verdict.RUNNING
    assert judge_listed(listed(50, TROUBLED_STALL_AFTER_S, held=60, troubled=True)) is Verdict.STALLED
    assert judge_listed(listed(50, TROUBLED_STALL_AFTER_S - 1, held=60, troubled=True)) is Verdict.RUNNING


def test_a_node_in_trouble_is_not_given_the_benefit_of_its_usual_traffic() -> None:
    assert judge_listed(listed(50, STALL_AFTER_S, held=60, held_before=100, troubled=True)) is Verdict.STALLED


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (Gone(0.0, restarted=False, cancelled=False, replaced_by=None), Verdict.DONE),
        (Gone(2.0, restarted=False, cancelled=False, replaced_by="b"), Verdict.DONE),
        (Gone(60.0, restarted=False, cancelled=False, replaced_by=None), Verdict.CANCELLED),
        (Gone(60.0, restarted=False, cancelled=False, replaced_by="b"), Verdict.REPLACED),
        (Gone(60.0, restarted=True, cancelled=False, replaced_by=None), Verdict.LOST),
        (Gone(60.0, restarted=False, cancelled=True, replaced_by=None), Verdict.CANCELLED),
        (Gone(60.0, restarted=True, cancelled=True, replaced_by=None), Verdict.CANCELLED),
    ],
)
def test_a_directive_that_has_left_the_list_ended_was_cancelled_replaced_or_lost(
    state: Gone, verdict: Verdict
) -> None:
    assert judge_gone(state) is verdict


def test_over_several_nodes_the_verdict_is_the_one_that_wants_attention_most() -> None:
    assert overall([Verdict.DONE, Verdict.UNKNOWN, Verdict.RUNNING]) is Verdict.UNKNOWN
    assert overall([Verdict.DONE, Verdict.SWEPT]) is Verdict.SWEPT
    assert overall([Verdict.CANCELLED, Verdict.LOST]) is Verdict.LOST
    assert overall([Verdict.DONE, Verdict.DONE]) is Verdict.DONE
    assert overall([]) is Verdict.UNKNOWN


@pytest.mark.parametrize("other", [Verdict.REJECTED, Verdict.LOST, Verdict.EXPIRED])
def test_what_was_done_on_some_nodes_only_is_partial_once_it_is_over_and_never_done(other: Verdict) -> None:
    assert overall([Verdict.DONE, other]) is Verdict.PARTIAL
    assert overall([Verdict.RUNNING, other]) is Verdict.RUNNING
    assert overall([Verdict.DONE, other, Verdict.UNKNOWN]) is Verdict.UNKNOWN


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_can_be_summed_up_and_only_endings_are_final(verdict: Verdict) -> None:
    assert overall([verdict]) is verdict
    assert verdict.is_final == (verdict in FINAL)
    endings = ("done", "lost", "cancelled", "replaced", "expired", "rejected", "released", "partial")
    assert verdict.is_final == (verdict.value in endings)
