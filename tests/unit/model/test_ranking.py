"""The first of very many rows are those that a whole sort would put first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model import ranking
from kumo_tui.model.ranking import first_by_name, first_by_value

VALUES = st.lists(st.integers(-3, 6), max_size=60)


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "SLICE", 7)


def name_of(row: int) -> str:
    """Names in another order than rows."""
    return f"{row * 37 % 101:03}"


@given(VALUES, st.integers(1, 20), st.booleans(), st.booleans())
def test_the_first_are_those_of_a_whole_sort(values: list[int], limit: int, largest: bool, picked: bool) -> None:
    rows = list(range(0, 3 * len(values), 3)) if picked else range(len(values))
    by_row = dict(zip(rows, values, strict=True))
    sign = -1 if largest else 1
    whole = sorted(rows, key=lambda row: (sign * by_row[row], name_of(row)))
    assert first_by_value(rows, values, name_of, limit, largest=largest) == whole[:limit]


@given(st.sets(st.integers(0, 100)), st.integers(1, 20), st.booleans())
def test_the_first_by_name_are_those_of_a_whole_sort(rows: set[int], limit: int, reverse: bool) -> None:
    whole = sorted(rows, key=name_of, reverse=reverse)
    assert first_by_name(list(rows), name_of, limit, reverse=reverse) == whole[:limit]


def test_names_are_asked_only_where_they_decide() -> None:
    asked: list[int] = []

    def counted(row: int) -> str:
        asked.append(row)
        return name_of(row)

    first_by_value(range(1000), list(range(1000)), counted, 5, largest=True)
    assert len(asked) == 5
