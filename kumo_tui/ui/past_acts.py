"""Acts on entries of others: as lines of the history, and as a head with everything that was written of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kumo_tui.journal.other_act import OtherAct, OtherKind
from kumo_tui.journal.port import Past
from kumo_tui.journal.records import RequestState
from kumo_tui.model.filtering import QueueFilter
from kumo_tui.model.names import QueueParts
from kumo_tui.model.operation import Event
from kumo_tui.model.tags import untagged
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean, is_altered, plural
from kumo_tui.ui.cells import Align, Cut, fit_count
from kumo_tui.ui.past_rows import NO_PARTS, bounced_width, when_text
from kumo_tui.ui.strips import Line
from kumo_tui.ui.theme import VERDICTS, Glyphs, Look, StateStyle
from kumo_tui.ui.widgets.fitted_lines import folded, wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import count_text, countdown_text

THEIRS = "theirs"
QUEUE_COLUMNS = (Column("QUEUE", cut=Cut.MIDDLE), Column("BOUNCED", 12, Align.RIGHT))

_DONE = {OtherKind.CANCEL: Verdict.CANCELLED, OtherKind.RELEASE: Verdict.RELEASED}
_CHANGES = {
    RequestState.INTENT: "written down, about to be sent",
    RequestState.ACCEPTED: "the node has removed it",
    RequestState.GONE: "it was gone",
    RequestState.REJECTED: "not done",
    RequestState.UNKNOWN: "not answered",
}


@dataclass(frozen=True, slots=True)
class ActKey:
    """Which line of the history it is: the number of the act in the journal."""

    number: int


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act. `text` is what a filter finds it by, `parts` those of the entry's criteria."""

    act: OtherAct
    text: str
    parts: QueueParts

    @property
    def key(self) -> ActKey:
        """What names its line."""
        return ActKey(self.act.number)

    @property
    def at(self) -> datetime:
        """When it was begun."""
        return self.act.at

    def passes(self, wanted: QueueFilter) -> bool:
        """Whether the filter shows it."""
        return wanted.passes(self.text, self.parts)


def read_acts(past: Past) -> tuple[ActRow, ...]:
    """All acts on entries of others, the newest first. Waits for the disk; raises JournalError."""
    return tuple(act_row_of(act) for act in past.others().acts)


def act_row_of(act: OtherAct) -> ActRow:
    """The row of an act."""
    entry = act.entry
    reason = entry.reason if entry else ""
    found_by = (f"{act.at:%Y-%m-%d %H:%M}", act.words, THEIRS, act.id, act.who, act.profile, act.outcome, reason)
    parts = NO_PARTS
    if entry is not None:
        parts = QueueParts(entry.campaign, entry.tenant, entry.domain or "", entry.routing_domain)
    return ActRow(act, "\n".join(found_by), parts)


def act_line(row: ActRow, now: datetime, *, wide: bool, signs: Glyphs) -> LineRow:
    """The line of an act under the columns of the history."""
    act, entry, style = row.act, row.act.entry, _style(row.act)
    total = "-" if entry is None or entry.total is None else fit_count(entry.total, bounced_width(wide=wide))
    cells = (
        Cell(when_text(act.at, now), Look.DIM),
        Cell(THEIRS, Look.DIM),
        Cell(entry.scope if entry else f"{act.kind.value} {clean(act.id[:8])}"),
        Cell(clean(untagged(entry.reason)) if entry else ""),
        Cell(style.word, style.look),
        Cell(total),
        Cell(""),
        Cell(clean(act.who), Look.DIM),
    )
    return LineRow(row.key, cells, Cell(style.mark(signs.ascii_only), style.look))


def act_head(act: OtherAct, width: int, signs: Glyphs) -> Sequence[Line]:
    """What was done to what, what came of it, when and by whom; the entry as it was listed; the request."""
    style = _style(act)
    lines = wrapped(act.words, width, Look.STRONG)
    lines += wrapped(f" {signs.dot} ".join(_facts(act)), width, Look.DIM)
    lines += wrapped(f"{style.word}: {act.error or _CHANGES[act.state]}", width, style.look)
    lines += wrapped(_entry_words(act), width)
    lines += folded(f"{act.method} {act.url} {act.body}", width, Look.DIM)
    return lines


def queue_rows(act: OtherAct, signs: Glyphs) -> list[LineRow]:
    """What the entry had bounced per queue, the largest first."""
    queues = sorted(act.entry.queues.items(), key=lambda row: (-row[1], row[0])) if act.entry else ()
    return [
        LineRow(
            name,
            (Cell(clean(name)), Cell(count_text(count))),
            flag=Cell(signs.altered, Look.AMBER) if is_altered(name) else Cell(" "),
        )
        for name, count in queues
    ]


def act_events(act: OtherAct) -> Sequence[Event]:
    """Its states as lines of a timeline; the last one with what was said."""
    events = [Event(change.at, _CHANGES[change.state]) for change in act.changes]
    if act.error:
        events[-1] = Event(events[-1].at, f"{events[-1].text}: {act.error}")
    return events


def _facts(act: OtherAct) -> Iterator[str]:
    yield "from the journal"
    yield f"{act.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield f"by {act.who}"
    if act.profile:
        yield f"profile {act.profile}"
    yield f"id {act.id}"


def _entry_words(act: OtherAct) -> str:
    entry = act.entry
    if entry is None:
        return "no list had it when it was asked for"
    words = f"last listed: {entry.scope}, reason: {entry.reason}, {countdown_text(entry.remaining_s)} left"
    if entry.total is None:
        return words
    bounced = f"{count_text(entry.total)} bounced in {plural(entry.queue_count, 'queue')}"
    more = entry.queue_count - len(entry.queues)
    return f"{words}, {bounced}" + (f" (the largest {count_text(len(entry.queues))} are kept)" if more else "")


def _style(act: OtherAct) -> StateStyle:
    """The word of what came of it, and how that is drawn."""
    if act.state is RequestState.ACCEPTED:
        return VERDICTS[_DONE[act.kind]]
    if act.state is RequestState.GONE:
        return StateStyle("✓", "+", "GONE", Look.DIM)
    if act.state is RequestState.REJECTED:
        return StateStyle("✗", "x", "NOT DONE", Look.AMBER)
    return VERDICTS[Verdict.UNKNOWN]
