"""The pace of polls: steady, patient with a node that fails, and awake when a directive ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.watch.pace import BACKOFF_CAP_S, LIVE_CAP_S, Pace


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
