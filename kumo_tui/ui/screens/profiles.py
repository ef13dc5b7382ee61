"""The profiles: which there are, what holds on each, and the way from one to another."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from kumo_tui.act.rights import order_of
from kumo_tui.config import Settings
from kumo_tui.errors import KumoTuiError
from kumo_tui.text import clean, one_line
from kumo_tui.ui import keys
from kumo_tui.ui.keys import command
from kumo_tui.ui.profile_lines import COLUMNS, profile_facts, profile_row
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import footer_line
from kumo_tui.ui.widgets.line_table import LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

LookAt = Callable[[str], Awaitable[None]]
"""Looks whether the dashboard can be opened on a profile, by its name, and asks no node. Raises KumoTuiError."""


class ProfilesScreen(QuietScreen[str | None], inherit_bindings=False):
    """Ends with the name of another profile that can be opened, or None.

    `current` is the one that is open; where it is empty, nothing is behind this screen, and only `q` leaves. That
    a profile cannot be opened is said, and nothing changes. `words` are said at first.
    """

    DEFAULT_CSS = """
    ProfilesScreen { overflow: hidden; }
    ProfilesScreen LineTable { height: 1fr; min-height: 3; }
    ProfilesScreen FittedLines { height: auto; max-height: 60%; }
    ProfilesScreen #facts { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("back"), Binding("q", "leave", "leave", show=False)]
    AUTO_FOCUS = "LineTable"

    def __init__(self, settings: Settings, look_at: LookAt, *, current: str = "", words: str = "") -> None:
        super().__init__()
        self._settings = settings
        self._look_at = look_at
        self._current = current
        self._words = words
        self._looking_at = ""

    def compose(self) -> ComposeResult:
        """Title, profiles, what holds on one of them, what was said, keys."""
        title = " Profiles" if self._current else " Profiles   choose one: no node is asked before"
        yield Lines((Piece(title, Look.STRONG),), id="title")
        yield LineTable(COLUMNS, id="profiles", empty="no profile is configured")
        yield FittedLines(id="facts")
        yield FittedLines(id="said")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Draw them, the one that is open under the cursor."""
        signs, known = glyphs_of(self), self._settings.profile
        self.table.show(
            [
                profile_row(name, profile, signs, is_open=name == self._current, read_only=bool(self._order(name)))
                for name, profile in known.items()
            ]
        )
        for _step in range(list(known).index(self._current) if self._current in known else 0):
            self.table.action_cursor_down()
        self._say(self._words, Look.AMBER)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._draw)

    @on(LineTable.CursorMoved, "#profiles")
    def _draw(self) -> None:
        """The facts of the one under the cursor, and the keys."""
        shown = [command("open"), *([command("back")] if self._current else [command("quit")])]
        self.query_one("#keys", Lines).show(footer_line(shown, self.size.width, glyphs_of(self)))
        name = self.table.cursor_key
        if isinstance(name, str):
            order = self._order(name)
            self.query_one("#facts", FittedLines).fit(
                lambda width, _: profile_facts(name, self._settings, width, order=order)
            )

    def _order(self, name: str) -> str:
        return order_of(self._settings.bound_by(()), name)

    @property
    def table(self) -> LineTable:
        """The profiles."""
        return self.query_one("#profiles", LineTable)

    def _say(self, words: str, look: Look) -> None:
        mark = glyphs_of(self).warning if look is Look.AMBER else " "
        self.query_one("#said", FittedLines).show_words(words, look, f" {mark} " if words else "")

    # Keys

    def action_back(self) -> None:
        if self._current:
            self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(LineTable.Opened, "#profiles")
    def _opened(self) -> None:
        name = self.table.cursor_key
        if not isinstance(name, str) or self._looking_at:
            return
        if name == self._current:
            self.dismiss(None)
            return
        self._looking_at = name
        self._say(f"{clean(name)}: looking whether it can be opened", Look.DIM)
        self.run_worker(self._open(name), group="profiles", exit_on_error=False)

    async def _open(self, name: str) -> None:
        try:
            await self._look_at(name)
        except KumoTuiError as error:
            why = str(error).removeprefix(f"profile {one_line(name, 60)}: ")
            self._say(f"{clean(name)} cannot be opened: {why}", Look.AMBER)
        else:
            self.dismiss(name)
        finally:
            self._looking_at = ""
