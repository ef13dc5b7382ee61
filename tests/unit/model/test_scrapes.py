"""Our nodes beside Prometheus's targets, and the names that break a scrape."""

import pytest

from kumo_tui.model.scrapes import (
    Target,
    breaks_scrape,
    compare,
    failing_words,
    first_breaking,
)


@pytest.mark.parametrize(
    ("name", "breaks"),
    [
        ("promo:acme@gmail.com", False),
        ('quo"te@x.example', True),
        ("back\\slash@x.example", False),
        ("trailing@x.example\\", True),
        ('escaped\\"quote@x.example', False),
        ("line\nfeed@x.example", False),
        ('"} 5 scheduled_count{queue="forged', True),
        # Its parts are labels too: of tenant, of campaign, of domain.
        ("tenant\\@x.example", True),
        ("campaign\\:tenant@x.example", True),
        ("tenant@x.example\\!route", True),
        ("tenant\\\\@x.example", False),
        ("line\\\nfeed@x.example", True),
    ],
)
def test_a_name_breaks_a_scrape_where_its_label_ends_too_early_or_never(name: str, breaks: bool) -> None:
    assert breaks_scrape(name) is breaks


def test_the_first_name_that_breaks_is_found() -> None:
    assert first_breaking(["a", 'b"', 'c"']) == 'b"'
    assert first_breaking(["a"]) == ""


def test_targets_and_nodes_are_compared() -> None:
    targets = [
        Target("mta1:8000", True, 3.0),
        Target("mta2", False),
        Target("other:8000", True, 2.0),
        Target("db", True),
    ]
    nodes = {"mta1": ("mta1:8000", "mta1"), "mta2": ("mta2:8000", "mta2"), "mta3": ("mta3:8000",)}
    found = compare(targets, nodes)
    assert found.by_node == {"mta1": "mta1:8000", "mta2": "mta2"}
    assert found.failing == {"mta2": ""}
    assert found.unknown == ("mta3",)
    assert found.strangers == 1


def test_a_target_that_is_stored_several_times_is_called_by_our_name_where_it_has_one() -> None:
    targets = [
        Target("mta1:8000", True, 3.0, copies=2),
        Target("other", True, 2.0, copies=3),
        Target("c", True, 1.0),
    ]
    assert compare(targets, {"mta1": ("mta1:8000",)}).repeated == {"mta1": 2, "other": 3}


def test_where_nothing_is_known_no_node_is_called_unknown() -> None:
    assert compare([], {"mta1": ("mta1",)}).unknown == ()


def test_a_target_without_up_is_not_failing() -> None:
    assert compare([Target("mta1", None, 5.0)], {"mta1": ("mta1",)}).failing == {}


def test_the_name_that_breaks_a_scrape_is_named_clean() -> None:
    assert failing_words("mta2", "") == (
        "Prometheus cannot scrape mta2 though it answers us: its page /targets says why, often that the node does "
        "not trust its host or listens on loopback only; its numbers are missing from the overview"
    )
    assert 'queue e\\x1b"x@h breaks its /metrics' in failing_words("mta2", 'e\x1b"x@h')
