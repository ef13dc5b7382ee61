"""Notices under the header: one line for each node that fails, for each alarm, and for what was just said."""

import re
from collections.abc import Sequence

from textual.strip import Strip

from kumo_tui.act.fleet_words import left_behind_words
from kumo_tui.act.rights import refusal_words
from kumo_tui.model.offer import Why
from kumo_tui.model.operation import Mode
from kumo_tui.model.partial import stopped_nodes
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import and_more, clean
from kumo_tui.ui.aftermath_words import gathered_words, overdue_words
from kumo_tui.ui.alarm_lines import alarm_lines
from kumo_tui.ui.cells import cut_middle
from kumo_tui.ui.clean_words import stopped_title, sums_of, until_text
from kumo_tui.ui.directive_rows import DirectiveKey, list_directives
from kumo_tui.ui.fleet_lines import all_down_lines, fleet_notices
from kumo_tui.ui.node_lines import causes, list_trouble_words
from kumo_tui.ui.pace_words import drops_words
from kumo_tui.ui.partial_words import offer_words
from kumo_tui.ui.queue_state import listed_suspensions, waiting_stops
from kumo_tui.ui.strips import Line, Piece, line_width, strip_of
from kumo_tui.ui.theme import NODE_STATES, VERDICTS, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.lines import Lines, glyphs_of, palette_of
from kumo_tui.units import age_text, countdown_text

LINES_PER_NOTICE = 8

# What cannot be read has no rows that would need the room.
LINES_WHEN_DOWN = 4
SILENT_IS_WORTH_SAYING_S = 5.0
ENDS_SOON_S = 60.0
LOST_SAID_S = 600.0
RELEASED_SAID_S = 60.0
TITLE_WIDTH = 24
NAMED_MOST = 3

# Offers that another line tells of.
_TOLD = frozenset({Why.LOST, Why.HELD})

_FOLDER = re.compile(r"\S*/")
_NEXT_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")
_REQUEST = re.compile(r"^(?:GET|POST|DELETE) /\S*: ")


def notices(
    snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool = True, width: int = 0
) -> Sequence[Line]:
    """What wants to be known besides alarms, the worst first; keys that act are named where one `may_act`.

    Why nothing can be bounced, and what to do, wraps at this `width`; with 0 each notice is one line.
    """
    lines = [_node_line(node, snapshot, now, signs) for node in _worst_first(snapshot)]
    return [
        *all_down_lines(snapshot, now, signs),
        *_journal(snapshot, signs, width),
        *_node_list(snapshot, now, signs, width),
        *_left_behind(snapshot, signs, width),
        *_overdue_lines(snapshot, now, signs, may_act=may_act),
        *_own_stops(snapshot, now, signs, may_act=may_act),
        *_offer_lines(snapshot, now, signs, may_act=may_act),
        *_gathered_lines(snapshot, signs, may_act=may_act),
        *lines,
        *fleet_notices(snapshot, signs),
        *_refusing(snapshot, signs),
        *_stops(snapshot, now, signs),
        *_troubles(snapshot, signs),
    ]


def _journal(snapshot: Snapshot, signs: Glyphs, width: int) -> Sequence[Line]:
    """The cause in sight: the file goes by its name here; the form of a bounce and `doctor` name its folder."""
    if not snapshot.journal_problem:
        return []
    words = _FOLDER.sub("", clean(snapshot.journal_problem), count=1)
    mark, text = f" {signs.warning} ", f"bounces are off: no journal: {words}"
    return wrapped(text, width, Look.AMBER, mark) if width else [(Piece(f"{mark}{text}", Look.AMBER),)]


def _node_list(snapshot: Snapshot, now: float, signs: Glyphs, width: int) -> Sequence[Line]:
    """Nodes may be missing here that are in the list."""
    words = list_trouble_words(snapshot, now)
    mark = f" {signs.warning} "
    if not words:
        return []
    return wrapped(words, width, Look.AMBER, mark) if width else [(Piece(f"{mark}{words}", Look.AMBER),)]


