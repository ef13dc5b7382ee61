"""Past operations as lines of the history: small values, for thousands of them, and how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kumo_tui.journal.history import Wanted
from kumo_tui.journal.port import Past
from kumo_tui.model.filtering import QueueFilter
from kumo_tui.model.history import HistoryEntry
from kumo_tui.model.names import QueueParts
from kumo_tui.model.partial import are_partial, part_of
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean
from kumo_tui.ui.cells import Align, Cut, fit_count
from kumo_tui.ui.theme import VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow

WIDE = 100
AT_ONCE = 200
NO_PARTS = QueueParts(None, None, "", None)


@dataclass(frozen=True, slots=True)
class PastRow:
    """One operation. `is_unseen` says that its time is over and no end of it was written down; `is_stop` that it
    is a stop which nobody confirmed as a bounce.

    `text` is what a filter finds it by, `parts` those of its criteria.
    """

    tag: str
    at: datetime
    scope: str
    reason: str
    who: str
    verdict: Verdict
    bounced: int
    at_least: bool
    collateral: int
    is_unseen: bool
    is_stop: bool
    text: str
    parts: QueueParts

    @property
    def key(self) -> str:
        """What names its line: the tag."""
        return self.tag

    def passes(self, wanted: QueueFilter) -> bool:
        """Whether the filter shows it."""
        return wanted.passes(self.text, self.parts)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the history, the newest first, and how many there are in all."""

    rows: tuple[PastRow, ...]
    found: int


def read_page(past: Past, skip: int, now: datetime) -> Page:
    """The rows after the first `skip`. Waits for the disk; raises JournalError."""
    history = past.history(Wanted(limit=AT_ONCE, skip=skip))
    return Page(tuple(row_of(entry, now) for entry in history.entries), history.found)


def row_of(entry: HistoryEntry, now: datetime) -> PastRow:
    """The row of an operation."""
    progress, scope = entry.progress, entry.selector.describe()
    names = entry.selector.names if isinstance(entry.selector, ExactQueues) else ()
    nodes = (node.node for node in entry.nodes)
    found_by = (entry.tag, scope, entry.words, entry.who, entry.profile, entry.shown_verdict.value, *nodes, *names)
    return PastRow(
        tag=entry.tag,
        at=entry.at,
        scope=scope,
        reason=clean(entry.words),
        who=clean(entry.who),
        verdict=entry.shown_verdict,
        bounced=progress.bounced,
        at_least=entry.at_least,
        collateral=progress.collateral,
        is_unseen=entry.is_overdue(now),
        is_stop=entry.is_waiting,
        text="\n".join((f"{entry.at:%Y-%m-%d %H:%M}", *found_by)),
        parts=_parts_of(entry.selector),
    )


def history_columns(width: int) -> Sequence[Column]:
    """The columns for a terminal of this width."""
    wide = width >= WIDE
    return (
        Column("WHEN (UTC)", 11),
        Column("OP", 6),
        Column("SCOPE", cut=Cut.MIDDLE),
        Column("REASON", 24 if wide else 14),
        Column("VERDICT", 10),
        Column("BOUNCED", bounced_width(wide=wide), Align.RIGHT),
        Column("COLLATERAL" if wide else "COLL.", _collateral_width(wide=wide), Align.RIGHT),
        Column("WHO", 16, from_width=WIDE),
    )


def line_of(row: PastRow, live: OperationStatus | None, now: datetime, signs: Glyphs, *, wide: bool) -> LineRow:
    """The line of a row; where the operation is followed, with what is known of it `live`."""
    verdict, bounced, collateral = row.verdict, row.bounced, row.collateral
    is_unseen, is_stop, at_least = row.is_unseen, row.is_stop, row.at_least
    if live is not None:
        acts = (part_of(live, node) for node in live.nodes)
        verdict, progress = Verdict.PARTIAL if are_partial(acts) else live.verdict, live.ledger.progress
        bounced, collateral = progress.bounced, progress.collateral
        is_unseen, is_stop = False, live.operation.is_waiting
        at_least = at_least or not live.verdict.is_final
    style = VERDICTS[verdict]
    width = bounced_width(wide=wide)
    counted = f">={fit_count(bounced, width - 2)}" if at_least else fit_count(bounced, width)
    cells = (
        Cell(when_text(row.at, now), Look.DIM),
        Cell(row.tag),
        Cell(row.scope),
        Cell(row.reason),
        Cell(f"{style.word}?", Look.AMBER) if is_unseen else Cell(style.word, style.look),
        Cell("-" if is_stop else counted),
        Cell(fit_count(collateral, _collateral_width(wide=wide)) if collateral else "", Look.RED),
        Cell(row.who, Look.DIM),
    )
    lead = Cell(signs.warning, Look.RED) if collateral else Cell(style.mark(signs.ascii_only), style.look)
    return LineRow(row.tag, cells, lead)


def when_text(at: datetime, now: datetime) -> str:
    """`11-21 12:00` of this year, else the day: `2025-11-21`; both in UTC."""
    moment = at.astimezone(UTC)
    return f"{moment:%m-%d %H:%M}" if moment.year == now.astimezone(UTC).year else f"{moment:%Y-%m-%d}"


def _parts_of(selector: Selector) -> QueueParts:
    if not isinstance(selector, Criteria):
        return NO_PARTS
    return QueueParts(selector.campaign, selector.tenant, selector.domain or "", selector.routing_domain)


def bounced_width(*, wide: bool) -> int:
    """The width of the column of bounced messages."""
    return 13 if wide else 9


def _collateral_width(*, wide: bool) -> int:
    return 10 if wide else 5
