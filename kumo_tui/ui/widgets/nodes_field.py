"""The field that says for which nodes an act is meant: `nodes [all 3     ]`."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from kumo_tui.text import clean, plural
from kumo_tui.ui.cells import Cut, fit
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.form import OneLine

WIDTH = 10


class NodesField(OneLine, can_focus=True):
    """Space opens the choice of nodes; without several nodes to choose from it takes no room."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "choose", "choose", show=False)]

    class Wanted(Message):
        """The operator wants to choose."""

    def __init__(self, chosen: Sequence[str], *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._chosen = tuple(chosen)
        self._targets = 0

    def show(self, chosen: Sequence[str], targets: int) -> None:
        """Show these names out of so many targets; none means all of them."""
        if (tuple(chosen), targets) != (self._chosen, self._targets):
            self._chosen, self._targets = tuple(chosen), targets
            self.display = targets > 1
            self.repaint()

    def pieces(self) -> Sequence[Piece]:
        """The label and what is chosen, in brackets."""
        if not self._chosen:
            words = f"all {self._targets}"
        elif len(self._chosen) == 1:
            words = clean(self._chosen[0])
        else:
            words = f"{len(self._chosen)} of {self._targets}"
        look = Look.CURSOR if self.has_focus else Look.NORMAL if not self._chosen else Look.STRONG
        return (Piece("nodes "), Piece(f"[{fit(words, WIDTH, cut=Cut.MIDDLE)}]", look))

    def action_choose(self) -> None:
        """Ask for the choice."""
        self.post_message(self.Wanted())

    def on_click(self) -> None:
        """As Space."""
        self.action_choose()


def others_words(nodes: Sequence[str]) -> str:
    """What the key does that leaves out who cannot take part: `F6 goes on with the other 2 nodes.`"""
    where = clean(nodes[0]) if len(nodes) == 1 else f"the other {plural(len(nodes), 'node')}"
    return f"F6 goes on with {where}."
