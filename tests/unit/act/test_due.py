"""What a clean bounce has to do next."""

from dataclasses import replace
from typing import Any

import pytest

from kumo_tui.act.due import Due, Step, due
from kumo_tui.model.capability import Capability
from kumo_tui.model.names import Part
from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.model.snapshot import NodeSnapshot, NodeState
from kumo_tui.watch.clean_track import CleanTrack, OthersStop, OwnStop, swept
from tests.unit.act.worlds import EXACT_PLAIN
from tests.unit.watch.clean_worlds import clean_track, exact_stop, follow, seen, stop
from tests.unit.watch.worlds import GMAIL, YAHOO

ROUTED = Criteria(campaign="promo", routing_domain="mx.example")
ROUTED_QUEUE = "promo:acme@yahoo.com!mx.example"


def next_step(track: CleanTrack, node: NodeSnapshot, now: float, **limits: Any) -> Due | None:
    return due(track, node, now, **{"quiet_s": 60.0, "cap_s": 86400.0, **limits})


def at(now: float, track: CleanTrack, **values: Any) -> Due | None:
    node = seen(now, **values)
    return next_step(follow(track, node), node, now)


def test_mail_that_stands_is_swept() -> None:
    assert at(101, clean_track(), standing={YAHOO: 1}) == Due(Step.SWEEP)


def test_nothing_standing_nothing_is_sent() -> None:
    assert at(101, clean_track()) is None


def test_what_nobody_confirmed_is_never_swept() -> None:
    assert at(101, replace(clean_track(), confirmed=False), standing={YAHOO: 1}) is None


def test_sweeps_are_two_seconds_apart() -> None:
    first = follow(clean_track(), seen(101, {YAHOO: 1}))
    track = swept(first, first.standing, 101, 101.1)
    assert at(102.5, track, standing={YAHOO: 1}) is None
    assert at(103.1, track, standing={YAHOO: 1}) == Due(Step.SWEEP)


def test_no_sweep_leaves_by_an_old_reading_or_while_the_stop_is_missing() -> None:
    track = follow(clean_track(), seen(101, {YAHOO: 1}))
    silent = replace(seen(101, {YAHOO: 1}), state=NodeState.STALE)
    assert next_step(track, silent, 110) is None
    assert at(103, track, standing={YAHOO: 1}, stops=[]) is None


def test_nothing_is_done_before_the_list_of_stops_was_read() -> None:
    node = replace(seen(101, {YAHOO: 1}), suspensions=None)
    assert next_step(follow(clean_track(), node), node, 101) is None


def test_nothing_is_done_while_the_outcome_of_the_stop_is_unknown() -> None:
    assert at(101, clean_track(ActState.UNKNOWN), standing={YAHOO: 1}, stops=[]) is None


def test_a_stop_is_extended_in_good_time_while_the_bounce_runs() -> None:
    assert at(101, clean_track(), stops=[stop(remaining_s=301)]) is None
    assert at(103, clean_track(), stops=[stop(remaining_s=299)]) == Due(Step.EXTEND)


def test_a_stop_that_waits_is_not_extended_its_end_was_chosen() -> None:
    assert at(103, replace(clean_track(), confirmed=False), stops=[stop(remaining_s=5)]) is None


def test_a_stop_is_not_held_for_longer_than_the_longest_duration() -> None:
    node = seen(103, stops=[stop(remaining_s=100)])
    assert next_step(follow(clean_track(), node), node, 103, cap_s=2.0) is None


def test_somebody_elses_stop_is_relied_on_and_ours_follows_when_it_is_over() -> None:
    relied = clean_track(own=(), others=OthersStop("theirs", 200))
    assert at(103, relied, stops=[stop("theirs", 90, tag=None)]) is None
    assert at(103, relied, stops=[]) == Due(Step.COVER)


