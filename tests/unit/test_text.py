"""Strings from a server are shown as text, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kumo_tui.text import and_more, clean, is_altered, one_line, plural
from tests.fakes import recording


def hostile_lines() -> list[str]:
    bodies = [line["response"]["body"] for line in recording("hostile-names") if "response" in line]
    return [line for body in bodies for line in body.split("\n")]


def test_the_recording_holds_hostile_characters() -> None:
    assert any(not line.isprintable() for line in hostile_lines())


def test_every_line_of_the_hostile_recording_is_shown_as_printable_text() -> None:
    assert all(clean(line).isprintable() for line in hostile_lines())


@given(st.text(alphabet=st.characters()))
def test_whatever_comes_in_printable_text_comes_out(raw: str) -> None:
    shown = clean(raw)
    assert shown.isprintable()
    assert not is_altered(shown)
    assert clean(shown) == shown


@given(st.text(alphabet=st.characters()))
def test_a_name_is_flagged_exactly_when_its_shown_form_differs(raw: str) -> None:
    assert is_altered(raw) == (clean(raw) != raw)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("promo:acme@yahoo.com", "promo:acme@yahoo.com"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\x9bb", "a\\x9bb"),
        ("evil\u202etxt", "evil\\u202etxt"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("no\xa0break", "no\\xa0break"),
        ("line\nbreak\r", "line\\x0abreak\\x0d"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("lone\ud800", "lone\\ud800"),
        ("日本語 ünïcode", "日本語 ünïcode"),
        ("[b]markup[/b]", "[b]markup[/b]"),
    ],
)
def test_what_is_not_printable_becomes_a_visible_escape(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize("invisible", ["\u3164", "\u2800", "\ufe0f", "\U000e0100", "\u115f", "\u034f"])
def test_characters_that_show_nothing_are_made_visible_though_they_count_as_printable(invisible: str) -> None:
    assert invisible.isprintable()
    assert clean(f"acme{invisible}") == f"acme{clean(invisible)}" != f"acme{invisible}"
    assert is_altered(f"acme{invisible}")


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("  Error: no such queue\n", "Error: no such queue"),
        ("<html>\n<body>", "<html> <body>"),
        ("x" * 10, "xxxx…"),
        ("\x1b" * 10, "\\x1b…"),
    ],
)
def test_a_piece_of_an_answer_is_one_clean_short_line(raw: str, line: str) -> None:
    assert one_line(raw, 5 if len(raw) == 10 else 300) == line


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 queues"), (1, "1 queue"), (412, "412 queues"), (1204, "1,204 queues")]
)
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    assert plural(count, "queue") == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b and 1 more"),
        (["a\x1b", "b", "c", "d"], "a\\x1b, b and 2 more"),
    ],
)
def test_of_many_names_some_are_told_clean_and_the_rest_counted(names: list[str], text: str) -> None:
    assert and_more(names, 2) == text
