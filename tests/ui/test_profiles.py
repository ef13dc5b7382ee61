"""The profiles on screen: what holds on each, and the way from one to another."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual.pilot import Pilot

from kumo_tui.config import Settings
from kumo_tui.errors import ConfigError
from kumo_tui.profiles import ProfileSettings
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.choosing import ChoosingApp
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.profiles import ProfilesScreen
from kumo_tui.ui.screens.question import QuestionScreen
from tests.fakes import FakeClock
from tests.frames import check_frame
from tests.ui import worlds
from tests.ui.acting_world import HOSTILE
from tests.ui.past_world import screen
from tests.ui.pilots import wait_for
from tests.ui.test_leaving import everything
from tests.ui.test_leaving import world as bouncing

NODES = [{"url": f"http://mta{number}:8000", "name": f"mta{number}"} for number in (1, 2, 3)]
PROFILES = {
    "prod": ProfileSettings.model_validate(
        {"nodes": NODES, "production": True, "name_above": 1000, "refuse_above": 500_000, "interval_s": 5}
    ),
    "lab": ProfileSettings.model_validate(
        {"nodes": [{**NODES[0], "enabled": False, "read_only": True}], "read_only": True}
    ),
    "big": ProfileSettings.model_validate(
        {"nodes": NODES[:1], "nodes_file": "/etc/big.nodes", "nodes_command": ["fleetctl", "list"]}
    ),
}


@dataclass
class Looking:
    """Looks whether a profile can be opened, as a test wants it."""

    failure: str = ""
    asked: list[str] = field(default_factory=list)
    wait: asyncio.Event | None = None

    async def look_at(self, name: str) -> None:
        self.asked.append(name)
        if self.wait is not None:
            await self.wait.wait()
        if self.failure:
            raise ConfigError(self.failure)


def app_on(looking: Looking | None, world: Any = None, **profiles: ProfileSettings) -> KumoTuiApp:
    return KumoTuiApp(
        worlds.FakeWatching(world or worlds.fleet()),
        worlds.FakeActs(),  # type: ignore[arg-type]  # nothing is asked of them
        worlds.settings(profile=profiles or PROFILES),
        FakeClock(),
        look_at=looking.look_at if looking else None,
    )


async def opened(app: KumoTuiApp, pilot: "Pilot[Any]") -> None:
    await wait_for(pilot, lambda: "showing" in screen(app))
    await pilot.press("p")
    await wait_for(pilot, lambda: isinstance(app.screen, ProfilesScreen) and "bounces" in screen(app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_each_profile_is_one_line_and_what_holds_on_it_is_told(size: tuple[int, int]) -> None:
    app = app_on(Looking())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        check_frame(app, f"profiles-{size[0]}x{size[1]}")
        await pilot.press("down")
        await wait_for(pilot, lambda: "READ-ONLY (profile lab)" in screen(app))
        assert "1 node off at first; 1 node only watched" in screen(app)
        await pilot.press("down")
        await wait_for(pilot, lambda: "those that /etc/big.nodes lists; those that fleetctl prints" in screen(app))


async def test_enter_goes_to_the_one_under_the_cursor_once_it_can_be_opened() -> None:
    may_go_on = asyncio.Event()
    looking = Looking(wait=may_go_on)
    app = app_on(looking)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter", "enter")
        await wait_for(pilot, lambda: "lab: looking whether it can be opened" in screen(app))
        assert not app._exit
        may_go_on.set()
        await wait_for(pilot, lambda: app._exit)
    assert (app.chosen, looking.asked) == ("lab", ["lab"])


async def test_one_that_cannot_be_opened_is_said_and_nothing_changes() -> None:
    looking = Looking(failure="profile big: /etc/big.nodes: no such file.")
    app = app_on(looking)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: "big cannot be opened: /etc/big.nodes: no such file." in screen(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))
        assert (app.chosen, app._exit) == ("", False)
        await pilot.press("p")
        await wait_for(pilot, lambda: isinstance(app.screen, ProfilesScreen))


@pytest.mark.parametrize("key", ["enter", "escape", "q"])
async def test_the_one_that_is_open_is_gone_back_to(key: str) -> None:
    looking = Looking()
    app = app_on(looking)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))
        assert (app.chosen, app._exit, looking.asked) == ("", False, [])


async def test_leaving_a_profile_is_asked_about_as_quitting_is() -> None:
    app = app_on(Looking(), bouncing(everything()))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))
        assert (app.chosen, app._exit) == ("", False)


async def test_where_there_is_no_other_profile_that_is_said() -> None:
    app = app_on(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "showing" in screen(app))
        await pilot.press("p")
        await wait_for(pilot, lambda: "There is no other profile" in screen(app))
        assert isinstance(app.screen, DashboardScreen)


async def test_hostile_names_are_text() -> None:
    app = app_on(Looking(failure=HOSTILE), **{HOSTILE: PROFILES["prod"], "prod": PROFILES["lab"]})
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("up", "enter")
        await wait_for(pilot, lambda: "cannot be opened" in screen(app))
        assert "\x1b" not in screen(app)


def choosing(looking: Looking, words: str = "") -> ChoosingApp:
    return ChoosingApp(Settings.model_construct(profile=PROFILES), FakeClock(), looking.look_at, words)


async def test_before_a_dashboard_is_there_one_is_chosen_and_escape_leaves_nothing_behind() -> None:
    looking = Looking()
    app = choosing(looking, "The profile that was open last is gone.")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "The profile that was open last is gone." in screen(app))
        check_frame(app, "profiles-choose-80x24")
        await pilot.press("escape")
        assert isinstance(app.screen, ProfilesScreen)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: app._exit)
    assert (app.chosen, looking.asked) == ("lab", ["lab"])


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_the_choice_is_left_without_one(key: str) -> None:
    app = choosing(Looking())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "bounces" in screen(app))
        await pilot.press(key)
        await wait_for(pilot, lambda: app._exit)
    assert app.chosen is None
