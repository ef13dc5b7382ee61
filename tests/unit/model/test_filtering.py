"""The filter language: pieces, expressions, parts, and all of them turned round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.errors import InputError
from kumo_tui.model.filtering import NO_FILTER, parse_filter
from kumo_tui.model.names import parse_name


def passes(text: str, name: str) -> bool:
    return parse_filter(text).passes(name, parse_name(name))


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("", "promo:acme@yahoo.com", True),
        ("promo", "promo:acme@yahoo.com", True),
        ("PROMO", "promo:acme@yahoo.com", True),
        ("promo yahoo", "promo:acme@yahoo.com", True),
        ("promo gmail", "promo:acme@yahoo.com", False),
        ("!promo", "promo:acme@yahoo.com", False),
        ("!promo", "acme@yahoo.com", True),
        ("!!promo", "promo:acme@yahoo.com", True),
        ("~^promo:.*yahoo", "promo:acme@yahoo.com", True),
        ("~^PROMO", "promo:acme@yahoo.com", True),
        ("~^acme", "promo:acme@yahoo.com", False),
        ("!~^acme", "promo:acme@yahoo.com", True),
        ("campaign=promo", "promo:acme@yahoo.com", True),
        ("c=promo", "promo:acme@yahoo.com", True),
        ("c=prom", "promo:acme@yahoo.com", False),
        ("c=Promo", "promo:acme@yahoo.com", False),
        ("!c=promo", "promo:acme@yahoo.com", False),
        ("t=acme d=yahoo.com", "promo:acme@yahoo.com", True),
        ("routing_domain=relay", "acme@yahoo.com!relay", True),
        ("r=relay", "acme@yahoo.com", False),
        ("c=", "acme@yahoo.com", True),
        ("t=", "promo:@yahoo.com", True),
        ("x=1", "x=1@yahoo.com", True),
        ("x=1", "promo:acme@yahoo.com", False),
        ("!", "a!b", True),
        ("~", "a~b", True),
        ("STRASSE", "straße", True),
    ],
)
def test_a_queue_is_shown_when_it_passes_every_word(text: str, name: str, shown: bool) -> None:
    assert passes(text, name) is shown


@pytest.mark.parametrize("text", ["~(", "~[a", "~a**", "ok ~(", "!~(", "~a{99999999999999}"])
def test_what_is_no_expression_is_explained_at_the_filter(text: str) -> None:
    with pytest.raises(InputError, match="not a regular expression") as caught:
        parse_filter(text)
    assert caught.value.field == "filter"


def test_an_expression_whose_meaning_may_change_warns_nobody() -> None:
    assert passes("~[[a]", "a")


def test_an_empty_filter_knows_that_it_is_empty() -> None:
    assert NO_FILTER.is_empty
    assert parse_filter("   ").is_empty
    assert not parse_filter("x").is_empty


@pytest.mark.parametrize(
    ("text", "uses"),
    [("", False), ("promo ~x !y", False), ("x=1", False), ("c=promo", True), ("a !!tenant=x", True)],
)
def test_a_filter_knows_whether_it_looks_at_parts(text: str, uses: bool) -> None:
    assert parse_filter(text).uses_parts is uses


@given(st.text(st.characters(blacklist_characters="~"), max_size=10), st.text(max_size=20))
def test_turning_a_word_round_shows_exactly_the_others(word: str, name: str) -> None:
    if len(word.split()) == 1 and word == word.strip() and word.strip("!"):
        assert passes(f"!{word}", name) is not passes(word, name)


@pytest.mark.parametrize("text", ["~", "!", "!~", "promo ~", "! promo"])
def test_a_sign_that_nothing_follows_yet_passes_everything(text: str) -> None:
    name = "promo:acme@yahoo.com"
    assert parse_filter(text).passes(name, parse_name(name))


@pytest.mark.parametrize("text", ["~(x|xx)+!$", "~(.*)*(.*)*(.*)*!$", "!~(x|xx)+!$"])
def test_an_expression_that_would_never_end_is_given_up_with_words(text: str) -> None:
    for name in ("x" * 200 + "!y", "x" * 60_000 + "!y"):
        with pytest.raises(InputError, match="takes too long"):
            passes(text, name)


@pytest.mark.parametrize("text", [r"~a\+b+", "~^promo:.*@.*x", "~(a|b)+", r"~(a)\1", "~a{2}b*c+", "~(?:ab)+"])
def test_timed_and_untimed_expressions_find_the_same(text: str) -> None:
    for name in ("promo:ab@x", "aabbcc", "a+bb", "aa", "q"):
        assert passes(text, name) is passes(text, name + " " * 300)
