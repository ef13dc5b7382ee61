"""How nodes are drawn: one line each, and everything that is known of one of them, in words."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kumo_tui.act.capability_words import NO_DESCRIPTION, can_words, cannot_words, feeders_words, plain_bounce
from kumo_tui.act.fleet_words import clone_words, leaving_words, same_server_words
from kumo_tui.act.rights import refusal_words
from kumo_tui.config import Settings
from kumo_tui.model.capability import remembers_lookups
from kumo_tui.model.directives import ReadyQueue
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, Snapshot, Timed
from kumo_tui.text import clean, plural
from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.pace_words import drops_words, pace_words
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import NODE_STATES, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import age_text, count_text, countdown_text

WIDE = 100
LABEL_WIDTH = 11

# What an error says of its request: the same cause meets each part at another path.
_REQUEST = re.compile(r"\b(?:GET|POST|DELETE) /[^\s:,()]*")
_PARTS = {"suspensions": "stops", "suspensions in part": "stops in part"}

UNREAD_DESCRIPTION = "not known now: its description cannot be read, and nothing is sent that it does not list."

# A node's clock is told to the second only, and the answer takes its time.
SKEW_S = 5.0

# What ssh said before that is not what is wrong now.
COMPLAINT_S = 60.0

READY_COLUMNS = (
    Column("READY QUEUE", cut=Cut.MIDDLE),
    Column("WAITING", 9, Align.RIGHT),
    Column("CONNECTIONS", 11, Align.RIGHT),
    Column("DELIVERED", 12, Align.RIGHT),
    Column("FAILED FOR NOW", 14, Align.RIGHT, from_width=WIDE),
    Column("FAILED", 10, Align.RIGHT, from_width=WIDE),
)


def insecure_nodes(settings: Settings, snapshot: Snapshot) -> frozenset[str]:
    """The nodes whose certificates are not verified, by name."""
    chosen = settings.profile.get(snapshot.profile)
    if chosen is None:
        return frozenset()
    own = {node.label: node.insecure for node in chosen.nodes}
    listed = chosen.node_defaults.insecure
    return frozenset(
        node.name for node in snapshot.nodes if own.get(node.name, listed and node.url.startswith("https:"))
    )


def list_trouble_words(snapshot: Snapshot, now: float) -> str:
    """`node list: /etc/prod.nodes: no such file; last read 12 m ago`; empty where nothing is wrong with it."""
    trouble = snapshot.list_trouble
    if trouble is None:
        return ""
    return f"node list: {clean(trouble.words).rstrip('.')}; last read {age_text(now - trouble.read_at)} ago"


def node_columns(width: int) -> Sequence[Column]:
    """The columns for a terminal of this width."""
    wide = width >= WIDE
    return (
        Column("NODE", cut=Cut.MIDDLE),
        Column("STATE", 12),
        Column("VERSION", 19 if wide else 10),
        Column("PLAIN", 9),
        Column("AGE", 4, Align.RIGHT),
        Column("UP", 4, Align.RIGHT),
        Column("RESTARTS", 8, Align.RIGHT, from_width=WIDE),
        Column("CLOCK", 6, Align.RIGHT),
        Column("READ", 6, Align.RIGHT),
        Column("TOOK", 6, Align.RIGHT),
    )


def node_row(
    node: NodeSnapshot, now: float, settings: Settings, signs: Glyphs, *, wide: bool, insecure: bool
) -> LineRow:
    """One node: state, version, whether a plain bounce is exact, ages, clock, the last reading of its metrics."""
    style = NODE_STATES[node.state]
    age, up_s = node.age_s(now), uptime_s(node, now)
    word = _state_word(node, style.word)
    skew = node.clock_skew_s
    cells = (
        Cell(clean(node.name)),
        Cell(word, Look.AMBER if word != style.word else style.look),
        Cell(clean(_version(node, wide=wide))),
        _plain_cell(node, settings),
        Cell("-" if age is None else age_text(age), Look.NORMAL if node.is_fresh else Look.AMBER),
        Cell("-" if up_s is None else age_text(up_s)),
        Cell(count_text(node.restarts), Look.AMBER if node.restarts else Look.NORMAL),
        Cell("-" if skew is None else _skew_cell(skew), Look.AMBER if _is_skewed(node) else Look.NORMAL),
        Cell(size_text(node.metrics.value.size_bytes) if node.metrics else "-"),
        Cell(took_text(node.metrics)),
    )
    flag = Cell(signs.warning, Look.AMBER) if insecure else Cell(" ")
    lead = Cell(style.mark(signs.ascii_only), style.look)
    if node.is_fresh and node.takes_no_mail:
        lead = Cell(signs.warning, Look.AMBER)
    return LineRow(node.name, cells, lead, flag)


def _state_word(node: NodeSnapshot, word: str) -> str:
    """What a node is to us, before whether it can be read: that is so where it matters."""
    if node.same_as:
        return "same server"
    if node.is_fresh:
        return "leaving" if node.leaving else "no mail" if node.takes_no_mail else word
    return word


def node_facts(
    node: NodeSnapshot, snapshot: Snapshot, now: float, settings: Settings, width: int, *, insecure: bool
) -> Sequence[Line]:
    """Everything that is known of a node, errors first, each text in full."""
    facts = _facts(node, snapshot, now, settings, insecure=insecure)
    return [line for label, words, look in facts for line in labelled(label, words, width, look)]


def labelled(label: str, words: str, width: int, look: Look) -> Sequence[Line]:
    """One fact: its label, shorter than LABEL_WIDTH, and beside it the words in full; empty words take no line."""
    rows = wrapped(words, max(20, width - LABEL_WIDTH - 2), look)
    return [
        (Piece(f" {label if place == 0 else '':<{LABEL_WIDTH}}", Look.DIM), *row) for place, row in enumerate(rows)
    ]


def causes(node: NodeSnapshot) -> Sequence[tuple[str, Sequence[str]]]:
    """What is wrong now, each cause once, in clean words without the node's name, and the parts that it holds for.

    The words are those of the first of its parts.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for part, text in node.errors.items():
        words = clean(text).removeprefix(f"{clean(node.name)}: ")
        found.setdefault(_REQUEST.sub("", words), (words, []))[1].append(_PARTS.get(part, part))
    return list(found.values())


