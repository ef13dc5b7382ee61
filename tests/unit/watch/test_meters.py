"""What a followed plain bounce may have missed or taken with it, from reading to reading."""

from dataclasses import replace

from kumo_tui.model.clean import NO_METERS, Meters
from kumo_tui.model.directives import Directive, ReadyQueue
from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.tracker import Track, advance, start_track
from tests.unit.watch.worlds import TAG, YAHOO, act, entry, ledger, node, reading

READY = "a->yahoo@smtp_client"
OTHER = "news:z@aol.com"


def queue(waiting: int, connections: int = 2, delivered: int = 0) -> ReadyQueue:
    return ReadyQueue(READY, waiting, connections, delivered)


def track(*ready: ReadyQueue, state: ActState = ActState.ACCEPTED) -> Track:
    """A bounce of a minute that was sent at 99 and answered at 100, its node read at 98."""
    before = reading(98.0, ready=ready)
    return start_track(TAG, act(state), ledger(yahoo=9), 100.0, 60, 0, sent_at=99.0, before=before)


def followed(start: Track, *nodes: NodeSnapshot) -> Meters:
    for seen in nodes:
        assert seen.metrics is not None
        start = advance(start, seen, seen.metrics.at)
    return start.progress(170.0).meters


def listed(at: float, *ready: ReadyQueue, bounced: dict[str, int] | None = None) -> NodeSnapshot:
    entries: list[Directive] = [entry(remaining_s=160 - at, bounced=bounced or {})]
    return node(at, entries, ready=ready)


def test_deliveries_are_counted_from_the_last_reading_before_the_post() -> None:
    meters = followed(track(queue(30, delivered=100)), listed(102, queue(30, 7, delivered=112)))
    assert (meters.in_flight, meters.leak_at_most, meters.may_wait) == (7, 12, 30)
    assert (meters.ready_queues, meters.since_restart) == (1, False)


def test_mail_that_came_into_the_ready_queue_before_the_answer_is_waited_for() -> None:
    first, busy = queue(10, delivered=100), queue(30, delivered=113)
    assert followed(track(first), listed(102, busy)).may_wait == 30
    assert followed(track(first), listed(102, busy), listed(104, queue(30, delivered=146))).may_wait == 0


def test_readings_count_while_the_list_is_late() -> None:
    silent = replace(listed(102, queue(30, delivered=5)), directives=None)
    assert followed(track(queue(30)), silent).leak_at_most == 5


def test_after_a_restart_of_kumo_tui_the_first_reading_is_where_counting_begins() -> None:
    resumed = start_track(TAG, act(), ledger(yahoo=9), 40.0, 300, 0, sent_at=39.0)
    assert followed(resumed) is NO_METERS
    first = listed(100, queue(30, delivered=500))
    meters = followed(resumed, first, listed(102, queue(30, delivered=508)))
    assert (meters.leak_at_most, meters.since_restart) == (8, True)


def test_the_last_meters_stay_when_it_is_over() -> None:
    over = node(160.5, [], ready=[queue(20, delivered=40)])
    later = node(170, [], ready=[queue(0, delivered=90)])
    meters = followed(track(queue(60)), listed(120, queue(30, delivered=30)), over, later)
    assert (meters.leak_at_most, meters.may_wait) == (40, 20)


def test_an_act_of_unknown_outcome_is_measured_too() -> None:
    unsettled = track(queue(30), state=ActState.UNKNOWN)
    assert followed(unsettled, node(102, [], ready=[queue(30, delivered=3)])).leak_at_most == 3


def test_collateral_grows_while_a_list_shows_more_than_the_one_before() -> None:
    start = track()
    looks = [
        listed(102, bounced={YAHOO: 3}),
        listed(104, bounced={YAHOO: 3, OTHER: 5}),
        listed(104.5, bounced={YAHOO: 3, OTHER: 5}),
        listed(106, bounced={YAHOO: 9, OTHER: 5}),
        listed(108, bounced={YAHOO: 9, OTHER: 6}),
        node(160.5, []),
    ]
    grows = []
    for look in looks:
        assert look.directives is not None
        start = advance(start, look, look.directives.at)
        grows.append(start.progress(look.directives.at).meters.collateral_grows)
    assert grows == [False, True, True, False, True, False]
    assert start.verdict is Verdict.DONE


def test_the_same_readings_leave_the_track_as_it_was() -> None:
    seen = listed(102, queue(30, delivered=5))
    once = advance(track(queue(30)), seen, 102.0)
    assert advance(once, seen, 103.0) is once
