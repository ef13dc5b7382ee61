"""The last line: the keys that do something here and now."""

from collections.abc import Collection, Iterable

from kumo_tui.act.rights import Rights
from kumo_tui.ui.keys import WAY_BACK, Command, Place, command, in_footer
from kumo_tui.ui.room import LEAST_FOR_FORMS, has_no_room_for_forms
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

HELP = "help"
FORMS = frozenset({"bounce", "stop"})
_LEAST = f"{LEAST_FOR_FORMS.width}x{LEAST_FOR_FORMS.height}"


def key_text(entry: Command, signs: Glyphs) -> str:
    """How the command's key is written on this terminal."""
    if entry.shown == "Enter":
        return signs.enter
    return entry.shown.replace("↑", "Up").replace("↓", "Down") if signs.ascii_only else entry.shown


def footer_line(commands: Iterable[Command], width: int, signs: Glyphs) -> Line:
    """As many hints as fit, the most needed first, in their order; the way back and the help always."""
    listed = list(commands)
    taken = {entry.id: 2 + len(key_text(entry, signs)) + 1 + len(entry.label) for entry in listed}
    left, kept = width, set[str]()
    for entry in sorted(listed, key=lambda entry: (entry.id != WAY_BACK, entry.id != HELP)):
        if taken[entry.id] <= left:
            kept.add(entry.id)
            left -= taken[entry.id]
    pieces: list[Piece] = []
    for entry in (each for each in listed if each.id in kept):
        gap = "  " if pieces else " "
        pieces += [
            Piece(gap),
            Piece(key_text(entry, signs), Look.STRONG),
            Piece(f" {entry.label}", Look.DIM),
        ]
    return tuple(pieces)


class Footer(Lines):
    """Key hints from the table of commands."""

    def show_keys(self, places: Collection[Place], rights: Rights) -> None:
        """Show the keys that apply at these places."""
        hint = f" {command('filter').help} " if Place.FILTER in places else ""
        shown = in_footer(places, rights)
        if has_no_room_for_forms(self.app.size):
            shown = [entry for entry in shown if entry.id not in FORMS]
            hint = f" {self.app.size.width}x{self.app.size.height}: forms need {_LEAST} "
        line = footer_line(shown, self.size.width - len(hint), glyphs_of(self))
        self.show((*((Piece(hint, Look.DIM),) if hint else ()), *line))
