"""The last look before a bounce: the frozen preview, and a text to type (DESIGN 3, rules 6 to 8)."""

import math
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.worker import Worker, WorkerState

from kumo_tui.act.draft import Checked, How
from kumo_tui.act.token import is_confirmed
from kumo_tui.config import Settings
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.clean_words import stopped_words
from kumo_tui.ui.confirm_lines import title_lines, what_lines
from kumo_tui.ui.confirmation import Confirmation
from kumo_tui.ui.figures import Figures, FiguresTaker
from kumo_tui.ui.screens.hit import HitScreen
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, folded
from kumo_tui.ui.widgets.form import MOVES, Dialog, PushButton, TextField
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.ui.widgets.preview_panel import caution_lines
from kumo_tui.units import count_text

GUARD_S = 0.4

# How wide the dialog becomes, as in its style; what a line holds besides its text: box, padding, bracket, cursor.
WIDEST = 100
BESIDES = 6


class ConfirmScreen(Modal[str | None]):
    """Ends in the typed text, or in None. What it confirms is `preview`, which the operator sees.

    `stopped` is the tag of our own stop that holds this mail already.

    Cancel has the focus. Nothing confirms within GUARD_S of the opening, or of the last change of the text:
    keys that were on their way, and lines pasted by a terminal that does not mark pastes, are no decision. Where
    much is at stake nothing confirms before some seconds are over, counted down in words.
    """

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; background: $background; }
    ConfirmScreen > Dialog { max-width: 100; max-height: 28; border: round $error; }
    ConfirmScreen > Dialog.-ascii { border: ascii $error; }
    ConfirmScreen #facts { height: 1fr; scrollbar-size-vertical: 1; }
    ConfirmScreen .row { height: 1; }
    ConfirmScreen #order { width: auto; }
    ConfirmScreen #typed { width: 1fr; }
    ConfirmScreen #bracket { width: 1; }
    ConfirmScreen PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("pageup", "scroll_facts(-1)", "scroll up", show=False),
        Binding("pagedown", "scroll_facts(1)", "scroll down", show=False),
        Binding("f4", "queues", "queues", show=False),
    ]
    AUTO_FOCUS = "#cancel"

    def __init__(
        self,
        figures: Figures,
        checked: Checked,
        settings: Settings,
        how: How = How.PLAIN,
        stopped: str | None = None,
    ) -> None:
        super().__init__()
        self._state = Confirmation.of(figures, settings)
        self._checked = checked
        self._how = how
        self._stopped = stopped
        self._hint = ""
        self._opened_at = 0.0
        self._changed_at = 0.0
        self._is_moving = False

    @property
    def preview(self) -> Preview:
        """The frozen preview: exactly what a confirmation confirms."""
        return self._state.frozen.preview

    @property
    def token(self) -> str:
        """What must be typed now."""
        return self._state.token

    def compose(self) -> ComposeResult:
        """Facts that scroll when they must; the order to type and the buttons always in sight."""
        with Dialog():
            with VerticalScroll(id="facts", can_focus=False):
                yield FittedLines(id="title")
                yield FittedLines(id="what")
                yield FittedLines(id="stopped")
                yield FittedLines(id="status")
                yield FittedLines(id="cautions")
            yield FittedLines(id="swapped")
            yield FittedLines(id="long-order")
            with Horizontal(classes="row"):
                yield Lines(id="order")
                yield TextField(id="typed")
                yield Lines((Piece("]"),), id="bracket")
            with Horizontal(classes="row"):
                yield Lines(id="hint")
                yield PushButton("Cancel", id="cancel")
                yield PushButton("Bounce", id="bounce", disabled=True)

    def on_mount(self) -> None:
        """Show the frozen preview."""
        feeders = self._state.frozen.feeders
        self._taker = FiguresTaker(self, host_of(self).settings, self._looked, feeders)
        self._opened_at = self._now()
        self._state = self._state.shown(self._opened_at)
        self._draw()

    def on_resize(self) -> None:
        """What is to be typed goes where there is room for it."""
        if self.is_mounted:
            self._draw_order()

    # Following the world

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in counting; without newer numbers nothing is confirmed for long."""
        if event.state is WorkerState.ERROR:
            self._say(f"{type(event.worker.error).__name__}: {event.worker.error}")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Look again at what the selector hits."""
        if self.is_mounted:
            self._taker.ask(snapshot, self.preview.selector, self.preview.chosen)

    def tick(self, now: float) -> None:
        """Let the data age; what is too old cannot be confirmed."""
        if self.is_mounted:
            self._take_over(self._state.settled(now))

    def _looked(self, figures: Figures) -> None:
        self._take_over(self._state.seen(figures, self._now()))

    def _take_over(self, state: Confirmation) -> None:
        swapped = state.swapped is not self._state.swapped
        self._state = state
        if swapped or state.is_too_old(self._now()):
            self._clear()
        self._draw()

    def _clear(self) -> None:
        self.query_one("#typed", TextField).value = ""
        if self.focused is self.query_one("#bounce"):
            self.query_one("#cancel").focus()

    # Keys and buttons

    def action_leave(self) -> None:
        """Go back; nothing is sent."""
        if not self._is_early(self._opened_at):
            self.dismiss(None)

    def action_queues(self) -> None:
        """Show every queue by name, those first that came and went."""
        self.app.push_screen(HitScreen(self._state.hit))

    def action_scroll_facts(self, pages: int) -> None:
        """Scroll what does not fit."""
        facts = self.query_one("#facts")
        facts.scroll_relative(y=pages * max(1, facts.size.height - 1), animate=False)

    def on_key(self, event: events.Key) -> None:
        """What is typed goes into the field, wherever the focus is; Space stays with the buttons.

        But not a Space typed ahead: it reaches a button although the field has the focus by now, or is to have it.
        """
        field = self.query_one("#typed", TextField)
        is_ahead = self._is_moving or self.focused is field
        if event.character and event.is_printable and (event.key != "space" or is_ahead):
            event.stop()
            event.prevent_default()
            if self.focused is not field:
                self._is_moving = True
                field.focus()
            field.insert_text_at_cursor(event.character)

    def on_descendant_focus(self) -> None:
        """What comes from now on goes where the focus is."""
        self._is_moving = False

    def on_input_changed(self) -> None:
        """Enable the button for the exact text only; forget what was on its way when the dialog opened."""
        self._changed_at = self._now()
        if self._is_early(self._opened_at):
            self.query_one("#typed", TextField).value = ""
        self._hint = ""
        self._draw_order()

    def on_input_submitted(self) -> None:
        """Enter in the field: confirms the exact text, and does nothing for any other."""
        self._confirm()

    @on(PushButton.Pressed, "#bounce")
    def _bounce_pressed(self) -> None:
        self._confirm()

    @on(PushButton.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.action_leave()

    def _confirm(self) -> None:
        typed = self.query_one("#typed", TextField).value
        now = self._now()
        self._take_over(self._state.settled(now))
        if not self._state.accepts(typed, now):
            is_other = not (self._state.is_too_old(now) or self._state.refusal or is_confirmed(typed, self.token))
            self._say(f"type exactly: {clean(self.token)}" if is_other else "")
        elif self._is_early(max(self._opened_at, self._changed_at)):
            self._say("press Enter once more")
        else:
            self.dismiss(typed)

    def _say(self, hint: str) -> None:
        self._hint = hint
        self._draw_order()

    def _is_early(self, since: float) -> bool:
        return self._now() - since < GUARD_S

    def _now(self) -> float:
        return host_of(self).clock.monotonic()

    # Drawing

    def _draw(self) -> None:
        state, checked, how = self._state, self._checked, self._how
        figures, dot = state.frozen, glyphs_of(self).dot
        verb = "Stop and bounce" if how is How.CLEAN and self._stopped is None else "Bounce"
        self.query_one("#title", FittedLines).fit(lambda width, _height: title_lines(figures, width, verb))
        self.query_one("#what", FittedLines).fit(
            lambda width, _height: what_lines(figures, checked, width, dot, how)
        )
        self._draw_stopped()
        look = Look.RED if state.is_too_old(self._now()) else Look.DIM if state.moved.is_none else Look.AMBER
        self.query_one("#status", FittedLines).show_words(state.status_text(self._now()), look)
        is_clean = how is How.CLEAN
        self.query_one("#cautions", FittedLines).fit(
            lambda width, _height: caution_lines(figures, width, is_clean=is_clean)
        )
        words = " ".join(filter(None, (state.swapped_text(), state.refusal)))
        self.query_one("#swapped", FittedLines).show_words(words, Look.ALARM)
        self._draw_order()

    def _draw_stopped(self) -> None:
        if self._stopped is not None:
            host, there = host_of(self), self.preview.node_names
            words = stopped_words(host.snapshot, self._stopped, host.clock.now(), there)
            self.query_one("#stopped", FittedLines).show_words(words, Look.STRONG)

    def _draw_order(self) -> None:
        token = clean(self.token)
        order: Line = (Piece("Type  "), Piece(token, Look.STRONG), Piece("  to bounce: ["))
        is_long = _length(order) + len(token) > min(self.app.size.width, WIDEST) - BESIDES
        if is_long:
            order = (Piece("to bounce: ["),)
        self.query_one("#long-order", FittedLines).fit(
            lambda width, _height: folded(f"Type  {token}", width, Look.STRONG) if is_long else ()
        )
        lines = self.query_one("#order", Lines)
        lines.styles.width = _length(order)
        lines.show(order)
        self._draw_buttons()

    def _draw_buttons(self) -> None:
        now = self._now()
        typed = self.query_one("#typed", TextField).value
        button = self.query_one("#bounce", PushButton)
        button.relabel(f"Bounce {count_text(self.preview.messages)}")
        button.disabled = not self._state.accepts(typed, now)
        wait_s = math.ceil(self._state.wait_s(now))
        hint = f"read it: {wait_s} s" if wait_s else self._hint
        self.query_one("#hint", Lines).show((Piece(hint, Look.AMBER) if hint else Piece("F4 queues", Look.DIM),))


def _length(line: Line) -> int:
    return sum(len(piece.text) for piece in line)
