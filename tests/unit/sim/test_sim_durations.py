"""Durations as the server reads and writes them: the vectors of KUMOMTA.md 3."""

import pytest

from kumo_tui.sim.durations import (
    NS,
    BadDurationError,
    KillingDurationError,
    check_fits,
    from_float,
    parse,
    render,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("300s", 300),
        ("5m", 300),
        ("5 m", 300),
        ("1h30m", 5400),
        ("5m5m", 600),
        ("10 000s", 10_000),
        ("1 0 0 s", 100),
        (" 7days ", 604_800),
        ("1M", 2_630_016),
        ("1m", 60),
        ("1w", 604_800),
        ("1y", 31_557_600),
        ("0s", 0),
    ],
)
def test_classic_spellings_are_read_by_every_version(text: str, seconds: int) -> None:
    assert parse(text, rich=True) == parse(text, rich=False) == seconds * NS


@pytest.mark.parametrize(
    ("text", "nanoseconds"), [("1.5h", 5400 * NS), ("0", 0), ("1wk", 604_800 * NS), ("0.5us", 500)]
)
def test_newer_spellings_are_read_by_newer_versions_only(text: str, nanoseconds: int) -> None:
    assert parse(text, rich=True) == nanoseconds
    with pytest.raises(BadDurationError):
        parse(text, rich=False)


@pytest.mark.parametrize(
    "text",
    [
        *("", "90", "PT5M", "1H", "1D", "1S", "1Min", "-5", "-5s", "+5s", ".5s", "5.s", "0.5ns", "1e3s"),
        *("1,5s", "5\u03bcs", "1.5h1.5m", "s", "99999999999999999999999s"),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadDurationError):
        parse(text)


@pytest.mark.parametrize("seconds", [-0.5, 1e30, 2.0**64, float("nan")])
def test_floats_out_of_range_kill_the_server(seconds: float) -> None:
    with pytest.raises(KillingDurationError):
        from_float(seconds)


def test_durations_beyond_the_monotonic_clock_kill_the_server() -> None:
    check_fits(9_000_000_000_000_000_000 * NS)
    for nanoseconds in (18_446_744_073_709_551_615 * NS, parse("300000000000years")):
        with pytest.raises(KillingDurationError):
            check_fits(nanoseconds)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (4 * 60 * NS + 58 * NS + 932_000_000, "4m 58s 932ms"),
        (4 * 60 * NS + 50 * NS + 207_320_231, "4m 50s 207ms 320us 231ns"),
        (7 * 86_400 * NS, "7days"),
        (86_400 * NS, "1day"),
        (31 * 86_400 * NS, "1month 13h 26m 24s"),
        (365 * 86_400 * NS, "11months 30days 3h 50m 24s"),
        (2 * 31_557_600 * NS, "2years"),
    ],
)
def test_durations_are_written_in_the_servers_units(nanoseconds: int, text: str) -> None:
    assert render(nanoseconds) == text