def ready_row(queue: ReadyQueue) -> LineRow:
    """One ready queue: what waits, and its counters since it was known."""
    counts = (queue.waiting, queue.connections, queue.delivered, queue.transfailed, queue.failed)
    return LineRow(queue.name, (Cell(clean(queue.name)), *(Cell(count_text(count)) for count in counts)))


def uptime_s(node: NodeSnapshot, now: float) -> float | None:
    """Seconds since the node started, by its metrics; None where they do not tell."""
    if node.metrics is None or node.metrics.value.uptime_s is None:
        return None
    return node.metrics.value.uptime_s + node.metrics.age_s(now)


def size_text(size_bytes: int) -> str:
    """`812 B`, `24 kB`, `1.2 MB`; `-` where nothing was counted."""
    if size_bytes < 1000:
        return f"{size_bytes} B" if size_bytes else "-"
    size, unit = (size_bytes / 1e3, "kB") if size_bytes < 999_500 else (size_bytes / 1e6, "MB")
    return f"{size:.1f} {unit}" if size < 9.95 else f"{size:.0f} {unit}"


def took_text(reading: Timed[Any] | None) -> str:
    """How long an answer took: `120ms`, `3.4s`; `-` where nobody knows."""
    if reading is None or not reading.asked_at:
        return "-"
    seconds = max(0.0, reading.at - reading.asked_at)
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.1f}s" if seconds < 99.5 else age_text(seconds)


def _version(node: NodeSnapshot, *, wide: bool) -> str:
    """The build; where there is little room, its release."""
    version = node.version or "-"
    return version if wide else version.partition("-")[0] or version


def _plain_cell(node: NodeSnapshot, settings: Settings) -> Cell:
    if node.read_only:
        return Cell("read-only", Look.AMBER)
    if node.version is None:
        return Cell("unknown", Look.AMBER) if node.has_data else Cell("-")
    if plain_bounce(node.version, node.capability, settings.act.plain_is_exact).is_exact:
        return Cell("exact")
    return Cell("DEFECTS" if remembers_lookups(node.version) else "not exact", Look.AMBER)


def _skew_cell(skew_s: float) -> str:
    """`-92s`, `+60m`, `-5d`; `ok` below what can be told for sure."""
    if abs(skew_s) < SKEW_S:
        return "ok"
    return f"{round(skew_s):+d}s" if abs(skew_s) < 600 else f"{'+' if skew_s > 0 else '-'}{age_text(abs(skew_s))}"


def _skew_text(seconds: float) -> str:
    """`92 s`, and of an hour and more `1:00:00`."""
    return f"{seconds:.0f} s" if seconds < 3600 else countdown_text(seconds)


def _is_skewed(node: NodeSnapshot) -> bool:
    return node.clock_skew_s is not None and abs(node.clock_skew_s) >= SKEW_S


def _facts(
    node: NodeSnapshot, snapshot: Snapshot, now: float, settings: Settings, *, insecure: bool
) -> Iterator[tuple[str, str, Look]]:
    """Label, words and look of each fact."""
    style = NODE_STATES[node.state]
    silent = node.silent_s + max(0.0, now - snapshot.at) if node.silent_s else 0.0
    waiting = f", no answer for {age_text(silent)}" if silent >= 1 else ""
    if node.arriving is not None and node.arriving.is_slow:
        waiting = f", {drops_words(node.arriving)}"
    yield "state", f"{style.word}{waiting}", style.look if node.state is not NodeState.OK else Look.NORMAL
    yield from _standing(node, snapshot)
    for words, parts in causes(node):
        yield "error", f"{', '.join(parts)}: {words}", Look.RED
    if node.complaint is not None and not _is_told(node.complaint.value, node):
        said_s = node.complaint.age_s(now)
        words = f"it said {age_text(said_s)} ago, the tunnel stands: {node.complaint.value}"
        yield "ssh", words, Look.DIM if said_s > COMPLAINT_S else Look.AMBER
    if node.takes_no_mail:
        yield "liveness", f"it takes no mail: {node.takes_no_mail}", Look.AMBER
    for trouble in node.metrics.value.troubles if node.metrics else ():
        yield "trouble", trouble, Look.AMBER
    for note in node.metrics.value.notes if node.metrics else ():
        yield "memory", note, Look.AMBER
    yield "url", node.url, Look.NORMAL
    if insecure:
        yield "tls", "its certificate is not verified (insecure): anybody may answer in its place", Look.AMBER
    yield from _abilities(node, settings)
    yield from _times(node, snapshot, now)


