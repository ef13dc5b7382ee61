"""What each look at a node tells of a clean bounce there."""

from dataclasses import replace
from datetime import timedelta

from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import MachineInfo
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.clean_end import ended, is_finished
from kumo_tui.watch.clean_track import OthersStop, sweep_unanswered, swept
from tests.fakes import START
from tests.unit.watch.clean_worlds import READY, clean_track, exact_stop, follow, seen, stop
from tests.unit.watch.worlds import GMAIL, YAHOO

NEWS = "news:zenith@yahoo.com"
QUIET_S = 60.0


def test_what_stands_in_matching_queues_is_what_the_next_sweep_takes() -> None:
    track = follow(clean_track(), seen(101, {YAHOO: 5, NEWS: 7, GMAIL: 0}))
    assert (track.standing, track.verdict) == ({YAHOO: 5}, Verdict.SWEEPING)


def test_a_reading_that_was_asked_for_before_the_stop_tells_nothing() -> None:
    track = follow(clean_track(), seen(99.9, {YAHOO: 5}))
    assert (track.standing, track.is_read) == ({}, False)


def test_a_reading_that_was_asked_for_before_the_sweep_was_over_tells_nothing_of_it() -> None:
    first = follow(clean_track(), seen(101, {YAHOO: 5}))
    track = follow(swept(first, first.standing, 101.1, 102.0), seen(101.5, {YAHOO: 5}))
    assert not track.is_read
    assert follow(track, seen(102.5, {})).is_read


def test_while_a_sweep_is_under_way_no_reading_counts() -> None:
    on_its_way = replace(follow(clean_track(), seen(101, {YAHOO: 5})), last_sweep_at=101.1)
    assert follow(on_its_way, seen(102, {})).standing == {YAHOO: 5}


def test_a_node_that_has_restarted_does_not_show_that_an_unanswered_sweep_ran() -> None:
    stood = follow(clean_track(), seen(101, {YAHOO: 20}))
    doubt = sweep_unanswered(stood, stood.standing, 101.1, 102.0)
    assert follow(doubt, seen(106, {})).ledger.bounced == {YAHOO: 20}
    lost = follow(doubt, replace(seen(106, {}, []), restarts=1))
    assert (lost.verdict, lost.ledger.bounced) == (Verdict.LOST, {})


def test_it_sweeps_then_waits_for_what_returns_then_catches() -> None:
    waiting = replace(clean_track(), backlog=None)
    first = follow(waiting, seen(101, {YAHOO: 5}, waiting=40, connections=2, handled=100))
    assert first.verdict is Verdict.SWEEPING
    again = follow(
        swept(first, first.standing, 101.1, 101.2), seen(102, {}, waiting=30, handled=110, connections=2)
    )
    assert again.verdict is Verdict.RETURNING
    back = follow(again, seen(104, {YAHOO: 2}, waiting=25, handled=120, connections=2))
    assert back.verdict is Verdict.RETURNING
    assert back.standing == {YAHOO: 2}
    over = follow(back, seen(110, {}, waiting=0, handled=145))
    assert over.verdict is Verdict.CATCHING


def test_it_is_over_when_its_time_is_and_what_stood_then_was_swept_once_more() -> None:
    track = follow(clean_track(), seen(101, {YAHOO: 5}))
    late = follow(swept(track, track.standing, 101.1, 101.2), seen(401, {YAHOO: 1}))
    assert not is_finished(late, 401, QUIET_S)
    done = follow(swept(late, late.standing, 401.1, 401.2), seen(402, {GMAIL: 3}))
    assert is_finished(done, 402, QUIET_S)
    end = ended(done, 402, QUIET_S)
    assert end.verdict is Verdict.DONE
    assert "3 messages came after it" in end.note
    assert end.note.startswith("sure: ")


def test_it_is_over_early_only_when_the_return_is_complete_and_nothing_came_for_the_quiet_time() -> None:
    quiet = follow(clean_track(), seen(101), seen(162))
    assert is_finished(quiet, 162, QUIET_S)
    assert not is_finished(follow(clean_track(), seen(101), seen(150)), 150, QUIET_S)
    returning = follow(
        replace(clean_track(), backlog=None), seen(101, waiting=9, handled=1), seen(162, waiting=9, handled=1)
    )
    assert not is_finished(returning, 162, QUIET_S)
    assert not is_finished(returning, 500, QUIET_S)


def test_a_return_that_does_not_move_names_the_ready_queue_and_the_nodes_own_trouble() -> None:
    start = follow(replace(clean_track(), backlog=None), seen(101, waiting=9, handled=1))
    stuck = follow(
        start, *(seen(at, waiting=9, handled=1, troubles=("spool load shed",)) for at in range(103, 140, 2))
    )
    assert stuck.verdict is Verdict.RETURNING
    assert READY in stuck.note
    assert "spool load shed" in stuck.note


