"""Trends: messages a minute over the last minute, and nothing invented before there is enough."""

from array import array

import pytest

from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.trend import SPAN_S, Trend


def grown(*samples: tuple[float, int]) -> Trend:
    trend = Trend()
    for at, count in samples:
        trend = trend.with_sample(at, QueueTable.of({"q": count}))
    return trend


def test_there_is_no_rate_before_the_second_table() -> None:
    assert Trend().rate_of("q") is None
    assert grown((0, 100)).rate_of("q") is None


def test_two_tables_too_close_together_give_no_rate() -> None:
    assert grown((0, 100), (1, 200)).rate_of("q") is None


def test_growth_is_measured_against_the_oldest_table() -> None:
    assert grown((0, 100), (30, 150)).rate_of("q") == 100
    assert grown((0, 100), (30, 40)).rate_of("q") == -120


def test_a_queue_that_is_new_grew_from_nothing_and_one_that_is_gone_shrank_to_it() -> None:
    trend = Trend().with_sample(0, QueueTable.of({"old": 60})).with_sample(60, QueueTable.of({"new": 30}))
    assert trend.rate_of("new") == 30
    assert trend.rate_of("old") == -60
    assert trend.rate_of("never") == 0


def test_old_tables_are_let_go_and_few_are_kept() -> None:
    trend = grown(*((float(second), second) for second in range(0, 600, 2)))
    assert len(trend.samples) <= 9
    assert trend.span_s <= SPAN_S + 10
    assert trend.rate_of("q") == pytest.approx(60, rel=0.01)


def test_a_poll_every_two_minutes_has_a_rate_too() -> None:
    assert grown((0, 100), (120, 300), (240, 700)).rate_of("q") == 200


def test_after_a_gap_the_rate_is_that_of_the_gap() -> None:
    assert grown((0, 0), (10, 10), (20, 20), (1220, 1220)).rate_of("q") == pytest.approx(60)


def test_the_same_moment_twice_gives_no_rate() -> None:
    assert grown((5, 1), (5, 2)).rate_of("q") is None


def test_what_tables_in_between_have_derived_is_let_go() -> None:
    trend = Trend()
    for at in (0.0, 20.0, 40.0):
        table = QueueTable(QueueNames(["q"]), array("q", [1]))
        trend = trend.with_sample(at, table)
        assert table.index
    assert [isinstance(table.names, QueueNames) for _at, table in trend.samples] == [True, False, True]


def test_what_is_derived_from_the_names_of_today_stays() -> None:
    names, trend = QueueNames(["q"]), Trend()
    for at in (0.0, 20.0, 40.0):
        trend = trend.with_sample(at, QueueTable(names, array("q", [1])))
    assert all(table.names is names for _at, table in trend.samples)


@pytest.mark.parametrize("same", [True, False])
def test_changes_are_told_row_by_row(same: bool) -> None:
    names = QueueNames(["a", "b", "c"])
    before = QueueTable(names, array("q", [1, 2, 3])) if same else QueueTable.of({"c": 3, "gone": 9, "a": 1})
    after = QueueTable(names, array("q", [5, 2, 1]))
    trend = Trend().with_sample(0, before).with_sample(60, after)
    assert trend.changes([2, 0, 1]) == ([-2, 4, 0] if same else [-2, 4, 2])


def test_anything_that_can_be_read_off_a_table_has_a_rate() -> None:
    assert grown((0, 10), (60, 25)).per_minute(lambda table: table.total) == 15
