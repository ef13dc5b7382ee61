"""What detail screens share: facts above, a table below, keys in the last line."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui import keys
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import Footer
from kumo_tui.ui.widgets.header import ROOM_FOR_MODE, age_line
from kumo_tui.ui.widgets.line_table import Column, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of

LABEL_WIDTH = 12


def fact(label: str, value: str, look: Look = Look.NORMAL) -> Line:
    """One line of a label and its value; the value is cleaned and cut, never wrapped."""
    return (Piece(f" {label:<{LABEL_WIDTH}}", Look.DIM), Piece(clean(value), look))


class DetailScreen(QuietScreen[None], inherit_bindings=False):
    """A read-only screen that follows the snapshots. `q` goes back as Esc does, which multiplexers may lose."""

    DEFAULT_CSS = """
    DetailScreen { overflow: hidden; }
    DetailScreen #top { height: 1; }
    DetailScreen #age { width: 19; }
    DetailScreen.thrifty #age { width: 27; }
    DetailScreen FittedLines { margin: 0 0 1 0; }
    DetailScreen LineTable { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "refresh", "copy"),
        *keys.bindings("help", "low_bandwidth", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "LineTable"
    PLACES: ClassVar[frozenset[Place]] = frozenset({Place.EVERYWHERE, Place.DETAIL})

    def __init__(self, title: str, columns: Sequence[Column], empty: str) -> None:
        super().__init__()
        self._heading = title
        self._columns = tuple(columns)
        self._empty = empty

    def compose(self) -> ComposeResult:
        """Title, facts, table, keys."""
        with Horizontal(id="top"):
            yield Lines((Piece(f" {clean(self._heading)}", Look.STRONG),), id="title")
            yield Lines(id="age")
        yield self.facts_part()
        yield LineTable(self._columns, id="rows", empty=self._empty)
        yield Lines(id="said")
        yield Footer(id="footer")

    def facts_part(self) -> Widget:
        """The facts, `#facts`, or what they stand in."""
        return FittedLines(id="facts")

    def on_mount(self) -> None:
        """Draw the snapshot that the app has."""
        self.call_after_refresh(self._redraw)

    def on_resize(self) -> None:
        """Lay out anew."""
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        self.show_snapshot(dashboard_host(self).snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this snapshot."""
        host = dashboard_host(self)
        now = host.clock.monotonic()
        short = self.size.width < ROOM_FOR_MODE
        self.set_class(host.mode.low_bandwidth and not short, "thrifty")
        self.query_one("#age", Lines).show(
            age_line(snapshot, now, host.mode, glyphs_of(self), short=short or not host.mode.low_bandwidth)
        )
        self.query_one("#said", Lines).show((Piece(f" {host.said(now)}", Look.STRONG),))
        self.query_one(Footer).show_keys(self.PLACES, host.rights)
        self.draw(snapshot, now)

    def tick(self, now: float) -> None:
        """Let ages and countdowns go on."""
        del now
        self._redraw()

    def draw(self, snapshot: Snapshot, now: float) -> None:
        """Draw facts and rows; `now` is monotonic seconds."""
        raise NotImplementedError

    def show_facts(self, lines: Sequence[Line]) -> None:
        """Show these facts."""
        self.query_one("#facts", FittedLines).fit(lambda _width, _height: lines)

    @property
    def table(self) -> LineTable:
        """The table below the facts."""
        return self.query_one("#rows", LineTable)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_refresh(self) -> None:
        dashboard_host(self).read_now()
