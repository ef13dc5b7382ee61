"""LineTable: a table painted line by line, for rows that move under the operator's eyes.

The cursor belongs to a key, not to a place: it stays on its row while rows are reordered. Nothing is
animated, nothing blinks, and only cells whose text changed are written to the terminal.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.message import Message
from textual.strip import Strip

from kumo_tui.text import clean
from kumo_tui.ui import keys
from kumo_tui.ui.cells import Align, Cut, fit
from kumo_tui.ui.strips import Piece, strip_of
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.lines import PaintedLines, glyphs_of, palette_of

Key = Hashable
GUTTER = 3
LEAST_ROOM = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` in cells, 0 for the one that takes what is left.

    `from_width` is the table's width from which it is shown; `gap` the blanks before it (none before the first).
    Where the column that takes what is left would get too little, columns that are not `vital` go, the last first.
    """

    title: str
    width: int = 0
    align: Align = Align.LEFT
    cut: Cut = Cut.END
    from_width: int = 0
    gap: int = 1
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of one row."""

    text: str
    look: Look = Look.NORMAL


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row: its key and a cell for every column, shown or not.

    `lead` (a state's glyph; a mark takes its place) and `flag` are one cell wide and stand before the first
    column.
    """

    key: Key
    cells: tuple[Cell, ...]
    lead: Cell = Cell(" ")
    flag: Cell = Cell(" ")


class RowMessage(Message):
    """Something about one row of a table, by its key."""

    def __init__(self, table: "LineTable", key: Key) -> None:
        super().__init__()
        self.table = table
        self.key = key

    @property
    def control(self) -> "LineTable":
        """The table."""
        return self.table


