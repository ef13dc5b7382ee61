"""How an operation is drawn from the journal: head, nodes, queues, timeline."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kumo_tui.journal.lookup import Account
from kumo_tui.journal.report_queues import QueueLine
from kumo_tui.journal.report_words import bounced_words, chain_words, node_notes, verdict_words
from kumo_tui.model.history import HistoryEntry, HistoryNode
from kumo_tui.model.operation import Event, Mode, NodeAct
from kumo_tui.text import clean, is_altered, plural
from kumo_tui.ui.cells import Align, Cut, fit, fit_count
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import duration_text

COUNT_WIDTH = 10
NODE_ROWS = 6
NODE_INDENT = " " * 15
QUEUE_COLUMNS = (
    Column("QUEUE", cut=Cut.MIDDLE),
    Column("PREVIEWED", COUNT_WIDTH, Align.RIGHT, from_width=100),
    Column("BASELINE", COUNT_WIDTH, Align.RIGHT),
    Column("BOUNCED", COUNT_WIDTH + 2, Align.RIGHT),
    Column("NEW", 8, Align.RIGHT),
    Column("", 9, gap=2),
)
TIME_WIDTH = 14
EVENT_COLUMNS = (Column("TIMELINE (UTC)", TIME_WIDTH), Column(""))


def head_lines(account: Account, width: int, signs: Glyphs) -> Sequence[Line]:
    """Selector, tag, verdict; what, when, who and why; what became of it; whose mail it took; its chain."""
    entry, style = account.entry, VERDICTS[account.entry.shown_verdict]
    state = f"{style.mark(signs.ascii_only)} {style.word}"
    tag = f"   op {entry.tag}   "
    scope = fit(entry.selector.describe(), max(8, width - len(tag) - len(state)), cut=Cut.MIDDLE).rstrip()
    lines: list[Line] = [(Piece(scope, Look.STRONG), Piece(tag), Piece(state, style.look))]
    lines += wrapped(f" {signs.dot} ".join(_facts(entry)), width, Look.DIM)
    lines += wrapped(f"reason: {entry.words}   by {entry.who}", width, Look.DIM)
    lines += wrapped(f"{style.word}: {verdict_words(entry, clean)}.", width, style.look)
    lines += wrapped(bounced_words(entry, clean), width)
    lines += wrapped(_collateral_words(entry), width, Look.ALARM, f"{signs.warning} ")
    if account.chain is not None:
        lines += wrapped(chain_words(account.chain, clean), width)
    return lines


def node_lines(account: Account, width: int, signs: Glyphs) -> Sequence[Line]:
    """One line a node and what was noted of it; those that are not done come first, at most NODE_ROWS."""
    titles = f"{'node':<14} {'id':<8} {'verdict':<11} {'bounced':>11} {'of':>10} {'new':>8} {'not meant':>9}"
    lines: list[Line] = [(Piece(titles, Look.DIM),)]
    acts = {act.node: act for act in account.recorded.operation.acts}
    ordered = sorted(account.entry.nodes, key=lambda node: VERDICTS[node.verdict].look is Look.DIM)
    for node in ordered[:NODE_ROWS]:
        lines.append(_node_line(node, signs))
        for words in _notes(account, node, acts[node.node]):
            lines += wrapped(words, width, Look.DIM, NODE_INDENT)
    if len(ordered) > NODE_ROWS:
        lines.append((Piece(f"{plural(len(ordered) - NODE_ROWS, 'more node')}; the report has all", Look.DIM),))
    return lines


def queue_row(line: QueueLine, signs: Glyphs, *, at_least: bool) -> LineRow:
    """One queue; one that was not meant is red."""
    look = Look.NORMAL if line.meant else Look.RED
    bounced = fit_count(line.bounced, COUNT_WIDTH)
    cells = (
        Cell(clean(line.name), look),
        Cell(_count(line.previewed), look),
        Cell(_count(line.baseline), look),
        Cell(f">={bounced}" if at_least and line.bounced else bounced, look),
        Cell(fit_count(line.beyond, 8, signed=True) if line.beyond else "", look),
        Cell("" if line.meant else "NOT MEANT", look),
    )
    flag = Cell(signs.altered, Look.AMBER) if is_altered(line.name) else Cell(" ")
    return LineRow(line.name, cells, Cell(" ") if line.meant else Cell(signs.warning, Look.RED), flag)


def event_rows(events: Sequence[Event], room: int) -> Iterator[LineRow]:
    """The whole timeline, each text in as many lines of this width as it takes."""
    for number, event in enumerate(events):
        for row, line in enumerate(wrapped(event.text, room)):
            time = moment_text(event.at) if row == 0 else ""
            yield LineRow((number, row), (Cell(time, Look.DIM), Cell("".join(piece.text for piece in line))))


def moment_text(at: datetime) -> str:
    """`11-21 12:00:01`, in UTC."""
    return f"{at.astimezone(UTC):%m-%d %H:%M:%S}"


def _facts(entry: HistoryEntry) -> Iterator[str]:
    yield "from the journal"
    yield "stop" if entry.is_waiting else f"{entry.mode.value} bounce"
    yield f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if entry.mode is Mode.CLEAN and entry.confirmed_at not in (None, entry.at):
        yield f"confirmed {moment_text(entry.confirmed_at or entry.at)}"
    yield f"for {duration_text(entry.duration_s)}"
    if entry.profile:
        yield f"profile {entry.profile}"


def _collateral_words(entry: HistoryEntry) -> str:
    progress = entry.progress
    if not progress.collateral:
        return ""
    queues = plural(progress.collateral_queues, "queue")
    return f"{queues} of others: {plural(progress.collateral, 'message')} not meant"


def _notes(account: Account, node: HistoryNode, act: NodeAct) -> Iterator[str]:
    """What was noted of the act on a node, without its name and its verdict: both stand above it."""
    for words in node_notes(account.recorded, act):
        bare = words.removeprefix(f"{node.node} {node.verdict.value.upper()}: ")
        yield clean(bare.removeprefix(f"{node.node}: ").removeprefix(f"{node.node}: "))


def _node_line(node: HistoryNode, signs: Glyphs) -> Line:
    style, progress = VERDICTS[node.verdict], node.ledger.progress
    bounced = f"{'>=' if node.at_least else ''}{fit_count(progress.bounced, 9)}"
    beyond = fit_count(progress.beyond, 8, signed=True) if progress.beyond else ""
    return (
        Piece(f"{fit(clean(node.node), 14, cut=Cut.MIDDLE)} {clean(node.id or '-')[:8]:<8} "),
        Piece(f"{style.mark(signs.ascii_only)} {style.word:<9} ", style.look),
        Piece(f"{bounced:>11} {fit_count(progress.baseline, 10):>10} {beyond:>8} "),
        Piece(f"{fit_count(progress.collateral, 9) if progress.collateral else '':>9}", Look.RED),
    )


def _count(value: int | None) -> str:
    return "-" if value is None else fit_count(value, COUNT_WIDTH)
