"""Playing a stage under the dashboard: let time go on, wait for a screen, read what is shown."""

from textual.pilot import Pilot

from tests.fakes import settle
from tests.frames import frame_of
from tests.stage import Stage
from tests.ui.pilots import wait_for


async def play(stage: Stage, pilot: Pilot[None], seconds: float, polls: int = 1) -> None:
    """Let so many seconds go by in so many polls."""
    for _poll in range(polls):
        await stage.play(seconds / polls)
        await settle()
        await pilot.pause()


async def at(stage: Stage, pilot: Pilot[None], kind: type) -> None:
    """Wait until a screen of this kind is on top."""
    await wait_for(pilot, lambda: isinstance(stage.app.screen, kind), f"{kind.__name__} never came")
    await pilot.pause()


def shown(stage: Stage) -> str:
    """The words on the screen, in one line."""
    return " ".join("\n".join(frame_of(stage.app)).replace("│", " ").split())
