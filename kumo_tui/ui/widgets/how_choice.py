"""The choice between a clean and a plain bounce, each with what it means, or why there is no choice."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from kumo_tui.act.draft import How
from kumo_tui.ui.how_offer import CLEAN_WORDS, HowOffer
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, wrapped
from kumo_tui.ui.widgets.lines import glyphs_of

LABEL = f"{'how':<9}"
WAYS = (How.CLEAN, How.PLAIN)


class HowChoice(FittedLines):
    """Arrows move, Space takes; nothing is chosen until then. Without an offer it takes no line.

    Only where there is a choice can it have the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", "previous", show=False),
        Binding("down,right", "move(1)", "next", show=False),
        Binding("space", "take", "take", show=False),
    ]

    class Picked(Message):
        """The operator took a way."""

    def __init__(self, chosen: How | None, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._offer: HowOffer | None = None
        self._chosen = chosen
        self._at = WAYS.index(chosen or How.CLEAN)
        self.can_focus = False

    @property
    def chosen(self) -> How | None:
        """What the operator took, None for nothing."""
        return self._chosen

    @property
    def offer(self) -> HowOffer | None:
        """Which ways there are, None while that is not known."""
        return self._offer

    def show_offer(self, offer: HowOffer | None) -> None:
        """Show these ways."""
        if offer != self._offer:
            self._offer = offer
            self.can_focus = offer is not None and offer.is_choice
            self._redraw()

    def action_move(self, step: int) -> None:
        """Go to the other option."""
        self._at = min(len(WAYS) - 1, max(0, self._at + step))
        self._redraw()

    def action_take(self) -> None:
        """Take the option under the cursor."""
        self._chosen = WAYS[self._at]
        self._redraw()
        self.post_message(self.Picked())

    def on_click(self, event: events.Click) -> None:
        """Take the option that was clicked: clean is the first line, plain all below."""
        if self._offer is not None and self._offer.is_choice:
            self._at = 0 if event.y == 0 else 1
            self.action_take()

    def on_focus(self) -> None:
        """The option under the cursor is bright."""
        self._redraw()

    def on_blur(self) -> None:
        """As `on_focus`."""
        self._redraw()

    def _redraw(self) -> None:
        self.fit(self._laid_out)

    def _laid_out(self, width: int, _height: int) -> Sequence[Line]:
        offer = self._offer
        if offer is None:
            return ()
        if not offer.is_choice:
            return wrapped(offer.words, width, mark=LABEL)
        taken = offer.way(self._chosen)
        return [
            *self._option(How.CLEAN, CLEAN_WORDS, width, is_taken=taken is How.CLEAN),
            *self._option(How.PLAIN, offer.stake.price, width, is_taken=taken is How.PLAIN),
        ]

    def _option(self, way: How, words: str, width: int, *, is_taken: bool) -> list[Line]:
        index = WAYS.index(way)
        sign = glyphs_of(self).marked if is_taken else " "
        head = f"({sign}) {way.value}: "
        label = LABEL if index == 0 else " " * len(LABEL)
        rows = wrapped(words, width - len(label), Look.NORMAL, " " * len(head))
        look = Look.CURSOR if self.has_focus and index == self._at else Look.NORMAL
        first = (Piece(label), Piece(head.rstrip(), look), Piece(f" {rows[0][0].text.lstrip()}")) if rows else ()
        return [first, *((Piece(f"{' ' * len(label)}{row[0].text}"),) for row in rows[1:])]