class LineTable(PaintedLines, can_focus=True):
    """Rows under a line of titles. Rows are asked for when they come into sight."""

    DEFAULT_CSS = """
    LineTable { height: 1fr; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(
        "cursor_up", "cursor_down", "page_up", "page_down", "first", "last", "open"
    )

    class CursorMoved(RowMessage):
        """The cursor is on another row; `key` is None when there is none."""

    class Opened(RowMessage):
        """The operator wants to see the row of this key."""

    class Resized(RowMessage):
        """More or fewer rows are in sight."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None, empty: str = "nothing here") -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._keys: Sequence[Key] = ()
        self._row_of: Callable[[int], LineRow] = lambda _index: LineRow(None, ())
        self._empty = empty
        self._cursor = 0
        self._cursor_key: Key = None
        self._last_key: Key = None
        self._top = 0
        self._marks: frozenset[Key] = frozenset()
        self._strips: LRUCache[object, Strip] = LRUCache(512)

    # What is shown

    def show(self, rows: Sequence[LineRow]) -> None:
        """Show these rows."""
        fixed = tuple(rows)
        self.show_lazily([row.key for row in fixed], fixed.__getitem__)

    def show_lazily(self, row_keys: Sequence[Key], row_of: Callable[[int], LineRow]) -> None:
        """Show rows of these keys, which are different; `row_of` gives the row at an index when it is seen.

        The cursor stays on its key; if that is gone, the nearest of its neighbours that is left takes over.
        """
        cursor = self._place_of_cursor(row_keys)
        self._keys, self._row_of = row_keys, row_of
        self._set_cursor(cursor)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Take other columns for the rows that are shown next; they must have a cell for each."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._painted.clear()
            self._strips.clear()

    def set_empty_text(self, text: str) -> None:
        """What stands there when the next rows are none."""
        self._empty = text

    @property
    def row_keys(self) -> Sequence[Key]:
        """Keys of all rows, in order."""
        return self._keys

    @property
    def shown_range(self) -> range:
        """Indexes of the rows that are in sight."""
        return range(self._top, min(len(self._keys), self._top + self.page))

    @property
    def page(self) -> int:
        """Rows that fit."""
        return max(1, self.size.height - 1)

    # Cursor and marks

    @property
    def cursor_key(self) -> Key:
        """The key under the cursor, None when there are no rows."""
        return self._cursor_key

    @property
    def cursor_index(self) -> int | None:
        """The index under the cursor, None when there are no rows."""
        return self._cursor if self._keys else None

    @property
    def marks(self) -> frozenset[Key]:
        """Marked keys, those of rows that are not shown among them."""
        return self._marks

    def set_marks(self, marks: frozenset[Key]) -> None:
        """Mark exactly these."""
        self._marks = marks
        self.repaint()

    def move_to(self, key: Key) -> None:
        """Put the cursor on the row of this key, if it is there."""
        if key in self._keys:
            self._set_cursor(self._keys.index(key))

    def action_cursor_up(self) -> None:
        self._set_cursor(self._cursor - 1)

    def action_cursor_down(self) -> None:
        self._set_cursor(self._cursor + 1)

    def action_page_up(self) -> None:
        self._set_cursor(self._cursor - self.page)

    def action_page_down(self) -> None:
        self._set_cursor(self._cursor + self.page)

    def action_first(self) -> None:
        self._set_cursor(0)

    def action_last(self) -> None:
        self._set_cursor(len(self._keys) - 1)

    def action_open(self) -> None:
        if self._keys:
            self.post_message(self.Opened(self, self._cursor_key))

    def on_click(self, event: events.Click) -> None:
        """The mouse puts the cursor there."""
        if 0 < event.y <= len(self.shown_range):
            self._set_cursor(self._top + event.y - 1)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor: what is acted on is always in sight."""
        self._set_cursor(self._cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        """As `on_mouse_scroll_down`, upwards."""
        self._set_cursor(self._cursor - 3)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight."""
        self._scroll_to_cursor()
        super().on_resize(event)
        self.post_message(self.Resized(self, self._cursor_key))

    def on_focus(self) -> None:
        """The cursor of the table with the focus is the bright one."""
        self.repaint()

    def on_blur(self) -> None:
        """As `on_focus`."""
        self.repaint()

    def _place_of_cursor(self, row_keys: Sequence[Key]) -> int:
        place = {key: index for index, key in enumerate(row_keys)}
        if self._last_key in place:
            return place[self._last_key]
        for distance in range(1, len(self._keys)):
            for index in (self._cursor + distance, self._cursor - distance):
                if 0 <= index < len(self._keys) and self._keys[index] in place:
                    return place[self._keys[index]]
        return 0

    def _set_cursor(self, index: int) -> None:
        before = self._cursor_key
        self._cursor = max(0, min(index, len(self._keys) - 1))
        self._cursor_key = self._keys[self._cursor] if self._keys else None
        if self._keys:
            self._last_key = self._cursor_key
        self._scroll_to_cursor()
        self.repaint()
        if self._cursor_key != before:
            self.post_message(self.CursorMoved(self, self._cursor_key))

    def _scroll_to_cursor(self) -> None:
        highest = max(0, len(self._keys) - self.page)
        lowest_for_cursor = self._cursor - self.page + 1
        self._top = max(0, min(self._cursor, highest, max(self._top, lowest_for_cursor)))

    # Painting

    def strip_at(self, y: int, width: int) -> Strip:
        """Titles, then rows, then blank lines."""
        if y == 0:
            return self._cached(("titles", width), lambda: self._titles(width), width)
        index = self._top + y - 1
        if index >= len(self._keys):
            text = f"   {self._empty}" if y == 1 and not self._keys else ""
            return self._cached(("blank", text, width), lambda: [Piece(text, Look.DIM)], width)
        row = self._row_of(index)
        under_cursor, marked = index == self._cursor, row.key in self._marks
        bright = under_cursor and self.has_focus
        key = (row, width, under_cursor, bright, marked)
        return self._cached(key, lambda: self._row(row, width, under_cursor, bright, marked), width)

    def forget(self) -> None:
        """Paint every line anew."""
        self._strips.clear()
        super().forget()

    def _cached(self, key: object, build: Callable[[], list[Piece]], width: int) -> Strip:
        strip = self._strips.get(key)
        if strip is None:
            strip = strip_of(build(), width, palette_of(self), glyphs_of(self).ellipsis)
            self._strips[key] = strip
        return strip

    def _titles(self, width: int) -> list[Piece]:
        pieces = [Piece(" " * GUTTER)]
        for _index, column, gap, room in self._layout(width):
            pieces.append(Piece(" " * gap + fit(column.title, room, column.align), Look.DIM))
        return pieces

    def _row(self, row: LineRow, width: int, under_cursor: bool, bright: bool, marked: bool) -> list[Piece]:
        signs = glyphs_of(self)
        lead = Cell(signs.marked, Look.ACCENT) if marked else row.lead
        pieces = [
            Piece(signs.cursor, Look.ACCENT) if under_cursor else Piece(" "),
            Piece(fit(clean(lead.text), 1), lead.look),
            Piece(fit(clean(row.flag.text), 1), row.flag.look),
        ]
        for index, column, gap, room in self._layout(width):
            cell = row.cells[index]
            text = fit(clean(cell.text), room, column.align, column.cut, signs.ellipsis)
            pieces.append(Piece(" " * gap + text, cell.look))
        return [Piece(piece.text, Look.CURSOR) for piece in pieces] if bright else pieces

    def room_of(self, title: str) -> int:
        """Cells that the column of this title has now, 0 when it is not shown."""
        layout = self._layout(self.size.width)
        return next((room for _index, column, _gap, room in layout if column.title == title), 0)

    def _layout(self, width: int) -> list[tuple[int, Column, int, int]]:
        """Index, column, blanks before it and cells of each column that is shown."""
        shown = [(index, column) for index, column in enumerate(self._columns) if width >= column.from_width]
        needless = [entry for entry in shown if entry[1].width and not entry[1].vital]
        while _left(shown, width) < LEAST_ROOM and needless:
            shown.remove(needless.pop())
        left = _left(shown, width)
        return [
            (index, column, column.gap if place else 0, column.width or max(0, left))
            for place, (index, column) in enumerate(shown)
        ]


def _left(shown: Sequence[tuple[int, Column]], width: int) -> int:
    """Cells that are left for the column without a width."""
    return width - GUTTER - sum(column.gap for _index, column in shown[1:]) - sum(each.width for _, each in shown)
