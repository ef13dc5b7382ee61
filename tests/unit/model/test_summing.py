"""Sums that go on from the sum before are the sums that a merge makes."""

from array import array
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import QueueTable, merge
from kumo_tui.model.summing import FEW_ROWS, FleetSum
from kumo_tui.model.trend import Trend

COUNTS = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 3), max_size=6)
FLEETS = st.lists(st.lists(COUNTS, max_size=4), min_size=1, max_size=8)


def table(**counts: int) -> QueueTable:
    return QueueTable(QueueNames(counts), array("q", counts.values()))


def again(before: QueueTable, *counts: int) -> QueueTable:
    """The next reading of the same queues."""
    return QueueTable(before.names, array("q", counts))


@given(FLEETS)
def test_each_sum_is_what_a_merge_of_the_same_tables_is(fleets: Sequence[Sequence[dict[str, int]]]) -> None:
    fleet_sum = FleetSum()
    for counts in fleets:
        tables = [table(**node) for node in counts]
        summed, merged = fleet_sum.of(tables), merge(tables)
        assert summed.as_counts() == merged.as_counts()
        assert (summed.total, summed.standing, len(summed)) == (merged.total, merged.standing, len(merged))
        assert {name: summed.messages_of(name) for name in merged.names} == merged.as_counts()


@given(COUNTS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_readings_of_the_same_queues_sum_up_one_by_one(
    first: dict[str, int], readings: Sequence[tuple[int, int]]
) -> None:
    fleet_sum, nodes = FleetSum(), [table(**first, z=1), table(**first), table(y=2)]
    for node, count in readings:
        nodes[node % 3] = again(nodes[node % 3], *[count] * len(nodes[node % 3]))
        summed, merged = fleet_sum.of(nodes), merge(nodes)
        assert summed.as_counts() == merged.as_counts()
        assert (summed.total, summed.standing) == (merged.total, merged.standing)


def test_a_sum_that_was_given_never_changes() -> None:
    fleet_sum, first, second = FleetSum(), table(a=1, b=2), table(b=3)
    before = fleet_sum.of([first, second])
    fleet_sum.of([first, second, table(c=4)])
    fleet_sum.of([again(first, 9, 9), second])
    assert before.as_counts() == {"a": 1, "b": 5}
    assert (before.total, before.standing, before.messages_of("c")) == (6, 2, None)
    assert "c" not in before.index
    assert (list(before.index), len(before.index), before.index["b"]) == (["a", "b"], 2, 1)


def test_the_same_tables_are_summed_once_and_one_table_is_its_own_sum() -> None:
    fleet_sum, tables = FleetSum(), [table(a=1), table(a=2)]
    assert fleet_sum.of(tables) is fleet_sum.of(tables)
    assert fleet_sum.of(tables[:1]) is tables[0]


def test_nodes_with_the_same_queues_have_their_names_in_the_sum_once() -> None:
    tables = [table(a=1, b=2), table(b=1, a=2)]
    assert sorted(FleetSum().of(tables).names) == ["a", "b"]


def test_a_reading_that_finds_the_same_queues_leaves_the_names_as_they_are() -> None:
    fleet_sum, first, second = FleetSum(), table(a=1, b=2), table(c=3)
    before = fleet_sum.of([first, second])
    after = fleet_sum.of([again(first, 5, 0), second])
    assert after.names is before.names
    assert (after.total, after.standing) == (8, 2)


def test_what_was_derived_from_names_is_gone_on_from_when_some_are_added() -> None:
    fleet_sum, first, second = FleetSum(), table(**{"x:t@d": 1}), table(**{"y:t@d": 1})
    before = fleet_sum.of([first, second])
    wanted = parse_filter("d")
    before.parts.grouping(Part.CAMPAIGN)
    before.passing(wanted)
    after = fleet_sum.of([first, second, table(**{"x:t@e": 2, "z:t@d": 4})])
    assert after.names[:2] == before.names
    assert list(after.passing(wanted)) == [0, 1, 3]
    assert list(before.passing(wanted)) == [0, 1]
    assert after.by_value(Part.CAMPAIGN) == {"x": (3, 2), "y": (1, 1), "z": (4, 1)}
    assert before.by_value(Part.CAMPAIGN) == {"x": (1, 1), "y": (1, 1)}


def test_growth_is_measured_across_queues_that_came() -> None:
    fleet_sum, first, second = FleetSum(), table(a=1), table(b=2)
    trend = Trend().with_sample(0, fleet_sum.of([first, second]))
    trend = trend.with_sample(60, fleet_sum.of([first, table(b=5, c=7)]))
    trend = trend.with_sample(61, fleet_sum.of([again(first, 4), table(b=5, c=7, d=1)]))
    named = dict(zip(trend.newest.names, trend.changes(range(4)), strict=True))
    assert named == {"a": 3, "b": 3, "c": 7, "d": 1}


def test_more_than_a_column_can_hold_is_cut_and_summed_right_afterwards() -> None:
    fleet_sum, giant, small = FleetSum(), table(a=2**63 - 1), table(a=5, b=3)
    assert fleet_sum.of([giant, small]).messages_of("a") == 2**63 - 1
    assert fleet_sum.of([again(giant, 1), small]).messages_of("a") == 6


def test_of_very_many_rows_few_that_are_gone_stay_empty_until_they_are_many() -> None:
    fleet_sum, large = FleetSum(), table(**{f"q{number}": 1 for number in range(FEW_ROWS)})
    fleet_sum.of([large, table(gone=1)])
    few = fleet_sum.of([large, table(here=1)])
    assert few.messages_of("gone") == 0
    assert few.standing == FEW_ROWS + 1
    many = fleet_sum.of([table(**{f"q{number}": 1 for number in range(FEW_ROWS // 2)}), table(here=1)])
    assert many.messages_of("gone") is None
    assert len(many) == many.standing == FEW_ROWS // 2 + 1