def _left_behind(snapshot: Snapshot, signs: Glyphs, width: int) -> Sequence[Line]:
    """What of ours is in force where nobody looks."""
    mark, lines = f" {signs.warning} ", list[Line]()
    for left in snapshot.left_behind:
        words = f"op {left.tag}: {left_behind_words(left, snapshot.taken_at)}"
        lines += wrapped(words, width, Look.AMBER, mark) if width else [(Piece(f"{mark}{words}", Look.AMBER),)]
    return lines


def _worst_first(snapshot: Snapshot) -> Sequence[NodeSnapshot]:
    order = [
        NodeState.DOWN,
        NodeState.UNAUTHORIZED,
        NodeState.STALE,
        NodeState.BUSY,
        NodeState.STARTING,
        NodeState.OK,
    ]
    failing = [node for node in snapshot.members if node.state in order and _fails(node)]
    return sorted(failing, key=lambda node: order.index(node.state))


def _refusing(snapshot: Snapshot, signs: Glyphs) -> Sequence[Line]:
    """The nodes on which this session was found to be read-only."""
    return [
        (Piece(f" {signs.warning} {words} Nothing is begun there.", Look.AMBER),)
        for node in snapshot.members
        if (words := refusal_words(node))
    ]


def _fails(node: NodeSnapshot) -> bool:
    waits = node.silent_s >= SILENT_IS_WORTH_SAYING_S or _drips(node)
    return node.state is not NodeState.OK or bool(node.errors) or waits


def _drips(node: NodeSnapshot) -> bool:
    return node.arriving is not None and node.arriving.is_slow


def _node_line(node: NodeSnapshot, snapshot: Snapshot, now: float, signs: Glyphs) -> Line:
    style = NODE_STATES[node.state]
    name = clean(node.name)
    if node.state is NodeState.BUSY:
        silent = node.silent_s + now - snapshot.at if node.silent_s else 0.0
        how_long = f", silent for {int(silent)} s" if silent >= SILENT_IS_WORTH_SAYING_S else ""
        return (Piece(f" {style.mark(signs.ascii_only)} {name} busy{how_long}", style.look),)
    if node.arriving is not None and node.arriving.is_slow and not node.errors:
        return (Piece(f" {signs.warning} {name} {drops_words(node.arriving)}", Look.AMBER),)
    if node.silent_s >= SILENT_IS_WORTH_SAYING_S and not node.errors:
        silent = int(node.silent_s + now - snapshot.at)
        return (Piece(f" {signs.warning} {name} has not answered for {silent} s", Look.AMBER),)
    look = Look.AMBER if node.state is NodeState.OK else style.look
    mark = signs.warning if node.state is NodeState.OK else style.mark(signs.ascii_only)
    word = "" if node.state is NodeState.OK else f" {style.word}"
    age = node.age_s(now)
    since = "" if age is None or node.state is NodeState.OK else f", last read {age_text(age)} ago"
    return (Piece(f" {mark} {name}{word}{since}", look), Piece(error_words(node)))


def error_words(node: NodeSnapshot) -> str:
    """What the first cause is, in one sentence without the node's name, and how many more causes there are.

    What to do about it stands on the nodes screen. The request is named where others of the node still succeed.
    """
    different = [words for words, _parts in causes(node)]
    if node.takes_no_mail:
        different.append(f"it takes no mail: {clean(node.takes_no_mail)}")
    if not different:
        return ""
    more = f" (and {len(different) - 1} more)" if len(different) > 1 else ""
    cause = _NEXT_SENTENCE.split(different[0], maxsplit=1)[0]
    return f": {cause if node.state is NodeState.OK else _REQUEST.sub('', cause)}{more}"


