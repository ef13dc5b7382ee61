"""Renders the pictures of `screenshots/` without a terminal: fixed time, fixed seed, simulated node.

python -m tests.screenshots        writes them anew
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from textual.pilot import Pilot

from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.widgets.line_table import LineTable
from tests.fakes import settle
from tests.stage import Stage

FOLDER = Path(__file__).parent.parent / "screenshots"
SIZES = ((80, 24), (120, 40))


async def pictures(columns: int, rows: int) -> AsyncIterator[tuple[str, str]]:
    """Every picture at this size: its file name and its SVG."""
    async for picture in one_node(columns, rows):
        yield picture
    async for picture in three_nodes(columns, rows):
        yield picture


async def one_node(columns: int, rows: int) -> AsyncIterator[tuple[str, str]]:
    """A campaign that is stopped, looked at and bounced clean."""

    def picture(name: str) -> tuple[str, str]:
        return f"{name}-{columns}x{rows}.svg", stage.app.export_screenshot(title="kumo-tui")

    async with Stage() as stage, stage.app.run_test(size=(columns, rows)) as pilot:
        await _let(stage, pilot, 40, polls=8)
        yield picture("01-dashboard")
        await _press(pilot, "slash", *"promo", "enter", "b")
        await _press(pilot, *_typed("bad link in footer"), "tab", *_typed("#4711"))
        await _let(stage, pilot, 1)
        yield picture("02-compose")
        await _press(pilot, "f2")
        yield picture("03-requests")
        await _press(pilot, "escape")
        await pilot.click("#stop-first")
        await _until(pilot, lambda: hasattr(stage.app.screen, "token"))
        # Between two dialogs the dashboard is uncovered for a moment, whether or not its newest snapshot has come.
        stage.app.screen_stack[0].show_snapshot(stage.app.snapshot)
        await _let(stage, pilot, 1)
        yield picture("04-confirm")
        await _confirm(stage, pilot)
        await _let(stage, pilot, 9, polls=5)
        yield picture("05-operation")
        await _let(stage, pilot, 120, polls=60)
        yield picture("06-catching")
        await _press(pilot, "escape")
        yield picture("07-bouncing")
        await _press(pilot, "enter")
        yield picture("08-queue")
        await _press(pilot, "escape", "question_mark")
        yield picture("09-help")
        await _press(pilot, "escape", "escape", "g")
        await _let(stage, pilot, 2)
        await _press(pilot, "s")
        await _let(stage, pilot, 1)
        yield picture("10-stop")
        await pilot.click("#stop")
        await _until(pilot, lambda: isinstance(stage.app.screen, OperationScreen))
        await _let(stage, pilot, 10, polls=5)
        yield picture("11-stopped")
        await _press(pilot, "escape", "q")
        yield picture("12-quit")
        await _press(pilot, "escape", "h")
        await _until(pilot, lambda: bool(stage.app.screen.query_one(LineTable).row_keys))
        yield picture("13-history")
        await _press(pilot, "escape", "n")
        yield picture("14-nodes")


async def three_nodes(columns: int, rows: int) -> AsyncIterator[tuple[str, str]]:
    """A bounce on three nodes, one of which dies in the middle of it and comes back."""

    def picture(name: str) -> tuple[str, str]:
        return f"{name}-{columns}x{rows}.svg", stage.app.export_screenshot(title="kumo-tui")

    async with Stage("fleet", deaths=True) as stage, stage.app.run_test(size=(columns, rows)) as pilot:
        await _let(stage, pilot, 20, polls=6)
        await _press(pilot, "a", "a")
        await _let(stage, pilot, 4, polls=2)
        yield picture("15-one-node-alone")
        await _press(pilot, "escape", "slash", *"promo", "enter", "b")
        await _press(pilot, *_typed("bad link in footer"))
        await _let(stage, pilot, 1)
        await pilot.click("#review")
        await _until(pilot, lambda: hasattr(stage.app.screen, "token"))
        await _let(stage, pilot, 1)
        await _confirm(stage, pilot)
        await _let(stage, pilot, 12, polls=6)
        yield picture("16-node-lost-sight-of")
        await _press(pilot, "escape")
        await _let(stage, pilot, 1)
        yield picture("17-two-of-three")
        await _press(pilot, "n", "home")
        yield picture("18-nodes-in-trouble")
        await _press(pilot, "escape", "tab", "enter")
        await _let(stage, pilot, 16, polls=8)
        yield picture("19-partial")


async def _let(stage: Stage, pilot: Pilot[None], seconds: float, polls: int = 1) -> None:
    """Let time pass; after each look at the node whatever it leads to is done."""
    for _poll in range(polls):
        await stage.play(seconds / polls)
        await settle()
        await pilot.pause()
    await _settle(pilot)


async def _press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await _settle(pilot)


async def _until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the program work until this holds."""
    for _turn in range(200):
        if condition():
            break
        await pilot.pause()
    await _settle(pilot)


async def _settle(pilot: Pilot[None]) -> None:
    for _turn in range(5):
        await pilot.pause()


async def _confirm(stage: Stage, pilot: Pilot[None]) -> None:
    """Type what the dialog asks for, and press its button."""
    token = stage.app.screen.token
    await _press(pilot, "up", *_typed(token))
    await _let(stage, pilot, 1)
    await _press(pilot, "enter")


def _typed(text: str) -> list[str]:
    return list(text)


async def render(columns: int, rows: int) -> dict[str, str]:
    """All pictures of one size by file name."""
    return {name: svg async for name, svg in pictures(columns, rows)}


def main() -> None:
    """Write every picture anew; old ones that no story draws any more go."""
    FOLDER.mkdir(exist_ok=True)
    fresh: dict[str, str] = {}
    for columns, rows in SIZES:
        fresh |= asyncio.run(render(columns, rows))
    for old in FOLDER.glob("*.svg"):
        if old.name not in fresh:
            old.unlink()
    for name, svg in fresh.items():
        (FOLDER / name).write_text(svg, "utf-8")
        print(f"screenshots/{name}")


if __name__ == "__main__":
    main()
