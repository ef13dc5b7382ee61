"""The dialog of a stop: what would wait, why and for how long. It destroys nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.worker import Worker, WorkerState

from kumo_tui.act.cautions import left_out
from kumo_tui.act.draft import Checked, Draft, How, check_draft
from kumo_tui.act.taking_part import way_out
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import plural
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.figures import Figures, FiguresTaker
from kumo_tui.ui.screens.choose_nodes import ChooseNodesScreen
from kumo_tui.ui.screens.confirm import GUARD_S
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, joined, wrapped
from kumo_tui.ui.widgets.form import MOVES, Dialog, Field, PushButton, TextField
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.ui.widgets.nodes_field import NodesField, others_words
from kumo_tui.ui.widgets.preview_panel import queue_lines
from kumo_tui.units import count_text

LARGEST = 4
MEANING = (
    "It destroys nothing. Mail waits; each message logs one transient failure when its turn comes. "
    "Then bounce it, or let it go."
)


@dataclass(frozen=True, eq=False)
class WantedStop:
    """A stop that the operator wants, with the preview that was just taken."""

    draft: Draft
    checked: Checked
    preview: Preview


class StopScreen(Modal[WantedStop | None]):
    """Asks for a stop of what the draft selects; ends in it, or in None. Nothing on it sends anything.

    Cancel has the focus; nothing is taken within GUARD_S of the opening. `notice` says why it is open again.
    """

    DEFAULT_CSS = """
    StopScreen { align: center middle; background: $background; }
    StopScreen > Dialog { max-width: 90; height: auto; }
    StopScreen .row { height: 1; margin: 1 0 0 0; }
    StopScreen Field:last-of-type { width: 18; }
    StopScreen #nodes { margin: 0 0 0 2; display: none; }
    StopScreen PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("f6", "other_nodes", "other nodes", show=False),
    ]
    AUTO_FOCUS = "#cancel"

    def __init__(self, draft: Draft, notice: str = "") -> None:
        super().__init__()
        self._start = draft
        self._chosen = draft.nodes
        self._notice = notice
        self._figures: Figures | None = None
        self._refusals: Sequence[str] = ()
        self._opened_at = 0.0
        self._is_reading = False

    def compose(self) -> ComposeResult:
        """What would wait, the fields, and the buttons."""
        with Dialog("Stop"):
            yield FittedLines(id="notice")
            yield FittedLines(id="what")
            yield FittedLines(id="meaning")
            with Horizontal(classes="row"):
                yield Field("reason", TextField(self._start.reason, id="reason"), label_width=8)
                yield Field("for", TextField(self._start.duration, id="for"), label_width=5)
                yield NodesField(self._chosen, id="nodes")
            yield FittedLines(id="problems")
            with Horizontal(classes="row"):
                yield Lines(id="space")
                yield PushButton("Cancel", id="cancel")
                yield PushButton("Stop", id="stop")

    def on_mount(self) -> None:
        """Begin counting."""
        self._opened_at = host_of(self).clock.monotonic()
        self._taker = FiguresTaker(self, host_of(self).settings, self._counted)
        self.query_one("#notice", FittedLines).show_words(self._notice, Look.RED, "! ")
        self.query_one("#meaning", FittedLines).fit(lambda width, _height: [(), *wrapped(MEANING, width)])
        self._draw()

    @property
    def draft(self) -> Draft:
        """What stands in the dialog now."""
        reason = self.query_one("#reason", TextField).value
        duration = self.query_one("#for", TextField).value
        return replace(self._start, reason=reason, ticket="", duration=duration, nodes=self._chosen)

    @property
    def checked(self) -> Checked:
        """What holds of it, and what does not."""
        return check_draft(self.draft, host_of(self).settings.act)

    # Following the world

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in counting or reading, instead of waiting for ever."""
        if event.state is WorkerState.ERROR:
            self._is_reading = False
            self._say(f"{type(event.worker.error).__name__}: {event.worker.error}")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Count anew what would wait."""
        if self.is_mounted:
            self._count(snapshot)

    def tick(self, now: float) -> None:
        """Nothing: the numbers come with the snapshots."""

    def _count(self, snapshot: Snapshot) -> None:
        checked = self.checked
        if checked.selector is not None:
            self._taker.ask(snapshot, checked.selector, checked.nodes)
        self.query_one(NodesField).show(self._chosen, len(snapshot.targets))
        self._draw()

    def _counted(self, figures: Figures) -> None:
        self._figures = figures
        self._refusals = host_of(self).acts.clean.stop_refusals(figures.preview, self.checked)
        self._draw()
        self._say_problems()

    # Keys and buttons

    def action_leave(self) -> None:
        """Stop nothing."""
        self.dismiss(None)

    def action_other_nodes(self) -> None:
        """Go on without the nodes that cannot take part."""
        self._take_nodes(self._others() or None)

    @on(NodesField.Wanted)
    def _nodes_wanted(self) -> None:
        snapshot, selector = host_of(self).snapshot, self.checked.selector
        chooser = ChooseNodesScreen(snapshot, self._chosen, selector, How.CLEAN, stop_only=True)
        self.app.push_screen(chooser, self._take_nodes)

    def _take_nodes(self, nodes: tuple[str, ...] | None) -> None:
        if nodes is not None and nodes != self._chosen:
            self._chosen, self._figures, self._refusals = nodes, None, ()
            self._count(host_of(self).snapshot)
            self._say_problems()

    def _others(self) -> tuple[str, ...]:
        """The nodes to go on with, where some of those that are meant cannot take part."""
        figures, snapshot = self._figures, host_of(self).snapshot
        return way_out(figures.preview, snapshot, How.CLEAN, stop_only=True) if figures is not None else ()

    def on_input_changed(self) -> None:
        """Say at once what does not hold."""
        self._say_problems()

    def on_input_submitted(self) -> None:
        """Enter in a field goes to the buttons, past Cancel."""
        self.query_one("#stop").focus()

    @on(PushButton.Pressed, "#cancel")
    def _cancel_pressed(self) -> None:
        self.dismiss(None)

    @on(PushButton.Pressed, "#stop")
    def _stop_pressed(self) -> None:
        if host_of(self).clock.monotonic() - self._opened_at < GUARD_S or self._is_reading:
            return
        draft, checked = self.draft, self.checked
        if checked.is_ready:
            self._is_reading = True
            self._say("Reading the nodes now.", Look.DIM)
            self.run_worker(self._read(draft, checked), group="read", exit_on_error=False)
        else:
            self._say(" ".join(checked.problems.values()))

    async def _read(self, draft: Draft, checked: Checked) -> None:
        acts = host_of(self).acts
        if checked.selector is None:
            raise ValueError("only a checked draft is stopped")
        try:
            preview = await acts.fresh_preview(checked.selector, checked.nodes)
        except KumoTuiError as error:
            self._say(str(error))
            return
        finally:
            self._is_reading = False
        refusals = acts.clean.stop_refusals(preview, checked)
        if not self.is_current:
            self._say("Something else was on top while the nodes were read: press it again.")
        elif self.draft != draft:
            self._say("It changed while the nodes were read: press it again.")
        elif refusals:
            self._say(self._with_way_out(refusals))
        else:
            self.dismiss(WantedStop(draft, checked, preview))

    # Drawing

    def _say_problems(self) -> None:
        if not self._is_reading:
            self._say(" ".join(self.checked.problems.values()) or self._with_way_out(self._refusals))

    def _with_way_out(self, refusals: Sequence[str]) -> str:
        others = self._others() if refusals else ()
        return " ".join([*refusals, others_words(others)] if others else refusals)

    def _say(self, words: str, look: Look = Look.RED) -> None:
        self.query_one("#problems", FittedLines).show_words(words, look, "! ")

    def _draw(self) -> None:
        selector, figures, signs = self.checked.selector, self._figures, glyphs_of(self)
        described = selector.describe() if selector is not None else "nothing is selected"

        def lay_out(width: int, _height: int) -> Sequence[Line]:
            lines = wrapped(described, width, Look.STRONG)
            if figures is None:
                return [*lines, (Piece("counting", Look.DIM),)]
            lines += joined(figures.summary(self._start.hidden), width, signs.dot)
            lines += queue_lines(figures, width, LARGEST, signs)
            for caution in left_out(figures.preview, host_of(self).snapshot):
                lines += wrapped(f"! {caution.text}", width, Look.AMBER)
            if figures.stake.waiting_bound:
                waiting = count_text(figures.stake.waiting_bound)
                queues = plural(figures.stake.ready_queues, "ready queue")
                words = f"+ up to {waiting} waiting in {queues}: what matches comes back at its turn"
                lines += wrapped(words, width)
            return lines

        self.query_one("#what", FittedLines).fit(lay_out)
