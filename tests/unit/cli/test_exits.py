import pytest

from kumo_tui.cli.exits import Exit, exit_of_error, exit_of_reading, exit_of_sending, gravest
from kumo_tui.errors import ConfigError, InputError, JournalError, KumoTuiError, Refused, Unreachable
from kumo_tui.model.operation import ActState

YES, NO, WHO_KNOWS = ActState.ACCEPTED, ActState.REJECTED, ActState.UNKNOWN


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2),
        (InputError("for", "x"), 2),
        (Refused("x"), 4),
        (JournalError("x"), 4),
        (Unreachable("mta1", "x"), 3),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: KumoTuiError, code: int) -> None:
    assert exit_of_error(error) == code


@pytest.mark.parametrize(("read", "total", "code"), [(3, 3, 0), (2, 3, 7), (0, 3, 3)])
def test_reading_some_nodes_is_partly_done_and_none_is_a_failure(read: int, total: int, code: int) -> None:
    assert exit_of_reading(read, total) == code


@pytest.mark.parametrize(
    ("states", "left_out", "code"),
    [
        ([YES, YES], 0, 0),
        ([YES], 1, 7),
        ([YES, NO], 0, 7),
        ([NO, NO], 0, 5),
        ([YES, WHO_KNOWS], 0, 6),
        ([NO, WHO_KNOWS], 1, 6),
    ],
)
def test_what_the_nodes_said_decides_the_exit_code(states: list[ActState], left_out: int, code: int) -> None:
    assert exit_of_sending(states, left_out) == code


def test_collateral_hides_every_other_outcome() -> None:
    assert gravest(Exit.PARTLY, Exit.COLLATERAL) is Exit.COLLATERAL
    assert gravest(Exit.PARTLY, Exit.DONE) is Exit.PARTLY
    assert gravest(Exit.UNKNOWN, Exit.ENDED_OTHERWISE) is Exit.UNKNOWN
    assert gravest(Exit.DONE, Exit.DONE) is Exit.DONE
