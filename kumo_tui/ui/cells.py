"""Text in cells: cutting, padding and aligning by what a character takes on the screen, not by its count."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from rich.cells import cell_len, chop_cells

from kumo_tui.units import count_text


class Align(StrEnum):
    """Where text stands in its column."""

    LEFT = "left"
    RIGHT = "right"


class Cut(StrEnum):
    """Where text loses what does not fit."""

    END = "end"
    MIDDLE = "middle"


def width_of(text: str) -> int:
    """Cells that the text takes."""
    return cell_len(text)


def head(text: str, width: int) -> str:
    """As much of the start as fits into `width` cells."""
    if cell_len(text) <= width:
        return text
    return chop_cells(text, width)[0] if width > 0 and cell_len(text[0]) <= width else ""


def tail(text: str, width: int) -> str:
    """As much of the end as fits into `width` cells."""
    if cell_len(text) <= width:
        return text
    taken, start = 0, len(text)
    while start > 0 and taken + cell_len(text[start - 1]) <= width:
        start -= 1
        taken += cell_len(text[start])
    return text[start:]


def cut_end(text: str, width: int, ellipsis: str = "…") -> str:
    """The text, or its start and an ellipsis."""
    if cell_len(text) <= width:
        return text
    return head(text, width - len(ellipsis)) + ellipsis if width > len(ellipsis) else head(text, width)


def cut_middle(text: str, width: int, ellipsis: str = "…") -> str:
    """The text, or its start and its end: `promo:ac…@yahoo.com`.

    What begins with the first `@` is kept whole where it leaves a third of the room to the start.
    """
    if cell_len(text) <= width:
        return text
    room = width - len(ellipsis)
    if room < 4:
        return cut_end(text, width, ellipsis)
    end = text[text.find("@") :] if "@" in text else ""
    end_width = cell_len(end)
    if not end or end_width > room * 2 // 3:
        end_width = room // 2
        end = tail(text, end_width)
    return head(text, room - cell_len(end)) + ellipsis + end


def cut_around(text: str, position: int, width: int, ellipsis: str = "…") -> str:
    """The text, or its start, and what stands from the character at `position` on."""
    room = width - len(ellipsis)
    rest = text[position:]
    if cell_len(text) <= width or room < 8:
        return cut_end(text, width, ellipsis)
    if cell_len(rest) <= room - 3:
        return head(text, room - cell_len(rest)) + ellipsis + rest
    start = head(text, min(position, room // 3))
    return start + ellipsis + cut_end(rest, room - cell_len(start), ellipsis)


def cut_apart(texts: Iterable[str], width: int, ellipsis: str = "…") -> Mapping[str, str]:
    """Middle cuts of those texts that are too wide; texts whose cuts would look alike keep where they differ."""
    by_cut: dict[str, list[str]] = {}
    for text in texts:
        if cell_len(text) > width:
            by_cut.setdefault(cut_middle(text, width, ellipsis), []).append(text)
    cuts: dict[str, str] = {}
    for cut, alike in by_cut.items():
        if len(alike) == 1:
            cuts[alike[0]] = cut
            continue
        differs_at = _common_start(alike)
        for text in alike:
            cuts[text] = cut_around(text, differs_at, width, ellipsis)
    return cuts


def fit(text: str, width: int, align: Align = Align.LEFT, cut: Cut = Cut.END, ellipsis: str = "…") -> str:
    """The text in exactly `width` cells: cut, then padded with blanks."""
    shown = cut_middle(text, width, ellipsis) if cut is Cut.MIDDLE else cut_end(text, width, ellipsis)
    blanks = " " * max(0, width - cell_len(shown))
    return blanks + shown if align is Align.RIGHT else shown + blanks


def fit_count(value: int, width: int, *, signed: bool = False) -> str:
    """A count with separators, in thousands or millions where it is too wide: `1,204k`, `12M`."""
    sign = "+" if signed and value > 0 else ""
    for unit, size in (("", 1), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)):
        text = f"{sign}{count_text(int(value / size))}{unit}"
        if len(text) <= width:
            return text
    return "#" * width


def _common_start(texts: Sequence[str]) -> int:
    """How many characters all texts begin with alike."""
    first, last = min(texts), max(texts)
    return next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))
