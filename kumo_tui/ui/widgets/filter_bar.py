"""The second line: the filter, the order, the grouping and the marks."""

from textual.app import ComposeResult
from textual.containers import Horizontal

from kumo_tui.model.view import ViewSpec
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.form import TextField
from kumo_tui.ui.widgets.lines import Lines, glyphs_of


def view_line(spec: ViewSpec, marked: int, hidden: int, signs: Glyphs) -> Line:
    """`sort messages ↓   group none   2 marked (1 hidden)`."""
    is_name = spec.sort.value == "name"
    arrow = signs.up if spec.reverse is not is_name else signs.down
    group = "none" if spec.group is None else spec.group.label
    pieces = [
        Piece(" sort ", Look.DIM),
        Piece(f"{spec.sort.value} {arrow}"),
        Piece("  group ", Look.DIM),
        Piece(group),
    ]
    if marked:
        pieces.append(Piece(f"  {marked:,} marked", Look.ACCENT))
    if hidden:
        pieces.append(Piece(f" ({hidden:,} hidden)", Look.AMBER))
    return tuple(pieces)


class FilterBar(Horizontal):
    """What is shown of the queues. The filter takes effect while it is typed."""

    DEFAULT_CSS = """
    FilterBar { height: 1; }
    FilterBar #slash { width: 2; }
    FilterBar TextField { width: 1fr; }
    FilterBar #view { width: 52; max-width: 65%; }
    """

    def compose(self) -> ComposeResult:
        """A slash, the field, and how the view is made."""
        yield Lines((Piece(" /", Look.DIM),), id="slash")
        field = TextField("", id="filter")
        field.can_focus = False
        yield field
        yield Lines(id="view")

    @property
    def field(self) -> TextField:
        """The field for the filter."""
        return self.query_one(TextField)

    def edit(self) -> None:
        """Let the operator type."""
        self.field.can_focus = True
        self.screen.set_focus(self.field)

    def leave(self) -> None:
        """Typing is over; the field is reached by its key only."""
        self.field.can_focus = False

    def show_view(self, spec: ViewSpec, marked: int, hidden: int, error: str = "") -> None:
        """Show how the view is made, or what is wrong with the filter; then the last good one is in effect."""
        self.show_line(view_line(spec, marked, hidden, glyphs_of(self)), error)

    def show_line(self, line: Line, error: str = "") -> None:
        """Show this beside the filter, or what is wrong with the filter."""
        self.query_one("#view", Lines).show((Piece(f" {error}", Look.AMBER),) if error else line)
