"""Every queue of a preview by name: what came and what went first, then the server's own, then the largest."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.model.preview import CAME, OWN, WENT, Hit
from kumo_tui.text import is_altered, plural
from kumo_tui.ui.cells import Align, Cut, fit_count
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.form import Dialog
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

COUNT_WIDTH = 11
COLUMNS = (
    Column("QUEUE", cut=Cut.MIDDLE),
    Column("MESSAGES", COUNT_WIDTH, Align.RIGHT),
    Column("", len(OWN), gap=2),
)


class HitScreen(Modal[None]):
    """Read-only: the queues that would be hit, as they were counted when it opened."""

    DEFAULT_CSS = """
    HitScreen { align: center middle; background: $background; }
    HitScreen > Dialog { max-width: 100; max-height: 34; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f4,q", "close", "back", show=False),
    ]
    AUTO_FOCUS = "LineTable"

    def __init__(self, hit: Hit) -> None:
        super().__init__()
        self._hit = hit

    def compose(self) -> ComposeResult:
        """The table, and the keys."""
        preview = self._hit.preview
        counts = f"{plural(preview.queues, 'queue')}, {plural(preview.messages, 'message')} when this opened"
        with Dialog("Queues"):
            yield Lines((Piece(counts, Look.STRONG),))
            yield LineTable(COLUMNS, id="queues", empty="no queue holds mail now")
            yield Lines((Piece("arrows, PgUp, PgDn scroll   Esc back", Look.DIM),))

    def on_mount(self) -> None:
        """Show the rows."""
        hit, signs = self._hit, glyphs_of(self)
        names, words = hit.names()

        def row(index: int) -> LineRow:
            name = names[index]
            look = Look.AMBER if name in words else Look.NORMAL
            cells = (
                Cell(name, look),
                Cell(fit_count(hit.messages_of(name), COUNT_WIDTH), look),
                Cell(words.get(name, ""), look),
            )
            lead = {CAME: Cell("+", look), WENT: Cell("-", look)}.get(words.get(name, ""), Cell(" "))
            flag = Cell(signs.altered, Look.AMBER) if is_altered(name) else Cell(" ")
            return LineRow(name, cells, lead=lead, flag=flag)

        self.query_one(LineTable).show_lazily(names, row)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
