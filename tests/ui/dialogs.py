"""Going from dialog to dialog in a test: until one is there, what it says, and how a question is answered."""

from kumo_tui.ui.flow_steps import open_operation
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.question import QuestionScreen
from tests.ui.acting_world import TAG, ActingApp, Pilot, screen_text
from tests.ui.pilots import wait_for


def app_of(pilot: Pilot) -> ActingApp:
    """The app under test."""
    assert isinstance(pilot.app, ActingApp)
    return pilot.app


def words(pilot: Pilot) -> str:
    """All that is painted, as one line: wrapping hides no sentence."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


async def at(pilot: Pilot, kind: type) -> None:
    """A screen of this kind is on top, and has been there for a second."""
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind), f"{kind.__name__} never came")
    await pilot.pause()
    app_of(pilot).clock.jump(1.0)


async def on_operation(pilot: Pilot) -> None:
    """The screen of the operation TAG, opened anew."""
    open_operation(app_of(pilot), TAG)
    await at(pilot, OperationScreen)


async def answer(pilot: Pilot, button: str) -> None:
    """The question that comes, answered with this button."""
    await at(pilot, QuestionScreen)
    pilot.app.screen.query_one(f"#{button}").focus()
    await pilot.press("enter")
    await wait_for(pilot, lambda: not isinstance(pilot.app.screen, QuestionScreen))
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
