from array import array

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Timed


def node(*ready: ReadyQueue) -> NodeSnapshot:
    metrics = Metrics(QueueTable((), array("q")), ready)
    return NodeSnapshot("mta1", "http://mta1:8000", NodeState.OK, Timed(metrics, 1.0))


def test_only_queues_that_held_mail_at_the_act_count() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=10), ReadyQueue("a->y@smtp", delivered=5)))
    later = backlog.seen(node(ReadyQueue("a->x@smtp", waiting=10), ReadyQueue("a->y@smtp", 7, delivered=50)))
    assert (later.may_wait, later.delivered) == (10, 0)


def test_what_was_handled_since_no_longer_waits_and_deliveries_are_the_leak() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=100, delivered=1000)))
    later = backlog.seen(node(ReadyQueue("a->x@smtp", waiting=90, delivered=1030, failed=10)))
    assert (later.may_wait, later.delivered) == (60, 30)


def test_a_queue_that_was_empty_once_has_turned_over_for_good() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=100)))
    refilled = backlog.seen(node(ReadyQueue("a->x@smtp"))).seen(node(ReadyQueue("a->x@smtp", waiting=80)))
    assert refilled.may_wait == 0


def test_a_queue_that_is_forgotten_has_turned_over() -> None:
    assert Backlog.of(node(ReadyQueue("a->x@smtp", waiting=100))).seen(node()).may_wait == 0


def test_mail_in_connections_hands_has_to_go_before_the_queue_has_turned_over() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=10, connections=5)))
    assert backlog.seen(node(ReadyQueue("a->x@smtp", waiting=30, delivered=12))).may_wait == 3
    assert backlog.seen(node(ReadyQueue("a->x@smtp", waiting=30, delivered=16))).may_wait == 0


def test_a_counter_that_restarted_is_counted_from_zero() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=100, delivered=5000)))
    assert backlog.seen(node(ReadyQueue("a->x@smtp", waiting=50, delivered=20))).delivered == 20


def test_the_same_reading_twice_changes_nothing() -> None:
    backlog = Backlog.of(node(ReadyQueue("a->x@smtp", waiting=100, delivered=5)))
    reading = node(ReadyQueue("a->x@smtp", waiting=60, delivered=45))
    assert backlog.seen(reading).seen(reading) == backlog.seen(reading)


def test_a_node_that_was_never_read_has_no_backlog() -> None:
    unread = NodeSnapshot("mta1", "http://mta1:8000", NodeState.DOWN)
    assert Backlog.of(unread).seen(unread).may_wait == 0
