from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.queues import EMPTY_TABLE
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Timed

X, Y = "a->x@smtp", "a->y@smtp"


def node(*ready: ReadyQueue, at: float = 0.0, messages: int | None = None) -> NodeSnapshot:
    """A node whose ready queues were read at this moment, and how many messages it holds in all."""
    metrics = Metrics(EMPTY_TABLE, ready, messages)
    return NodeSnapshot("mta1", "http://mta1:8000", NodeState.OK, Timed(metrics, at, at))


UNREAD = NodeSnapshot("mta1", "http://mta1:8000", NodeState.DOWN)


def after(first: ReadyQueue, *looks: ReadyQueue, every_s: float = 2.0) -> Backlog:
    """The backlog of one ready queue after looks at it, so many seconds apart."""
    backlog = Backlog.of(node(first))
    for number, look in enumerate(looks, start=1):
        backlog = backlog.seen(node(look, at=number * every_s))
    return backlog


def test_only_queues_that_held_mail_at_the_act_count() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=10), ReadyQueue(Y, delivered=5)))
    later = backlog.seen(node(ReadyQueue(X, waiting=10), ReadyQueue(Y, 7, delivered=50), at=2.0))
    assert (later.may_wait, later.delivered, later.ready_queues) == (10, 0, 1)


def test_what_was_handled_since_no_longer_waits_and_deliveries_are_the_leak() -> None:
    backlog = after(
        ReadyQueue(X, waiting=100, delivered=1000), ReadyQueue(X, waiting=90, delivered=1030, failed=10)
    )
    assert (backlog.may_wait, backlog.delivered) == (60, 30)


def test_a_queue_that_was_empty_once_has_turned_over_for_good() -> None:
    backlog = after(ReadyQueue(X, waiting=100), ReadyQueue(X), ReadyQueue(X, waiting=80))
    assert backlog.may_wait == 0
    assert backlog.is_complete


def test_a_queue_that_is_forgotten_has_turned_over() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=100))).seen(node(at=2.0))
    assert backlog.may_wait == 0
    assert backlog.is_complete


def test_a_busy_queue_is_complete_once_it_handled_more_than_stood_there_and_in_hands() -> None:
    first = ReadyQueue(X, waiting=10, connections=5)
    assert not after(first, ReadyQueue(X, waiting=30, delivered=15)).is_complete
    assert after(first, ReadyQueue(X, waiting=30, delivered=15)).may_wait == 0
    assert after(first, ReadyQueue(X, waiting=30, delivered=12)).may_wait == 3
    assert after(first, ReadyQueue(X, waiting=30, delivered=16)).is_complete


def test_what_stands_there_later_is_all_that_can_be_left_of_it() -> None:
    sent_back = ReadyQueue(X, waiting=3, connections=1)
    assert not after(ReadyQueue(X, waiting=100), sent_back).is_complete
    refilled = replace(sent_back, waiting=60, delivered=5)
    assert after(ReadyQueue(X, waiting=100), sent_back, refilled).is_complete


def test_every_queue_with_a_backlog_must_have_turned_over() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=4), ReadyQueue(Y, waiting=4)))
    half = backlog.seen(node(ReadyQueue(X), ReadyQueue(Y, waiting=4), at=2.0))
    assert not half.is_complete
    assert half.seen(node(ReadyQueue(X), ReadyQueue(Y), at=4.0)).is_complete


def test_without_a_backlog_the_return_is_complete_at_once() -> None:
    assert Backlog.of(node(ReadyQueue(X, connections=3))).is_complete
    assert Backlog.of(node()).is_complete


def test_a_node_that_was_never_read_has_no_backlog_and_is_not_complete() -> None:
    backlog = Backlog.of(UNREAD).seen(UNREAD)
    assert (backlog.may_wait, backlog.in_flight, backlog.is_complete, backlog.return_s) == (0, 0, False, None)


def test_the_first_reading_is_taken_where_there_was_none_before() -> None:
    backlog = Backlog.of(UNREAD, since_restart=True).seen(node(ReadyQueue(X, waiting=7, delivered=90)))
    assert (backlog.may_wait, backlog.delivered, backlog.since_restart) == (7, 0, True)


