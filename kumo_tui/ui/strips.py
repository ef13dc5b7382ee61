"""Strips: clean pieces of text laid out in cells, and where two strips differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from kumo_tui.text import clean
from kumo_tui.ui.cells import cut_end, width_of
from kumo_tui.ui.theme import Look, Palette


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and how it looks. Text is never markup."""

    text: str
    look: Look = Look.NORMAL


Line = tuple[Piece, ...]


def line_width(line: Iterable[Piece]) -> int:
    """Cells that the line takes."""
    return sum(width_of(clean(piece.text)) for piece in line)


def strip_of(line: Iterable[Piece], width: int, palette: Palette, ellipsis: str = "…") -> Strip:
    """The line in exactly `width` cells. This is the one place where text becomes segments: it is cleaned here.

    Each piece stays a segment of its own, so that a change in one of them rewrites no other.
    """
    segments: list[Segment] = []
    left = width
    for piece in line:
        text = cut_end(clean(piece.text), left, ellipsis)
        if text:
            segments.append(Segment(text, palette[piece.look]))
            left -= width_of(text)
        if left <= 0:
            break
    if left > 0:
        segments.append(Segment(" " * left))
    return Strip(segments, width)


def changed_span(old: Strip | None, new: Strip) -> tuple[int, int] | None:
    """First and past-the-last cell that differ, at the borders of segments; None when nothing does."""
    if old is new or old == new:
        return None
    if old is None or old.cell_length != new.cell_length:
        return 0, new.cell_length
    before, after = list(old), list(new)
    start = _equal_cells(before, after)
    end = new.cell_length - _equal_cells(before[::-1], after[::-1])
    return (start, end) if start < end else (0, new.cell_length)


def _equal_cells(before: list[Segment], after: list[Segment]) -> int:
    cells = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        cells += one.cell_length
    return cells
