"""How fresh the sum of one queue is: as the nodes that have it."""

from itertools import product

import pytest

from kumo_tui.ui.freshness import Freshness, queue_freshness, sum_freshness
from tests.ui.worlds import node

HAVING, NOT_HAVING = node("mta1", {"a@x": 0, "b@x": 1}), node("mta2", {"b@x": 1})


@pytest.mark.parametrize("fresh", list(product(Freshness, repeat=3)))
@pytest.mark.parametrize("having", list(product([True, False], repeat=3)))
def test_only_the_nodes_that_have_a_queue_count(fresh: tuple[Freshness, ...], having: tuple[bool, ...]) -> None:
    nodes = [(HAVING if has else NOT_HAVING, freshness) for has, freshness in zip(having, fresh, strict=True)]
    holders = [freshness for each, freshness in nodes if each is HAVING]
    assert queue_freshness("a@x", nodes) is sum_freshness(holders)


def test_nodes_that_are_read_well_are_not_asked_where_that_decides_nothing() -> None:
    well, aged = node("mta1", {"a@x": 1}), node("mta2", {"a@x": 1})
    assert queue_freshness("a@x", [(well, Freshness.FRESH), (aged, Freshness.STALE)]) is Freshness.STALE
    assert "positions" not in vars(well.table._names)
