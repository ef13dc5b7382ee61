"""The vocabulary of states, and the themes on the screen."""

import itertools
import os

import pytest
from textual.color import Color

from kumo_tui.model.snapshot import NodeState
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.cells import width_of
from kumo_tui.ui.colours import SCHEMES
from kumo_tui.ui.theme import (
    ASCII_GLYPHS,
    GLYPHS,
    NODE_STATES,
    ORIGINS,
    QUEUE_STATES,
    VERDICTS,
    Origin,
    QueueCondition,
)
from tests.fakes import FakeClock
from tests.frames import frame_of, strips_of
from tests.ui import worlds
from tests.ui.pilots import wait_for

STYLES = [*NODE_STATES.values(), *QUEUE_STATES.values(), *VERDICTS.values(), *ORIGINS.values()]


def dashboard(**settings: object) -> KumoTuiApp:
    watching = worlds.FakeWatching(worlds.fleet())
    return KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(**settings), FakeClock())  # type: ignore[arg-type]  # sampling only


def test_every_state_has_a_style() -> None:
    assert set(NODE_STATES) == set(NodeState)
    assert set(VERDICTS) == set(Verdict)
    assert set(QUEUE_STATES) == set(QueueCondition)
    assert set(ORIGINS) == set(Origin)


def test_every_state_is_a_word_and_a_sign_of_one_cell_with_an_ascii_twin() -> None:
    for style in STYLES:
        assert width_of(style.glyph) == 1
        assert style.ascii_glyph.isascii() and len(style.ascii_glyph) == 1
        assert style.word or style is QUEUE_STATES[QueueCondition.CALM]


def test_no_state_is_told_from_another_by_its_colour_alone() -> None:
    for table in (NODE_STATES, QUEUE_STATES, VERDICTS, ORIGINS):
        words = [style.word for style in table.values()]
        assert len(set(words)) == len(words)
        for one, other in itertools.combinations(table.values(), 2):
            assert (one.glyph, one.word) != (other.glyph, other.word)
            assert (one.ascii_glyph, one.word) != (other.ascii_glyph, other.word)


def test_ascii_signs_are_ascii() -> None:
    words = [
        value for value in (getattr(ASCII_GLYPHS, name) for name in GLYPHS.__slots__) if isinstance(value, str)
    ]
    assert all(word.isascii() for word in words)


@pytest.mark.parametrize("theme", [scheme.name for scheme in SCHEMES])
async def test_the_screen_stands_on_the_terminals_own_ground(theme: str) -> None:
    app = dashboard(theme=theme)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "promo:acme@yahoo.com" in "\n".join(frame_of(app)))
        assert app.theme == theme
        grounds = {
            segment.style.bgcolor.name
            for strip in strips_of(app)
            for segment in strip
            if segment.style and segment.style.bgcolor
        }
        assert grounds <= {"default"}
        assert app.screen.styles.background == Color.parse("ansi_default")


async def test_without_colour_state_and_cursor_can_still_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")
    app = dashboard()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "promo:acme@yahoo.com" in "\n".join(frame_of(app)))
        filtered = [
            strip.apply_filter(line_filter, Color.parse("ansi_default"))
            for strip in strips_of(app)
            for line_filter in app._filters
            if line_filter.enabled
        ]
        colours = {
            colour.name
            for strip in filtered
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour
        }
        assert colours <= {"default"}
        cursor = next(strip for strip in filtered if strip.text.startswith("›  promo:acme@yahoo.com"))
        assert all(segment.style and segment.style.reverse for segment in cursor)
        text = "\n".join(frame_of(app))
        assert "▶ bouncing" in text and "▲ growing" in text and "mta3 DOWN" in text


async def test_an_ascii_terminal_gets_ascii_only() -> None:
    app = dashboard(ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: "promo:acme@yahoo.com" in "\n".join(frame_of(app)))
        lines = [line for line in frame_of(app) if "café" not in line]
        assert all(line.isascii() for line in lines), [line for line in lines if not line.isascii()]
