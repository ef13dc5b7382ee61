"""The parts of a form that fits into 24 lines: one-line fields, choices, ticks and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widgets import Input, Static

from kumo_tui.text import clean
from kumo_tui.ui.cells import width_of
from kumo_tui.ui.strips import Piece, line_width, strip_of
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.lines import PaintedLines, glyphs_of, palette_of

# With priority: a focus that moves when its key is read, not when a widget gets round to it, takes the keys that
# follow in the same packet to where they were meant. On a slow line they come in packets.
MOVES: Sequence[BindingType] = (
    Binding("tab", "app.focus_next", "next", show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", "previous", show=False, priority=True),
)


# Keys that edit, with the action of the field; Enter is left to the dialogs.
_EDITING = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding) and binding.action != "submit"
    for key in binding.key.split(",")
}


class Dialog(Vertical):
    """The box of a dialog: as wide as the screen, up to what the screen's own CSS says. The title is no data."""

    DEFAULT_CSS = """
    Dialog { width: 100%; max-width: 120; height: 100%; max-height: 100%; border: round $border; padding: 0 1; }
    Dialog.-ascii { border: ascii $border; }
    """

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.border_title = title

    def on_mount(self) -> None:
        """Draw the box with what this terminal can show."""
        self.set_class(glyphs_of(self).ascii_only, "-ascii")


class TextField(Input):
    """A text field of one line without a frame; it holds clean text only.

    What is pasted is cut to its first line and cleaned: a line break submits nothing (DESIGN 3, rules 7 and 9).
    """

    DEFAULT_CSS = """
    TextField { width: 1fr; }
    TextField:disabled { text-style: dim; }
    """

    def __init__(self, value: str = "", *, id: str, suggester: Suggester | None = None, limit: int = 500) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(
            clean(value), id=id, suggester=suggester, max_length=limit, compact=True, select_on_focus=False
        )
        self.cursor_blink = False

    async def on_key(self, event: events.Key) -> None:
        """Edit when the key's turn comes. Left to rise to the app, it would come after the letters behind it."""
        action = _EDITING.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def on_paste(self, event: events.Paste) -> None:
        """Take the first line that holds something."""
        event.prevent_default()
        event.stop()
        lines = [line for line in event.text.splitlines() if line.strip()]
        if lines:
            self.insert_text_at_cursor(clean(lines[0]))


class Field(Horizontal):
    """A text field with its label, between brackets: `campaign [promo    ]`."""

    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; }
    Field > .label { width: auto; }
    Field > .end { width: 2; }
    Field:focus-within > Static { color: $accent; }
    """

    def __init__(self, label: str, field: TextField, *, label_width: int) -> None:
        super().__init__()
        self._label = f"{label:<{label_width - 1}}["
        self._field = field

    def compose(self) -> ComposeResult:
        """Label, field, bracket."""
        yield Static(self._label, classes="label", markup=False)
        yield self._field
        yield Static("] ", classes="end", markup=False)


class OneLine(PaintedLines):
    """A part of one line, as wide as its text."""

    DEFAULT_CSS = """
    OneLine { height: 1; width: auto; }
    """

    def pieces(self) -> Sequence[Piece]:
        """What it shows now."""
        raise NotImplementedError

    def strip_at(self, y: int, width: int) -> Strip:
        """The line."""
        return strip_of(self.pieces() if y == 0 else (), width, palette_of(self), glyphs_of(self).ellipsis)

    def get_content_width(self, _container: Size, _viewport: Size) -> int:
        """Cells of the line."""
        return line_width(self.pieces())

    def on_focus(self) -> None:
        """The part with the focus is bright."""
        self.repaint()

    def on_blur(self) -> None:
        """As `on_focus`."""
        self.repaint()

    def watch_disabled(self, disabled: bool) -> None:
        """A part that cannot be used is dim."""
        super().watch_disabled(disabled)
        self.repaint()


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice; one that is not `enabled` is shown and cannot be taken."""

    label: str
    enabled: bool = True


