"""Tracking one operation on one node, from list to list."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Everything, Selector
from kumo_tui.model.snapshot import MachineInfo, NodeSnapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.tracker import Track, advance, answered, start_track
from tests.fakes import START
from tests.unit.watch.worlds import GMAIL, PROMO, TAG, YAHOO, act, entry, ledger, node, reading

SENT, ANSWERED = 99.0, 100.0


def track(
    state: ActState = ActState.ACCEPTED,
    *,
    duration_s: int = 60,
    selector: Selector = PROMO,
    since: float = ANSWERED,
    held_before: int | None = None,
    yahoo: int = 100,
) -> Track:
    return start_track(
        TAG,
        act(state),
        ledger(selector, yahoo=yahoo),
        since,
        duration_s,
        0,
        sent_at=SENT,
        before=None if held_before is None else reading(98.0, held=held_before),
    )


def follow(start: Track, *nodes: NodeSnapshot) -> list[Track]:
    tracks = []
    for seen in nodes:
        assert seen.directives is not None
        start = advance(start, seen, seen.directives.at)
        tracks.append(start)
    return tracks


def verdicts(tracks: list[Track]) -> list[Verdict]:
    return [each.verdict for each in tracks]


def test_an_accepted_bounce_runs_is_swept_catches_and_is_done() -> None:
    tracks = follow(
        track(),
        node(102, [entry(remaining_s=58, bounced={YAHOO: 40})]),
        node(104, [entry(remaining_s=56, bounced={YAHOO: 100})]),
        node(106, [entry(remaining_s=54, bounced={YAHOO: 100})]),
        node(108, [entry(remaining_s=52, bounced={YAHOO: 103})]),
        node(160.2, []),
    )
    assert verdicts(tracks) == [
        Verdict.RUNNING,
        Verdict.SWEPT,
        Verdict.SWEPT,
        Verdict.CATCHING,
        Verdict.DONE,
    ]
    assert tracks[-1].ledger.bounced == {YAHOO: 103}
    assert "at least" in tracks[-1].note


def test_totals_read_just_before_the_end_are_not_called_at_least() -> None:
    tracks = follow(track(), node(159.6, [entry(remaining_s=0.4, bounced={YAHOO: 100})]), node(160.2, []))
    assert (tracks[-1].verdict, tracks[-1].note) == (Verdict.DONE, "")


def test_a_list_asked_for_before_the_answer_to_the_post_tells_nothing() -> None:
    started = track()
    assert advance(started, node(100.5, [], took_s=1.0), 100.5) is started


def test_the_same_list_is_not_read_twice() -> None:
    started = track(ActState.UNKNOWN)
    once = advance(started, node(102, []), 102)
    assert once.misses == 1
    assert advance(once, node(102, []), 110) is once


def test_the_rate_is_that_of_the_last_seconds_even_when_polls_are_far_apart() -> None:
    near = follow(track(), *(node(100 + s, [entry(bounced={YAHOO: 2 * s})]) for s in range(1, 31)))[-1]
    assert near.progress(130).rate_per_s == pytest.approx(2)
    far = follow(track(duration_s=600), *(node(100 + s, [entry(bounced={YAHOO: s})]) for s in (30, 60)))[-1]
    assert far.progress(160).rate_per_s == pytest.approx(1)


def test_when_no_total_rises_it_is_stalled_with_the_cause_that_the_node_names() -> None:
    lists = [entry(bounced={YAHOO: 40})]
    tracks = follow(
        track(),
        node(102, lists, held=60),
        node(113, lists, held=60),
        node(114, lists, held=60, troubles=("spool data sheds load",)),
        node(115, [entry(bounced={YAHOO: 41})], held=59),
    )
    assert verdicts(tracks) == [Verdict.RUNNING, Verdict.STALLED, Verdict.STALLED, Verdict.RUNNING]
    assert "still holds messages" in tracks[1].note
    assert tracks[2].note == "spool data sheds load"
    assert tracks[3].note == ""


def test_mail_delivered_between_the_baseline_and_the_post_leaves_it_swept_with_words_and_for_good() -> None:
    lists = [entry(remaining_s=50, bounced={YAHOO: 97})]
    tracks = follow(
        track(held_before=70),
        node(102, lists, held=75),
        node(113, lists, held=72),
        node(115, lists, held=120),
        node(117, [entry(remaining_s=43, bounced={YAHOO: 98})], held=120),
    )
    assert verdicts(tracks) == [Verdict.RUNNING, Verdict.SWEPT, Verdict.SWEPT, Verdict.CATCHING]
    assert tracks[1].note == "3 messages of the baseline had left before it came"


def test_without_a_baseline_mail_of_ready_queues_lies_beyond() -> None:
    tracks = follow(track(yahoo=0), node(102, [entry(bounced={YAHOO: 197})]))
    assert tracks[0].verdict is Verdict.SWEPT
    assert tracks[0].ledger.progress.beyond == 197


def test_collateral_that_rises_is_no_standstill() -> None:
    tracks = follow(
        track(),
        node(102, [entry(bounced={YAHOO: 40})], held=60),
        node(113, [entry(bounced={YAHOO: 40, "news:z@aol.com": 9})], held=60),
    )
    assert tracks[1].verdict is Verdict.RUNNING
    assert tracks[1].ledger.collateral == {"news:z@aol.com": 9}


def test_an_unknown_outcome_is_settled_by_the_tag_in_the_list() -> None:
    (found,) = follow(track(ActState.UNKNOWN), node(102, [entry("theirs", reason="x"), entry("ours")]))
    assert (found.act.state, found.act.id, found.act.error) == (ActState.ACCEPTED, "ours", None)
    assert (found.verdict, found.note) == (Verdict.RUNNING, "found in the list by its tag")


def test_an_exact_list_of_ours_is_found_by_its_guard_domain() -> None:
    guarded = entry("ours", campaign=None, domain=f"kt-{TAG.lower()}.kumo-tui-guard.invalid", reason="x")
    (found,) = follow(track(ActState.UNKNOWN), node(102, [guarded]))
    assert found.act.id == "ours"


def test_an_unknown_outcome_that_two_later_lists_do_not_have_was_rejected() -> None:
    tracks = follow(track(ActState.UNKNOWN), node(101, []), node(103, []), node(105, []))
    assert verdicts(tracks) == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.REJECTED]
    assert tracks[-1].act.state is ActState.REJECTED
    assert tracks[-1].note == "not in the node's list after it: it was not done"


def test_an_unknown_outcome_is_not_denied_by_the_list_of_a_node_that_has_restarted() -> None:
    lost = follow(track(ActState.UNKNOWN), node(101, []), node(106, [], restarts=1), node(112, [], restarts=1))[-1]
    assert (lost.verdict, lost.act.state) == (Verdict.LOST, ActState.UNKNOWN)
    assert "nobody knows whether it ran" in lost.note


def test_a_bounce_taken_for_rejected_that_turns_up_late_is_followed_all_the_same() -> None:
    tracks = follow(
        track(ActState.UNKNOWN), node(101, []), node(105, []), node(107, []), node(109, [entry("late")])
    )
    assert verdicts(tracks) == [Verdict.UNKNOWN, Verdict.REJECTED, Verdict.REJECTED, Verdict.RUNNING]
    assert tracks[-1].act.id == "late"


def test_what_the_node_itself_rejected_is_never_looked_for() -> None:
    refused = track(ActState.REJECTED)
    assert advance(refused, node(105, [entry("other")]), 105) is refused


@pytest.mark.parametrize(
    ("stands", "told"),
    [
        (0, "most probably ran"),
        (10, "most probably ran"),
        (50, "nobody can tell"),
        (99, "most probably took nothing"),
    ],
)
def test_a_list_from_after_its_end_cannot_tell_whether_it_ran_but_its_queues_have_the_last_word(
    stands: int, told: str
) -> None:
    # Sent at 99 for 60 s, given up at 129: it may be over from 159 on, though 189 is its end by our last news.
    started = track(ActState.UNKNOWN, since=129.0)
    (expired,) = follow(started, node(160, [], queues={YAHOO: stands, "news:z@aol.com": 7}))
    assert expired.verdict is Verdict.EXPIRED
    assert expired.act.state is ActState.UNKNOWN
    assert f"100 stood in its queues before, {stands} stand there 1s after its end" in expired.note
    assert told in expired.note
    assert expired.ledger.bounced == {}


def test_without_mail_before_it_the_queues_tell_nothing_of_what_expired() -> None:
    (expired,) = follow(track(ActState.UNKNOWN, since=129.0, yahoo=0), node(160, []))
    assert "nobody can tell" in expired.note


def test_queues_that_were_read_before_its_end_are_not_asked_for_the_last_word() -> None:
    seen = replace(node(165, []), metrics=reading(150))
    (waits,) = follow(track(ActState.UNKNOWN, since=129.0), seen)
    assert (waits.verdict, waits.note) == (Verdict.UNKNOWN, "it would be over by now; its queues are read next")


def test_a_request_under_way_is_found_by_its_tag_before_its_answer_and_else_nothing_is_concluded() -> None:
    leaving = track(ActState.INTENT, since=SENT)
    assert (leaving.verdict, leaving.note) == (Verdict.UNKNOWN, "sent, not answered yet")
    waiting = follow(leaving, *(node(at, []) for at in range(101, 127, 2)))[-1]
    assert (waiting.act.state, waiting.misses) == (ActState.INTENT, 0)
    (found,) = follow(waiting, node(128, [entry("ours", bounced={YAHOO: 40})]))
    assert (found.act.state, found.act.id, found.verdict) == (ActState.ACCEPTED, "ours", Verdict.RUNNING)
    assert found.ledger.bounced == {YAHOO: 40}
    assert answered(found, act(ActState.UNKNOWN, answered_at=129.0)) is found


def test_the_answer_settles_a_request_that_no_list_has_shown() -> None:
    waiting = follow(track(ActState.INTENT, since=SENT), node(101, []))[0]
    accepted = answered(waiting, act(answered_at=110.0))
    assert (accepted.verdict, accepted.since, accepted.ends_at) == (Verdict.RUNNING, 110.0, 170.0)
    rejected = answered(waiting, act(ActState.REJECTED, answered_at=110.0))
    assert rejected.verdict is Verdict.REJECTED


def test_a_short_one_that_every_list_since_it_left_lacks_was_not_done() -> None:
    # For 20 s, not answered for 30: without the lists in between, nobody could tell whether it ran.
    looks = [node(at, []) for at in range(101, 129, 4)]
    waiting = follow(track(ActState.INTENT, since=SENT, duration_s=20), *looks)[-1]
    failed = answered(waiting, act(ActState.UNKNOWN, answered_at=129.0))
    assert follow(failed, node(131, []), node(134, []))[-1].verdict is Verdict.REJECTED
    unseen = track(ActState.INTENT, since=SENT, duration_s=20)
    assert (
        follow(answered(unseen, act(ActState.UNKNOWN, answered_at=129.0)), node(131, []))[-1].verdict
        is Verdict.EXPIRED
    )


def test_an_early_end_that_nothing_explains_was_somebody_elses_cancel() -> None:
    tracks = follow(track(), node(102, [entry(remaining_s=58)]), node(104, []), node(106, []), node(108, []))
    assert verdicts(tracks) == [Verdict.RUNNING, Verdict.RUNNING, Verdict.RUNNING, Verdict.CANCELLED]
    assert "somebody else" in tracks[-1].note


def test_an_early_end_waits_for_news_of_a_restart_before_it_is_explained() -> None:
    tracks = follow(
        track(), node(102, [entry(remaining_s=58)]), node(104, []), node(106, [], restarts=1), node(108, [])
    )
    assert verdicts(tracks) == [Verdict.RUNNING, Verdict.RUNNING, Verdict.LOST, Verdict.LOST]
    assert "restarted" in tracks[-1].note


def test_a_new_start_time_of_the_node_means_lost() -> None:
    started = start_track(TAG, act(online_since=START), ledger(yahoo=9), ANSWERED, 60, 0)
    info = MachineInfo("n", "v", START + timedelta(hours=1))
    assert advance(started, node(104, [], info=info), 104).verdict is Verdict.LOST


def test_an_entry_with_the_same_criteria_means_replaced() -> None:
    tracks = follow(
        track(),
        node(102, [entry(bounced={YAHOO: 40})]),
        node(104, [entry("bbbbbbbb-cccc", reason="theirs")]),
        node(108, [entry("bbbbbbbb-cccc", reason="theirs")]),
    )
    assert tracks[-1].verdict is Verdict.REPLACED
    assert tracks[-1].note == "replaced by bbbbbbbb, campaign=promo"
    assert tracks[-1].ledger.bounced == {YAHOO: 40}


def test_everything_is_replaced_by_an_entry_without_criteria() -> None:
    tracks = follow(
        track(selector=Everything()),
        node(102, [entry(campaign=None)]),
        node(104, [entry("b", campaign=None, reason="theirs")]),
        node(108, [entry("b", campaign=None, reason="theirs")]),
    )
    assert tracks[-1].verdict is Verdict.REPLACED
    assert tracks[-1].note == "replaced by b, everything or exact queues"


def test_our_own_cancel_explains_an_early_end_at_once() -> None:
    started = follow(track(), node(102, [entry(bounced={YAHOO: 40})]))[0]
    cancelled = replace(started, cancelled=True)
    gone = advance(cancelled, node(104, []), 104)
    assert (gone.verdict, gone.note) == (Verdict.CANCELLED, "")


def test_a_cancel_in_doubt_is_denied_by_a_later_list_that_still_has_the_directive() -> None:
    started = follow(track(), node(102, [entry()]))[0]
    doubted = replace(started, cancelled=True, cancel_over_at=103.0)
    before = advance(doubted, node(103.5, [entry()], took_s=1.0), 103.5)
    assert before.cancelled
    after = advance(before, node(105, [entry(remaining_s=55)]), 105)
    assert not after.cancelled
    assert advance(after, node(160.5, []), 160.5).verdict is Verdict.DONE


def test_a_list_that_took_long_does_not_make_a_due_end_an_early_one() -> None:
    # The server looked at its clock anywhere between 100 and 220: the end is due between 158 and 278.
    tracks = follow(track(), node(220, [entry(remaining_s=58)], took_s=119.0), node(222, []))
    assert tracks[-1].verdict is Verdict.DONE


def test_one_that_was_never_listed_has_no_totals() -> None:
    (gone,) = follow(track(duration_s=1), node(105, []))
    assert gone.verdict is Verdict.DONE
    assert "totals are not known" in gone.note


def test_progress_counts_down_while_it_is_active() -> None:
    (running,) = follow(track(), node(102, [entry(remaining_s=58)]))
    assert running.progress(112).left_s == 48
    assert running.progress(500).left_s == 0
    assert follow(running, node(160.2, []))[0].progress(161).left_s is None
    assert track(ActState.UNKNOWN).progress(101).left_s is None


def test_totals_of_two_queues_come_from_the_highest_marks() -> None:
    tracks = follow(
        track(),
        node(102, [entry(bounced={YAHOO: 40, GMAIL: 2})]),
        node(104, [entry(bounced={YAHOO: 30, GMAIL: 5})]),
    )
    assert tracks[-1].ledger.bounced == {YAHOO: 40, GMAIL: 5}


@pytest.mark.parametrize("state", [ActState.UNKNOWN, ActState.ACCEPTED])
def test_a_list_with_an_entry_that_may_be_anyones_does_not_show_that_ours_is_not_there(state: ActState) -> None:
    odd = entry("", reason="x", flaw="entry 0: id: Field required")
    tracks = follow(track(state), *(node(at, [odd]) for at in range(101, 121, 2)))
    assert tracks[-1].verdict is track(state).verdict
    known = replace(odd, id="b")
    assert follow(tracks[-1], node(121, [known]), node(126, [known]))[-1].verdict.is_final
