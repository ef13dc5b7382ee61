"""Which nodes take part in an act, which cannot, and why: told before it is confirmed, kept in its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass

from kumo_tui.act.clean_rules import clean_obstacle
from kumo_tui.act.draft import How
from kumo_tui.act.presence import no_target_words, unfit_words
from kumo_tui.act.rules import plain_obstacle
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import and_more, clean

# A title names so many nodes, on whichever side there are fewer of them.
NAMED_MOST = 3


@dataclass(frozen=True, slots=True)
class Absence:
    """A node that takes no part: a clean line that names it and says why.

    `by_choice` says that it could take part, and was not chosen; `is_target` that it counts among the nodes an act
    is about.
    """

    node: str
    text: str
    by_choice: bool = False
    is_target: bool = True


def absences(preview: Preview, snapshot: Snapshot, how: How | None = None) -> Sequence[Absence]:
    """Every node of the snapshot that takes no part in an act of this preview, done in this way."""
    there = preview.node_names
    return [_absence(node, preview, how) for node in snapshot.nodes if node.name not in there]


def unable_words(node: NodeSnapshot, selector: Selector, how: How, *, stop_only: bool = False) -> str:
    """Why this node can take no part in an act of this kind, in clean words; empty where it can."""
    words = unfit_words(node)
    if words:
        return words
    if how is How.CLEAN:
        return clean_obstacle(selector, node.name, node.capability, stop_only=stop_only)
    return plain_obstacle(selector, node.name, node.capability)


def able_nodes(snapshot: Snapshot, selector: Selector, how: How, *, stop_only: bool = False) -> tuple[str, ...]:
    """The names of the targets that can take part in an act of this kind."""
    return tuple(
        node.name for node in snapshot.targets if not unable_words(node, selector, how, stop_only=stop_only)
    )


def way_out(preview: Preview, snapshot: Snapshot, how: How, *, stop_only: bool = False) -> tuple[str, ...]:
    """The nodes to go on with, where some of those that are meant cannot take part and others can; empty else."""
    meant = preview.chosen or tuple(node.name for node in snapshot.targets)
    able = able_nodes(snapshot, preview.selector, how, stop_only=stop_only)
    found = tuple(name for name in meant if name in able)
    return found if len(found) < len(meant) else ()


def taking_part_words(preview: Preview, snapshot: Snapshot) -> str:
    """`3 nodes`, `2 of 3 nodes: without mta3`, `1 of 8 nodes: only mta2`: as a title says it."""
    there = preview.node_names
    targets = [node.name for node in snapshot.targets] or list(there)
    absent = [name for name in targets if name not in there]
    if not absent:
        return "1 node" if len(there) == 1 else f"{len(there)} nodes"
    side, names = ("without", absent) if len(absent) < len(there) else ("only", list(there))
    return f"{len(there)} of {len(targets)} nodes: {side} {and_more(names, NAMED_MOST)}"


@dataclass(frozen=True, slots=True)
class Parting:
    """The nodes that had no part in an act, by raw name, and what its timeline tells of them.

    `not_chosen` could have taken part; `missed` could not.
    """

    lines: tuple[str, ...]
    not_chosen: frozenset[str]
    missed: frozenset[str]


def parting(preview: Preview, snapshot: Snapshot, sent_to: Sequence[str]) -> Parting:
    """Who had no part in an act of this preview, when it was sent to these nodes."""
    gone = absences(preview, snapshot)
    late = [name for name in preview.node_names if name not in sent_to]
    missed = [absence for absence in gone if absence.is_target and not absence.by_choice]
    not_chosen = [absence.node for absence in gone if absence.by_choice]
    lines = [
        *(absence.text for absence in missed),
        *(f"{clean(name)} takes no part: it could not be read just before" for name in late),
        *([f"not chosen: {', '.join(map(clean, not_chosen))}"] if not_chosen else []),
    ]
    return Parting(tuple(lines), frozenset(not_chosen), frozenset((*(each.node for each in missed), *late)))


def _absence(node: NodeSnapshot, preview: Preview, how: How | None) -> Absence:
    words = no_target_words(node)
    if words:
        return Absence(node.name, words, is_target=False)
    words = unable_words(node, preview.selector, how or How.PLAIN)
    return Absence(node.name, words.removesuffix(".") or f"{clean(node.name)} is not chosen", by_choice=not words)
