"""How one operation is drawn: head, nodes, queues, timeline."""

import heapq
from collections.abc import Sequence

from kumo_tui.model.ledger import LISTED, QueueProgress
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import is_altered, plural
from kumo_tui.ui.aftermath_words import gathered_words, overdue_words
from kumo_tui.ui.bar import bar
from kumo_tui.ui.cells import Align, Cut, cut_end, fit, fit_count
from kumo_tui.ui.operation_room import ALL_ROOM, NodesRoom, attention_first, fitted_nodes
from kumo_tui.ui.operation_words import meters_words, progress_words, unread_node, verdict_words, why_words
from kumo_tui.ui.partial_words import headline, meaning_line, offer_lines
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import NODE_STATES, VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.ui.widgets.notice import error_words
from kumo_tui.units import age_text, count_text

BAR_WIDTH = 10
COUNT_WIDTH = 10
NODE_INDENT = " " * 15
EVENT_ROWS = 3
LEFT_OUT = ("left out",)
QUEUE_COLUMNS = (
    Column("QUEUE", cut=Cut.MIDDLE),
    Column("BASELINE", COUNT_WIDTH, Align.RIGHT),
    Column("BOUNCED", COUNT_WIDTH, Align.RIGHT, vital=True),
    Column("NEW", 8, Align.RIGHT),
    Column("REMAINING", COUNT_WIDTH, Align.RIGHT, vital=True),
    Column("PROGRESS", BAR_WIDTH, gap=2),
)

# Nodes that want attention come first; Verdict's own order is that of the summing up.
_ATTENTION = (
    Verdict.UNKNOWN,
    Verdict.EXPIRED,
    Verdict.REJECTED,
    Verdict.LOST,
    Verdict.STALLED,
    Verdict.REPLACED,
    Verdict.CANCELLED,
)


def head_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, *, may_act: bool
) -> Sequence[Line]:
    """Selector, tag and verdict; the sums; reason and author; what the verdict means; where it may be sent to."""
    progress, meaning = progress_words(status, snapshot, signs.dot), verdict_words(status, snapshot)
    return lines_at_top(status, snapshot, width, signs, progress, meaning, may_act=may_act)


def lines_at_top(
    status: OperationStatus,
    snapshot: Snapshot,
    width: int,
    signs: Glyphs,
    progress: str,
    meaning: str,
    *,
    may_act: bool,
) -> Sequence[Line]:
    """The head of every operation, with the words of its kind for its progress and for what its verdict means."""
    operation, state = status.operation, headline(status, snapshot, signs)
    tag = f"   op {operation.tag}   "
    room = max(8, width - len(tag) - len(state.text))
    scope = fit(operation.selector.describe(), room, cut=Cut.MIDDLE).rstrip()
    return [
        (Piece(scope, Look.STRONG), Piece(tag), state),
        *wrapped(progress, width),
        *wrapped(why_words(operation), width, Look.DIM),
        *meaning_line(status, snapshot, width, meaning),
        *offer_lines(status, snapshot, width, signs, may_act=may_act),
        *aftermath_lines(status, snapshot, width, signs, may_act=may_act),
    ]


def meter_lines(status: OperationStatus, width: int, signs: Glyphs) -> Sequence[Line]:
    """What it may have cost."""
    return wrapped(meters_words(status, signs.dot), width, Look.DIM)


def aftermath_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, *, may_act: bool
) -> Sequence[Line]:
    """Mail that gathers again after the end, and directives past theirs; the key is named where one `may_act`."""
    words, key = gathered_words(status, snapshot), ". b bounces it again, after a new preview" if may_act else ""
    return [
        *wrapped(f"{words}{key}." if words else "", width, Look.AMBER, f"{signs.warning} "),
        *(
            line
            for late in overdue_words(status, snapshot, snapshot.at, may_act=may_act)
            for line in wrapped(f"{late}.", width, Look.RED, f"{signs.warning} ")
        ),
    ]


def node_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, room: NodesRoom = ALL_ROOM
) -> Sequence[Line]:
    """One line a node, its note and why it cannot be read; what wants attention first, as many as fit."""
    titles = f"{'node':<14} {'id':<8} {'state':<11} {'bounced':>11} {'of':>11} {'rate':>9}"
    ordered = attention_first(status, snapshot, _ATTENTION)
    texts = [_lines_of(node, snapshot, width, signs) for node in ordered]
    return [(Piece(titles, Look.DIM),), *fitted_nodes(ordered, texts, snapshot, room)]


