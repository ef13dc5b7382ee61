"""Progress bars of block characters."""

from kumo_tui.ui.theme import Glyphs
from kumo_tui.units import percent_text


def bar(part: int, whole: int, width: int, signs: Glyphs) -> str:
    """`███████▊░`: the share in exactly `width` cells. Full only when nothing is missing, empty only at 0.

    Where no bars are drawn, the percentage.
    """
    if not signs.bar:
        return percent_text(part, whole)
    empty, steps = signs.bar[0], signs.bar[1:]
    if part >= whole:
        return steps[-1] * width
    units = len(steps)
    filled = min(width * units - 1, max(1 if part > 0 else 0, part * width * units // whole))
    cells, rest = divmod(filled, units)
    text = steps[-1] * cells + (steps[rest - 1] if rest else "")
    return text.ljust(width, empty)
