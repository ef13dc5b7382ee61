"""A question with a few answers, the safe one first; for acts that need no typed text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.screens.confirm import GUARD_S
from kumo_tui.ui.screens.leaving_once import Modal
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.fitted_lines import FittedLines, wrapped
from kumo_tui.ui.widgets.form import MOVES, Dialog, PushButton, TickBox
from kumo_tui.ui.widgets.lines import Lines

Paragraph = tuple[str, Look]
"""A text, wrapped to the dialog, and how it looks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its id and what stands on its button."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The id of the answer, and whether the tick was set."""

    id: str
    ticked: bool = False


class QuestionScreen(Modal[Answer]):
    """Ends in an answer. The first choice is the safe one: it has the focus; Esc is it, or the one named `escape`.

    `words_of` gives the text for a snapshot, so that it stays true while the dialog is open. The other answers do
    nothing within GUARD_S of the opening. `tick` is the label of something that can be asked for besides.
    """

    DEFAULT_CSS = """
    QuestionScreen { align: center middle; background: $background; }
    QuestionScreen > Dialog { max-width: 90; height: auto; }
    QuestionScreen .row { height: 1; margin: 1 0 0 0; }
    QuestionScreen PushButton { margin: 0 0 0 2; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("escape", "leave", "back", show=False),
        Binding("up,left", "app.focus_previous", "previous", show=False),
        Binding("down,right", "app.focus_next", "next", show=False),
    ]

    def __init__(
        self,
        words_of: Callable[[Snapshot], Sequence[Paragraph]],
        choices: Sequence[Choice],
        tick: str = "",
        escape: str = "",
    ) -> None:
        super().__init__()
        self._words_of = words_of
        self._choices = tuple(choices)
        self._tick = tick
        self._escape = escape or choices[0].id
        self._opened_at = 0.0

    def compose(self) -> ComposeResult:
        """The text, the tick, the buttons."""
        with Dialog():
            yield FittedLines(id="words")
            if self._tick:
                with Horizontal(classes="row"):
                    yield TickBox(self._tick, False, id="tick")
            with Horizontal(classes="row"):
                yield Lines(id="space")
                for choice in self._choices:
                    yield PushButton(choice.label, id=choice.id)

    def on_mount(self) -> None:
        """Show the text; the safe answer has the focus."""
        self._opened_at = host_of(self).clock.monotonic()
        self.query_one(f"#{self._choices[0].id}").focus()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while something else was on top."""
        self.show_snapshot(host_of(self).snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what is true now."""
        if self.is_mounted:
            paragraphs = self._words_of(snapshot)
            self.query_one("#words", FittedLines).fit(lambda width, _height: laid_out(paragraphs, width))

    def tick(self, now: float) -> None:
        """Nothing: the time left comes with the snapshots."""

    def action_leave(self) -> None:
        """The answer that changes nothing."""
        self.dismiss(Answer(self._escape))

    def on_push_button_pressed(self, message: PushButton.Pressed) -> None:
        """Take the answer; one that acts not by a key that was on its way when the dialog opened."""
        chosen = message.button.id or ""
        early = host_of(self).clock.monotonic() - self._opened_at < GUARD_S
        if chosen == self._escape or not early:
            self.dismiss(Answer(chosen, bool(self._tick) and self.query_one("#tick", TickBox).ticked))


def laid_out(paragraphs: Sequence[Paragraph], width: int) -> list[Line]:
    """The paragraphs, one below the other."""
    lines: list[Line] = []
    for text, look in paragraphs:
        lines += wrapped(text, width, look)
    return lines
