"""Choosing the nodes that an act is meant for."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll

from kumo_tui.act.draft import How
from kumo_tui.act.taking_part import unable_words
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.form import MOVES, Dialog, PushButton, TickBox
from kumo_tui.ui.widgets.lines import Lines


class ChooseNodesScreen(Modal[tuple[str, ...] | None]):
    """Ends in the names that were taken, empty for all targets; in None when it was left. Nothing is sent."""

    DEFAULT_CSS = """
    ChooseNodesScreen { align: center middle; background: $background; }
    ChooseNodesScreen > Dialog { max-width: 90; max-height: 20; height: auto; }
    ChooseNodesScreen VerticalScroll { height: auto; max-height: 14; scrollbar-size-vertical: 1; }
    ChooseNodesScreen .row { height: 1; margin: 1 0 0 0; }
    ChooseNodesScreen PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("a", "all_or_none", "all or none", show=False),
        # Without priority: it would overtake a Space that was typed just before.
        Binding("enter", "take", "take", show=False),
    ]
    AUTO_FOCUS = "TickBox"

    def __init__(
        self,
        snapshot: Snapshot,
        chosen: Sequence[str],
        selector: Selector | None,
        how: How,
        *,
        stop_only: bool = False,
    ) -> None:
        super().__init__()
        self._targets = [node.name for node in snapshot.targets]
        self._chosen = set(chosen) or set(self._targets)
        self._why = {
            node.name: unable_words(node, selector, how, stop_only=stop_only) if selector is not None else ""
            for node in snapshot.targets
        }

    def compose(self) -> ComposeResult:
        """A box for each node, with what stands against it there; those that cannot take part come first."""
        with Dialog("Nodes"):
            with VerticalScroll(can_focus=False):
                for number, name in sorted(enumerate(self._targets), key=lambda entry: not self._why[entry[1]]):
                    why = self._why[name].removeprefix(f"{clean(name)} ").removesuffix(".")
                    label = f"{clean(name)}{f'  {why}' if why else ''}"
                    yield TickBox(label, name in self._chosen, id=f"node-{number}")
            with Horizontal(classes="row"):
                yield Lines((Piece("Space one, a all or none", Look.DIM),), id="hint")
                yield PushButton("Cancel", id="cancel")
                yield PushButton("Take", id="take")

    def action_leave(self) -> None:
        """Choose nothing else."""
        self.dismiss(None)

    def action_take(self) -> None:
        """Take what is ticked."""
        names = tuple(name for name, box in zip(self._targets, self._boxes(), strict=True) if box.ticked)
        if names:
            self.dismiss(() if len(names) == len(self._targets) else names)
        else:
            self.query_one("#hint", Lines).show((Piece("At least one node is needed.", Look.RED),))

    def action_all_or_none(self) -> None:
        """Take every node; where all are taken, none."""
        boxes = self._boxes()
        wanted = not all(box.ticked for box in boxes)
        for box in boxes:
            if box.ticked is not wanted:
                box.action_toggle_tick()

    def _boxes(self) -> Sequence[TickBox]:
        """The boxes, in the order of the targets."""
        return [self.query_one(f"#node-{number}", TickBox) for number in range(len(self._targets))]

    @on(PushButton.Pressed, "#take")
    def _take_pressed(self) -> None:
        self.action_take()

    @on(PushButton.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.dismiss(None)
