"""What the directive pane lists: our operations, one row each over all nodes; directives and stops of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.model.tags import untagged
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean, plural
from kumo_tui.ui.bar import bar
from kumo_tui.ui.cells import fit, fit_count
from kumo_tui.ui.partial_words import read_words, short_words
from kumo_tui.ui.queue_state import LIVE_VERDICTS, listed_directives, listed_suspensions
from kumo_tui.ui.theme import ORIGINS, QUEUE_STATES, VERDICTS, Glyphs, Look, Origin, QueueCondition
from kumo_tui.ui.widgets.line_table import Cell, LineRow
from kumo_tui.units import age_text, count_text, countdown_text, percent_text

WORD_WIDTH = 9
WIDE_BAR, NARROW_BAR = 14, 8
BOUNCED_WIDTH = 8
PROGRESS_WIDTH, WIDE_PROGRESS_WIDTH = 18, 34


class OperationKey(NamedTuple):
    """The row of one of our operations."""

    tag: str


class DirectiveKey(NamedTuple):
    """The row of a directive on one node that no operation of this journal made."""

    node: str
    id: str


class StopKey(NamedTuple):
    """The row of a stop on one node that no operation of this journal made."""

    node: str
    id: str


PaneKey = OperationKey | DirectiveKey | StopKey


@dataclass(frozen=True, slots=True)
class Foreign:
    """A directive of somebody else, with its node, what is left of it in seconds, and whose it is."""

    node: str
    directive: Directive
    left_s: float
    origin: Origin

    @property
    def key(self) -> DirectiveKey:
        """The key of its row."""
        return DirectiveKey(self.node, self.directive.id)


@dataclass(frozen=True, slots=True)
class ForeignStop:
    """A stop of somebody else, with its node and what is left of it in seconds."""

    node: str
    stop: Suspension
    left_s: float

    @property
    def key(self) -> StopKey:
        """The key of its row."""
        return StopKey(self.node, self.stop.id)

    @property
    def is_of_kumo_tui(self) -> bool:
        """Whether another kumo-tui made it."""
        return self.stop.tag is not None


@dataclass(frozen=True)
class Listing:
    """What the pane lists, in order: alarms, ours that run or finish, others', stops of others, what has ended.

    `partial` says of each operation that some nodes did not take how many did, `PARTIAL 2/3`; `read` of each that
    goes on on nodes which are not read now on how many others that is known, `2/3`.
    """

    foreign: Sequence[Foreign] = ()
    stops: Sequence[ForeignStop] = ()
    active: Sequence[OperationStatus] = ()
    finishing: Sequence[OperationStatus] = ()
    ended: Sequence[OperationStatus] = ()
    at: float = 0.0
    now: float = 0.0
    nodes: int = 1
    partial: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)

    @property
    def alarms(self) -> Sequence[Foreign]:
        """Directives that may bounce everything, made by somebody else."""
        return [entry for entry in self.foreign if entry.origin is Origin.ALARM]

    def summary(self, dot: str = "·") -> str:
        """`2 active · 1 finishing · 1 stop of others · 5 ended`."""
        live = len(self.active) + len(self.foreign)
        parts = [f"{live} active"]
        parts += [f"{len(self.finishing)} finishing"] if self.finishing else []
        parts += [f"{plural(len(self.stops), 'stop')} of others"] if self.stops else []
        parts += [f"{len(self.ended)} ended"] if self.ended else []
        return f" {dot} ".join(parts)


def list_directives(snapshot: Snapshot, now: float) -> Listing:
    """Our operations, and directives and stops that are not ours, as they are at this time (monotonic seconds)."""
    foreign = _foreign(snapshot, now)
    newest_first = sorted(snapshot.operations, key=lambda status: status.operation.created_at, reverse=True)
    active, finishing, ended = [], [], []
    for status in newest_first:
        if any(node.verdict in LIVE_VERDICTS for node in status.nodes):
            active.append(status)
        elif status.verdict.is_final:
            ended.append(status)
        else:
            finishing.append(status)
    return Listing(
        foreign,
        foreign_stops(snapshot, now),
        active,
        finishing,
        ended,
        snapshot.at,
        now,
        len(snapshot.members),
        {status.operation.tag: words for status in newest_first if (words := short_words(status, snapshot))},
        {status.operation.tag: words for status in newest_first if (words := read_words(status, snapshot))},
    )


def foreign_stops(snapshot: Snapshot, now: float) -> list[ForeignStop]:
    """Stops that no operation of this journal made."""
    tags = {status.operation.tag for status in snapshot.operations}
    ids = {
        identity
        for status in snapshot.operations
        for node in status.nodes
        for identity in (node.act.id, *(node.clean.stop_ids if node.clean else ()))
    }
    return [
        ForeignStop(node, stop, left)
        for node, stop, left in listed_suspensions(snapshot, now)
        if stop.tag not in tags and stop.id not in ids
    ]


def lined_up(foreign: Sequence[Foreign]) -> Sequence[Sequence[Foreign]]:
    """The same directive on several nodes is one: same criteria, same reason, so most likely of the same hand.

    One without criteria may be another list of queues on each node: only a tag of kumo-tui says that it is not.
    """
    groups: dict[tuple[object, ...], list[Foreign]] = {}
    for entry in foreign:
        directive = entry.directive
        same: tuple[object, ...] = (directive.scope_text(), directive.criteria, directive.tag, directive.reason)
        is_known = directive.criteria is not None or directive.tag is not None
        groups.setdefault(same if is_known and not directive.flaw else (entry.key,), []).append(entry)
    return list(groups.values())


def alike_on_nodes(snapshot: Snapshot, key: DirectiveKey, now: float) -> Sequence[Foreign]:
    """The directives of others that stand in one row with this one, itself among them; none when it is gone."""
    for alike in lined_up(_foreign(snapshot, now)):
        if any(entry.key == key for entry in alike):
            return alike
    return ()


def origin_of(directive: Directive) -> Origin:
    """Whose a directive is that this journal does not know."""
    if directive.is_criteria_free:
        return Origin.ALARM
    if directive.tag is not None:
        return Origin.OTHER_KUMO_TUI
    return Origin.AUTOMATION if directive.is_automation else Origin.FOREIGN


def rows_of(listing: Listing, signs: Glyphs, *, wide: bool) -> Sequence[LineRow]:
    """The rows: scope, reason, left, bounced, progress, and, for wide terminals, node."""
    alarms, others = (
        [_foreign_row(alike, signs, with_node=listing.nodes > 1 and not wide) for alike in groups]
        for groups in (
            lined_up(listing.alarms),
            lined_up([entry for entry in listing.foreign if entry.origin is not Origin.ALARM]),
        )
    )
    live, ended = (
        [_operation_row(status, listing, signs, wide) for status in statuses]
        for statuses in ((*listing.active, *listing.finishing), listing.ended)
    )
    stops = [_stop_row(entry, signs, wide=wide, with_node=listing.nodes > 1) for entry in listing.stops]
    return [*alarms, *live, *others, *stops, *ended]


def progress_cell(
    status: OperationStatus, signs: Glyphs, *, wide: bool, partial: str = "", read: str = ""
) -> Cell:
    """How far, and the verdict; collateral comes first and is red.

    `partial` is how many nodes took it, of how many, where some did not: that comes first. So does a node on which
    it ended early while it goes on elsewhere. Where some are not read, `read` is on how many it is known:
    `CATCHING 2/3 100%`. Narrow, a bar stands for the word RUNNING: `██████▎░  88% 4s`, `SWEPT 100% +412`. A stop
    that waits has bounced nothing: `STOPPED`.
    """
    style, progress = VERDICTS[status.verdict], status.ledger.progress
    if status.operation.is_waiting and not status.fallen and not partial:
        return Cell(f"{style.word} {read}", Look.AMBER) if read else Cell(style.word, style.look)
    percent = percent_text(progress.from_baseline, progress.baseline)
    if progress.collateral:
        words = f"{count_text(progress.collateral)} COLLATERAL {style.word}"
        return Cell(f"{words} {percent}" if wide else words, Look.RED)
    if partial:
        word = f" {style.word}" if wide and not status.verdict.is_final else ""
        # What was counted before a node forgot it may be whole; what it is told of is not.
        part = "" if progress.from_baseline >= progress.baseline else f" {percent}"
        return Cell(f"{partial}{word}{part}", VERDICTS[Verdict.PARTIAL].look)
    if status.fallen:
        styles = [VERDICTS[node.verdict] for node in status.fallen]
        worst = next((each for each in styles if each.look is Look.RED), styles[0])
        text = f"{worst.word} on {styles.count(worst)} {style.word}"
        return Cell(f"{text} {percent}" if wide else text, Look.RED if worst.look is Look.RED else Look.AMBER)
    if read:
        beyond = f"+{count_text(progress.beyond)}" if progress.beyond else ""
        words = f"{style.word} {read}{' nodes read' if wide else ''}"
        room = WIDE_PROGRESS_WIDTH if wide else PROGRESS_WIDTH
        return Cell(_filled(words, (percent, beyond), room), Look.RED if style.look is Look.RED else Look.AMBER)
    has_bar = (
        bool(signs.bar)
        and progress.baseline > 0
        and (status.verdict is Verdict.RUNNING or (wide and not status.verdict.is_final))
    )
    parts = [fit(style.word, WORD_WIDTH)] if wide else [] if has_bar else [style.word]
    if has_bar:
        width = WIDE_BAR if wide else NARROW_BAR
        parts.append(bar(progress.from_baseline, progress.baseline, width, signs))
    parts.append(percent.rjust(4) if has_bar else percent)
    if status.eta_s is not None:
        parts.append(age_text(status.eta_s))
    beyond = f"+{count_text(progress.beyond)}"
    room = WIDE_PROGRESS_WIDTH if wide else PROGRESS_WIDTH
    has_room = (wide or status.eta_s is None) and len(" ".join([*parts, beyond])) <= room
    if progress.beyond and has_room:
        parts.append(beyond)
    return Cell(" ".join(parts), style.look)


def _filled(words: str, more: Sequence[str], room: int) -> str:
    """The words, and of what follows as much as there is room for: none of it is cut."""
    for each in filter(None, more):
        if len(f"{words} {each}") > room:
            break
        words = f"{words} {each}"
    return words


def _foreign(snapshot: Snapshot, now: float) -> list[Foreign]:
    ids = {act.id for status in snapshot.operations for act in status.operation.acts if act.id}
    tags = {status.operation.tag for status in snapshot.operations}
    return [
        Foreign(node, directive, left, origin_of(directive))
        for node, directive, left in listed_directives(snapshot, now)
        if directive.id not in ids and directive.tag not in tags
    ]


def _foreign_row(alike: Sequence[Foreign], signs: Glyphs, *, with_node: bool) -> LineRow:
    entry = alike[0]
    style, directive = ORIGINS[entry.origin], entry.directive
    node = entry.node if len(alike) == 1 else plural(len(alike), "node")
    where = f" {signs.dot} {node}" if with_node else ""
    cells = (
        Cell(directive.scope_text(), style.look),
        Cell(clean(directive.words)),
        Cell(countdown_text(max(each.left_s for each in alike))),
        Cell(fit_count(sum(each.directive.total_bounced for each in alike), BOUNCED_WIDTH)),
        Cell(f"{style.word}{where}", Look.RED if entry.origin is Origin.ALARM else Look.NORMAL),
        Cell(node, Look.DIM),
    )
    return LineRow(entry.key, cells, Cell(style.mark(signs.ascii_only), style.look))


def _stop_row(entry: ForeignStop, signs: Glyphs, *, wide: bool, with_node: bool) -> LineRow:
    style, stop = QUEUE_STATES[QueueCondition.STOPPED], entry.stop
    origin = Origin.OTHER_KUMO_TUI if entry.is_of_kumo_tui else Origin.FOREIGN
    if wide:
        words = f"stop, {ORIGINS[origin].word}"
    else:
        words = (
            f"stop {signs.dot} {'kumo-tui' if entry.is_of_kumo_tui else entry.node if with_node else 'not ours'}"
        )
    cells = (
        Cell(stop.scope_text(), Look.AMBER if stop.criteria is None else style.look),
        Cell(clean(untagged(stop.reason))),
        Cell(countdown_text(entry.left_s)),
        Cell("-", Look.DIM),
        Cell(words),
        Cell(entry.node, Look.DIM),
    )
    return LineRow(entry.key, cells, Cell(style.mark(signs.ascii_only), style.look))


def _operation_row(status: OperationStatus, listing: Listing, signs: Glyphs, wide: bool) -> LineRow:
    style, operation = VERDICTS[status.verdict], status.operation
    partial = listing.partial.get(operation.tag, "")
    base = Look.DIM if status.verdict.is_final else Look.NORMAL
    left = "ended" if status.verdict.is_final else "-"
    if status.left_s is not None:
        left = countdown_text(status.left_s - (listing.now - listing.at))
    nodes = [node.act.node for node in status.nodes]
    cells = (
        Cell(operation.selector.describe(), base),
        Cell(clean(operation.reason), base),
        Cell(left, base),
        Cell(fit_count(status.ledger.progress.bounced, BOUNCED_WIDTH), base),
        progress_cell(status, signs, wide=wide, partial=partial, read=listing.read.get(operation.tag, "")),
        Cell(nodes[0] if len(nodes) == 1 else plural(len(nodes), "node"), Look.DIM),
    )
    style = VERDICTS[Verdict.PARTIAL] if partial else style
    lead = Cell(style.mark(signs.ascii_only), style.look)
    if status.ledger.progress.collateral:
        lead = Cell(signs.warning, Look.RED)
    return LineRow(OperationKey(operation.tag), cells, lead)
