"""Help: the table of commands, as it is."""

from kumo_tui.act.rights import Rights
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui import keys
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.screens.detail import DetailScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.footer import key_text
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.ui.widgets.lines import glyphs_of

COLUMNS = (Column("KEY", 6), Column("WHAT IT DOES"), Column("WHERE", 19, gap=2))


class HelpScreen(DetailScreen):
    """Every command with its key."""

    BINDINGS = keys.bindings("back")
    PLACES = frozenset({Place.EVERYWHERE})

    def __init__(self) -> None:
        super().__init__("Keys", COLUMNS, "")

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """The table of commands, those that this session has."""
        del snapshot, now
        self.show_facts([(Piece(" State is a sign and a word; colour only repeats it.", Look.DIM),)])
        self.table.show(help_rows(glyphs_of(self), dashboard_host(self).rights))


def help_rows(signs: Glyphs, rights: Rights) -> list[LineRow]:
    """One row for each command that can be used at all."""
    return [
        LineRow(
            entry.id,
            (
                Cell(key_text(entry, signs), Look.STRONG),
                Cell(entry.help),
                Cell(", ".join(sorted(place.value for place in entry.places)), Look.DIM),
            ),
        )
        for entry in keys.COMMANDS
        if entry.is_allowed(rights)
    ]
