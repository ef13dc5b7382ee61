"""Strips: clean pieces of text laid out in cells, and where two strips differ."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from rich.segment import Segment
from textual.strip import Strip

from kumo_tui.text import clean
from kumo_tui.ui.cells import cut_end, width_of
from kumo_tui.ui.colours import Palette
from kumo_tui.ui.theme import Look


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
    """The line in exactly `width` cells. This is the one place where text becomes segments: it is cleaned here."""
    segments: list[Segment] = []
    left = width
    for look, pieces in groupby(line, key=lambda piece: piece.look):
        text = cut_end(clean("".join(piece.text for piece in pieces)), left, ellipsis)
        if text:
            segments.append(Segment(text, palette[look]))
            left -= width_of(text)
        if left <= 0:
            break
    if left > 0:
        segments.append(Segment(" " * left))
    return Strip(segments, width)


def changed_span(old: Strip | None, new: Strip) -> tuple[int, int] | None:
    """First and past-the-last cell that differ, None when nothing does."""
    if old is new or old == new:
        return None
    if old is None or old.cell_length != new.cell_length:
        return 0, new.cell_length
    before, after = list(old), list(new)
    start = _equal_cells(before, after, _common_start)
    end = new.cell_length - _equal_cells(before[::-1], after[::-1], _common_end)
    return (start, end) if start < end else (0, new.cell_length)


def _equal_cells(before: list[Segment], after: list[Segment], common: Callable[[str, str], str]) -> int:
    cells = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            return cells + (width_of(common(one.text, other.text)) if one.style == other.style else 0)
        cells += one.cell_length
    return cells


def _common_start(one: str, other: str) -> str:
    length = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return one[:length] if length is not None else min(one, other, key=len)


def _common_end(one: str, other: str) -> str:
    return _common_start(one[::-1], other[::-1])[::-1]
