"""The pace of polls: steady, patient with a node that fails, and awake when a directive ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.watch.pace import BACKOFF_CAP_S, LIVE_CAP_S, STRETCH_CAP_S, UNATTENDED_S, Pace


def after(failures: int, interval_s: float = 2.0) -> Pace:
    pace = Pace(interval_s)
    for _failure in range(failures):
        pace = pace.failed()
    return pace


def test_a_good_poll_is_followed_after_the_interval() -> None:
    assert Pace(2.0).delay_s(0.7) == 2.0


def test_the_wait_doubles_with_each_failure_and_stops_at_the_cap() -> None:
    assert [after(count).delay_s(1.0) for count in range(1, 7)] == [4, 8, 16, 32, BACKOFF_CAP_S, BACKOFF_CAP_S]


def test_one_success_forgets_all_failures() -> None:
    assert after(5).succeeded().delay_s(1.0) == 2.0


@given(st.integers(1, 1000), st.floats(0, 1), st.floats(0.5, 3600))
def test_jitter_spreads_the_wait_over_its_upper_half_and_never_below_the_interval(
    failures: int, jitter: float, interval_s: float
) -> None:
    pace = after(min(failures, 30), interval_s)
    longest = max(interval_s, min(BACKOFF_CAP_S, interval_s * 2.0 ** min(failures, 10)))
    assert max(interval_s, longest / 2) <= pace.delay_s(jitter) <= longest


@pytest.mark.parametrize(
    ("left_s", "delay_s"),
    [(10.0, 2.0), (2.3, 1.9), (1.0, 0.6), (0.5, 0.7), (0.1, 0.3), (0.0, 0.2), (-5.0, 2.0)],
)
def test_near_its_end_a_directive_is_read_just_before_and_just_after(left_s: float, delay_s: float) -> None:
    assert Pace(2.0).delay_s(0.5, [left_s]) == pytest.approx(delay_s)


def test_of_several_ends_the_nearest_counts() -> None:
    assert Pace(5.0).delay_s(0.5, [40.0, 1.4, 3.0]) == pytest.approx(1.0)


def test_no_wait_is_ever_nothing() -> None:
    for tenth in range(-30, 50):
        assert Pace(2.0).delay_s(0.0, [tenth / 10]) >= 0.19


def test_a_node_with_a_directive_of_ours_is_never_left_alone_for_long() -> None:
    failing = Pace(2.0, failures=9)
    assert failing.delay_s(1.0) == BACKOFF_CAP_S
    assert failing.delay_s(1.0, [300.0]) == LIVE_CAP_S


def taking(*seconds: float, interval_s: float = 2.0) -> Pace:
    pace = Pace(interval_s)
    for each in seconds:
        pace = pace.succeeded(each)
    return pace


def test_a_node_is_left_alone_for_ten_times_what_a_reading_takes() -> None:
    assert taking(1.2, 1.2).delay_s(0.5) == pytest.approx(12.0)
    assert taking(0.1, 0.1).delay_s(0.5) == 2.0
    assert taking(1.2, 1.2, interval_s=30).delay_s(0.5) == 30


def test_the_stretched_interval_has_a_cap_that_a_longer_setting_passes() -> None:
    assert taking(90, 90).delay_s(0.5) == STRETCH_CAP_S
    assert taking(90, 90, interval_s=3600).delay_s(0.5) == 3600


def test_one_late_answer_stretches_nothing_and_two_do() -> None:
    assert taking(0.1, 25).delay_s(0.5) == 2.0
    assert taking(0.1, 25, 25).delay_s(0.5) == 250
    assert taking(25, 25, 0.1).delay_s(0.5) == 2.0


def test_while_a_directive_of_ours_is_in_force_the_node_rests_no_longer_than_a_reading_takes() -> None:
    assert taking(1.2, 1.2).delay_s(0.5, [300.0]) == 2.0
    assert taking(4, 4).delay_s(0.5, [300.0]) == 4
    assert taking(40, 40).delay_s(0.5, [300.0]) == LIVE_CAP_S


def test_the_end_of_a_directive_is_met_however_long_readings_take() -> None:
    assert taking(4, 4).delay_s(0.5, [3.0]) == pytest.approx(2.6)


def test_without_the_focus_a_node_is_read_less_often_unless_a_directive_of_ours_is_in_force() -> None:
    elsewhere = Pace(2.0, attended=False)
    assert elsewhere.delay_s(0.5) == UNATTENDED_S
    assert elsewhere.delay_s(0.5, [300.0]) == 2.0
    assert Pace(60.0, attended=False).delay_s(0.5) == 60


def test_what_readings_take_outlives_failures_and_their_forgiveness() -> None:
    assert taking(1.2, 1.2).failed().forgiven().delay_s(0.5) == pytest.approx(12.0)


def test_no_node_is_read_more_often_than_reading_all_of_them_allows() -> None:
    one_of_many = replace(Pace(2.0).succeeded(0.03, 0.01), fleet_s=0.6)
    assert one_of_many.delay_s(0.5) == pytest.approx(6.0)
    assert one_of_many.delay_s(0.5, [300.0]) == 2.0
    assert replace(one_of_many, fleet_s=3.0).delay_s(0.5, [300.0]) == 3.0
    assert one_of_many.worked_s == 0.01
