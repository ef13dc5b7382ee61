"""Where a bounce starts from: never more than what the screen showed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.act.draft import Draft, Scope, check_draft, selector_of
from kumo_tui.act.suggest import criterion_of_filter, live_values, suggest
from kumo_tui.config import ActSettings
from kumo_tui.model.filtering import parse_filter
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.model.trend import Trend
from kumo_tui.model.view import Row, ViewSpec, build_view
from tests.unit.act.worlds import COUNTS, node, snapshot

TABLE = QueueTable.of(COUNTS)
NO_MARKS: frozenset[str] = frozenset()


def asked(
    text: str = "", group: Part | None = None, cursor: str | None = None, marks: frozenset[str] = NO_MARKS
) -> Draft:
    row = None if cursor is None and group is None else Row(cursor, 1, 1)
    return suggest(snapshot(), ViewSpec(filter=parse_filter(text), group=group), row, marks)


def test_marks_come_first_and_mean_exactly_those_queues() -> None:
    marks = frozenset({"aol.com", "acme@aol.com"})
    draft = asked("promo", cursor="promo:acme@yahoo.com", marks=marks)
    assert (draft.scope, draft.names) == (Scope.EXACT, ("acme@aol.com", "aol.com"))


def test_marks_that_the_filter_hides_are_counted() -> None:
    marks = frozenset({"aol.com", "promo:acme@yahoo.com", "gone@long.ago"})
    assert asked("promo", marks=marks).hidden == 2
    assert asked("", marks=marks).hidden == 1


def test_a_filter_that_shows_just_a_campaign_suggests_the_campaign() -> None:
    assert asked("promo") == Draft(campaign="promo")
    assert asked("zenith").campaign == "news"
    assert asked("gmail") == Draft(domain="gmail.com")


def test_a_queue_without_mail_does_not_hide_what_a_filter_means() -> None:
    spec = ViewSpec(filter=parse_filter("promo com !empty"))
    assert criterion_of_filter(TABLE, spec) == (Part.CAMPAIGN, "promo")


@pytest.mark.parametrize("text", ["yahoo promo", "com", "nothing-passes-this", "a"])
def test_a_filter_that_no_single_criterion_means_suggests_none(text: str) -> None:
    assert criterion_of_filter(TABLE, ViewSpec(filter=parse_filter(text))) is None


def test_the_parts_that_a_filter_names_are_suggested_whatever_else_would_show_the_same() -> None:
    table = QueueTable.of({"one:s1@example.com": 5, "two:s2@example.com": 5})
    world = snapshot(node(counts=table.as_counts()))
    for text, tenant, domain in (("tenant=s1", "s1", ""), ("t=s1 d=example.com", "s1", "example.com")):
        draft = suggest(world, ViewSpec(filter=parse_filter(text)), None, frozenset())
        assert (draft.campaign, draft.tenant, draft.domain) == ("", tenant, domain)


@pytest.mark.parametrize("text", ["!t=s1", "t=s1 t=s2", "t=s1 one", "t=", "~t=s1"])
def test_a_filter_that_wants_more_than_parts_names_none(text: str) -> None:
    assert parse_filter(text).parts == {}


def test_without_filter_the_queue_under_the_cursor_is_suggested() -> None:
    draft = asked(cursor="promo:acme@gmail.com")
    assert (draft.scope, draft.names) == (Scope.MATCHING, ("promo:acme@gmail.com",))
    assert (draft.campaign, draft.tenant, draft.domain) == ("promo", "acme", "gmail.com")


def test_a_queue_whose_blank_parts_would_mean_others_too_is_suggested_by_name() -> None:
    draft = asked(cursor="aol.com")
    assert (draft.scope, draft.names, draft.domain) == (Scope.EXACT, ("aol.com",), "aol.com")
    assert asked(cursor="acme@aol.com").scope is Scope.MATCHING


def test_a_campaign_only_queue_is_not_widened_to_its_tenants() -> None:
    counts = {"promo:@yahoo.com": 5, "promo:acme@yahoo.com": 500}
    draft = suggest(snapshot(node(counts=counts)), ViewSpec(), Row("promo:@yahoo.com", 5, 1), NO_MARKS)
    assert (draft.scope, draft.names) == (Scope.EXACT, ("promo:@yahoo.com",))


def test_a_queue_without_a_single_part_is_suggested_by_name() -> None:
    draft = suggest(snapshot(node(counts={"": 5})), ViewSpec(), Row("", 5, 1), NO_MARKS)
    assert (draft.scope, draft.names) == (Scope.EXACT, ("",))


def test_a_group_is_suggested_by_its_part() -> None:
    assert asked(group=Part.CAMPAIGN, cursor="promo") == Draft(campaign="promo")


@pytest.mark.parametrize(
    ("counts", "key"), [(COUNTS, None), ({"promo:@a.com": 1, "a.com": 1, "promo:x@a.com": 1}, "")]
)
def test_a_group_of_an_absent_or_empty_part_is_named_queue_by_queue(
    counts: dict[str, int], key: str | None
) -> None:
    part = Part.CAMPAIGN if key is None else Part.TENANT
    draft = suggest(snapshot(node(counts=counts)), ViewSpec(group=part), Row(key, 1, 1), NO_MARKS)
    wanted = ("acme@aol.com", "aol.com") if key is None else ("promo:@a.com",)
    assert (draft.scope, draft.names) == (Scope.EXACT, wanted)


def test_a_group_that_the_filter_cuts_is_not_widened_to_the_whole_group() -> None:
    draft = asked("yahoo", group=Part.CAMPAIGN, cursor="promo")
    assert (draft.scope, draft.names) == (Scope.EXACT, ("promo:acme@yahoo.com",))


def test_with_nothing_under_the_cursor_the_draft_is_empty() -> None:
    assert asked() == Draft()
    assert asked(cursor="gone@long.ago") == Draft()
    assert suggest(snapshot(), ViewSpec(group=Part.TENANT), None, NO_MARKS, "1h") == Draft(duration="1h")


@pytest.mark.parametrize("name", ["Yahoo.COM", "acme@Yahoo.COM", "promo: @d", " :t@d", "d! ", "@d!\t"])
def test_a_queue_whose_parts_no_field_takes_is_suggested_by_name(name: str) -> None:
    world = snapshot(node(counts={name: 5, "other@x.com": 3}))
    draft = suggest(world, ViewSpec(), Row(name, 1, 1), NO_MARKS)
    assert check_draft(replace(draft, reason="x"), ActSettings()).selector == ExactQueues.of([name])


@pytest.mark.parametrize("text", ["d=Yahoo.COM", "Yahoo"])
def test_a_filter_for_what_no_field_takes_suggests_what_can_be_sent(text: str) -> None:
    world = snapshot(node(counts={"t@Yahoo.COM": 5, "other@x.com": 3}))
    draft = suggest(world, ViewSpec(filter=parse_filter(text)), Row("t@Yahoo.COM", 1, 1), NO_MARKS)
    checked = check_draft(replace(draft, reason="x"), ActSettings())
    assert checked.is_ready
    assert checked.selector in (ExactQueues.of(["t@Yahoo.COM"]), Criteria(tenant="t"))


def test_a_group_of_a_domain_with_capitals_is_named_queue_by_queue() -> None:
    world = snapshot(node(counts={"a@Yahoo.COM": 5, "b@Yahoo.COM": 3, "c@yahoo.com": 1}))
    draft = suggest(world, ViewSpec(group=Part.DOMAIN), Row("Yahoo.COM", 1, 2), NO_MARKS)
    assert (draft.scope, draft.names) == (Scope.EXACT, ("a@Yahoo.COM", "b@Yahoo.COM"))


NAMES = st.sampled_from(["c:t@d", "c:@d", "t@d", "@d", "d", "c:t@e", "x:t@d", "t@d!r", "d!r", ":@d", ":t@d"])


@given(
    st.dictionaries(NAMES, st.integers(0, 9), min_size=1),
    st.sampled_from([None, *Part]),
    st.sampled_from(["", "c", "t=t", "!e", "d=d"]),
)
def test_whatever_is_suggested_hits_no_more_than_was_shown(
    counts: dict[str, int], group: Part | None, text: str
) -> None:
    shot = snapshot(node(counts=counts))
    spec = ViewSpec(filter=parse_filter(text), group=group)
    shown = build_view(shot.queues, spec, Trend(), {})
    for row in shown.rows:
        selector = selector_of(suggest(shot, spec, row, NO_MARKS))
        hit = shot.queues.select(selector).nonempty().total
        whole_filter = shown.matching_messages if text and group is None else row.messages
        assert hit <= max(row.messages, whole_filter)


def test_live_values_are_offered_by_messages() -> None:
    assert live_values(TABLE, Part.DOMAIN) == ["yahoo.com", "gmail.com", "aol.com", "empty.com"]
    assert live_values(QueueTable.of({"@d": 1, "promo:@d": 2}), Part.TENANT) == []
    many = QueueTable.of({f"t{n}@d": n for n in range(2000)})
    assert live_values(many, Part.TENANT)[0] == "t1999"
    assert len(live_values(many, Part.TENANT)) == 500
