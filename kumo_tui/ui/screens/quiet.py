"""A screen that does not repaint itself where only its widgets have something to paint."""

from typing import Self

from textual.geometry import Region
from textual.screen import ScreenResultType

from kumo_tui.ui.screens.leaving_once import LeavesOnce


class QuietScreen(LeavesOnce[ScreenResultType], inherit_bindings=False):
    """Textual asks for the whole screen at each change of focus (4 kB at 80x24), though a screen has no text.

    Layouts and regions are painted as ever, and so are the widgets.
    """

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As Textual's, but a bare request to repaint everything is none for the widgets."""
        if not (regions or layout or recompose):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
