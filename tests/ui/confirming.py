"""The confirmation dialog in a test: opened, typed into, and shown what the nodes hold now."""

from kumo_tui.ui.screens.confirm import ConfirmScreen
from kumo_tui.ui.widgets.form import PushButton, TextField
from tests.ui.acting_world import (
    ActingApp,
    Pilot,
    checked,
    figures,
    node,
    open_screen,
    press_all,
    snapshot,
)

Ends = list[str | None]


async def opened(pilot: Pilot, ends: Ends | None = None, after_s: float = 1.0, **kinds: object) -> ConfirmScreen:
    """The dialog on what the app shows, `after_s` after its opening, the cursor in the field."""
    app = pilot.app
    assert isinstance(app, ActingApp)
    shown = figures(app.snapshot, kinds.get("selector"))
    draft = kinds.get("checked") or checked()
    screen = ConfirmScreen(shown, draft, app.settings)
    await open_screen(pilot, screen, ends.append if ends is not None else None)
    app.clock.jump(after_s)
    return screen


def field(screen: ConfirmScreen) -> TextField:
    return screen.query_one("#typed", TextField)


def button(screen: ConfirmScreen) -> PushButton:
    return screen.query_one("#bounce", PushButton)


async def typed(pilot: Pilot, screen: ConfirmScreen, text: str) -> None:
    """Type into the field, and let the moment pass in which nothing confirms."""
    field(screen).focus()
    await press_all(pilot, text)
    await pilot.pause()
    assert isinstance(pilot.app, ActingApp)
    pilot.app.clock.jump(1.0)


async def shown_again(pilot: Pilot, counts: dict[str, int], after_s: float) -> None:
    """A new snapshot, read `after_s` from now, was counted."""
    app = pilot.app
    assert isinstance(app, ActingApp)
    app.clock.jump(after_s)
    now = app.clock.monotonic()
    app.show(snapshot(node(counts, now), at=now))
    for _turn in range(5):
        await app.screen.workers.wait_for_complete()
        await pilot.pause()
