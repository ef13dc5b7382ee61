"""The alarm of a directive that may bounce everything and is not ours (DESIGN 3, rule 10), in lines."""

from collections.abc import Mapping, Sequence

from kumo_tui.text import clean
from kumo_tui.ui.cells import cut_end, cut_middle
from kumo_tui.ui.directive_rows import DirectiveKey, Foreign
from kumo_tui.ui.strips import Line, Piece, line_width
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.units import age_text, countdown_text

NODE_WIDTH = 20
REASON_WIDTH = 32
ID_WIDTH = 8
MEANING = "everything, or an exact list: the server does not say"
WAY = "Tab, x cancels it"


def alarm_lines(
    alarms: Sequence[Foreign],
    seen: Mapping[DirectiveKey, float],
    now: float,
    room: tuple[int, int],
    signs: Glyphs,
    *,
    may_act: bool = True,
) -> list[Line]:
    """Every alarm in `room` (cells wide, lines high, at least 1): in two lines, in one, the last ones as a number.

    `seen` is since when each stands here, in monotonic seconds: the server does not say since when it has one.
    """
    width, height = room
    way = [WAY] if may_act else []
    full = [_facts(entry, seen, now, way) for entry in alarms]
    one = [_line((f"{head}: {MEANING}", *rest), signs) for head, rest in full]
    if all(line_width(line) <= width for line in one) and len(one) <= height:
        return one
    if 2 * len(full) <= height:
        return [
            line
            for head, rest in full
            for line in (_line((f"{head}: {MEANING}",), signs), _line(rest, signs, mark=" "))
        ]
    # The reason goes before what is the same for all of them.
    short = [_line((f"{head}: {rest[0]}", *rest[1:], MEANING), signs) for head, rest in full]
    if len(short) <= height:
        return short
    kept = max(0, height - 1)
    words = " ".join([f"{len(short) - kept} {'more ' if kept else ''}directives are NOT OURS: {MEANING}."])
    return [*short[:kept], _line((words, *way), signs)]


def _facts(
    entry: Foreign, seen: Mapping[DirectiveKey, float], now: float, way: Sequence[str]
) -> tuple[str, list[str]]:
    """`mta1 6a176e04 NOT OURS`, and reason, age, time left and key."""
    name, directive = cut_middle(clean(entry.node), NODE_WIDTH), entry.directive
    age = age_text(now - seen.get(entry.key, now))
    facts = [
        cut_end(clean(directive.words), REASON_WIDTH) or "no reason",
        f"seen {age}",
        f"{countdown_text(entry.left_s)} left",
        *way,
    ]
    return f"{name} {clean(directive.id[:ID_WIDTH])} NOT OURS", facts


def _line(words: Sequence[str], signs: Glyphs, mark: str | None = None) -> Line:
    text = f" {signs.dot} ".join(words)
    return (Piece(f" {signs.warning if mark is None else mark} {text}", Look.ALARM),)
