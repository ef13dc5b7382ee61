"""An operation as a draft once more, and which way a bounce goes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.act.draft import (
    STOP_REASON,
    Draft,
    How,
    check_draft,
    checked_again,
    draft_again,
    selector_of,
    way_of,
)
from kumo_tui.config import ActSettings
from kumo_tui.errors import InputError
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def operation(
    selector: Selector, reason: str = "bad link #4711", duration_s: int = 900, ticket: str | None = None
) -> Operation:
    return Operation(
        "7F3A2C", selector, reason, duration_s, True, "eve", NOW, "d", (), mode=Mode.CLEAN, ticket=ticket
    )


texts = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")


@given(
    st.one_of(
        st.builds(Criteria, texts, st.none() | texts, st.none() | texts, st.none() | texts),
        st.builds(ExactQueues.of, st.sets(texts, min_size=1, max_size=4)),
        st.just(Everything()),
    )
)
def test_the_draft_of_an_operation_selects_just_what_the_operation_does(selector: Selector) -> None:
    assert selector_of(draft_again(operation(selector), "5m")) == selector


def test_reason_duration_and_log_are_those_of_the_operation() -> None:
    draft = draft_again(operation(Criteria(campaign="promo")), "5m")
    assert (draft.reason, draft.ticket, draft.duration, draft.suppress_logging) == (
        "bad link #4711",
        "",
        "15m",
        True,
    )
    assert check_draft(draft, ActSettings()).reason == "bad link #4711"


def test_a_ticket_of_its_own_goes_into_its_own_field_and_is_sent_as_before() -> None:
    again = operation(Criteria(campaign="promo"), ticket="#4711")
    draft = draft_again(again, "5m")
    assert (draft.reason, draft.ticket) == ("bad link", "#4711")
    checked = check_draft(draft, ActSettings())
    assert (checked.reason, checked.ticket) == (again.reason, again.ticket)
    assert (checked_again(again).reason, checked_again(again).ticket) == (again.reason, again.ticket)


def test_a_bare_stop_says_neither_why_to_bounce_nor_for_how_long() -> None:
    draft = draft_again(operation(Criteria(campaign="promo"), STOP_REASON, 1800), "5m")
    assert (draft.reason, draft.duration) == ("", "5m")


@pytest.mark.parametrize(
    "selector", [Criteria(campaign="", tenant="acme"), Criteria(campaign="promo", tenant="  ")]
)
def test_what_no_form_can_say_is_refused_and_never_widened(selector: Criteria) -> None:
    with pytest.raises(InputError):
        draft_again(operation(selector), "5m")


def test_an_operation_is_checked_again_as_it_was() -> None:
    checked = checked_again(operation(Criteria(campaign="promo")))
    assert checked.is_ready
    assert (checked.selector, checked.duration_s) == (Criteria(campaign="promo"), 900)
    assert (checked.reason, checked.suppress_logging) == ("bad link #4711", True)


@pytest.mark.parametrize(
    ("how", "exact", "possible", "way"),
    [
        (None, False, True, How.CLEAN),
        (None, True, True, How.PLAIN),
        (None, False, False, How.PLAIN),
        (How.PLAIN, False, True, How.PLAIN),
        (How.CLEAN, True, True, How.CLEAN),
        (How.CLEAN, False, False, How.PLAIN),
    ],
)
def test_the_way_is_what_was_chosen_else_the_exact_one(
    how: How | None, exact: bool, possible: bool, way: How
) -> None:
    assert way_of(how, plain_is_exact=exact, clean_is_possible=possible) is way


def test_a_draft_has_no_way_of_its_own() -> None:
    assert Draft().how is None
