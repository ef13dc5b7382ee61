"""Frames that hold only what differs: a terminal that gets them shows what was painted, whatever was before."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from kumo_tui.ui.canvas import Canvas
from tests.frames import frame_of
from tests.ui import worlds
from tests.ui.pen import Frames, frames_of
from tests.ui.test_dashboard import Running, dashboard
from tests.ui.worlds import START

WIDTH, HEIGHT = 12, 3
CONSOLE = Console(color_system="256", force_terminal=True, _environ={})
STYLES = (None, Style(bold=True), Style(reverse=True), Style(color="color(178)"), Style(dim=True))
# Blanks of all kinds, and characters of two cells.
texts = st.text("ab \u6f22\u00e9", min_size=1, max_size=6)
lines = st.lists(st.tuples(texts, st.sampled_from(STYLES)).map(lambda pair: Segment(*pair)), max_size=5)
screens = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def strip_of(line: list[Segment]) -> Strip:
    return Strip(line).adjust_cell_length(WIDTH)


def update_of(screen: list[list[Segment]]) -> LayoutUpdate:
    return LayoutUpdate([[strip_of(line)] for line in screen], Region(0, 0, WIDTH, HEIGHT))


def cells(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell as it looks; of a blank only its ground can be seen."""
    return [
        [
            (char.data, char.reverse, *((char.fg, char.bold) if char.data.strip() else ()))
            for char in (screen.buffer[y][x] for x in range(screen.columns))
        ]
        for y in range(screen.lines)
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(screens, min_size=1, max_size=5))
def test_after_any_frames_the_terminal_shows_the_last(several: list[list[list[Segment]]]) -> None:
    canvas = Canvas()
    canvas.forget(WIDTH)
    terminal, whole = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(terminal)
    for screen in several:
        stream.feed(canvas.paint(update_of(screen), CONSOLE))
        assert canvas.paint(update_of(screen), CONSOLE) == ""
    pyte.Stream(whole).feed(update_of(several[-1]).render_segments(CONSOLE).replace("\n", "\r\n"))
    assert [line.rstrip() for line in terminal.display] == [line.rstrip() for line in whole.display]
    assert cells(terminal) == cells(whole)


def test_what_the_terminal_shows_already_is_not_written_until_nobody_knows_any_more() -> None:
    canvas, screen = Canvas(), update_of([[Segment("one")], [Segment("two")], [Segment("")]])
    canvas.forget(WIDTH)
    first = canvas.paint(screen, CONSOLE)
    assert "one" in first and first.count("\x1b[K") == HEIGHT
    assert canvas.paint(screen, CONSOLE) == ""
    canvas.forget(WIDTH)
    assert canvas.paint(screen, CONSOLE) == first


def shown(running: Running, frames: Frames, terminal: pyte.Screen) -> list[str]:
    """What a terminal shows that got these frames."""
    pyte.Stream(terminal).feed("".join(frames))
    frames.clear()
    return [line.rstrip() for line in terminal.display]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_whatever_is_opened_closed_and_moved_the_terminal_shows_what_was_painted(
    size: tuple[int, int],
) -> None:
    async with dashboard(worlds.fleet(), size) as running:
        terminal = pyte.Screen(*size)
        with frames_of(running.app) as frames:
            running.app.redraw()
            for keys in ("down", "n", "escape", "question_mark", "escape", "slash", "a", "escape", "g", "g", "tab",
                         "enter", "escape", "b", "x", "tab", "escape", "l", "o", "l", "h", "escape"):  # fmt: skip
                await running.pilot.press(keys)
                await running.pilot.pause()
                assert shown(running, frames, terminal) == frame_of(running.app), keys
            await running.give(worlds.fleet(START + 2, scale=1.1))
            await running.pilot.pause()
            assert shown(running, frames, terminal) == frame_of(running.app)
