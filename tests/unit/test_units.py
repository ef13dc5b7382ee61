"""Durations, counts and ages: read without guessing, written without surprises."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.errors import InputError
from kumo_tui.units import (
    LONGEST_S,
    age_text,
    count_text,
    countdown_text,
    duration_text,
    end_text,
    parse_duration,
    parse_remaining,
    percent_text,
    signed_text,
    wire_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("300s", 300),
        ("5m", 300),
        (" 5 m ", 300),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("2d", 172800),
        ("1w", 604800),
        ("5m5m", 600),
        ("0s", 0),
    ],
)
def test_a_duration_is_read_in_whole_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("300", "300 what?"),
        ("0", "0 what?"),
        ("1.5", "1.5 what?"),
        ("1M", "M is a month"),
        ("1h1M", "M is a month"),
        ("1H", "'H' is not a unit"),
        ("5min", "'min' is not a unit"),
        ("1.5h", "whole units"),
        ("-5m", "whole units"),
        ("PT5M", "whole units"),
        ("1e30", "is not a"),
        ("5m,", "whole units"),
        ("٣m", "whole units"),
        ("9" * 5000 + "s", "whole units"),
        ("9" * 5000, "what?"),
        ("1" + "x" * 5000, "is not a unit"),
    ],
)
def test_what_is_no_duration_is_asked_about_in_short_words(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_duration(text, "duration")
    assert caught.value.field == "duration"
    assert words in caught.value.what
    assert len(str(caught.value)) < 200


@given(st.integers(0, LONGEST_S))
def test_a_written_duration_reads_back(seconds: int) -> None:
    assert parse_duration(duration_text(seconds)) == seconds
    assert parse_duration(wire_duration(seconds)) == seconds


@pytest.mark.parametrize("seconds", [-1, LONGEST_S + 1, 2**63])
def test_a_duration_that_could_end_the_server_is_never_written(seconds: int) -> None:
    with pytest.raises(ValueError, match="duration"):
        wire_duration(seconds)


@given(st.integers(0, LONGEST_S))
def test_the_wire_knows_only_an_integer_and_an_s(seconds: int) -> None:
    text = wire_duration(seconds)
    assert text[:-1].isdecimal()
    assert text.endswith("s")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("4m 58s 932ms", 298.932),
        ("4m 50s 207ms 320us 231ns", 290.207320231),
        ("7days", 604800),
        ("1day", 86400),
        ("1month 13h 26m 24s", 31 * 86400),
        ("11months 30days 3h 50m 24s", 365 * 86400),
        ("2years", 63115200),
        ("1year", 31557600),
        ("12µs", 0.000012),
    ],
)
def test_a_remaining_time_is_read_as_the_server_prints_it(text: str, seconds: float) -> None:
    assert parse_remaining(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "5 minutes", "1h30m", "-5s", "5weeks", "٣s", "s", "9" * 400 + "s"])
def test_what_the_server_never_prints_is_no_remaining_time(text: str) -> None:
    with pytest.raises(ValueError, match="remaining"):
        parse_remaining(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (45, "45s"), (300, "5m"), (5400, "1h30m"), (604800, "7d"), (90061, "1d1h1m1s")],
)
def test_seconds_are_written_in_units_that_keep_them_whole(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s"), (0.9, "0s"), (12, "12s"), (200, "3m"), (7300, "2h"), (4 * 86400 + 5, "4d")],
)
def test_an_age_is_one_unit(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "00:00"), (0.4, "00:00"), (252, "04:12"), (3852, "1:04:12"), (2 * 86400 + 3 * 3600, "2d 03h")],
)
def test_time_that_is_left_counts_down_to_zero_and_no_further(seconds: float, text: str) -> None:
    assert countdown_text(seconds) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "-"), (0, 10, "0%"), (1, 1000, "<1%"), (995, 1000, "99%"), (999, 1000, "99%"), (10, 10, "100%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text


def test_counts_have_separators_and_changes_their_sign() -> None:
    assert count_text(183220) == "183,220"
    assert [signed_text(value) for value in (1204, -310, 0)] == ["+1,204", "-310", "0"]


@pytest.mark.parametrize(
    ("left_s", "text"),
    [
        (0, "10:00"),
        (600, "10:10"),
        (20 * 3600 - 1, "05:59"),
        (20 * 3600, "2026-07-02 06:00"),
        (29 * 86400, "2026-07-30 10:00"),
    ],
)
def test_an_end_that_is_far_is_told_with_its_day(left_s: int, text: str) -> None:
    now = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert end_text(now + timedelta(seconds=left_s), left_s) == text