def queue_rows(status: OperationStatus, signs: Glyphs) -> list[LineRow]:
    """Collateral first, in red; then the matching queues, the largest first, and how many are left out."""
    ledger = status.ledger
    collateral = heapq.nsmallest(LISTED, ledger.collateral.items(), key=lambda item: (-item[1], item[0]))
    left_out = len(ledger.collateral) - len(collateral) + ledger.queues - len(ledger.largest)
    return [
        *(_collateral_row(name, count, signs) for name, count in collateral),
        *(_queue_row(row, signs) for row in ledger.largest),
        *left_out_row(left_out, QUEUE_COLUMNS),
    ]


def left_out_row(left_out: int, columns: Sequence[Column]) -> list[LineRow]:
    """The row below the last one, where there are more queues than are listed."""
    if not left_out:
        return []
    words = f"and {plural(left_out, 'smaller queue')}: e writes all"
    return [LineRow(LEFT_OUT, (Cell(words, Look.DIM), *[Cell("")] * (len(columns) - 1)))]


def event_lines(status: OperationStatus, most: int) -> Sequence[Line]:
    """The last events of the timeline, in UTC: EVENT_ROWS, or the fewer that there is room for."""
    label, room = "timeline (UTC) ", min(EVENT_ROWS, most)
    shown = status.operation.events[-room:] if room > 0 else ()
    return [
        (Piece(label if row == 0 else " " * len(label), Look.DIM), Piece(f"{event.at:%H:%M:%S} {event.text}"))
        for row, event in enumerate(shown)
    ]


def _lines_of(node: NodeProgress, snapshot: Snapshot, width: int, signs: Glyphs) -> Sequence[Line]:
    silent = unread_node(node, snapshot)
    lines = [_node_line(node, signs, is_read=silent is None), *wrapped(node.note, width, Look.DIM, NODE_INDENT)]
    if silent is not None:
        lines += wrapped(_unread_words(node, silent, snapshot.at), width, Look.AMBER, NODE_INDENT)
    return lines


def _unread_words(node: NodeProgress, silent: NodeSnapshot, now: float) -> str:
    age = "" if node.last_seen is None else f", totals {age_text(now - node.last_seen)} old"
    return f"{NODE_STATES[silent.state].word}{age}{error_words(silent)}"


def _node_line(node: NodeProgress, signs: Glyphs, *, is_read: bool) -> Line:
    style, progress = VERDICTS[node.verdict], node.ledger.progress
    asking = node.verdict is Verdict.UNKNOWN
    counts = asking_words(node) if asking else f"{_bounced_words(progress.from_baseline, progress.beyond):>11}"
    rest = (
        ""
        if asking
        else f" {count_text(progress.baseline):>11} {_rate_words(node.rate_per_s if is_read else 0.0):>9}"
    )
    return (
        Piece(f"{fit(node.act.node, 14, cut=Cut.MIDDLE)} {(node.act.id or '-')[:8]:<8} "),
        Piece(f"{style.mark(signs.ascii_only)} {style.word:<9} ", style.look),
        Piece(f"{counts}{rest}"),
    )


def asking_words(node: NodeProgress) -> str:
    """What stands for the figures of a node where nobody knows them: it is asked, or is none of this session's."""
    return "(asking)" if node.is_watched else "(not watched)"


def _bounced_words(from_baseline: int, beyond: int) -> str:
    return f"{count_text(from_baseline)} +{count_text(beyond)}" if beyond else count_text(from_baseline)


def _rate_words(rate: float) -> str:
    return f"{count_text(round(rate))}/s" if rate >= 0.5 else "-"


def _queue_row(row: QueueProgress, signs: Glyphs) -> LineRow:
    known = row.baseline is not None
    cells = (
        Cell(row.name),
        Cell(fit_count(row.baseline, COUNT_WIDTH) if row.baseline is not None else "-"),
        Cell(fit_count(row.from_baseline, COUNT_WIDTH) if known else "-"),
        Cell(fit_count(row.beyond, 8, signed=True) if row.beyond else ""),
        Cell(fit_count(row.remaining, COUNT_WIDTH) if known else "-"),
        Cell(bar(row.from_baseline, row.baseline, BAR_WIDTH, signs) if row.baseline else ""),
    )
    return LineRow(row.name, cells, flag=_flag(row.name, signs))


def _collateral_row(name: str, count: int, signs: Glyphs) -> LineRow:
    words = (name, "-", fit_count(count, COUNT_WIDTH), "", "", cut_end("NOT MEANT", BAR_WIDTH))
    return LineRow(
        ("collateral", name),
        tuple(Cell(text, Look.RED) for text in words),
        lead=Cell(signs.warning, Look.RED),
        flag=_flag(name, signs),
    )


def _flag(name: str, signs: Glyphs) -> Cell:
    return Cell(signs.altered, Look.AMBER) if is_altered(name) else Cell(" ")