def _own_stops(snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool) -> Sequence[Line]:
    """A stop of ours never waits, and never ends, unnoticed (DESIGN 3, rule 15)."""
    waiting = [_waiting_line(status, snapshot, now, signs, may_act=may_act) for status in waiting_stops(snapshot)]
    return [*_gone_lines(snapshot, now, signs, may_act=may_act), *waiting]


def _waiting_line(
    status: OperationStatus, snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool
) -> Line:
    """A stop that waits; of one that was confirmed on some nodes, where it still is only a stop."""
    held = [] if status.operation.is_waiting else stopped_nodes(status)
    mark, left = VERDICTS[Verdict.STOPPED].mark(signs.ascii_only), sums_of(status, held).stop_left_s
    words = f" {mark} {stopped_title(status)} stopped"
    if held:
        words = f" {mark} {_titled(status)} only stopped on {and_more(held, NAMED_MOST)}"
    if left is not None:
        words += f" until {until_text(snapshot, left)}"
    remaining = None if left is None else left - (now - snapshot.at)
    if remaining is not None and remaining < ENDS_SOON_S:
        return (Piece(f"{words}, in {countdown_text(remaining)}: then its mail goes out", Look.RED),)
    if not held:
        return (Piece(f"{words}, not bounced: Enter on its row below opens it", Look.AMBER),)
    is_offered = may_act and any(
        offer.tag == status.operation.tag and offer.why is Why.HELD for offer in snapshot.offers
    )
    way = "Enter on its row, t bounces it" if is_offered else "Enter on its row opens it"
    return (Piece(f"{words}: {way}", Look.AMBER),)


def _gone_lines(snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool) -> Sequence[Line]:
    """What of ours is gone by no act of ours, for as long as somebody may still want it again."""
    lines: list[Line] = []
    for status in snapshot.operations:
        lost = [node for node in status.nodes if node.verdict is Verdict.LOST]
        age = 0.0 if status.ended_at is None else now - status.ended_at
        if lost and age < LOST_SAID_S:
            style, where = VERDICTS[Verdict.LOST], ", ".join(clean(node.act.node) for node in lost)
            what = "its stop is gone on" if status.operation.mode is Mode.CLEAN else "LOST by a restart of"
            can_bounce = may_act and (status.verdict.is_final or status.operation.mode is Mode.PLAIN)
            words = f" {style.mark(signs.ascii_only)} {_titled(status)}: {what} {where}: {_way(can_bounce)}"
            lines.append((Piece(words, Look.RED),))
        elif status.verdict is Verdict.RELEASED and age < RELEASED_SAID_S:
            lines.append((Piece(f" {signs.warning} {stopped_title(status)} is stopped no more", Look.AMBER),))
    return lines


def _offer_lines(snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool) -> Sequence[Line]:
    """Nodes that have no part in an operation, while somebody may still want it there.

    Where it is lost, or only a stop, that is told above.
    """
    way = "Enter on its row, t sends it there" if may_act else "Enter on its row below opens it"
    lines: list[Line] = []
    for offer in snapshot.offers:
        status = snapshot.operation(offer.tag)
        age = 0.0 if status is None or status.ended_at is None else now - status.ended_at
        if status is not None and offer.why not in _TOLD and offer.messages and age < LOST_SAID_S:
            words = f" {signs.warning} {_titled(status)}: {offer_words(offer)}: {way}"
            lines.append((Piece(words, Look.AMBER),))
    return lines


def _gathered_lines(snapshot: Snapshot, signs: Glyphs, *, may_act: bool) -> Sequence[Line]:
    """Bounces that have ended and whose mail gathers again."""
    return [
        (Piece(f" {signs.warning} {_titled(status)}: {words}: {_way(may_act)}", Look.AMBER),)
        for status in snapshot.operations
        if (words := gathered_words(status, snapshot, brief=True))
    ]