def _is_told(complaint: str, node: NodeSnapshot) -> bool:
    """Whether an error of the node tells these words of ssh already."""
    return any(complaint.rstrip(".") in text for text in node.errors.values())


def _standing(node: NodeSnapshot, snapshot: Snapshot) -> Iterator[tuple[str, str, Look]]:
    """What makes a node count less than others, by order or by what it is."""
    if not node.enabled:
        yield "disabled", "it is not read and does not count; d enables it", Look.AMBER
    if node.read_only:
        yield "read-only", "by order: nothing is begun or ended there; w lets acts reach it", Look.AMBER
    if words := leaving_words(node, snapshot):
        yield "leaving", words, Look.AMBER
    if words := same_server_words(node):
        away = f"; where {clean(node.same_as)} cannot be reached, disable that one"
        yield "same", words.removeprefix(f"{clean(node.name)} is ") + away, Look.AMBER
    if words := clone_words(node, snapshot):
        yield "same id", words, Look.AMBER


def _abilities(node: NodeSnapshot, settings: Settings) -> Iterator[tuple[str, str, Look]]:
    if node.version is None and not node.has_data:
        yield "version", "not known yet", Look.DIM
        return
    yield "version", node.version or "not told", Look.NORMAL
    if node.capability is None:
        yield "can", NO_DESCRIPTION if node.is_fresh else UNREAD_DESCRIPTION, Look.AMBER
    else:
        yield "can", can_words(node.capability), Look.NORMAL
        cannot = cannot_words(node.capability)
        if cannot:
            yield "cannot", cannot, Look.AMBER
        yield "feeders", feeders_words(node.capability), Look.NORMAL
    refusal = refusal_words(node)
    if refusal:
        yield "read-only", refusal.removeprefix(f"{clean(node.name)} "), Look.AMBER
    plain = plain_bounce(node.version, node.capability, settings.act.plain_is_exact)
    look = Look.NORMAL if plain.is_exact else Look.AMBER
    yield "plain", f"{plain.why} {plain.next_step}".strip(), look


def _times(node: NodeSnapshot, snapshot: Snapshot, now: float) -> Iterator[tuple[str, str, Look]]:
    restarts = f"{plural(node.restarts, 'restart')} seen" if node.restarts else "no restart seen"
    yield "up", f"{_up_words(node, snapshot, now)}; {restarts}", Look.AMBER if node.restarts else Look.NORMAL
    if node.liveness and not node.takes_no_mail:
        yield "liveness", f"{node.liveness}: it takes mail", Look.NORMAL
    if node.clock_skew_s is not None:
        way = "ahead of" if node.clock_skew_s > 0 else "behind"
        words = (
            f"{_skew_text(abs(node.clock_skew_s))} {way} ours: times in its logs differ from the journal's; "
            "what is sent is for a duration, which no clock changes"
        )
        yield "clock", words if _is_skewed(node) else "as ours", Look.AMBER if _is_skewed(node) else Look.NORMAL
    readings = (("metrics", node.metrics), ("directives", node.directives), ("stops", node.suspensions))
    words = ", ".join(_read_words(name, reading, now) for name, reading in readings if reading is not None)
    if words:
        size = node.metrics.value.size_bytes if node.metrics else 0
        of_size = f"; metrics {size_text(size)}" if size else ""
        yield "last read", f"{words}{of_size}", Look.NORMAL
    if node.enabled and (pace := pace_words(node, snapshot)):
        yield "read", pace, Look.NORMAL
    bad = node.metrics.value.bad_lines if node.metrics else 0
    if bad:
        yield "unread", f"{plural(bad, 'line')} of its metrics could not be read", Look.AMBER


def _up_words(node: NodeSnapshot, snapshot: Snapshot, now: float) -> str:
    up_s = uptime_s(node, now)
    since = node.info.online_since if node.info else None
    if node.info is None and not node.has_data:
        return "not known yet"
    if since is None and up_s is None:
        return "it does not tell since when it is online"
    if up_s is None and since is not None:
        return f"since {_moment(since)}"
    words = f"for {countdown_text(up_s or 0.0)}"
    began = since or snapshot.taken_at - timedelta(seconds=(up_s or 0.0) - max(0.0, now - snapshot.at))
    return f"{words}, since {_moment(began)}"


def _read_words(name: str, reading: Timed[Any], now: float) -> str:
    took = took_text(reading)
    return f"{name} {age_text(reading.age_s(now))} ago" + ("" if took == "-" else f" in {took}")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