def test_a_counter_that_restarted_is_counted_from_zero() -> None:
    first = ReadyQueue(X, waiting=100, delivered=5000)
    assert after(first, ReadyQueue(X, waiting=50, delivered=20)).delivered == 20


def test_a_reading_that_is_not_newer_changes_nothing() -> None:
    first = node(ReadyQueue(X, waiting=100, delivered=5), at=10.0)
    reading = node(ReadyQueue(X, waiting=60, delivered=45), at=12.0)
    backlog = Backlog.of(first).seen(reading)
    assert backlog.seen(reading) is backlog
    assert backlog.seen(first) is backlog


def test_in_flight_is_one_message_for_each_connection_at_the_start() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=10, connections=5), ReadyQueue(Y, connections=3)))
    later = backlog.seen(node(ReadyQueue(X, waiting=10, connections=50), at=2.0))
    assert (backlog.in_flight, later.in_flight) == (8, 8)


def test_what_the_node_holds_outside_queues_beyond_that_may_be_in_flight_too() -> None:
    first = node(ReadyQueue(X, waiting=10, connections=2), ReadyQueue(Y, connections=3), messages=10 + 12)
    assert Backlog.of(first).in_flight == 12
    assert Backlog.of(node(ReadyQueue(X, connections=20), messages=5)).in_flight == 20


def test_what_came_into_hands_between_the_last_look_and_the_act_is_in_flight_too() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=10, connections=5), messages=15))
    more = ReadyQueue(X, waiting=10, connections=2), ReadyQueue(Y, connections=3)
    assert backlog.retaken(node(*more, at=2.0, messages=10 + 6)).in_flight == 9
    assert backlog.retaken(node(*more, at=2.0, messages=10 + 45_000), sweeping=True).in_flight < 100


def test_what_may_be_in_hands_goes_before_what_waits() -> None:
    def seen(delivered: int) -> Backlog:
        first = node(ReadyQueue(X, waiting=10, connections=1), messages=30)
        return Backlog.of(first).seen(node(ReadyQueue(X, 30, 1, delivered=delivered), at=2.0, messages=50))

    assert not seen(30).is_complete
    assert seen(31).is_complete


def test_deliveries_after_the_turn_count_only_as_far_as_connections_held_the_backlog() -> None:
    emptied = ReadyQueue(X, connections=2, delivered=9)
    backlog = after(ReadyQueue(X, waiting=10), emptied, replace(emptied, waiting=40, delivered=500))
    assert backlog.delivered == 11


def test_mail_in_hands_alone_is_a_leak_when_it_is_delivered() -> None:
    first = ReadyQueue(X, connections=2, delivered=100)
    assert after(first, replace(first, delivered=101)).delivered == 1
    assert after(first, replace(first, delivered=140), replace(first, delivered=180)).delivered == 2


def test_queues_known_to_be_fed_by_other_mail_alone_do_not_count() -> None:
    first = node(ReadyQueue(X, waiting=10, connections=1), ReadyQueue(Y, waiting=5, connections=2))
    backlog = Backlog.of(first).concerning({X: False, "a->z@smtp": False})
    later = backlog.seen(node(ReadyQueue(X, 9, 1, delivered=2), ReadyQueue(Y, 4, 2, delivered=1), at=2.0))
    assert (later.in_flight, later.ready_queues, later.may_wait, later.delivered) == (2, 1, 4, 1)
    assert later.concerning({X: True}).may_wait == 13


def test_a_queue_nobody_knows_about_counts() -> None:
    assert Backlog.of(node(ReadyQueue(X, waiting=10))).concerning({Y: False}).may_wait == 10


def test_the_return_takes_as_long_as_its_slowest_queue() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=100), ReadyQueue(Y, waiting=100)))
    later = node(ReadyQueue(X, 110, delivered=20), ReadyQueue(Y, 110, delivered=60), at=10.0)
    moved = backlog.seen(later)
    assert moved.rate_per_s == 8.0
    assert moved.return_s == pytest.approx(81 / 2.0)


def test_the_rate_is_that_of_the_last_twelve_seconds() -> None:
    looks = [ReadyQueue(X, waiting=1000, delivered=min(100 * number, 500)) for number in range(1, 12)]
    assert after(ReadyQueue(X, waiting=1000), *looks).rate_per_s == 0.0


