"""The directive pane: what is being bounced, by whom, until when and how far."""

from collections.abc import Sequence

from textual import events

from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.directive_rows import (
    BOUNCED_WIDTH,
    PROGRESS_WIDTH,
    WIDE_PROGRESS_WIDTH,
    Listing,
    PaneKey,
    list_directives,
    rows_of,
)
from kumo_tui.ui.freshness import partial_words
from kumo_tui.ui.strips import Line, Piece, line_width
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.line_table import Column, LineTable
from kumo_tui.ui.widgets.lines import Lines, glyphs_of, is_low_bandwidth

WIDE = 100


def directive_columns(width: int, *, low_bandwidth: bool = False) -> Sequence[Column]:
    """The columns for a terminal of this width; over a slow link no reasons and no bars."""
    wide = width >= WIDE
    reason_from = WIDE if low_bandwidth else 70
    return (
        Column("SCOPE", cut=Cut.MIDDLE),
        Column("REASON", 20 if wide else 12, from_width=reason_from),
        Column("LEFT", 8, Align.RIGHT),
        Column("BOUNCED", BOUNCED_WIDTH, Align.RIGHT, from_width=60),
        Column("PROGRESS", WIDE_PROGRESS_WIDTH if wide else PROGRESS_WIDTH, gap=2, vital=True),
        Column("NODE", 9, from_width=WIDE),
    )


class DirectivesTable(LineTable):
    """Our operations and everybody else's directives and stops; see `directive_rows`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(directive_columns(80), id=id, empty="nothing is being bounced")
        self._snapshot: Snapshot | None = None
        self._listing = Listing()

    @property
    def listing(self) -> Listing:
        """What is listed."""
        return self._listing

    @property
    def cursor_entry(self) -> PaneKey | None:
        """What is under the cursor."""
        key = self.cursor_key
        return key if isinstance(key, PaneKey) else None

    def show_directives(self, snapshot: Snapshot, now: float) -> None:
        """Show operations and directives of this snapshot as they are at this time (monotonic seconds)."""
        self._snapshot = snapshot
        self._listing = list_directives(snapshot, now)
        self.set_empty_text(empty_words(snapshot))
        self._show_rows()

    def tick(self, now: float) -> None:
        """Show the same at a later time."""
        if self._snapshot is not None:
            self.show_directives(self._snapshot, now)

    def on_resize(self, event: events.Resize) -> None:
        """Wide terminals have wider columns."""
        super().on_resize(event)
        self._show_rows()

    def _show_rows(self) -> None:
        width = self.size.width
        self.set_columns(directive_columns(width, low_bandwidth=is_low_bandwidth(self)))
        self.show(rows_of(self._listing, glyphs_of(self), wide=width >= WIDE))


def empty_words(snapshot: Snapshot) -> str:
    """What an empty pane means: nothing of nodes that are not read."""
    if snapshot.members and all(node.state is NodeState.STARTING for node in snapshot.members):
        return "asking the nodes"
    partial = partial_words(snapshot)
    if not partial:
        return "nothing is being bounced"
    if snapshot.nodes_fresh:
        return f"{partial} bounce nothing; elsewhere not known"
    return "not known: no node can be read"


class DirectivesTitle(Lines):
    """`── Directives ── 2 active · 1 finishing · 5 ended ────`."""

    def show_listing(self, listing: Listing, *, focused: bool) -> None:
        """Show how many directives there are."""
        signs = glyphs_of(self)
        self.show(title_line("Directives", listing.summary(signs.dot), self.size.width, signs, focused=focused))


def title_line(title: str, summary: str, width: int, signs: Glyphs, *, focused: bool) -> Line:
    """A rule with a title and a summary in it; the pane with the focus has its title in the accent."""
    rule = signs.rule
    line = (
        Piece(f"{rule * 2} ", Look.DIM),
        Piece(title, Look.ACCENT if focused else Look.NORMAL),
        Piece(f" {rule * 2} {summary} ", Look.DIM),
    )
    return (*line, Piece(rule * max(0, width - line_width(line)), Look.DIM))
