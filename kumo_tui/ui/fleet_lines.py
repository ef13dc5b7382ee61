"""What is drawn of a fleet as a whole: the order of its nodes, and lines for what none of them tells alone."""

from collections.abc import Sequence

from kumo_tui.act.fleet_words import builds_words, leaving_words, same_server_words, unwatched_words
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, Snapshot
from kumo_tui.text import clean, plural
from kumo_tui.ui.node_lines import list_trouble_words
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import NODE_STATES, Glyphs, Look
from kumo_tui.ui.widgets.fitted_lines import wrapped
from kumo_tui.units import age_text

TITLE_NAMES = 3

_TROUBLED = (
    NodeState.DOWN,
    NodeState.UNAUTHORIZED,
    NodeState.STALE,
    NodeState.BUSY,
    NodeState.STARTING,
)


def troubled_first(snapshot: Snapshot) -> Sequence[NodeSnapshot]:
    """The nodes, those that cannot be read first, those that do not count last, else in the order of the list."""
    return sorted(snapshot.nodes, key=_rank)


def answering_words(snapshot: Snapshot) -> str:
    """`47 of 50 nodes answering, mta7 DOWN, mta9 STALE, 1 more`; those that are switched off are counted last."""
    words = f"{snapshot.nodes_fresh} of {plural(len(snapshot.servers), 'node')} answering"
    bad = [node for node in troubled_first(snapshot) if node.counts and not node.is_fresh]
    named = [f"{clean(node.name)} {NODE_STATES[node.state].word}" for node in bad[:TITLE_NAMES]]
    more = [f"{len(bad) - TITLE_NAMES} more"] if len(bad) > TITLE_NAMES else []
    off = sum(1 for node in snapshot.servers if node.state is NodeState.DISABLED)
    return ", ".join([words, *named, *more, *([f"{off} disabled"] if off else [])])


def fleet_lines(snapshot: Snapshot, now: float, width: int, signs: Glyphs) -> Sequence[Line]:
    """What stands above the nodes: what is wrong with their list, servers that are there twice, mixed builds."""
    mark = f" {signs.warning} "
    warnings = [list_trouble_words(snapshot, now), *map(same_server_words, snapshot.nodes)]
    lines = [line for words in warnings if words for line in wrapped(f"{words}.", width, Look.AMBER, mark)]
    builds = builds_words(snapshot.members)
    return [*lines, *(wrapped(builds, width, Look.DIM, " ") if builds else [])]


def all_down_lines(snapshot: Snapshot, now: float, signs: Glyphs) -> Sequence[Line]:
    """That no node can be read, and what stands still for that; nothing while one answers or is being read."""
    members = snapshot.members
    if not members or any(node.state not in (NodeState.DOWN, NodeState.UNAUTHORIZED) for node in members):
        return []
    ages = [age for node in members if (age := node.age_s(now)) is not None]
    shown = f"all of this is at least {age_text(min(ages))} old" if ages else "nothing is known"
    held = sum(1 for status in snapshot.operations if not status.verdict.is_final)
    ours = f"; {plural(held, 'operation')} of ours cannot be followed" if held else ""
    words = f"no node can be read: {shown}, nothing can be bounced{ours}"
    return [(Piece(f" {signs.warning} {words}", Look.RED),)] if len(members) > 1 else []


def fleet_notices(snapshot: Snapshot, signs: Glyphs) -> Sequence[Line]:
    """What the dashboard says of the fleet: parts that nobody watches, servers there twice, nodes that leave."""
    unwatched = [
        (f"op {status.operation.tag}: {words}", Look.RED)
        for status in snapshot.operations
        for words in unwatched_words(status)
    ]
    twice = [(words, Look.AMBER) for node in snapshot.nodes if (words := same_server_words(node))]
    leaving = [
        (f"{clean(node.name)}: {words}", Look.AMBER)
        for node in snapshot.nodes
        if (words := leaving_words(node, snapshot))
    ]
    return [(Piece(f" {signs.warning} {words}", look),) for words, look in (*unwatched, *twice, *leaving)]


def _rank(node: NodeSnapshot) -> int:
    if not node.counts:
        return len(_TROUBLED) + 2
    if node.state in _TROUBLED:
        return _TROUBLED.index(node.state)
    ails = node.errors or node.takes_no_mail or (node.metrics and node.metrics.value.troubles)
    return len(_TROUBLED) + (0 if ails else 1)