def test_before_somebody_elses_stop_runs_out_ours_holds_the_same_queues_by_name() -> None:
    relied = clean_track(own=(), others=OthersStop("theirs", 120))
    short = [stop("theirs", 15, tag=None)]
    assert at(105, relied, stops=short, standing={YAHOO: 3}) == Due(Step.COVER, (YAHOO,))
    unable = seen(105, {YAHOO: 3}, short, capability=EXACT_PLAIN)
    assert next_step(follow(relied, unable), unable, 105) != Due(Step.COVER, (YAHOO,))
    named = clean_track(own=(OwnStop("names-1", 1000.0, True),), others=None, covered=frozenset({YAHOO}))
    assert at(125, named, stops=[exact_stop("names-1")], standing={YAHOO: 3}) == Due(Step.COVER)


def test_new_queues_of_a_routing_domain_are_stopped_by_name_as_they_appear() -> None:
    own = (OwnStop("names-1", 1300.0, True),)
    track = clean_track(selector=ROUTED, own=own, covered=frozenset({ROUTED_QUEUE}))
    new = "promo:zenith@aol.com!mx.example"
    counts = {ROUTED_QUEUE: 1, new: 4, GMAIL: 9}
    assert at(103, track, stops=[exact_stop("names-1")], standing=counts) == Due(Step.COVER, (new,))
    assert at(103, track, stops=[exact_stop("names-1")], standing={ROUTED_QUEUE: 1}) == Due(Step.SWEEP)


def test_exact_queues_are_extended_by_all_their_names() -> None:
    own = (OwnStop("names-1", 200.0, True),)
    names = ExactQueues.of([YAHOO, GMAIL])
    track = clean_track(selector=names, own=own, covered=names.names)
    assert at(103, track, stops=[exact_stop("names-1", 97)]) == Due(Step.EXTEND, (GMAIL, YAHOO))


@pytest.mark.parametrize("capability", [None, EXACT_PLAIN])
def test_no_names_are_sent_to_a_node_that_lists_them_no_more(capability: Capability | None) -> None:
    names = ExactQueues.of([YAHOO, GMAIL])
    ending = clean_track(selector=names, own=(OwnStop("names-1", 200.0, True),), covered=names.names)
    routed = clean_track(selector=ROUTED, own=(OwnStop("names-1", 1300.0, True),))
    for track, stops in ((ending, [exact_stop("names-1", 97)]), (routed, [exact_stop("names-1")])):
        able, other = (
            seen(103, {ROUTED_QUEUE: 1, YAHOO: 2}, stops, **values) for values in ({}, {"capability": capability})
        )
        wanted = next_step(follow(track, able), able, 103)
        assert wanted is not None
        assert wanted.names
        found = next_step(follow(track, other), other, 103)
        assert found is None or not found.names


def test_no_stop_follows_another_before_the_list_was_read_after_it() -> None:
    own = (OwnStop("names-1", 200.0, True),)
    names = ExactQueues.of([YAHOO])
    track = follow(
        clean_track(selector=names, own=own, covered=names.names), seen(103, stops=[exact_stop("names-1", 97)])
    )
    unanswered = replace(track, posted_at=104.0)
    silent = seen(103, stops=[exact_stop("names-1", 97)])
    assert next_step(unanswered, silent, 110) is None
    assert at(110, unanswered, stops=[exact_stop("names-1", 90)]) == Due(Step.EXTEND, (YAHOO,))


def test_needless_stops_are_released_and_what_is_over_or_ended_is_let_go() -> None:
    stale = clean_track(stale=("names-1",))
    assert at(103, stale, stops=[stop(), exact_stop("names-1")]) == Due(Step.TIDY)
    assert at(103, replace(clean_track(), ending=True), standing={YAHOO: 1}) == Due(Step.RELEASE)
    assert at(401, clean_track()) == Due(Step.RELEASE)


def test_nothing_is_tried_again_before_its_time() -> None:
    assert at(103, replace(clean_track(), hold_until=104.0), standing={YAHOO: 1}) is None


def test_the_selector_of_a_suspension_has_no_routing_domain() -> None:
    assert Part.ROUTING_DOMAIN in ROUTED.given()
