"""Mail that gathers again: how much, how fast, and whether it can be anything else."""

import pytest

from kumo_tui.model.gathering import Gathered, Standing, gathered


def over(*nodes: tuple[int, int], seconds: float = 8.0, returns: int = 0) -> Gathered | None:
    """What gathers over nodes, each with what stood at the end and what stands now."""
    return gathered([(Standing(100.0, end), Standing(100.0 + seconds, now)) for end, now in nodes], returns)


def test_what_stands_more_than_at_the_end_has_gathered_since() -> None:
    more = over((3, 104))
    assert more == Gathered(101, 8.0)
    assert more.per_minute == 757.5


def test_nodes_are_summed_and_one_that_empties_counts_against_the_others() -> None:
    assert over((0, 50), (10, 20)) == Gathered(60, 8.0)
    assert over((0, 50), (60, 20)) == Gathered(10, 8.0)


@pytest.mark.parametrize("nodes", [[], [(5, 5)], [(5, 3)], [(0, 5), (9, 4)]])
def test_nothing_more_than_at_the_end_is_nothing(nodes: list[tuple[int, int]]) -> None:
    assert over(*nodes) is None


def test_a_reading_of_the_same_moment_tells_no_rate() -> None:
    assert over((0, 5), seconds=0.0) is None


def test_what_may_have_come_back_from_ready_queues_is_not_called_new() -> None:
    few, many = over((0, 210), returns=210), over((0, 211), returns=210)
    assert few is not None and not few.is_new_mail
    assert many is not None and many.is_new_mail