def test_an_unanswered_stop_is_found_by_its_tag() -> None:
    stops = [stop("theirs", tag=None), stop("found")]
    track = follow(clean_track(ActState.UNKNOWN), seen(101, {YAHOO: 5}, stops))
    assert (track.act.state, track.act.id) == (ActState.ACCEPTED, "found")
    assert track.verdict is Verdict.SWEEPING


def test_an_unanswered_stop_that_no_list_has_was_never_placed() -> None:
    track = follow(clean_track(ActState.UNKNOWN), seen(101, stops=[]), seen(103, stops=[]))
    assert track.verdict is Verdict.UNKNOWN
    track = follow(track, seen(105, stops=[]))
    assert (track.verdict, track.act.state) == (Verdict.REJECTED, ActState.REJECTED)
    assert "nothing was bounced" in track.note


def test_a_stop_that_turns_up_after_all_is_gone_on_with() -> None:
    track = follow(
        clean_track(ActState.UNKNOWN),
        seen(101, stops=[]),
        seen(105, stops=[]),
        seen(107, {YAHOO: 5}, [stop("late")]),
    )
    assert (track.act.id, track.verdict) == ("late", Verdict.SWEEPING)


def test_a_stop_that_somebody_releases_is_lost_after_a_second_look_not_at_once() -> None:
    track = follow(clean_track(), seen(101, {YAHOO: 5}), seen(103, {YAHOO: 5}, stops=[]))
    assert (track.verdict, track.missed_at) == (Verdict.SWEEPING, 103)
    track = follow(track, seen(108, {YAHOO: 5}, stops=[]))
    assert track.verdict is Verdict.LOST
    assert "somebody released the stop" in track.note
    assert "5 messages stood" in track.note
    assert track.gone == ("stop-1",)


def test_a_restart_loses_the_stop_and_says_what_may_go_out() -> None:
    info = MachineInfo("id", "2026.06.23", START)
    track = clean_track()
    track = replace(track, act=replace(track.act, online_since=START))
    later = replace(info, online_since=START + timedelta(seconds=50))
    lost = follow(track, seen(101, {YAHOO: 5}, info=info), seen(103, {YAHOO: 5}, stops=[], info=later))
    assert lost.verdict is Verdict.LOST
    assert "restarted" in lost.note
    assert "5 messages stood" in lost.note


def test_a_stop_nobody_confirmed_is_let_go_by_its_own_end() -> None:
    track = replace(clean_track(), confirmed=False)
    track = follow(track, seen(101, {YAHOO: 5}, stops=[stop(remaining_s=1)]))
    assert track.verdict is Verdict.STOPPED
    track = follow(track, seen(102.5, {YAHOO: 5}, stops=[]))
    assert track.verdict is Verdict.RELEASED
    assert "ran out" in track.note


def test_somebody_elses_stop_in_the_place_of_ours_is_relied_on_and_named() -> None:
    track = follow(
        clean_track(), seen(101, {YAHOO: 5}), seen(103, {YAHOO: 5}, stops=[stop("theirs", 50, tag=None)])
    )
    assert (track.own, track.others) == ((), OthersStop("theirs", 153))
    assert track.note == "stopped by somebody else's entry, which is left alone"
    progress = track.progress(104).clean
    assert progress is not None
    assert (progress.stop_is_ours, progress.stop_ids, progress.stop_left_s) == (False, (), 49)


def test_a_relied_on_stop_that_ends_leaves_a_gap_that_the_end_tells_of() -> None:
    relied = clean_track(own=(), others=OthersStop("theirs", 150))
    track = follow(relied, seen(101, stops=[stop("theirs", 49, tag=None)]), seen(110, stops=[]))
    assert track.others is None
    assert track.verdict is not Verdict.LOST
    end = ended(follow(track, seen(405, stops=[stop()])), 405, QUIET_S)
    assert (end.verdict, end.note.startswith("not sure: somebody else's stop ended")) == (Verdict.DONE, True)


def test_when_one_of_several_exact_stops_vanishes_nobody_knows_which_names_are_stopped() -> None:
    both = [exact_stop("names-1"), exact_stop("names-2")]
    track = follow(clean_track(own=(), covered=frozenset({YAHOO, GMAIL})), seen(101, stops=both))
    assert track.covered == {YAHOO, GMAIL}
    assert follow(track, seen(103, stops=both[:1])).covered == frozenset()


def test_what_was_never_confirmed_ends_released_and_what_was_cut_short_cancelled() -> None:
    waiting = follow(replace(clean_track(), confirmed=False), seen(101, {YAHOO: 5}))
    assert ended(waiting, 102, QUIET_S).verdict is Verdict.RELEASED
    cut = ended(follow(clean_track(), seen(101, {YAHOO: 5})), 102, QUIET_S)
    assert cut.verdict is Verdict.CANCELLED
    assert "5 messages stood" in cut.note
