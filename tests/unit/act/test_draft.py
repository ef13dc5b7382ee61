"""The draft: every problem stands next to its field, and blanks never widen a bounce."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.act.draft import Draft, Scope, check_draft, lower_case_domain, selector_of
from kumo_tui.act.requests import bounce_body
from kumo_tui.config import ActSettings
from kumo_tui.errors import InputError
from kumo_tui.model.names import Part
from kumo_tui.model.selector import Criteria, Everything, ExactQueues

LIMITS = ActSettings()
GOOD = Draft(campaign="promo", reason="bad link")


def problems(draft: Draft) -> dict[str, str]:
    checked = check_draft(draft, LIMITS)
    assert not (checked.problems and checked.is_ready)
    return dict(checked.problems)


def test_a_complete_draft_is_ready() -> None:
    checked = check_draft(Draft(campaign="promo", tenant="acme", reason=" bad link ", ticket="#4711"), LIMITS)
    assert checked.is_ready
    assert checked.selector == Criteria(campaign="promo", tenant="acme")
    assert (checked.reason, checked.ticket, checked.duration_s) == ("bad link #4711", "#4711", 300)
    assert (checked.problems, checked.questions) == ({}, {})


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (Draft(reason="x"), "scope", "nothing is selected"),
        (Draft(scope=Scope.EXACT, reason="x"), "scope", "no queue is selected"),
        (Draft(campaign="   ", reason="x"), "campaign", "only blanks"),
        (Draft(campaign="promo", tenant=" ", reason="x"), "tenant", "only blanks"),
        (Draft(domain="Yahoo.com", reason="x"), "domain", "Write yahoo.com"),
        (Draft(campaign="promo"), "reason", "A reason is needed"),
        (Draft(campaign="promo", reason="  ", ticket="#1"), "reason", "A reason is needed"),
        (Draft(campaign="promo", reason="a\nb"), "reason", "control characters"),
        (Draft(campaign="promo", reason="x", ticket="\x1b[2J"), "reason", "control characters"),
        (Draft(campaign="promo", reason="x", duration="5"), "for", "5 what?"),
        (Draft(campaign="promo", reason="x", duration="1M"), "for", "M is a month"),
        (Draft(campaign="promo", reason="x", duration="0s"), "for", "at least 1s"),
        (Draft(campaign="promo", reason="x", duration="25h"), "for", "over the limit of 1d (act.max_duration)"),
        (Draft(campaign="promo", reason="x", duration=""), "for", "missing"),
    ],
)
def test_each_problem_stands_next_to_its_field(draft: Draft, field: str, words: str) -> None:
    found = problems(draft)
    assert list(found) == [field]
    assert words in found[field]


def test_several_problems_are_told_at_once() -> None:
    assert set(problems(Draft(duration="x"))) == {"scope", "reason", "for"}


def test_a_blank_at_the_edge_is_asked_about_and_allowed() -> None:
    checked = check_draft(Draft(tenant="acme ", reason="x"), LIMITS)
    assert checked.is_ready
    assert list(checked.questions) == ["tenant"]
    assert checked.selector == Criteria(tenant="acme ")


def test_values_of_another_scope_are_not_asked_about() -> None:
    draft = Draft(scope=Scope.EXACT, names=("a",), tenant="acme ", reason="x")
    assert check_draft(draft, LIMITS).questions == {}


def test_everything_is_chosen_as_such() -> None:
    assert selector_of(Draft(scope=Scope.EVERYTHING, campaign="promo")) == Everything()


def test_exact_queues_do_not_look_at_the_criteria() -> None:
    assert selector_of(Draft(scope=Scope.EXACT, names=("a", "a"), campaign="promo")) == ExactQueues.of(["a"])


def test_a_domain_can_be_put_in_lower_case() -> None:
    assert lower_case_domain(Draft(domain="Yahoo.COM", tenant="Acme")) == Draft(domain="yahoo.com", tenant="Acme")


FIELD = st.sampled_from(["", " ", "promo", "\t", "a b", "x" * 40])
EDITS = st.one_of(
    st.tuples(st.just("scope"), st.sampled_from([Scope.MATCHING, Scope.EXACT])),
    st.tuples(st.sampled_from([part.value for part in Part]), FIELD),
    st.tuples(st.just("names"), st.lists(st.sampled_from(["a@b", "", "c"]), max_size=2).map(tuple)),
    st.tuples(st.sampled_from(["reason", "ticket"]), FIELD),
    st.tuples(st.just("duration"), st.sampled_from(["5m", "", "0s", "1M", "99d", "1s", "-1s", "1e30"])),
    st.tuples(st.just("suppress_logging"), st.booleans()),
)


def edited(edits: list[tuple[str, object]], scope: Scope = Scope.MATCHING) -> Draft:
    values: dict[str, object] = {"scope": scope}
    values.update(edits)
    return Draft(**values)


@given(st.lists(EDITS, max_size=12))
def test_no_edits_ever_make_a_body_without_criteria(edits: list[tuple[str, object]]) -> None:
    checked = check_draft(edited(edits), LIMITS)
    if checked.selector is None or checked.duration_s is None:
        assert checked.problems
        return
    body = bounce_body(checked.selector, checked.reason, checked.duration_s, "7F3A2C")
    keys = {"campaign", "tenant", "domain", "routing_domain"} & body.keys()
    assert keys
    assert all(isinstance(body[key], str) and str(body[key]).strip() for key in keys)
    assert body.get("queue_names") != []


@given(st.lists(EDITS, max_size=12))
def test_a_criterion_that_was_given_is_never_dropped(edits: list[tuple[str, object]]) -> None:
    draft = edited(edits)
    checked = check_draft(draft, LIMITS)
    if isinstance(checked.selector, Criteria):
        assert checked.selector.given() == {part: draft.criterion(part) for part in Part if draft.criterion(part)}


@given(st.lists(EDITS.filter(lambda edit: edit[0] != "scope"), max_size=12))
def test_only_the_scope_everything_makes_everything(edits: list[tuple[str, object]]) -> None:
    assert check_draft(edited(edits, Scope.EVERYTHING), LIMITS).selector == Everything()
    assert check_draft(edited(edits), LIMITS).selector != Everything()


def test_an_only_blank_criterion_raises_where_it_stands() -> None:
    with pytest.raises(InputError) as caught:
        selector_of(GOOD.with_criterion(Part.ROUTING_DOMAIN, "  "))
    assert caught.value.field == "routing_domain"
