"""The queue table: totals, the largest, sums over nodes and by part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.names import Part
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable, merge
from kumo_tui.model.selector import Criteria, Everything, ExactQueues

COUNTS = {
    "promo:acme@yahoo.com": 5,
    "promo:acme@gmail.com": 0,
    "news:zenith@yahoo.com": 9,
    "zenith@aol.com": 5,
    "plain.com": 2,
}
TABLE = QueueTable.of(COUNTS)
TABLES = st.dictionaries(st.sampled_from(list(COUNTS)), st.integers(0, 99)).map(QueueTable.of)


def test_totals_count_messages_and_queues_with_mail() -> None:
    assert (TABLE.total, len(TABLE), TABLE.standing) == (21, 5, 4)
    assert (EMPTY_TABLE.total, EMPTY_TABLE.standing) == (0, 0)


def test_a_queue_that_is_not_there_is_told_from_an_empty_one() -> None:
    assert TABLE.messages_of("promo:acme@gmail.com") == 0
    assert TABLE.messages_of("nobody") is None


def test_the_largest_come_first_and_equal_ones_by_name() -> None:
    largest = [("news:zenith@yahoo.com", 9), ("promo:acme@yahoo.com", 5), ("zenith@aol.com", 5)]
    assert TABLE.top(3) == largest
    assert list(TABLE.largest_first())[:3] == largest
    assert TABLE.largest_first().as_counts() == COUNTS


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        (Criteria(domain="yahoo.com"), ["promo:acme@yahoo.com", "news:zenith@yahoo.com"]),
        (Criteria(campaign="promo"), ["promo:acme@yahoo.com", "promo:acme@gmail.com"]),
        (Criteria(tenant="nobody"), []),
        (
            ExactQueues.of(["zenith@aol.com", "gone", "promo:acme@yahoo.com"]),
            ["promo:acme@yahoo.com", "zenith@aol.com"],
        ),
        (Everything(), list(COUNTS)),
    ],
)
def test_a_selection_keeps_the_tables_order(
    selector: Criteria | ExactQueues | Everything, names: list[str]
) -> None:
    assert list(TABLE.select(selector).names) == names


def test_queues_without_mail_can_be_left_out() -> None:
    assert "promo:acme@gmail.com" not in TABLE.nonempty().as_counts()
    assert TABLE.nonempty().nonempty().as_counts() == TABLE.nonempty().as_counts()


def test_messages_are_summed_by_the_value_of_a_part() -> None:
    assert TABLE.distinct(Part.CAMPAIGN) == {"promo": 5, "news": 9}
    assert TABLE.by_value(Part.CAMPAIGN) == {"promo": (5, 2), "news": (9, 1), None: (7, 2)}
    assert TABLE.by_value(Part.ROUTING_DOMAIN) == {None: (21, 5)}


def test_an_absent_and_an_empty_part_are_two_groups() -> None:
    table = QueueTable.of({"promo:@d": 1, "d": 2})
    assert table.by_value(Part.TENANT) == {"": (1, 1), None: (2, 1)}
    assert table.distinct(Part.TENANT) == {"": 1}


@given(st.lists(TABLES, max_size=4))
def test_tables_of_several_nodes_add_up_by_queue(tables: list[QueueTable]) -> None:
    merged = merge(tables)
    assert merged.total == sum(table.total for table in tables)
    assert set(merged.names) == {name for table in tables for name in table.names}
    for name in merged.names:
        assert merged.messages_of(name) == sum(table.messages_of(name) or 0 for table in tables)


def test_the_same_tables_are_not_summed_again() -> None:
    first, second = QueueTable.of({"a": 1}), QueueTable.of({"a": 2})
    assert merge([first, second]) is merge([first, second])
    assert merge([first]) is first


def test_a_forged_giant_count_does_not_break_the_sum() -> None:
    giant = QueueTable.of({"a": 2**63 - 1})
    assert merge([giant, QueueTable.of({"a": 5, "b": 3})]).messages_of("a") == 2**63 - 1
    assert merge([giant, QueueTable.of({"a": 5, "b": 3})]).messages_of("b") == 3


PART = st.none() | st.sampled_from(["promo", "acme", "", "yahoo.com", "zenith"])


@given(TABLES, PART, PART, PART, PART)
def test_a_table_holds_what_criteria_mean_when_a_selection_finds_it(
    table: QueueTable, campaign: str | None, tenant: str | None, domain: str | None, routing: str | None
) -> None:
    if any(value is not None for value in (campaign, tenant, domain, routing)):
        criteria = Criteria(campaign, tenant, domain, routing)
        assert table.holds(criteria) is (len(table.select(criteria)) > 0)
        assert table.holds(criteria) is any(map(criteria.matches, table.names))
