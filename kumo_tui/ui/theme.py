"""The only vocabulary of states: a glyph, its ASCII twin, a word and a look for each.

The look is calm: data in the terminal's own colours, one accent for the cursor and the focus, amber for
"look", red for "act now", and no coloured ground but the cursor's and an alarm's. Without colour (NO_COLOR)
everything stays readable: state is a glyph and a word, the cursor is a glyph and reverse video.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kumo_tui.model.snapshot import NodeState
from kumo_tui.model.verdict import Verdict


class Look(StrEnum):
    """How a piece of text looks; a palette turns it into a style."""

    NORMAL = "normal"
    STRONG = "strong"
    DIM = "dim"
    ACCENT = "accent"
    AMBER = "amber"
    RED = "red"
    ALARM = "alarm"
    CURSOR = "cursor"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How one state is written: glyph (one cell), its ASCII twin, word, and look."""

    glyph: str
    ascii_glyph: str
    word: str
    look: Look

    def mark(self, ascii_only: bool) -> str:
        """The glyph for this terminal."""
        return self.ascii_glyph if ascii_only else self.glyph


class QueueCondition(StrEnum):
    """What is going on with a queue."""

    CALM = "calm"
    GROWING = "growing"
    STOPPED = "stopped"
    BOUNCING = "bouncing"


class Origin(StrEnum):
    """Whose a directive is that no operation of this journal made."""

    FOREIGN = "foreign"
    OTHER_KUMO_TUI = "other kumo-tui"
    AUTOMATION = "automation"
    ALARM = "alarm"


NODE_STATES: Mapping[NodeState, StateStyle] = {
    NodeState.STARTING: StateStyle("…", ".", "asking", Look.DIM),
    NodeState.OK: StateStyle("✓", "+", "ok", Look.NORMAL),
    NodeState.STALE: StateStyle("⚠", "!", "STALE", Look.AMBER),
    NodeState.BUSY: StateStyle("⚠", "!", "BUSY", Look.AMBER),
    NodeState.DOWN: StateStyle("✗", "x", "DOWN", Look.RED),
    NodeState.UNAUTHORIZED: StateStyle("✗", "x", "UNAUTHORIZED", Look.RED),
    NodeState.DISABLED: StateStyle("○", "o", "disabled", Look.AMBER),
}

QUEUE_STATES: Mapping[QueueCondition, StateStyle] = {
    QueueCondition.CALM: StateStyle(" ", " ", "", Look.NORMAL),
    QueueCondition.GROWING: StateStyle("▲", "^", "growing", Look.AMBER),
    QueueCondition.STOPPED: StateStyle("■", "#", "stopped", Look.NORMAL),
    QueueCondition.BOUNCING: StateStyle("▶", ">", "bouncing", Look.NORMAL),
}

VERDICTS: Mapping[Verdict, StateStyle] = {
    Verdict.RUNNING: StateStyle("▶", ">", "RUNNING", Look.NORMAL),
    Verdict.STALLED: StateStyle("⚠", "!", "STALLED", Look.AMBER),
    Verdict.SWEPT: StateStyle("✓", "+", "SWEPT", Look.NORMAL),
    Verdict.CATCHING: StateStyle("▶", ">", "CATCHING", Look.NORMAL),
    Verdict.DONE: StateStyle("✓", "+", "DONE", Look.DIM),
    Verdict.LOST: StateStyle("✗", "x", "LOST", Look.RED),
    Verdict.CANCELLED: StateStyle("✗", "x", "CANCELLED", Look.DIM),
    Verdict.REPLACED: StateStyle("✗", "x", "REPLACED", Look.DIM),
    Verdict.EXPIRED: StateStyle("⚠", "!", "EXPIRED", Look.AMBER),
    Verdict.REJECTED: StateStyle("✗", "x", "REJECTED", Look.RED),
    Verdict.UNKNOWN: StateStyle("⚠", "!", "UNKNOWN", Look.RED),
    Verdict.STOPPED: StateStyle("■", "#", "STOPPED", Look.AMBER),
    Verdict.SWEEPING: StateStyle("▶", ">", "SWEEPING", Look.NORMAL),
    Verdict.RETURNING: StateStyle("▶", ">", "RETURNING", Look.NORMAL),
    Verdict.RELEASED: StateStyle("✓", "+", "RELEASED", Look.DIM),
    Verdict.PARTIAL: StateStyle("◐", "%", "PARTIAL", Look.RED),
}

ORIGINS: Mapping[Origin, StateStyle] = {
    Origin.FOREIGN: StateStyle("●", "o", "not ours", Look.NORMAL),
    Origin.OTHER_KUMO_TUI: StateStyle("●", "o", "another kumo-tui", Look.NORMAL),
    Origin.AUTOMATION: StateStyle("●", "o", "automation", Look.NORMAL),
    Origin.ALARM: StateStyle("⚠", "!", "NOT OURS", Look.ALARM),
}


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs that are no states. `bar` holds the eighths of a progress bar, empty first, full last.

    It is empty where no bars are drawn: a percentage says the same in fewer bytes.
    """

    ascii_only: bool
    cursor: str
    marked: str
    altered: str
    warning: str
    ellipsis: str
    rule: str
    dot: str
    too_early: str
    down: str
    up: str
    live: str
    enter: str
    bar: str


GLYPHS = Glyphs(False, "›", "●", "⚠", "⚠", "…", "─", "·", "·", "↓", "↑", "▶", "⏎", "░▏▎▍▌▋▊▉█")
ASCII_GLYPHS = Glyphs(True, ">", "*", "!", "!", "..", "-", "-", ".", "v", "^", ">", "Enter", ".#")


_WITHOUT_BARS = {False: replace(GLYPHS, bar=""), True: replace(ASCII_GLYPHS, bar="")}


def glyphs(ascii_only: bool, *, bars: bool = True) -> Glyphs:
    """The signs for this terminal, with bars or without."""
    return (ASCII_GLYPHS if ascii_only else GLYPHS) if bars else _WITHOUT_BARS[ascii_only]