def _overdue_lines(snapshot: Snapshot, now: float, signs: Glyphs, *, may_act: bool) -> Sequence[Line]:
    return [
        (Piece(f" {signs.warning} {_titled(status)}: {words}", Look.RED),)
        for status in snapshot.operations
        for words in overdue_words(status, snapshot, now, may_act=may_act)
    ]


def _titled(status: OperationStatus) -> str:
    """What an operation is about, short enough for a line with a hint at its end."""
    return cut_middle(stopped_title(status), TITLE_WIDTH)


def _way(can_bounce: bool) -> str:
    return "Enter on its row, b opens a new preview" if can_bounce else "Enter on its row below opens it"


def _stops(snapshot: Snapshot, now: float, signs: Glyphs) -> Sequence[Line]:
    return [
        (
            Piece(
                f" {signs.warning} {clean(node)}: stopped for {age_text(left)}: everything, or an exact list"
                f" (the server does not say): {clean(stop.reason)}",
                Look.AMBER,
            ),
        )
        for node, stop, left in listed_suspensions(snapshot, now)
        if stop.criteria is None
    ]


def _troubles(snapshot: Snapshot, signs: Glyphs) -> Sequence[Line]:
    return [
        (Piece(f" {signs.warning} {clean(node.name)}: {clean(trouble)}", Look.AMBER),)
        for node in snapshot.members
        for trouble in _ailing(node)
    ]


def _ailing(node: NodeSnapshot) -> Sequence[str]:
    """What its metrics name, and that it takes no mail where no line of its own says so."""
    refused = [f"it takes no mail: {node.takes_no_mail}"] if node.takes_no_mail and not _fails(node) else []
    return [*refused, *(node.metrics.value.troubles if node.metrics else ())]


class Notice(Lines):
    """Alarms, the notices of a snapshot, and below them what the program said last."""

    DEFAULT_CSS = """
    Notice { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._seen: dict[DirectiveKey, float] = {}

    def show_notices(
        self,
        snapshot: Snapshot,
        now: float,
        said: str = "",
        *,
        may_act: bool = True,
        more: Sequence[str] = (),
    ) -> None:
        """Show them; of many, as many as the height allows and how many more there are: alarms before others.

        `said` is what was said last, in full; `more` is said after what the snapshot says.
        """
        signs, size = glyphs_of(self), self.app.size
        listed = list_directives(snapshot, now).alarms
        self._seen = {entry.key: self._seen.get(entry.key, now) for entry in listed}
        per_notice = LINES_WHEN_DOWN if all_down_lines(snapshot, now, signs) else LINES_PER_NOTICE
        most = max(2 if listed else 1, size.height // per_notice)
        alarms = alarm_lines(listed, self._seen, now, (size.width, most), signs, may_act=may_act) if listed else []
        room = most - len(alarms)
        also: list[Line] = [(Piece(f" {signs.warning} {clean(words)}", Look.AMBER),) for words in more]
        in_full = [line for words in more for line in wrapped(words, size.width, Look.AMBER, f" {signs.warning} ")]
        lines = [*notices(snapshot, now, signs, may_act=may_act, width=size.width), *in_full]
        if len(lines) > room:
            lines = [*notices(snapshot, now, signs, may_act=may_act), *also]
        if len(lines) > room:
            rest = (Piece(f" {signs.warning} {len(lines) - max(0, room - 1)} more", Look.AMBER),)
            lines = [*lines[: max(0, room - 1)], rest] if room > 0 and most > 1 else lines[:room]
        self.show(*alarms, *lines, *wrapped(said, size.width, Look.STRONG, " "))

    def strip_at(self, y: int, width: int) -> Strip:
        """The strip of one line; an alarm's ground goes over the whole width."""
        line = self.lines[y] if y < len(self.lines) else ()
        if line and line[0].look is Look.ALARM:
            line = (*line, Piece(" " * max(0, width - line_width(line)), Look.ALARM))
        return strip_of(line, width, palette_of(self), glyphs_of(self).ellipsis)
