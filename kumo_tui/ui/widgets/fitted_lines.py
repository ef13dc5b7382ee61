"""Fitted lines: text that is laid out for the room there is, in dialogs and details."""

from collections.abc import Callable, Sequence
from textwrap import wrap

from rich.cells import chop_cells
from textual.geometry import Size
from textual.strip import Strip

from kumo_tui.text import clean
from kumo_tui.ui.cells import width_of
from kumo_tui.ui.strips import Line, Piece, strip_of
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.lines import PaintedLines, glyphs_of, palette_of

LayOut = Callable[[int, int], Sequence[Line]]


class FittedLines(PaintedLines):
    """Lines from a function of width and height (0: as many lines as it takes), given by `fit`."""

    DEFAULT_CSS = """
    FittedLines { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, classes=classes)
        self._lay_out: LayOut = lambda _width, _height: ()
        self._fitted: tuple[Size, Sequence[Line]] | None = None

    def fit(self, lay_out: LayOut) -> None:
        """Show what this function lays out."""
        self._lay_out = lay_out
        self._fitted = None
        if self.styles.is_auto_height and len(self._lay_out(self.size.width, 0)) != self.size.height:
            self._painted.clear()
            self.refresh(layout=True)
        else:
            self.repaint()

    def show_words(self, text: str, look: Look = Look.NORMAL, mark: str = "") -> None:
        """Show one text, wrapped, the first line after `mark`; an empty text takes no line."""
        self.fit(lambda width, _height: wrapped(text, width, look, mark))

    def strip_at(self, y: int, width: int) -> Strip:
        """The strip of one line, blank below the last."""
        lines = self._lines_for(Size(width, 0 if self.styles.is_auto_height else self.size.height))
        line = lines[y] if y < len(lines) else ()
        return strip_of(line, width, palette_of(self), glyphs_of(self).ellipsis)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many cells as there are lines at this width."""
        return len(self._lay_out(width, 0))

    def _lines_for(self, size: Size) -> Sequence[Line]:
        if self._fitted is None or self._fitted[0] != size:
            self._fitted = (size, self._lay_out(size.width, size.height))
        return self._fitted[1]


def wrapped(text: str, width: int, look: Look = Look.NORMAL, mark: str = "") -> list[Line]:
    """The text in lines of this width, the first one after `mark`, the others below its text."""
    room = max(8, width - len(mark))
    rows = wrap(clean(text), room) if text else []
    return [(Piece((mark if row == 0 else " " * len(mark)) + words, look),) for row, words in enumerate(rows)]


def joined(parts: Sequence[str], width: int, dot: str, look: Look = Look.NORMAL) -> list[Line]:
    """`412 queues · 183,220 messages · ...` in lines of this width, broken between parts only where they fit."""
    rows: list[str] = []
    for part in map(clean, parts):
        longer = f"{rows[-1]} {dot} {part}" if rows else part
        if rows and width_of(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(part)
    return [line for row in rows for line in wrapped(row, width, look)]


def folded(text: str, width: int, look: Look = Look.NORMAL) -> list[Line]:
    """The text in full lines of this width, broken wherever a line is full: no character is lost at a break."""
    return [(Piece(piece, look),) for piece in chop_cells(clean(text), max(1, width))]
