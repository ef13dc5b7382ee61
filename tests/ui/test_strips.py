"""Strips: cleaned text in exact widths, and the cells in which two of them differ."""

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from kumo_tui.ui.cells import width_of
from kumo_tui.ui.colours import DARK, palette
from kumo_tui.ui.strips import Piece, changed_span, strip_of
from kumo_tui.ui.theme import Look

STYLES = palette(DARK)


def test_a_strip_is_exactly_as_wide_as_asked() -> None:
    assert strip_of([Piece("ab"), Piece("漢字", Look.DIM)], 5, STYLES).text == "ab漢…"
    assert strip_of([Piece("ab")], 5, STYLES).text == "ab   "


def test_pieces_of_one_look_become_one_segment() -> None:
    strip = strip_of([Piece("a"), Piece("b"), Piece("c", Look.DIM)], 3, STYLES)
    assert [(segment.text, segment.style) for segment in strip] == [("ab", Style.null()), ("c", STYLES[Look.DIM])]


def test_the_changed_span_is_the_cells_that_differ() -> None:
    old = strip_of([Piece("name   "), Piece("1,204"), Piece(" calm")], 20, STYLES)
    new = strip_of([Piece("name   "), Piece("1,310"), Piece(" calm")], 20, STYLES)
    assert changed_span(old, new) == (9, 12)
    assert changed_span(old, old) is None


def test_a_change_of_look_alone_is_a_change() -> None:
    old = strip_of([Piece("ab"), Piece("cd")], 4, STYLES)
    new = strip_of([Piece("ab"), Piece("cd", Look.RED)], 4, STYLES)
    assert changed_span(old, new) is not None


@given(st.lists(st.tuples(st.text(), st.sampled_from(Look)), max_size=6), st.integers(0, 40))
def test_nothing_unprintable_ever_gets_into_a_strip(parts: list[tuple[str, Look]], width: int) -> None:
    strip = strip_of([Piece(text, look) for text, look in parts], width, STYLES)
    assert strip.text.isprintable()
    assert width_of(strip.text) == width


@given(st.text("ab漢 ", max_size=12), st.text("ab漢 ", max_size=12))
def test_cells_outside_the_changed_span_are_equal(one: str, other: str) -> None:
    old, new = strip_of([Piece(one)], 30, STYLES), strip_of([Piece(other)], 30, STYLES)
    span = changed_span(old, new)
    if span is None:
        assert old.text == new.text
        return
    start, end = span
    assert old.crop(0, start).text == new.crop(0, start).text
    assert old.crop(end, 30).text == new.crop(end, 30).text
