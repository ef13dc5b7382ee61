"""Terminals of every size: what has no room is said, nothing fails, and the right screen is there in the end."""

import random

import pytest
from textual.pilot import Pilot

from kumo_tui.ui.room import LEAST, LEAST_FOR_FORMS
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.too_small import TooSmallScreen
from tests.ui import worlds
from tests.ui.pilots import wait_for
from tests.ui.test_dashboard import Running, dashboard


async def resized(pilot: Pilot[None], columns: int, rows: int) -> None:
    await pilot.resize_terminal(columns, rows)
    await pilot.pause()


async def test_a_tiny_terminal_says_what_it_needs_and_takes_no_key() -> None:
    async with dashboard(worlds.fleet()) as running:
        await resized(running.pilot, 20, 5)
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, TooSmallScreen))
        assert " ".join(running.screen.split()) == "kumo-tui needs 36x10, this is 20x5."
        await running.pilot.press("b", "x", "q", "escape", "enter")
        assert isinstance(running.app.screen, TooSmallScreen)
        assert len(running.app.screen_stack) == 2
        await resized(running.pilot, 80, 24)
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, DashboardScreen))
        await wait_for(running.pilot, lambda: "promo:acme@yahoo.com" in running.screen)


async def test_what_is_open_is_still_open_after_the_terminal_was_tiny() -> None:
    async with dashboard(worlds.fleet()) as running:
        await running.pilot.press("n")
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, NodesScreen))
        await resized(running.pilot, 10, 3)
        await resized(running.pilot, 30, 40)
        await resized(running.pilot, 100, 30)
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, NodesScreen))
        await wait_for(running.pilot, lambda: "answering" in running.screen)


async def test_a_small_terminal_says_what_the_forms_need_and_opens_none() -> None:
    async with dashboard(worlds.fleet(), (40, 12)) as running:
        assert "40x12: forms need 60x16" in running.lines[-1]
        await running.pilot.press("b")
        await wait_for(running.pilot, lambda: "this is 40x12" in " ".join(running.screen.split()))
        assert isinstance(running.app.screen, DashboardScreen)
        await resized(running.pilot, *LEAST_FOR_FORMS)
        await wait_for(running.pilot, lambda: "b bounce" in running.lines[-1])


@pytest.mark.parametrize("size", [(36, 10), (40, 12), (60, 16), (80, 24), (120, 40), (250, 70)])
async def test_the_tables_show_names_and_states_at_every_size(size: tuple[int, int]) -> None:
    async with dashboard(worlds.fleet(), size) as running:
        assert all(len(line) <= size[0] for line in running.lines)
        assert "QUEUE" in running.screen and "STATE" in running.screen
        assert "SCOPE" in running.screen and "PROGRESS" in running.screen
        assert "growing" in running.screen or "bouncing" in running.screen


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (80, 24), (250, 70)])
async def test_an_operation_names_its_queues_at_every_size(size: tuple[int, int]) -> None:
    async with dashboard(worlds.fleet(), size) as running:
        running.app.open_operation("7F3A2C")
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, OperationScreen))
        await wait_for(running.pilot, lambda: "RUNNING" in running.screen)
        titles = next(line for line in running.lines if "REMAINING" in line)
        assert "QUEUE" in titles and "BOUNCED" in titles


async def storm(running: Running, times: int) -> None:
    rng = random.Random(7)
    for _time in range(times):
        await running.pilot.resize_terminal(rng.randint(1, 260), rng.randint(1, 80))


async def test_a_storm_of_sizes_ends_with_the_right_screen() -> None:
    async with dashboard(worlds.fleet()) as running:
        before = running.lines
        await storm(running, 25)
        await resized(running.pilot, 80, 24)
        await wait_for(running.pilot, lambda: running.lines == before)


def test_forms_need_more_than_tables() -> None:
    assert LEAST.width <= LEAST_FOR_FORMS.width and LEAST.height <= LEAST_FOR_FORMS.height