class ChoiceLine(OneLine, can_focus=True):
    """One of several options: `(•) matching   ( ) EVERYTHING`, or plain words where not `radio`.

    Arrows move, Space takes: an option is never taken by passing over it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "previous", show=False),
        Binding("right", "move(1)", "next", show=False),
        Binding("space", "take", "take", show=False),
    ]

    class Picked(Message):
        """The operator took an option."""

        def __init__(self, choice: "ChoiceLine", index: int) -> None:
            super().__init__()
            self.choice = choice
            self.index = index

        @property
        def control(self) -> "ChoiceLine":
            """The choice that it was taken in."""
            return self.choice

    def __init__(self, options: Sequence[Option], picked: int | None, *, id: str, radio: bool = True) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._options = tuple(options)
        self._picked = picked
        self._at = picked or 0
        self._radio = radio

    @property
    def picked(self) -> int | None:
        """Index of the option that is taken, None for none."""
        return self._picked

    def pieces(self) -> Sequence[Piece]:
        """The options, the one under the cursor bright while the line has the focus."""
        pieces = []
        for index, option in enumerate(self._options):
            look = Look.NORMAL if option.enabled else Look.DIM
            if self.has_focus and index == self._at:
                look = Look.CURSOR
            gap = " " * self._gap if index else ""
            pieces += [Piece(gap), Piece(self._text(index), look)]
        return pieces

    def action_move(self, step: int) -> None:
        """Go to the next option that can be taken."""
        index = self._at + step
        while 0 <= index < len(self._options) and not self._options[index].enabled:
            index += step
        if 0 <= index < len(self._options):
            self._at = index
            self.repaint()

    def action_take(self) -> None:
        """Take the option under the cursor."""
        if self._options[self._at].enabled:
            self._picked = self._at
            self.repaint()
            self.post_message(self.Picked(self, self._at))

    def put(self, options: Sequence[Option], picked: int) -> None:
        """Offer these options, with one of them taken."""
        self._options = tuple(options)
        self._at = picked
        self.action_take()

    def on_click(self, event: events.Click) -> None:
        """Take the option that was clicked."""
        start = 0
        for index, option in enumerate(self._options):
            end = start + width_of(self._text(index))
            if start <= event.x < end and option.enabled:
                self._at = index
                self.action_take()
                return
            start = end + self._gap

    @property
    def _gap(self) -> int:
        return 3 if self._radio else 1

    def _text(self, index: int) -> str:
        label = self._options[index].label
        if not self._radio:
            return label
        sign = glyphs_of(self).marked if index == self._picked else " "
        return f"({sign}) {label}"


class TickBox(OneLine, can_focus=True):
    """Something that is on or off: `[x] no delivery log`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_tick", "on/off", show=False)]

    class Changed(Message):
        """It was switched."""

    def __init__(self, label: str, ticked: bool, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._label = label
        self._ticked = ticked

    @property
    def ticked(self) -> bool:
        """Whether it is on."""
        return self._ticked

    def pieces(self) -> Sequence[Piece]:
        """The box and its words."""
        look = Look.CURSOR if self.has_focus else Look.NORMAL
        return (Piece(f"[{'x' if self._ticked else ' '}] {self._label}", look),)

    def action_toggle_tick(self) -> None:
        """Switch it."""
        self._ticked = not self._ticked
        self.repaint()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        """Switch it."""
        self.action_toggle_tick()


class PushButton(OneLine, can_focus=True):
    """A button: `[ Cancel ]`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "press", show=False)]

    class Pressed(Message):
        """The button was pressed."""

        def __init__(self, button: "PushButton") -> None:
            super().__init__()
            self.button = button

        @property
        def control(self) -> "PushButton":
            """The button that was pressed."""
            return self.button

    def __init__(self, label: str, *, id: str, disabled: bool = False) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.set_reactive(PushButton.disabled, disabled)
        self._label = label

    @property
    def label(self) -> str:
        """What stands on it."""
        return self._label

    def relabel(self, label: str) -> None:
        """Write something else on it."""
        if label != self._label:
            self._label = label
            self.forget()
            self.refresh(layout=True)

    def pieces(self) -> Sequence[Piece]:
        """The label between brackets."""
        look = Look.CURSOR if self.has_focus else Look.DIM if self.disabled else Look.NORMAL
        return (Piece(f"[ {self._label} ]", look),)

    def action_press(self) -> None:
        """Say that it was pressed."""
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        """Press it."""
        self.action_press()