def test_mail_that_is_sent_back_counts_for_the_rate() -> None:
    assert after(ReadyQueue(X, waiting=100), ReadyQueue(X, waiting=60), every_s=4.0).rate_per_s == 10.0


def test_a_return_is_not_foretold_without_a_rate_and_takes_no_time_when_it_is_complete() -> None:
    assert after(ReadyQueue(X, waiting=100)).return_s is None
    assert after(ReadyQueue(X, waiting=100), ReadyQueue(X, waiting=100)).return_s is None
    assert after(ReadyQueue(X, waiting=100), ReadyQueue(X)).return_s == 0.0


def test_a_queue_of_which_nothing_leaves_for_half_a_minute_is_stuck() -> None:
    still = ReadyQueue(X, waiting=100, delivered=3)
    assert after(still, *[still] * 14).stuck == ()
    assert after(still, *[still] * 15).stuck == (X,)


def test_a_queue_that_moves_again_is_not_stuck() -> None:
    still = ReadyQueue(X, waiting=100)
    assert after(still, *[still] * 15, replace(still, waiting=120, delivered=1)).stuck == ()
    assert after(still, *[still] * 15, replace(still, waiting=99)).stuck == ()


def test_a_queue_that_has_turned_over_is_not_stuck_when_new_mail_waits_there() -> None:
    refilled = ReadyQueue(X, waiting=5)
    assert after(ReadyQueue(X, waiting=9), ReadyQueue(X), *[refilled] * 20).stuck == ()


def test_mail_that_came_between_the_last_look_and_the_act_must_turn_over_too() -> None:
    backlog = Backlog.of(node(ReadyQueue(X, waiting=10, delivered=100)))
    first_after = node(ReadyQueue(X, 30, 1, delivered=111), ReadyQueue(Y, waiting=4), at=2.0)
    assert backlog.seen(first_after).is_complete
    retaken = backlog.retaken(first_after)
    assert (retaken.is_complete, retaken.may_wait, retaken.delivered) == (False, 34, 11)
    done = retaken.seen(node(ReadyQueue(X, 30, 1, delivered=143), ReadyQueue(Y), at=4.0))
    assert (done.is_complete, done.delivered) == (True, 43)


def test_a_reading_that_is_not_newer_retakes_nothing() -> None:
    first = node(ReadyQueue(X, waiting=10), at=3.0)
    backlog = Backlog.of(first)
    assert backlog.retaken(first) is backlog
    assert backlog.retaken(UNREAD) is backlog


def test_the_meters_are_what_the_backlog_counts() -> None:
    meters = after(ReadyQueue(X, 10, 2), ReadyQueue(X, 8, 2, delivered=3)).meters(collateral_grows=True)
    assert (meters.in_flight, meters.leak_at_most, meters.may_wait) == (2, 3, 8)
    assert (meters.collateral_grows, meters.ready_queues, meters.since_restart) == (True, 1, False)


@given(
    backlog=st.integers(1, 30),
    held=st.integers(0, 40),
    connections=st.integers(0, 4),
    steps=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=30),
)
def test_it_is_never_complete_while_mail_of_the_backlog_waits(
    backlog: int, held: int, connections: int, steps: list[tuple[int, int, bool]]
) -> None:
    """A queue in order: so many arrive, so many leave, handled or sent back; the connections' mail goes first."""
    old, waiting, hands, delivered = backlog, backlog, held, 0
    mark = Backlog.of(node(ReadyQueue(X, waiting, connections), messages=waiting + hands))
    for number, (arrive, leave, sent_back) in enumerate(steps, start=1):
        waiting += arrive
        if not sent_back:
            hands, delivered = 0, delivered + hands
        left = min(leave, waiting)
        waiting, old = waiting - left, max(0, old - left)
        delivered += 0 if sent_back else left
        look = ReadyQueue(X, waiting, connections, delivered=delivered)
        mark = mark.seen(node(look, at=float(number), messages=waiting + hands))
        assert mark.may_wait >= old or mark.is_complete
        assert not (mark.is_complete and old)
