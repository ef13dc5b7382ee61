"""The queue table: queues or groups of a view, with their rates, bounced totals and states."""

from collections.abc import Mapping, Sequence

from kumo_tui.model.names import Part
from kumo_tui.model.snapshot import NodeState
from kumo_tui.model.view import Row
from kumo_tui.text import clean, is_altered, plural
from kumo_tui.ui.cells import Align, Cut, cut_apart, fit_count
from kumo_tui.ui.freshness import (
    Freshness,
    node_freshness,
    partial_words,
    queue_freshness,
    shown,
    totals_freshness,
)
from kumo_tui.ui.queue_state import QueueState, StateReader
from kumo_tui.ui.theme import QUEUE_STATES, Glyphs, Look
from kumo_tui.ui.view_builder import NODE_COLUMN_QUEUES, Built
from kumo_tui.ui.widgets.line_table import Cell, Column, Key, LineRow, LineTable
from kumo_tui.ui.widgets.lines import glyphs_of, is_low_bandwidth
from kumo_tui.units import age_text, percent_text

WIDE = 100
COUNT_WIDTH = 11
RATE_WIDTH = 9
BOUNCED_WIDTH = 9


def queue_columns(
    group: Part | None, nodes: int, *, low_bandwidth: bool = False, bounced: bool = True
) -> Sequence[Column]:
    """The columns of a view; those for wide terminals come last but the state.

    Over a slow link name, messages and state, and what is bounced where something is (`bounced`); the other cells
    of a row are not shown.
    """
    never = 10_000 if low_bandwidth else 0
    columns = [
        Column("QUEUE" if group is None else group.label.upper(), cut=Cut.MIDDLE),
        Column("MESSAGES", COUNT_WIDTH, Align.RIGHT, vital=True),
        Column("PER MIN", RATE_WIDTH, Align.RIGHT, from_width=max(60, never)),
        Column("BOUNCED", BOUNCED_WIDTH, Align.RIGHT, from_width=70 if bounced else never),
        Column("SHARE", 6, Align.RIGHT, from_width=max(WIDE, never)),
    ]
    if group is not None:
        columns.insert(1, Column("QUEUES", 8, Align.RIGHT))
    elif nodes > 1:
        columns.append(Column("ON NODES", 10, Align.RIGHT, from_width=max(WIDE, never)))
    columns.append(Column("STATE", 13, gap=2, vital=True))
    return columns


def row_key(group: Part | None, row: Row) -> Key:
    """What tells a row from every other: the raw queue name, or the part with its raw value."""
    return row.key if group is None else (group, row.key)


