"""What a listed entry honestly says of its scope, and how ours are found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.model.directives import Directive, ReadyQueue, Suspension, criteria_of, misses_new_mail
from kumo_tui.model.selector import Criteria
from kumo_tui.model.tags import guard_domain, guard_tag, reason_tag, tagged_reason, untagged


def directive(reason: str = "x", **parts: str | None) -> Directive:
    values = {"campaign": None, "tenant": None, "domain": None, "routing_domain": None, **parts}
    return Directive("id", reason=reason, remaining_s=5.0, **values)


def test_an_entry_without_criteria_reads_everything_or_exact_queues() -> None:
    assert directive().is_criteria_free
    assert directive().criteria is None
    assert directive().scope_text() == "everything or exact queues"


def test_an_entry_with_our_guard_domain_is_an_exact_one() -> None:
    entry = directive(domain=guard_domain("7F3A2C"))
    assert entry.is_exact
    assert not entry.is_criteria_free
    assert entry.tag == "7F3A2C"
    assert entry.scope_text() == "exact queues (kumo-tui 7F3A2C)"


def test_an_entry_with_criteria_shows_them_clean() -> None:
    assert directive(campaign="promo", tenant="a\x1b").scope_text() == "campaign=promo tenant=a\\x1b"


def test_an_empty_criterion_is_a_criterion() -> None:
    assert directive(tenant="").criteria == Criteria(tenant="")
    assert not directive(tenant="").is_criteria_free


def test_the_automations_entries_are_known_by_their_reason() -> None:
    assert directive("too many complaints (rule_hash=abc123)").is_automation
    assert not directive("about (rule_hash=abc) things").is_automation


def test_a_suspension_says_its_scope_the_same_way() -> None:
    assert Suspension("i", None, None, None, "x", 1.0).scope_text() == "everything or exact queues"
    assert Suspension("i", "promo", None, None, "x [kt:7F3A2C]", 1.0).scope_text() == "campaign=promo"
    assert Suspension("i", "promo", None, None, "x [kt:7F3A2C]", 1.0).tag == "7F3A2C"
    guarded = Suspension("i", None, None, guard_domain("7F3A2C"), "x", 1.0)
    assert guarded.scope_text() == "exact queues (kumo-tui 7F3A2C)"


def test_a_directive_of_all_four_parts_misses_new_mail() -> None:
    assert misses_new_mail(Criteria("c", "t", "d", "r"))
    assert not misses_new_mail(Criteria("c", "t", "d"))


def test_criteria_of_nothing_are_none() -> None:
    assert criteria_of(None, None, None, None) is None
    assert criteria_of(None, None, "", None) == Criteria(domain="")


@given(st.text(max_size=30), st.sampled_from(["7F3A2C", "0000", "ABCDEF"]))
def test_a_tag_that_was_written_is_found_again(reason: str, tag: str) -> None:
    sent = tagged_reason(reason, tag)
    assert reason_tag(sent) == tag
    assert directive(sent).tag == tag
    assert guard_tag(guard_domain(tag)) == tag


def test_the_words_of_a_reason_are_those_before_its_tag() -> None:
    assert directive("bad link #4711 [kt:7F3A2C]").words == "bad link #4711"
    assert untagged("by hand") == "by hand"


@pytest.mark.parametrize("reason", ["see [kt:7F3A2C] for why", "[kt:xyz]", "[kt:7F]", "kt:7F3A2C", ""])
def test_a_reason_that_only_mentions_a_tag_is_not_ours(reason: str) -> None:
    assert reason_tag(reason) is None
    assert untagged(reason) == reason


def test_of_two_tags_the_one_at_the_end_is_ours() -> None:
    assert reason_tag("again [kt:111111] [kt:222222]") == "222222"
    assert untagged("again [kt:111111] [kt:222222]") == "again [kt:111111]"


@pytest.mark.parametrize(
    "domain",
    [None, "", "yahoo.com", "kt-7f3a2c.kumo-tui-guard.invalid.evil.com", "x.kt-7f3a2c.kumo-tui-guard.invalid"],
)
def test_other_domains_are_no_guard(domain: str | None) -> None:
    assert guard_tag(domain) is None


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("unspecified->mx_list:127.0.0.1:2026@smtp_client", "mx_list:127.0.0.1:2026"),
        ("ip1->(alt1|alt2)?.gmail-smtp-in.l.google.com@smtp_client", "(alt1|alt2)?.gmail-smtp-in.l.google.com"),
        ("odd", "odd"),
    ],
)
def test_a_ready_queue_names_what_it_delivers_to(name: str, site: str) -> None:
    assert ReadyQueue(name).site == site
