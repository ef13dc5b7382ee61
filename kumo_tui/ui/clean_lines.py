"""How a clean bounce is drawn: head, nodes, queues. The timeline is that of every operation."""

import heapq
from collections.abc import Sequence

from kumo_tui.model.ledger import LISTED, QueueProgress
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean, is_altered
from kumo_tui.ui.cells import Align, Cut, fit, fit_count
from kumo_tui.ui.clean_words import (
    clean_of,
    meaning_words,
    meters_words,
    node_words,
    progress_words,
    sums_of,
)
from kumo_tui.ui.operation_lines import asking_words, left_out_row, lines_at_top
from kumo_tui.ui.operation_room import ALL_ROOM, NodesRoom, attention_first, fitted_nodes
from kumo_tui.ui.operation_words import unread_node
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import NODE_STATES, VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.ui.widgets.notice import error_words
from kumo_tui.units import age_text, count_text, countdown_text

COUNT_WIDTH = 10
NODE_INDENT = " " * 13
QUEUE_COLUMNS = (
    Column("QUEUE", cut=Cut.MIDDLE),
    Column("AT START", COUNT_WIDTH, Align.RIGHT),
    Column("SWEPT >=", COUNT_WIDTH, Align.RIGHT, vital=True),
    Column("NEW", 8, Align.RIGHT),
    Column("STANDING", COUNT_WIDTH, Align.RIGHT, vital=True),
)

# Nodes that want attention come first.
_ATTENTION = (Verdict.UNKNOWN, Verdict.REJECTED, Verdict.LOST, Verdict.CANCELLED)


def head_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, *, may_act: bool
) -> Sequence[Line]:
    """Selector, tag, verdict; the sums; reason and author; what the verdict means; where it may be sent to."""
    progress, meaning = progress_words(status, snapshot, signs.dot), meaning_words(status, may_act=may_act)
    return lines_at_top(status, snapshot, width, signs, progress, meaning, may_act=may_act)


def meter_lines(status: OperationStatus, width: int, signs: Glyphs) -> Sequence[Line]:
    """What may have been missed."""
    return wrapped(meters_words(status, signs.dot), width, Look.DIM)


def node_lines(
    status: OperationStatus, snapshot: Snapshot, width: int, signs: Glyphs, room: NodesRoom = ALL_ROOM
) -> Sequence[Line]:
    """One line a node, and below it what the figures do not say; what wants attention first, as many as fit."""
    titles = (
        f"{'node':<12} {'state':<11} {'stopped':>8} {'sweeps':>6} {'swept':>15} {'standing':>9} {'in ready':>9}"
    )
    ordered = attention_first(status, snapshot, _ATTENTION)
    texts = [_lines_of(status, node, snapshot, width, signs) for node in ordered]
    return [(Piece(titles, Look.DIM),), *fitted_nodes(ordered, texts, snapshot, room)]


def queue_rows(status: OperationStatus, signs: Glyphs) -> list[LineRow]:
    """The queues that were swept, or stand to be swept, the largest first, and how many are left out."""
    standing, ledger = sums_of(status).standing, status.ledger
    new = {name: count for name, count in standing.items() if count}
    rows = {row.name: row for row in ledger.largest}
    rows |= {name: ledger.row(name) for name in heapq.nlargest(LISTED, new, key=new.__getitem__)}
    known = not status.verdict.is_final
    ordered = sorted(
        rows.values(), key=lambda row: (-max(row.baseline or 0, row.bounced, standing.get(row.name, 0)), row.name)
    )
    listed = ordered[:LISTED]
    unlisted = sum(1 for name in new if name not in ledger.baseline and name not in ledger.bounced)
    return [
        *(_queue_row(row, standing.get(row.name, 0) if known else None, signs) for row in listed),
        *left_out_row(ledger.queues + unlisted - len(listed), QUEUE_COLUMNS),
    ]


def _node_line(node: NodeProgress, signs: Glyphs, *, is_read: bool) -> Line:
    style, progress, state = VERDICTS[node.verdict], node.ledger.progress, clean_of(node)
    head = (
        Piece(f"{fit(clean(node.act.node), 12, cut=Cut.MIDDLE)} "),
        Piece(f"{style.mark(signs.ascii_only)} {style.word:<9} ", style.look),
    )
    if node.verdict is Verdict.UNKNOWN:
        return (*head, Piece(f"{asking_words(node):>8}"))
    over = node.verdict.is_final
    left = "-" if over or state.stop_left_s is None else countdown_text(state.stop_left_s)
    swept = count_text(progress.from_baseline) + (f" +{count_text(progress.beyond)}" if progress.beyond else "")
    standing = "-" if over else fit_count(state.standing_total, 8)
    standing = standing if over or is_read else f"~{standing.lstrip()}"
    waiting = "-" if over or not node.meters.may_wait else f"<={fit_count(node.meters.may_wait, 7)}"
    return (*head, Piece(f"{left:>8} {state.sweeps:>6} {swept:>15} {standing:>9} {waiting:>9}"))


def _lines_of(
    status: OperationStatus, node: NodeProgress, snapshot: Snapshot, width: int, signs: Glyphs
) -> Sequence[Line]:
    # What became of a node that wants attention is no small print.
    look = Look.NORMAL if node.verdict in _ATTENTION else Look.DIM
    silent = unread_node(node, snapshot)
    lines = [
        _node_line(node, signs, is_read=silent is None),
        *wrapped(_below(status, node, signs), width, look, NODE_INDENT),
    ]
    if silent is not None:
        lines += wrapped(_silent_words(silent, snapshot.at), width, Look.AMBER, NODE_INDENT)
    return lines


def _silent_words(silent: NodeSnapshot, now: float) -> str:
    """What a node that cannot be read leaves open, and why: its process may have ended, and with it the stop."""
    age = silent.age_s(now)
    old = "" if age is None else f" {age_text(age)}"
    return f"{NODE_STATES[silent.state].word}{old}, not known whether its stop holds{error_words(silent)}"


def _below(status: OperationStatus, node: NodeProgress, signs: Glyphs) -> str:
    """What stands below a node's figures; how it is done stands in the head already."""
    is_said = status.verdict is Verdict.DONE and node.verdict is Verdict.DONE
    return "" if is_said else node_words(node, signs.dot)


def _queue_row(row: QueueProgress, standing: int | None, signs: Glyphs) -> LineRow:
    known = row.baseline is not None
    cells = (
        Cell(clean(row.name)),
        Cell(fit_count(row.baseline, COUNT_WIDTH) if row.baseline is not None else "-"),
        Cell(fit_count(row.from_baseline, COUNT_WIDTH) if known else "-"),
        Cell(fit_count(row.beyond, 8, signed=True) if row.beyond else ""),
        Cell("-" if standing is None else fit_count(standing, COUNT_WIDTH)),
    )
    flag = Cell(signs.altered, Look.AMBER) if is_altered(row.name) else Cell(" ")
    return LineRow(row.name, cells, flag=flag)