class QueueTable(LineTable):
    """Rows of the last view that was shown; their figures are computed when they come into sight."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(queue_columns(None, 1), id=id, empty="waiting for the first answer")
        self._built: Built | None = None
        self._reader: StateReader | None = None
        self._fresh: Mapping[str, Freshness] = {}
        self._totals = Freshness.FRESH
        self._cuts: tuple[object, int, Mapping[str, str]] | None = None

    def show_built(self, built: Built, now: float) -> None:
        """Show this view as it is at this time (monotonic seconds)."""
        self._built = built
        group = built.view.spec.group
        self._set_columns(built)
        self.set_empty_text(_empty_text(built))
        self._set_time(now)
        self.show_lazily([row_key(group, row) for row in built.view.rows], self._row_at)

    def tick(self, now: float) -> None:
        """Show the same view at a later time."""
        if self._built is not None:
            self._set_columns(self._built)
            self._set_time(now)
            self.repaint()

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        index = self.cursor_index
        return None if index is None or self._built is None else self._built.view.rows[index]

    @property
    def cursor_queue(self) -> str | None:
        """The raw name of the queue under the cursor; None on a group or without rows."""
        row = self.cursor_row
        if row is None or self._built is None or self._built.view.spec.group is not None:
            return None
        return row.key

    def _set_columns(self, built: Built) -> None:
        thrifty, snapshot = is_low_bandwidth(self), built.snapshot
        self.set_columns(
            queue_columns(
                built.view.spec.group,
                len(snapshot.members),
                low_bandwidth=thrifty,
                bounced=not thrifty or any(snapshot.bounced.values()),
            )
        )

    def _set_time(self, now: float) -> None:
        assert self._built is not None
        snapshot = self._built.snapshot
        self._reader = StateReader(snapshot, now)
        self._fresh = {
            node.name: node_freshness(node, now, snapshot.interval_s) for node in snapshot.members if node.has_data
        }
        self._totals = totals_freshness(snapshot, now)

    def _row_at(self, index: int) -> LineRow:
        assert self._built is not None and self._reader is not None
        built, group = self._built, self._built.view.spec.group
        row = built.view.rows[index]
        rate = built.rate(row.key)
        if group is None:
            state = self._reader.of_queue(row.key or "", row.messages, rate)
        else:
            state = self._reader.of_group(group, row.key, row.messages, rate)
        fresh = self._freshness_of(row)
        look = Look.DIM if fresh else Look.NORMAL
        cells = [
            Cell(self._shown_key(row), Look.DIM if row.key is None else Look.NORMAL),
            Cell(shown(fit_count(row.messages, COUNT_WIDTH - 1), fresh), look),
            _rate_cell(rate, fresh, glyphs_of(self)),
            _bounced_cell(built.bounced(row.key)),
            Cell(shown(percent_text(row.messages, built.snapshot.queues.total), fresh), Look.DIM),
        ]
        if group is not None:
            cells.insert(1, Cell(fit_count(row.queues, 8)))
        elif len(built.snapshot.members) > 1:
            cells.append(Cell(self._on_nodes(row.key or ""), Look.DIM))
        cells.append(state_cell(state, glyphs_of(self)))
        altered = row.key is not None and is_altered(row.key)
        flag = Cell(glyphs_of(self).altered, Look.AMBER) if altered else Cell(" ")
        return LineRow(row_key(group, row), tuple(cells), flag=flag)

    def _shown_key(self, row: Row) -> str:
        assert self._built is not None
        if row.key is None:
            group = self._built.view.spec.group
            return f"(no {group.label})" if group else ""
        text = clean(row.key) or '""'
        return self._cut_names().get(text, text)

    def _cut_names(self) -> Mapping[str, str]:
        """Cuts of the names that are too long for the column, each different from the others."""
        assert self._built is not None
        room = self.name_room
        if self._cuts is None or self._cuts[0] is not self._built or self._cuts[1] != room:
            names = [clean(row.key) for row in self._built.view.rows if row.key]
            self._cuts = (self._built, room, cut_apart(names, room, glyphs_of(self).ellipsis))
        return self._cuts[2]

    @property
    def name_room(self) -> int:
        """Cells of the column of names."""
        return self.room_of(self._columns[0].title)

    def _freshness_of(self, row: Row) -> Freshness:
        assert self._built is not None
        if self._totals is not Freshness.STALE or self._built.view.spec.group is not None:
            return self._totals
        nodes = self._built.snapshot.members
        return queue_freshness(row.key or "", ((node, self._fresh[node.name]) for node in nodes if node.has_data))

    def _on_nodes(self, name: str) -> str:
        assert self._built is not None
        snapshot = self._built.snapshot
        if self.size.width < WIDE or len(snapshot.queues) > NODE_COLUMN_QUEUES:
            return ""
        holding = sum(1 for node in snapshot.members if node.table.messages_of(name))
        return f"{holding} of {len(snapshot.members)}"


def state_cell(state: QueueState, signs: Glyphs) -> Cell:
    """Glyph and word of a state, with what is left of a stop."""
    style = QUEUE_STATES[state.condition]
    left = "" if state.left_s is None else f" {age_text(state.left_s)}"
    return Cell(f"{style.mark(signs.ascii_only)} {style.word}{left}".rstrip(), style.look)


def _rate_cell(rate: float | None, fresh: Freshness, signs: Glyphs) -> Cell:
    if rate is None or fresh is Freshness.GONE:
        return Cell(signs.too_early, Look.DIM)
    look = Look.DIM if fresh or not round(rate) else Look.NORMAL
    return Cell(fit_count(round(rate), RATE_WIDTH, signed=True), look)


def _bounced_cell(count: int) -> Cell:
    return Cell(fit_count(count, BOUNCED_WIDTH)) if count else Cell("-", Look.DIM)


def _empty_text(built: Built) -> str:
    nodes = built.snapshot.members
    if not any(node.has_data for node in nodes):
        waiting = any(node.state is NodeState.STARTING for node in nodes)
        return "waiting for the first answer" if waiting else "no node could be read yet"
    if not built.view.spec.filter.is_empty:
        return f"no queue passes /{built.view.spec.filter.text}"
    return "no mail is queued"


def _where_from(built: Built) -> str:
    """On which nodes the rows stand, where that is not all of them."""
    if built.view.spec.node:
        return f" on {clean(built.view.spec.node)} only"
    partial = partial_words(built.snapshot)
    return f", {partial} answering" if partial else ""


def position_text(table: LineTable, built: Built) -> str:
    """`showing 1-13 of 412 queues`, on which nodes unless all, what passes the filter, how far the list goes."""
    view, seen = built.view, table.shown_range
    rows = plural(view.matching_rows, "queue" if view.spec.group is None else view.spec.group.label)
    text = f"showing {seen.start + 1:,}-{seen.stop:,} of {rows}" if seen else rows
    text += _where_from(built)
    if not view.spec.filter.is_empty:
        text += f", {view.matching_messages:,} messages pass the filter"
    if view.matching_rows > len(view.rows):
        text += f"; the first {len(view.rows):,} are listed"
    return text
