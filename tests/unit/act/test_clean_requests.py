"""The bodies of a clean bounce, and what they may never hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.act.clean_requests import (
    BODY_LIMIT,
    Batch,
    choose_batch,
    flush_body,
    in_bodies,
    plan_flush,
    stop_body,
)
from kumo_tui.act.requests import encode_body, is_too_large
from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from tests.unit.act.worlds import ABLE, EXACT_PLAIN, entry

TAG = "7F3A2C"
GUARD = "kt-7f3a2c.kumo-tui-guard.invalid"
PROMO = Criteria(campaign="promo")
YAHOO, GMAIL = "promo:acme@yahoo.com", "promo:acme@gmail.com"


def batch(
    selector: Selector = PROMO,
    standing: dict[str, int] | None = None,
    capability: Capability | None = ABLE,
    *listed: Directive,
) -> Batch | str:
    return choose_batch(selector, standing or {YAHOO: 5, GMAIL: 9}, capability, listed, "bad link", TAG)


def sent(*args: object) -> Batch:
    found = batch(*args)  # type: ignore[arg-type]  # the same arguments in the same order
    assert isinstance(found, Batch), found
    return found


def test_a_stop_by_criteria_holds_what_was_given_and_our_tag() -> None:
    body = stop_body(Criteria(campaign="promo", tenant="acme"), (), "bad link", 600, TAG)
    assert body == {"campaign": "promo", "tenant": "acme", "reason": "bad link [kt:7F3A2C]", "duration": "600s"}


def test_a_stop_by_names_goes_with_the_guard_domain() -> None:
    body = stop_body(ExactQueues.of([YAHOO]), [YAHOO], "bad link", 600, TAG)
    assert (body["queue_names"], body["domain"]) == ([YAHOO], GUARD)


@pytest.mark.parametrize(
    "selector", [Criteria(routing_domain="mx"), Criteria(campaign="a", routing_domain="mx"), Everything()]
)
def test_a_stop_never_leaves_without_what_would_narrow_it(selector: Selector) -> None:
    with pytest.raises(ValueError, match="exact names"):
        stop_body(selector, (), "bad link", 600, TAG)


def test_a_sweep_names_what_stands_under_the_guard_domain_and_lasts_no_time() -> None:
    found = sent()
    assert found.body == {
        "queue_names": [GMAIL, YAHOO],
        "domain": GUARD,
        "reason": "bad link [kt:7F3A2C]",
        "duration": "0s",
    }
    assert (found.counts, found.by_criteria) == ({YAHOO: 5, GMAIL: 9}, False)


@pytest.mark.parametrize("capability", [EXACT_PLAIN, None])
def test_a_node_that_does_not_list_names_is_swept_by_criteria(capability: Capability | None) -> None:
    found = sent(PROMO, None, capability)
    assert found.body == {"campaign": "promo", "reason": "bad link [kt:7F3A2C]", "duration": "0s"}
    assert found.by_criteria


def test_criteria_that_somebodys_live_directive_has_are_never_swept_with() -> None:
    words = batch(PROMO, None, EXACT_PLAIN, entry(campaign="promo"))
    assert isinstance(words, str)
    assert "same criteria" in words
    assert "552016f1" in words


def test_by_names_somebodys_directive_of_the_same_criteria_is_no_hindrance() -> None:
    assert "queue_names" in sent(PROMO, None, ABLE, entry(campaign="promo")).body


def test_other_criteria_are_no_hindrance() -> None:
    assert sent(PROMO, None, EXACT_PLAIN, entry(campaign="promo", tenant="acme")).by_criteria


def test_more_names_than_a_body_holds_are_swept_by_criteria_or_the_largest_first() -> None:
    many = {f"promo:tenant-{number:06d}@example.com": number + 1 for number in range(60_000)}
    assert sent(PROMO, many).by_criteria
    theirs = entry(campaign="promo")
    found = sent(PROMO, many, ABLE, theirs)
    assert not is_too_large(found.body)
    assert 20_000 < len(found.counts) < 60_000
    assert min(found.counts.values()) > max(count for name, count in many.items() if name not in found.counts)


def test_exact_queues_are_never_swept_by_anything_else() -> None:
    words = batch(ExactQueues.of([YAHOO]), {YAHOO: 3}, EXACT_PLAIN)
    assert words == "the node takes no exact queue names"


def test_a_name_that_json_cannot_hold_is_swept_by_criteria() -> None:
    odd = "promo:\udcff@yahoo.com"
    assert sent(PROMO, {odd: 1, YAHOO: 2}).by_criteria
    assert list(sent(ExactQueues.of([odd, YAHOO]), {odd: 1, YAHOO: 2}).counts) == [YAHOO]


@given(st.lists(st.text(max_size=40), max_size=40), st.integers(60, 400))
def test_names_cut_into_bodies_are_all_there_in_their_order(names: list[str], room: int) -> None:
    lists = in_bodies(names, room)
    assert [name for part in lists for name in part] == names
    for part in lists:
        assert len(part) == 1 or len(encode_body({"queue_names": part})) <= room + 40
    assert room < BODY_LIMIT


def table(*names: str) -> QueueTable:
    return QueueTable.of(dict.fromkeys(names, 1))


def test_a_flush_of_criteria_is_one_request_of_the_same_criteria() -> None:
    wanted, alone = plan_flush(PROMO, [YAHOO, GMAIL], table(YAHOO, GMAIL, "news:zenith@yahoo.com"))
    assert (wanted, alone) == ([{Part.CAMPAIGN: "promo"}], [])


def test_exact_queues_are_flushed_by_their_parts() -> None:
    wanted, alone = plan_flush(ExactQueues.of([YAHOO]), [YAHOO], table(YAHOO, GMAIL))
    assert wanted == [{Part.CAMPAIGN: "promo", Part.TENANT: "acme", Part.DOMAIN: "yahoo.com"}]
    assert alone == []


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("yahoo.com", [YAHOO]),
        ("acme@yahoo.com", ["promo:acme@yahoo.com"]),
        (YAHOO, [f"{YAHOO}!mx.example"]),
        ("promo:@yahoo.com", []),
        ("@yahoo.com", []),
        ("promo:user@corp.example@yahoo.com", []),
        ("a:b:t@yahoo.com", []),
        ("", []),
    ],
)
def test_a_queue_that_cannot_be_told_apart_is_left_alone(name: str, others: list[str]) -> None:
    wanted, alone = plan_flush(ExactQueues.of([name]), [name], table(name, *others))
    assert (wanted, alone) == ([], [name])


def test_criteria_among_which_names_are_ambiguous_are_flushed_one_by_one() -> None:
    odd = "promo:user@corp.example@yahoo.com"
    wanted, alone = plan_flush(PROMO, [YAHOO, odd], table(YAHOO, odd))
    assert alone == [odd]
    assert wanted == [{Part.CAMPAIGN: "promo", Part.TENANT: "acme", Part.DOMAIN: "yahoo.com"}]


def test_a_flush_body_changes_nothing_but_the_time() -> None:
    body = flush_body({Part.CAMPAIGN: "promo"}, "bad link", TAG)
    assert body == {"campaign": "promo", "data": {}, "always_flush": True, "reason": "bad link [kt:7F3A2C]"}


@pytest.mark.parametrize("given_parts", [{}, {Part.TENANT: ""}, {Part.CAMPAIGN: "promo", Part.TENANT: ""}])
def test_a_flush_never_leaves_without_criteria_nor_with_blank_ones(given_parts: dict[Part, str]) -> None:
    with pytest.raises(ValueError, match="flush"):
        flush_body(given_parts, "bad link", TAG)
