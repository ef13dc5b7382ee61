"""What the terminal shows, cell by cell: a frame is what differs from it, and nothing else.

Textual writes a changed line from the start of its widget, and the whole screen several times over when one opens:
18 kB for a form, which is more than two seconds at 64 kbit/s.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from kumo_tui.ui.strips import changed_span

ERASE_TO_END = "\x1b[K"
# Blanks from which on erasing is shorter.
LEAST_BLANKS = 4


class Painted(CompositorUpdate):
    """A frame that is written already."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render_segments(self, console: Console) -> str:
        """The text."""
        del console
        return self._text


class Canvas:
    """The lines of the terminal, as far as they are known."""

    def __init__(self) -> None:
        self._lines: dict[int, Strip] = {}
        self._width = 0

    def forget(self, width: int) -> None:
        """The terminal may show anything by now; it has so many columns."""
        self._lines.clear()
        self._width = width

    def paint(self, update: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """What to write so that the terminal shows the update; empty where it does already."""
        return "".join(self._put(x, y, strip.simplify(), console) for x, y, strip in _pieces(update))

    def _put(self, x: int, y: int, piece: Strip, console: Console) -> str:
        line, end = self._lines.get(y), x + piece.cell_length
        span = changed_span(line.crop(x, end) if line is not None else None, piece)
        if span is None:
            return ""
        if line is not None and line.cell_length >= end:
            parts = [line.crop(0, x), piece, line.crop(end, line.cell_length)]
            self._lines[y] = Strip.join(parts).simplify()
        elif x == 0 and end == self._width:
            self._lines[y] = piece
        at_edge = x + span[1] == self._width
        changed = piece.crop(*span)
        kept = _without_blanks(changed) if at_edge else changed
        text = Control.move_to(x + span[0], y).segment.text + kept.render(console)
        return text if kept is changed else text + ERASE_TO_END


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Column, line and text of each piece of an update."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield update.region.x, y, Strip.join(list(line))
        return
    for y, first, end in update.spans:
        for piece_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            start, stop = max(x, first), min(piece_end, end)
            if strip is not None and start < stop:
                yield start, y, strip.crop(start - x, stop - x)


def _without_blanks(strip: Strip) -> Strip:
    """The strip without the plain blanks at its end, itself where they are few."""
    kept = list(strip)
    blanks = 0
    while kept and _is_plain(kept[-1]):
        text = kept[-1].text.rstrip(" ")
        blanks += len(kept[-1].text) - len(text)
        if text:
            kept[-1] = Segment(text, kept[-1].style)
            break
        kept.pop()
    return Strip(kept) if blanks >= LEAST_BLANKS else strip


def _is_plain(segment: Segment) -> bool:
    """Whether blanks of this style look like erased cells."""
    style = segment.style
    if style is None:
        return True
    marked = style.reverse or style.underline or style.underline2 or style.strike or style.overline
    return not marked and (style.bgcolor is None or style.bgcolor.is_default)
