"""The view: which rows, in which order, steady from one poll to the next."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.trend import Trend
from kumo_tui.model.view import SortKey, View, ViewSpec, build_view

COUNTS = {
    "promo:acme@yahoo.com": 50,
    "promo:acme@gmail.com": 40,
    "news:zenith@yahoo.com": 40,
    "zenith@aol.com": 7,
    "promo:@empty.com": 0,
}
BEFORE = {"promo:acme@yahoo.com": 60, "promo:acme@gmail.com": 10, "zenith@aol.com": 7}
TREND = Trend().with_sample(0, QueueTable.of(BEFORE)).with_sample(60, QueueTable.of(COUNTS))


def keys(view: View) -> list[str | None]:
    return [row.key for row in view.rows]


def view_of(spec: ViewSpec, bounced: dict[str, int] | None = None, counts: dict[str, int] = COUNTS) -> View:
    return build_view(QueueTable.of(counts), spec, TREND, bounced or {})


def test_most_messages_come_first_and_equal_ones_by_name() -> None:
    assert keys(view_of(ViewSpec())) == [
        "promo:acme@yahoo.com",
        "news:zenith@yahoo.com",
        "promo:acme@gmail.com",
        "zenith@aol.com",
    ]


@pytest.mark.parametrize("sort", list(SortKey))
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("group", [None, Part.CAMPAIGN, Part.TENANT])
@pytest.mark.parametrize("limit", [2, 1000])
def test_the_order_does_not_depend_on_the_order_of_the_answer(
    sort: SortKey, reverse: bool, group: Part | None, limit: int
) -> None:
    spec = ViewSpec(sort=sort, reverse=reverse, group=group, limit=limit)
    bounced = {"promo:acme@gmail.com": 3, "zenith@aol.com": 3}
    wanted = view_of(spec, bounced)
    names = [*COUNTS, ":x@a", "x@a"]
    counts = {**COUNTS, ":x@a": 7, "x@a": 7}
    assert wanted == view_of(spec, bounced)
    first = view_of(spec, bounced, counts).rows
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert view_of(spec, bounced, {name: counts[name] for name in names}).rows == first


def test_names_can_be_read_both_ways() -> None:
    forward = keys(view_of(ViewSpec(sort=SortKey.NAME)))
    assert forward == sorted(name for name, count in COUNTS.items() if count)
    assert keys(view_of(ViewSpec(sort=SortKey.NAME, reverse=True))) == forward[::-1]


def test_the_fastest_growing_come_first() -> None:
    assert keys(view_of(ViewSpec(sort=SortKey.RATE))) == [
        "news:zenith@yahoo.com",
        "promo:acme@gmail.com",
        "zenith@aol.com",
        "promo:acme@yahoo.com",
    ]


def test_the_most_bounced_come_first_and_stay_though_they_hold_no_mail() -> None:
    bounced = {"promo:@empty.com": 9, "zenith@aol.com": 12}
    assert keys(view_of(ViewSpec(sort=SortKey.BOUNCED), bounced))[:2] == ["zenith@aol.com", "promo:@empty.com"]


def test_queues_without_mail_are_hidden_unless_asked_for() -> None:
    assert "promo:@empty.com" not in keys(view_of(ViewSpec()))
    assert "promo:@empty.com" in keys(view_of(ViewSpec(with_empty=True)))


def test_a_view_says_what_it_was_taken_from() -> None:
    view = view_of(ViewSpec(filter=parse_filter("promo"), limit=1))
    assert (len(view.rows), view.matching_rows, view.matching_queues) == (1, 2, 2)
    assert (view.matching_messages, view.all_queues) == (90, 4)


def test_a_filter_on_parts_hides_the_rest() -> None:
    assert keys(view_of(ViewSpec(filter=parse_filter("t=zenith")))) == ["news:zenith@yahoo.com", "zenith@aol.com"]


def test_a_group_sums_its_queues_and_those_without_the_part_gather_in_one() -> None:
    rows = {row.key: (row.messages, row.queues) for row in view_of(ViewSpec(group=Part.CAMPAIGN)).rows}
    assert rows == {"promo": (90, 2), "news": (40, 1), None: (7, 1)}


def test_a_filter_holds_inside_groups() -> None:
    view = view_of(ViewSpec(group=Part.CAMPAIGN, filter=parse_filter("yahoo")))
    assert {row.key: row.messages for row in view.rows} == {"promo": 50, "news": 40}
    assert view.matching_messages == 90


def test_groups_are_sorted_by_their_own_rate_and_totals() -> None:
    by_rate = view_of(ViewSpec(group=Part.DOMAIN, sort=SortKey.RATE))
    assert keys(by_rate) == ["gmail.com", "yahoo.com", "aol.com"]
    by_total = view_of(ViewSpec(group=Part.DOMAIN, sort=SortKey.BOUNCED), {"zenith@aol.com": 1})
    assert keys(by_total)[0] == "aol.com"


def test_before_there_are_rates_all_are_equal() -> None:
    for group in (None, Part.DOMAIN):
        view = build_view(QueueTable.of(COUNTS), ViewSpec(sort=SortKey.RATE, group=group), Trend(), {})
        assert keys(view) == sorted(keys(view), key=str)


@given(
    st.dictionaries(st.text("abc:@", max_size=4), st.integers(0, 5), max_size=30),
    st.integers(1, 10),
    st.booleans(),
)
def test_a_limited_view_is_the_beginning_of_the_whole_one(
    counts: dict[str, int], limit: int, reverse: bool
) -> None:
    whole = view_of(ViewSpec(reverse=reverse), counts=counts)
    part = view_of(ViewSpec(reverse=reverse, limit=limit), counts=counts)
    assert part.rows == whole.rows[:limit]
    sign = 1 if reverse else -1
    assert [row.messages for row in whole.rows] == sorted(
        (row.messages for row in whole.rows), key=lambda n: sign * n
    )


def test_sorting_and_grouping_go_round() -> None:
    spec = ViewSpec(reverse=True)
    seen = []
    for _key in SortKey:
        spec = spec.next_sort()
        seen.append(spec.sort)
    assert set(seen) == set(SortKey)
    assert (spec.sort, spec.reverse) == (SortKey.MESSAGES, False)
    groups = []
    for _part in range(5):
        spec = spec.next_group()
        groups.append(spec.group)
    assert groups == [*Part, None]
