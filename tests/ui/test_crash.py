"""A mistake of our own ends the dashboard with where it happened, and with nothing that a variable held."""

import pytest
from textual.widget import Widget

from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.crash import crash_words
from tests.ui.test_dashboard_stops import board, world

SECRET = "Geheim-4711"
ESCAPE = "\x1b]52;c;aGk=\x07"


class MistakeError(Exception):
    pass


def stumble(password: str, name: str) -> None:
    raise MistakeError(f"{name} with {len(password)}")


class Stumbling(Widget):
    """A widget that fails when it is shown."""

    def on_mount(self) -> None:
        """Fail."""
        stumble(SECRET, ESCAPE)


def test_the_words_name_the_mistake_and_the_place_and_hold_no_value_and_no_control_character() -> None:
    with pytest.raises(MistakeError) as caught:
        stumble(SECRET, ESCAPE)
    words = crash_words(caught.value)
    assert "a mistake in kumo-tui: MistakeError: \\x1b]52;c;aGk=\\x07 with 11" in words
    first, *rest = words.splitlines()
    assert "(test_crash.py:" in first and first.endswith(" stumble)")
    assert rest[-1] == "To report it, do it again with --log bug.log, and send that."
    assert crash_words(caught.value, "~/kumo.log").endswith("To report it, send ~/kumo.log.")
    assert SECRET not in words
    assert all(line.isprintable() for line in words.splitlines())


async def test_the_dashboard_ends_with_those_words_and_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(KumoTuiApp, "panic", lambda _app, words: shown.append(str(words)))
    with pytest.raises(MistakeError):
        async with board(world()) as running:
            await running.app.screen.mount(Stumbling())
            await running.pilot.pause()
    (words,) = shown
    assert "a mistake in kumo-tui: MistakeError" in words
    assert SECRET not in words
