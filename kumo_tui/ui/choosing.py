"""The choice of a profile: before any dashboard is there, and from one to another."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.ui.flow_steps import AnyApp
from kumo_tui.ui.leaving import quit_flow
from kumo_tui.ui.screens.profiles import LookAt, ProfilesScreen
from kumo_tui.ui.terminal_app import TerminalApp


class ChoosingApp(TerminalApp, inherit_bindings=False):
    """Only the profiles, where nothing says which one is meant. `chosen` is the answer, None for leaving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "leave", show=False),
        *TerminalApp.BINDINGS,
    ]
    TITLE = "kumo-tui"

    def __init__(self, settings: Settings, clock: Clock, look_at: LookAt, words: str = "") -> None:
        super().__init__(settings, clock)
        self.chosen: str | None = None
        self._look_at = look_at
        self._words = words

    def get_default_screen(self) -> Screen[Any]:
        """Nothing: the profiles cover it."""
        return Screen()

    def on_mount(self) -> None:
        """Show the profiles."""
        self.push_screen(ProfilesScreen(self.settings, self._look_at, words=self._words), self._choose)

    def _choose(self, name: str | None) -> None:
        self.chosen = name
        self.exit()


async def another_profile(app: AnyApp, settings: Settings, current: str, look_at: LookAt) -> str:
    """The profile that the dashboard goes on with, empty where it stays. It asks what quitting would ask."""
    screen = ProfilesScreen(settings, look_at, current=current)
    name = await app.push_screen_wait(screen)
    return name if name and await quit_flow(app) else ""
