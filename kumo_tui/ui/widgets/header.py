"""The first line: which nodes, is this production, how much mail, how old is all that."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Horizontal

from kumo_tui.act.token import target_name
from kumo_tui.model.alone import alone
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui.cells import cut_middle
from kumo_tui.ui.freshness import Freshness, freshness, partial_words, shown, totals_freshness
from kumo_tui.ui.pace_words import every_text, slowest, why_slower
from kumo_tui.ui.strips import Line, Piece, line_width
from kumo_tui.ui.theme import NODE_STATES, Glyphs, Look
from kumo_tui.ui.widgets.lines import Lines, glyphs_of
from kumo_tui.units import age_text, count_text

WIDE = 100
ROOM_FOR_REASON = 120
ROOM_FOR_MODE = 80
LEAST_NAME = 5
AGE_LOOKS = {Freshness.FRESH: Look.NORMAL, Freshness.STALE: Look.AMBER, Freshness.GONE: Look.RED}


@dataclass(frozen=True, slots=True)
class Mode:
    """How the screen is used now. `insecure` is how many nodes' certificates are not verified.

    `read_only_by` says in a few words why nothing may be changed, empty where it may. `alone` is the node whose
    rows are shown alone, empty for all.
    """

    frozen: bool = False
    read_only_by: str = ""
    insecure: int = 0
    low_bandwidth: bool = False
    alone: str = ""


def data_age_s(snapshot: Snapshot, now: float) -> float | None:
    """Seconds since the oldest of the nodes that answer was read; of all nodes when none does."""
    ages = [(node.is_fresh, node.age_s(now)) for node in snapshot.members]
    answering = [age for fresh, age in ages if fresh and age is not None]
    return max(answering or [age for _fresh, age in ages if age is not None], default=None)


def where_line(snapshot: Snapshot, now: float, width: int, mode: Mode, signs: Glyphs) -> Line:
    """Profile, nodes and totals in this width: what matters least is left out first."""
    line: Line = ()
    for line in _variants(snapshot, now, mode, signs):
        if line_width(line) <= width:
            return line
    name, *rest = line
    short = cut_middle(name.text, max(LEAST_NAME, width - line_width(tuple(rest))), signs.ellipsis)
    return (replace(name, text=short), *rest)


def _variants(snapshot: Snapshot, now: float, mode: Mode, signs: Glyphs) -> Iterator[Line]:
    counted = _counted(snapshot, mode)
    totals = _totals(counted, now, signs, with_queues=True)
    messages = _totals(counted, now, signs, with_queues=False)
    where = _where(snapshot, mode, signs)
    briefly: Line = ()
    yield (Piece(" kumo-tui ", Look.DIM), *where, *totals)
    yield (*where, *totals)
    yield (*where, *messages)
    for named, reasoned in ((False, True), (True, False), (False, False)):
        briefly = _where(snapshot, mode, signs, named=named, reasoned=reasoned)
        yield (*briefly, *totals)
        yield (*briefly, *messages)
    yield briefly


def _where(snapshot: Snapshot, mode: Mode, signs: Glyphs, *, named: bool = True, reasoned: bool = True) -> Line:
    """Profile, marks and nodes; `named` names those in trouble, `reasoned` says why nothing may be changed."""
    pieces = [Piece(f" {clean(_target(snapshot))}".rstrip(), Look.STRONG)]
    if snapshot.production:
        pieces.append(Piece(" PRODUCTION", Look.AMBER))
    if mode.read_only_by:
        why = f" ({mode.read_only_by})" if reasoned else ""
        pieces.append(Piece(f" READ-ONLY{why}", Look.AMBER))
    if mode.insecure:
        pieces.append(Piece(" TLS NOT VERIFIED", Look.AMBER))
    partial = partial_words(snapshot)
    count = partial or plural(len(snapshot.servers), "node")
    pieces.append(Piece(f" {signs.dot} {count}", Look.AMBER if partial else Look.NORMAL))
    if partial:
        pieces += _troubled(snapshot, named=named)
    if mode.alone:
        pieces += [Piece(" "), Piece(f" {clean(mode.alone)} only ", Look.REVERSE)]
    return tuple(pieces)


def _counted(snapshot: Snapshot, mode: Mode) -> Snapshot:
    """What the totals and their age are of."""
    return alone(snapshot, mode.alone) if mode.alone else snapshot


def _target(snapshot: Snapshot) -> str:
    """The profile; without one the only node. Several nodes are counted anyway, right after it."""
    several = len(snapshot.targets) > 1 and not snapshot.profile
    return "" if several else target_name(snapshot)


def _troubled(snapshot: Snapshot, *, named: bool) -> list[Piece]:
    """The nodes that do not answer, by name or by how many there are of each state."""
    bad = [node for node in snapshot.servers if not node.is_fresh]
    words: dict[str, Look] = {}
    for node in bad:
        style = NODE_STATES[node.state]
        same = sum(1 for other in bad if other.state is node.state)
        words[f"{clean(node.name)} {style.word}" if named else f"{same} {style.word}"] = style.look
    pieces = [Piece(f"{', ' if place else ' ('}{word}", look) for place, (word, look) in enumerate(words.items())]
    return [*pieces, Piece(")")]


def _totals(snapshot: Snapshot, now: float, signs: Glyphs, *, with_queues: bool) -> Line:
    if not any(node.has_data for node in snapshot.members):
        return (Piece("   no data yet", Look.DIM),)
    fresh = totals_freshness(snapshot, now)
    look = Look.DIM if fresh else Look.STRONG
    pieces = [Piece("   "), Piece(shown(count_text(snapshot.queues.total), fresh), look), Piece(" msgs")]
    if with_queues:
        queues = shown(count_text(snapshot.queues.standing), fresh)
        noun = " queue" if snapshot.queues.standing == 1 else " queues"
        pieces += [Piece(f" {signs.dot} "), Piece(queues, look), Piece(noun)]
    return tuple(pieces)


def age_line(
    snapshot: Snapshot, now: float, mode: Mode, signs: Glyphs, *, short: bool, reasoned: bool = False
) -> Line:
    """How old the data is, and whether the screen is live: `data 1s   ▶ live 2s`, `data 1s  low bandwidth 5s`."""
    age = data_age_s(_counted(snapshot, mode), now)
    pieces: list[Piece] = []
    if age is not None:
        look = AGE_LOOKS[freshness(age, snapshot.longest_every_s)]
        pieces += [Piece(" data ", Look.DIM), Piece(f"{age_text(age):<4}", look)]
    if mode.frozen:
        return (*pieces, Piece(" FROZEN ", Look.REVERSE))
    if mode.low_bandwidth:
        low = "low" if short else "low bandwidth"
        return (*pieces, Piece(f" {low} {every_text(snapshot.longest_every_s)}", Look.DIM))
    live = signs.live if short else f"{signs.live} live"
    slow = slowest(snapshot)
    why = f": {why_slower(slow, snapshot)}" if slow is not None and reasoned else ""
    return (*pieces, Piece(f" {live} {every_text(snapshot.longest_every_s)}{why}", Look.DIM))


class Header(Horizontal):
    """The first line of the dashboard. The age has a widget of its own: it changes most often."""

    DEFAULT_CSS = """
    Header { height: 1; }
    Header #age { width: 19; }
    Header.wide #age { width: 24; }
    Header.reasoned #age { width: 46; }
    Header.thrifty #age { width: 27; }
    """

    def compose(self) -> ComposeResult:
        """What stands left and what stands right."""
        yield Lines(id="where")
        yield Lines(id="age")

    def show_header(self, snapshot: Snapshot, now: float, mode: Mode) -> None:
        """Show the snapshot's facts as they are at this time (monotonic seconds)."""
        signs, wide = glyphs_of(self), self.size.width >= WIDE
        thrifty = mode.low_bandwidth and self.size.width >= ROOM_FOR_MODE
        reasoned = self.size.width >= ROOM_FOR_REASON and slowest(snapshot) is not None and not mode.frozen
        self.set_class(wide, "wide")
        self.set_class(reasoned, "reasoned")
        self.set_class(thrifty, "thrifty")
        where, age = self.query_one("#where", Lines), self.query_one("#age", Lines)
        where.show(where_line(snapshot, now, where.size.width, mode, signs))
        age.show(age_line(snapshot, now, mode, signs, short=not (wide or thrifty), reasoned=reasoned))
