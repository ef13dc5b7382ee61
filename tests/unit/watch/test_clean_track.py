"""Counting at sweeps: never more than was taken."""

from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.watch.clean_track import SWEEPS, OwnStop, placed, read, sweep_unanswered, swept
from tests.unit.watch.clean_worlds import STOP_ID, clean_track
from tests.unit.watch.worlds import GMAIL, YAHOO


def test_a_sweep_counts_what_stood_before_it() -> None:
    track = swept(clean_track(), {YAHOO: 10, GMAIL: 3}, 101.0, 101.1)
    assert track.ledger.bounced == {YAHOO: 10, GMAIL: 3}
    assert (track.sweeps, track.unanswered, track.swept_at) == (1, 0, 101.1)


def test_mail_that_still_shows_after_a_sweep_is_not_counted_twice() -> None:
    first = swept(clean_track(), {YAHOO: 10}, 101.0, 101.1)
    still = read(first, {YAHOO: 12}, 101.2, 101.2)
    assert swept(still, {YAHOO: 12}, 103.0, 103.1).ledger.bounced == {YAHOO: 12}


def test_mail_that_came_after_the_queue_was_seen_empty_is_counted_anew() -> None:
    first = swept(clean_track(), {YAHOO: 10}, 101.0, 101.1)
    empty = read(first, {}, 101.2, 101.2)
    later = read(empty, {YAHOO: 10}, 103.0, 103.0)
    assert swept(later, {YAHOO: 10}, 103.1, 103.2).ledger.bounced == {YAHOO: 20}


def test_an_unanswered_sweep_counts_only_where_a_reading_shows_that_it_ran() -> None:
    doubt = sweep_unanswered(clean_track(), {YAHOO: 10, GMAIL: 3}, 101.0, 131.0)
    assert doubt.ledger.bounced == {}
    assert read(doubt, {GMAIL: 3}, 131.2, 131.2).ledger.bounced == {YAHOO: 10}
    assert (doubt.sweeps, doubt.unanswered) == (0, 1)


def test_an_unanswered_sweep_is_counted_once_only() -> None:
    doubt = sweep_unanswered(clean_track(), {YAHOO: 10}, 101.0, 131.0)
    gone = read(doubt, {}, 131.2, 131.2)
    assert read(gone, {}, 133.0, 133.0).ledger.bounced == {YAHOO: 10}


Arrivals = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans()), max_size=30)


@given(Arrivals)
def test_whatever_arrives_between_readings_the_count_never_exceeds_what_was_taken(
    arrivals: list[tuple[int, bool, bool]],
) -> None:
    """Each turn: so much arrives; the queue is read; perhaps a sweep leaves; perhaps it drains only later."""
    track, stands, taken, at = clean_track(), 0, 0, 101.0
    for more, sweeps, drains in arrivals:
        stands, at = stands + more, at + 1
        track = read(track, {YAHOO: stands} if stands else {}, at, at)
        if sweeps and stands:
            track = swept(track, {YAHOO: stands}, at, at)
            if drains:
                taken, stands = taken + stands, 0
    # A sweep that has been answered drains at last.
    taken += stands if track.pending else 0
    assert track.ledger.marks.get(SWEEPS, {}).get(YAHOO, 0) <= taken


def test_an_extension_by_criteria_takes_the_place_of_the_older_stop_on_the_server_too() -> None:
    track = placed(clean_track(), OwnStop("stop-2", 2000.0), (), 110.0, replaces=True)
    assert [stop.id for stop in track.own] == ["stop-2"]
    assert track.stale == ()


def test_older_exact_stops_are_released_once_a_newer_stop_covers_them() -> None:
    exact = placed(clean_track(own=()), OwnStop("names-1", 400.0, True), (YAHOO,), 110.0, replaces=False)
    more = placed(exact, OwnStop("names-2", 500.0, True), (GMAIL,), 112.0, replaces=False)
    assert more.covered == {YAHOO, GMAIL}
    assert more.stop_ends_at == 400.0
    whole = placed(more, OwnStop(STOP_ID, 2000.0), (), 114.0, replaces=True)
    assert (whole.stale, [stop.id for stop in whole.own]) == (("names-1", "names-2"), [STOP_ID])
