"""How profiles are drawn: one line each, and in words what holds on the one under the cursor."""

from collections.abc import Iterator, Sequence

from kumo_tui.act.limits import Limit, limits_of
from kumo_tui.config import Settings
from kumo_tui.profiles import ProfileSettings
from kumo_tui.text import clean, one_line, plural
from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow
from kumo_tui.units import count_text

COLUMNS = (
    Column("PROFILE", cut=Cut.MIDDLE),
    Column("", 10, vital=True),
    Column("", 9, vital=True),
    Column("NODES", 8, Align.RIGHT),
    Column("", 8),
)
LABEL_WIDTH = 9
_NAMED_MOST = 12


def profile_row(name: str, profile: ProfileSettings, signs: Glyphs, *, is_open: bool, read_only: bool) -> LineRow:
    """The line of one profile; `read_only` is what the rights say of a session on it."""
    count = f"{len(profile.nodes)}" if profile.nodes or not profile.has_list else ""
    return LineRow(
        name,
        (
            Cell(clean(name), Look.STRONG if is_open else Look.NORMAL),
            Cell("PRODUCTION" if profile.production else "", Look.AMBER),
            Cell("READ-ONLY" if read_only else "", Look.AMBER),
            Cell(" + ".join(filter(None, (count, "list" if profile.has_list else "")))),
            Cell("open now" if is_open else "", Look.DIM),
        ),
        Cell(signs.live if is_open else " ", Look.ACCENT),
    )


def profile_facts(name: str, settings: Settings, width: int, *, order: str) -> Sequence[Line]:
    """What holds in a session on this profile; `order` is what makes it read-only, empty for nothing."""
    lines: list[Line] = [(Piece(f" {clean(name)}", Look.STRONG),)]
    for label, text, look in _facts(name, settings, order):
        lines += wrapped(text, width, look, f" {label:<{LABEL_WIDTH}} ")
    return lines


def _facts(name: str, settings: Settings, order: str) -> Iterator[tuple[str, str, Look]]:
    profile = settings.profile[name]
    if profile.production:
        yield "mark", "PRODUCTION: every bounce must be confirmed with the profile's name too", Look.AMBER
    if order:
        yield "mark", f"READ-ONLY ({order}): nothing that changes its nodes is offered", Look.AMBER
    yield "nodes", "; ".join(_nodes(profile)), Look.NORMAL
    limits = limits_of(settings.bound_by(()), name)
    words = (
        _limit("its name is asked for above", limits.name),
        _limit("waits above", limits.wait),
        _limit("refused above", limits.refuse),
    )
    yield "bounces", "; ".join(filter(None, words)), Look.NORMAL
    yield "read", f"every {profile.interval_s or settings.poll.interval_s:g} s", Look.NORMAL


def _nodes(profile: ProfileSettings) -> Iterator[str]:
    """The nodes that the config names, and where the others are listed."""
    names = [clean(node.label) for node in profile.nodes]
    more = [f"{len(names) - _NAMED_MOST} more"] if len(names) > _NAMED_MOST else []
    if names:
        yield ", ".join([*names[:_NAMED_MOST], *more])
    off, kept = (
        sum(not node.enabled for node in profile.nodes),
        sum(node.read_only for node in profile.nodes),
    )
    if off:
        yield f"{plural(off, 'node')} off at first"
    if kept:
        yield f"{plural(kept, 'node')} only watched"
    if profile.nodes_file:
        yield f"those that {one_line(str(profile.nodes_file), 120)} lists"
    if profile.nodes_command:
        yield f"those that {one_line(profile.nodes_command[0], 120)} prints"


def _limit(words: str, limit: Limit) -> str:
    return "" if limit.above is None else f"{words} {count_text(limit.above)} messages"
