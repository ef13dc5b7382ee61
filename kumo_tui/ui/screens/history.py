"""The history: every operation and every act on entries of others that the journal holds, the newest first."""

import asyncio
import heapq
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Input

from kumo_tui.errors import InputError, JournalError
from kumo_tui.journal.other_act import OtherAct
from kumo_tui.model.filtering import NO_FILTER, parse_filter
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean, plural
from kumo_tui.ui import keys
from kumo_tui.ui.hosting import dashboard_host
from kumo_tui.ui.keys import Place
from kumo_tui.ui.past_acts import ActRow, act_line, read_acts
from kumo_tui.ui.past_rows import WIDE, PastRow, history_columns, line_of, read_page
from kumo_tui.ui.screens.past_act import PastActScreen
from kumo_tui.ui.screens.quiet import QuietScreen
from kumo_tui.ui.strips import Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.filter_bar import FilterBar
from kumo_tui.ui.widgets.fitted_lines import FittedLines
from kumo_tui.ui.widgets.footer import Footer
from kumo_tui.ui.widgets.line_table import LineRow, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.units import count_text


class HistoryScreen(QuietScreen[None], inherit_bindings=False):
    """Lists what the journal holds, page by page, and what is known live of the operations that are followed.

    A journal that cannot be read is said; what was read before stays.
    """

    DEFAULT_CSS = """
    HistoryScreen { overflow: hidden; }
    HistoryScreen FittedLines { padding: 0 1; }
    HistoryScreen LineTable { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("back", "filter", "keep", "refresh", "copy", "report", "export"),
        *keys.bindings("help", of="app"),
        Binding("q", "back", "back", show=False),
    ]
    AUTO_FOCUS = "LineTable"
    TYPING = frozenset({Place.FILTER})
    PLACES = frozenset({Place.EVERYWHERE, Place.TABLE, Place.DETAIL, Place.HISTORY, Place.OPERATION})

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[PastRow, ...] = ()
        self._acts: tuple[ActRow, ...] = ()
        self._shown: Sequence[PastRow | ActRow] = ()
        self._found: int | None = None
        self._filter = NO_FILTER
        self._filter_error = ""
        self._seen: Sequence[tuple[str, Verdict]] = ()
        self._read_at: datetime | None = None

    def compose(self) -> ComposeResult:
        """Title, filter, what is wrong, operations, what was said, keys."""
        yield Lines(id="title")
        yield FilterBar()
        yield FittedLines(id="trouble")
        yield LineTable(history_columns(80), id="past", empty="reading the journal")
        yield FittedLines(id="said")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Nothing is shown before the journal was read."""
        self._draw_around()

    # Reading

    def on_screen_resume(self) -> None:
        """Read anew: at first, and after something else was on top."""
        self.action_refresh()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what is known live; read again when an operation began, ended or came to another verdict."""
        if _verdicts(snapshot) != self._seen:
            self.action_refresh()
        else:
            self.query_one(LineTable).repaint()

    def tick(self, now: float) -> None:
        """Nothing here depends on the time alone."""

    def action_refresh(self) -> None:
        """Read the whole journal once more."""
        self._seen = _verdicts(dashboard_host(self).snapshot)
        self.run_worker(self._read(), exclusive=True, group="history", exit_on_error=False)

    async def _read(self) -> None:
        """Read page by page; what was shown stays until as much is read again."""
        host = dashboard_host(self)
        now, rows, read = host.clock.now(), dict[str, PastRow](), 0
        acts: tuple[ActRow, ...] = ()
        while True:
            try:
                if not read:
                    acts = await asyncio.to_thread(read_acts, host.past)
                page = await asyncio.to_thread(read_page, host.past, read, now)
            except JournalError as error:
                self._fail(str(error))
                return
            # What was written since the last page moves the others on: one may come twice.
            rows.update((row.tag, row) for row in page.rows)
            read += len(page.rows)
            is_whole = not page.rows or read >= page.found
            if is_whole or len(rows) > len(self._rows):
                self._take(tuple(rows.values()), acts, page.found, now)
            if is_whole:
                return

    def _take(self, rows: tuple[PastRow, ...], acts: tuple[ActRow, ...], found: int, now: datetime) -> None:
        """Together: where the acts were drawn first, the cursor would stay on one of them."""
        self._rows, self._acts, self._found, self._read_at = rows, acts, found, now
        self.query_one("#trouble", FittedLines).show_words("")
        self.query_one(LineTable).set_empty_text(
            "none passes the filter" if found or self._acts else "no operations yet"
        )
        self._draw()

    def _fail(self, words: str) -> None:
        signs = glyphs_of(self)
        self.query_one("#trouble", FittedLines).show_words(words, Look.AMBER, f"{signs.warning} ")
        if not self._rows:
            self.query_one(LineTable).set_empty_text("the journal cannot be read")
            self._draw()

    # Drawing

    def on_resize(self) -> None:
        """Wide terminals have more columns."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        table = self.query_one(LineTable)
        # Each of the two keeps its own order: that of writing, whatever the clock said.
        both: Sequence[Sequence[PastRow | ActRow]] = (self._rows, self._acts)
        rows = list(heapq.merge(*both, key=attrgetter("at"), reverse=True))
        try:
            self._shown = [row for row in rows if row.passes(self._filter)]
        except InputError as error:
            self._filter, self._filter_error = NO_FILTER, str(error)
            self._shown = rows
        table.set_columns(history_columns(self.size.width))
        table.show_lazily([row.key for row in self._shown], self._line)
        self._draw_around()

    def _line(self, index: int) -> LineRow:
        host, row = dashboard_host(self), self._shown[index]
        now, wide = self._read_at or host.clock.now(), self.size.width >= WIDE
        if isinstance(row, ActRow):
            return act_line(row, now, wide=wide, signs=glyphs_of(self))
        live = host.snapshot.operation(row.tag)
        return line_of(row, live, now, glyphs_of(self), wide=wide)

    def _draw_around(self) -> None:
        self.query_one("#title", Lines).show(
            (Piece(" History", Look.STRONG), Piece(self._count_words(), Look.DIM))
        )
        shown = "" if self._filter.is_empty else f" showing {count_text(len(self._shown))}"
        self.query_one(FilterBar).show_line((Piece(shown, Look.DIM),), self._filter_error)
        self.query_one(Footer).show_keys(self.places, dashboard_host(self).rights)

    def _count_words(self) -> str:
        if self._found is None:
            return ""
        read = len(self._rows)
        part = f"{count_text(read)} of " if read < self._found else ""
        others = f", {plural(len(self._acts), 'act')} on entries of others" if self._acts else ""
        return f"   {part}{plural(self._found, 'operation')}{others} in the journal"

    def say(self, words: str, look: Look) -> None:
        """Say what came of an act, until the next."""
        self.query_one("#said", FittedLines).show_words(words, look)

    # Keys

    @property
    def places(self) -> frozenset[Place]:
        """Where the focus is, for the table of commands."""
        return self.TYPING if isinstance(self.focused, Input) else self.PLACES

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command acts only where the table of commands says so."""
        del parameters
        return keys.may_run(action, self.places, dashboard_host(self).rights)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _focus_moved(self) -> None:
        if not isinstance(self.focused, Input):
            self.query_one(FilterBar).leave()
        self._draw_around()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        try:
            self._filter, self._filter_error = parse_filter(event.value), ""
        except InputError as error:
            self._filter_error = str(error)
        self._draw()

    def action_filter(self) -> None:
        self.query_one(FilterBar).edit()

    def action_keep(self) -> None:
        self.set_focus(self.query_one(LineTable))

    def action_back(self) -> None:
        """Clear the filter, then leave."""
        field, table = self.query_one(FilterBar).field, self.query_one(LineTable)
        if table.has_focus and not field.value:
            self.dismiss(None)
            return
        field.value = ""
        self.set_focus(table)

    def action_copy(self) -> None:
        act = self._act_under_cursor
        text = act.id if act else self._under_cursor
        if text:
            self.app.copy_to_clipboard(text)
            self.say(f"sent to the terminal's clipboard: {clean(text)}", Look.STRONG)

    def action_report(self) -> None:
        if self._is_operation("report"):
            dashboard_host(self).write_report(self._under_cursor)

    def action_export(self) -> None:
        if self._is_operation("file"):
            dashboard_host(self).export_queues(self._under_cursor)

    @on(LineTable.Opened, "#past")
    def _opened(self) -> None:
        act = self._act_under_cursor
        if act is not None:
            self.app.push_screen(PastActScreen(act.number))
        elif self._under_cursor:
            dashboard_host(self).open_past(self._under_cursor)

    def _is_operation(self, wanted: str) -> bool:
        """Whether an operation is under the cursor; where it is an act on an entry of others, that is said."""
        if self._act_under_cursor is not None:
            self.say(f"An act on an entry of others has no {wanted}: Enter shows all of it.", Look.AMBER)
        return bool(self._under_cursor)

    @property
    def _under_cursor(self) -> str:
        """The tag of the operation under the cursor, empty where there is none."""
        key = self.query_one(LineTable).cursor_key
        return key if isinstance(key, str) else ""

    @property
    def _act_under_cursor(self) -> OtherAct | None:
        """The act on an entry of others under the cursor."""
        key = self.query_one(LineTable).cursor_key
        return next((row.act for row in self._acts if row.key == key), None)


def _verdicts(snapshot: Snapshot) -> Sequence[tuple[str, Verdict]]:
    return [(status.operation.tag, status.verdict) for status in snapshot.operations]
