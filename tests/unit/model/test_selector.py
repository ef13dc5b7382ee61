"""Selectors: never empty, and matching as the server matches (KUMOMTA.md 2.1)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.errors import InputError
from kumo_tui.model.names import Part, parse_name
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues

NAMES = st.text(st.sampled_from("ab@:!"), max_size=8)
VALUES = st.none() | st.text(st.sampled_from("ab@:!"), max_size=3)


def test_criteria_cannot_be_built_empty() -> None:
    with pytest.raises(InputError, match="nothing is selected"):
        Criteria()


def test_criteria_cannot_be_emptied_afterwards() -> None:
    with pytest.raises(InputError):
        replace(Criteria(campaign="promo"), campaign=None)


def test_a_list_of_exact_queues_cannot_be_empty() -> None:
    with pytest.raises(InputError, match="no queue is selected"):
        ExactQueues(frozenset())
    with pytest.raises(InputError):
        ExactQueues.of([])


@pytest.mark.parametrize(
    ("criteria", "name", "meant"),
    [
        (Criteria(campaign="promo"), "promo:acme@yahoo.com", True),
        (Criteria(campaign="promo"), "Promo:acme@yahoo.com", False),
        (Criteria(campaign="promo"), "acme@yahoo.com", False),
        (Criteria(campaign="promo"), "promo2:acme@yahoo.com", False),
        (Criteria(tenant="acme"), "promo:acme@yahoo.com", True),
        (Criteria(tenant="acme"), "acme@yahoo.com", True),
        (Criteria(tenant=""), "promo:@yahoo.com", True),
        (Criteria(tenant=""), "yahoo.com", False),
        (Criteria(tenant=""), "acme@yahoo.com", False),
        (Criteria(campaign=""), ":@d", True),
        (Criteria(campaign=""), "@d", False),
        (Criteria(domain="yahoo.com"), "promo:acme@yahoo.com!relay", True),
        (Criteria(domain="yahoo.com"), "yahoo.com", True),
        (Criteria(domain="Yahoo.com"), "yahoo.com", False),
        (Criteria(domain="relay"), "acme@yahoo.com!relay", False),
        (Criteria(domain=""), "", True),
        (Criteria(domain=""), "d", False),
        (Criteria(routing_domain="relay"), "acme@yahoo.com!relay", True),
        (Criteria(routing_domain="relay"), "acme@relay", False),
        (Criteria(routing_domain=""), "d!", True),
        (Criteria(campaign="c", tenant="u"), "c:u@x.com@d", True),
        (Criteria(domain="x.com@d"), "c:u@x.com@d", True),
        (Criteria(campaign="promo", domain="aol.com"), "promo:acme@yahoo.com", False),
    ],
)
def test_criteria_match_as_the_server_matches(criteria: Criteria, name: str, meant: bool) -> None:
    assert criteria.matches(name) is meant


@given(NAMES, VALUES, VALUES, VALUES, VALUES)
def test_a_queue_is_meant_when_every_given_part_is_equal(
    name: str, campaign: str | None, tenant: str | None, domain: str | None, routing: str | None
) -> None:
    wanted = (campaign, tenant, domain, routing)
    if all(value is None for value in wanted):
        return
    criteria = Criteria(*wanted)
    parts = parse_name(name)
    meant = all(value is None or parts.get(part) == value for part, value in zip(Part, wanted, strict=True))
    assert criteria.matches(name) is meant
    assert len(QueueTable.of({name: 1}).select(criteria)) == int(meant)


@given(st.frozensets(NAMES, min_size=1), NAMES)
def test_exact_queues_mean_their_names_and_no_others(names: frozenset[str], name: str) -> None:
    assert ExactQueues(names).matches(name) is (name in names)


def test_the_same_queue_twice_is_one() -> None:
    assert ExactQueues.of(["a", "a"]).names == {"a"}


def test_everything_means_every_queue() -> None:
    assert Everything().matches("")
    assert Everything().matches("webhook.log_hook")


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (Criteria(campaign="promo", tenant="acme"), "campaign=promo tenant=acme"),
        (Criteria(tenant=""), 'tenant=""'),
        (Criteria(routing_domain="r\x1b[2J"), "routing_domain=r\\x1b[2J"),
        (ExactQueues.of(["promo:acme@\u202eyahoo.com"]), "queue promo:acme@\\u202eyahoo.com"),
        (ExactQueues.of(["a", "b", "c"]), "3 exact queues"),
        (Everything(), "EVERYTHING"),
    ],
)
def test_a_selector_is_described_in_clean_text(selector: Criteria | ExactQueues | Everything, words: str) -> None:
    assert selector.describe() == words
