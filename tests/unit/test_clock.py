"""The clock: seconds that go on while the machine is suspended, where the platform counts them."""

import time

import pytest

from kumo_tui.clock import SystemClock, steady_clock


def reads(number: int) -> float:
    return float(number)


def refuses(_number: int) -> float:
    raise OSError(22, "Invalid argument")


@pytest.mark.parametrize(("platform", "name"), [("linux", "CLOCK_BOOTTIME"), ("darwin", "CLOCK_MONOTONIC")])
def test_the_clock_that_counts_a_suspension_is_taken(platform: str, name: str) -> None:
    assert steady_clock(platform, {name: 7, "CLOCK_OTHER": 1, "clock_gettime": reads}) == 7


@pytest.mark.parametrize(
    ("platform", "known"),
    [
        ("linux", {"CLOCK_MONOTONIC": 1, "clock_gettime": reads}),
        ("linux", {"CLOCK_BOOTTIME": 7, "clock_gettime": refuses}),
        ("linux", {"CLOCK_BOOTTIME": 7}),
        ("win32", {"CLOCK_MONOTONIC": 1, "clock_gettime": reads}),
    ],
)
def test_without_such_a_clock_the_usual_one_is_kept(platform: str, known: dict[str, object]) -> None:
    assert steady_clock(platform, known) is None


def test_the_systems_clock_reads_the_one_that_was_chosen() -> None:
    clock, name = SystemClock(), getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    before = time.clock_gettime(name)
    assert before <= clock.monotonic() <= time.clock_gettime(name)
    assert clock.now().tzinfo is not None
