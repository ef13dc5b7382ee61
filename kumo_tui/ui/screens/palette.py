"""The palette: commands found by their words."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from kumo_tui.act.rights import Rights
from kumo_tui.ui import keys
from kumo_tui.ui.keys import Command, Place
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.footer import key_text
from kumo_tui.ui.widgets.form import TextField
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow, LineTable
from kumo_tui.ui.widgets.lines import glyphs_of

COLUMNS = (Column("KEY", 6), Column("NAME", 10), Column("WHAT IT DOES"))
NOT_HERE = keys.MOVES | {"palette", "back"}


class PaletteScreen(Modal[Command | None]):
    """Ends with the command that was chosen, or None. Choosing one is pressing its key: dialogs still ask."""

    DEFAULT_CSS = """
    PaletteScreen { align: center middle; }
    PaletteScreen > Vertical {
        width: 72; max-width: 90%; height: 16; max-height: 90%; border: solid $border; background: $background;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back"),
        Binding("up", "cursor_up", "up", show=False),
        Binding("down", "cursor_down", "down", show=False),
    ]
    AUTO_FOCUS = "TextField"

    def __init__(self, places: Iterable[Place], rights: Rights) -> None:
        super().__init__()
        self._commands = [
            entry for entry in keys.COMMANDS if entry.applies(places, rights) and entry.id not in NOT_HERE
        ]

    def compose(self) -> ComposeResult:
        """A field and the commands that pass."""
        with Vertical():
            yield TextField("", id="words")
            yield LineTable(COLUMNS, id="commands", empty="no such command")

    def on_mount(self) -> None:
        """All commands, to begin with."""
        self._show("")

    @on(Input.Changed, "#words")
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted, "#words")
    @on(LineTable.Opened, "#commands")
    def _chosen(self) -> None:
        key = self._table.cursor_key
        self.dismiss(keys.command(key) if isinstance(key, str) else None)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_cursor_up(self) -> None:
        self._table.action_cursor_up()

    def action_cursor_down(self) -> None:
        self._table.action_cursor_down()

    @property
    def _table(self) -> LineTable:
        return self.query_one(LineTable)

    def _show(self, typed: str) -> None:
        signs = glyphs_of(self)
        self._table.show(
            [
                LineRow(entry.id, (Cell(key_text(entry, signs), Look.STRONG), Cell(entry.label), Cell(entry.help)))
                for entry in found(self._commands, typed)
            ]
        )
        self._table.action_first()


def found(commands: Iterable[Command], typed: str) -> list[Command]:
    """The commands that hold every word that was typed, those that hold one in their name first."""
    words = typed.casefold().split()
    passing = [
        entry for entry in commands if all(word in f"{entry.label} {entry.help}".casefold() for word in words)
    ]
    return sorted(passing, key=lambda entry: not any(word in entry.label for word in words))
