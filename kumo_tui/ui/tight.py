"""Frames that hold the cells that changed, and none before them.

Textual writes each changed line from the start of its widget: of a row in which one figure moved, the whole name.
"""

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate


class TightUpdate(ChopsUpdate):
    """Textual's update of some spans of the screen, cut on both sides."""

    @classmethod
    def of(cls, update: ChopsUpdate) -> "TightUpdate":
        """The same update."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """What the terminal gets."""
        written: list[str] = []
        for y, first, end in self.spans:
            for piece_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                start, stop = max(x, first), min(piece_end, end)
                if strip is not None and start < stop:
                    written.append(Control.move_to(start, y).segment.text)
                    written.append(strip.crop(start - x, stop - x).render(console))
        return "".join(written)
