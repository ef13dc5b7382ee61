"""What of an operation gets how much of the screen: its head first, its nodes next, its timeline what is left."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import plural
from kumo_tui.ui.operation_words import unread_node
from kumo_tui.ui.strips import Line, Piece
from kumo_tui.ui.theme import NODE_STATES, VERDICTS, Look

# The titles and three rows of the queues, a blank line above and below the nodes, and the keys.
FIXED_ROWS = 7
NODES_ON_A_SMALL_SCREEN = 6


@dataclass(frozen=True, slots=True)
class NodesRoom:
    """How many nodes are named one by one, and in how many lines with the titles; the first one always is."""

    nodes: int
    lines: int


ALL_ROOM = NodesRoom(1000, 10_000)


@dataclass(frozen=True, slots=True)
class OperationTexts:
    """What stands above the queues and below them."""

    head: Sequence[Line]
    nodes: Sequence[Line]
    events: Sequence[Line]


def share(
    height: int,
    head: Sequence[Line],
    meters: Sequence[Line],
    nodes: Callable[[NodesRoom], Sequence[Line]],
    events: Callable[[int], Sequence[Line]],
    ellipsis: str,
) -> OperationTexts:
    """The lines that fit into this height. What it may have cost goes as a whole where there is no room for it.

    On a larger screen more nodes are named, and the queues keep half of what the head leaves.
    """
    least = len(nodes(NodesRoom(1, 0)))
    if len(head) + len(meters) + least <= height:
        head = (*head, *meters)
    most = max(1, height - least)
    if len(head) > most:
        head = (*head[: most - 1], (*head[most - 1], Piece(ellipsis)))
    left = height - len(head)
    shown = nodes(NodesRoom(max(NODES_ON_A_SMALL_SCREEN, left // 2 - 2), left))
    return OperationTexts(head, shown, events(left - len(shown)))


def attention_first(
    status: OperationStatus, snapshot: Snapshot, worst_first: Sequence[Verdict]
) -> Sequence[NodeProgress]:
    """The nodes of an operation: those with such a verdict, those that cannot be read, the others."""
    return sorted(
        status.nodes, key=lambda node: (node.verdict not in worst_first, unread_node(node, snapshot) is None)
    )


def fitted_nodes(
    ordered: Sequence[NodeProgress], texts: Sequence[Sequence[Line]], snapshot: Snapshot, room: NodesRoom
) -> list[Line]:
    """The lines of as many nodes as there is room for below their titles, and what the others are, counted."""
    lines: list[Line] = []
    shown = 0
    for text in texts[: room.nodes]:
        is_summed_up = shown + 1 < len(texts)
        if shown and 1 + len(lines) + len(text) + is_summed_up > room.lines:
            break
        lines += text
        shown += 1
    rest = Counter(_word_of(node, snapshot) for node in ordered[shown:])
    if rest:
        words = ", ".join(f"{count} {word}" for word, count in rest.items())
        lines.append((Piece(f"{plural(len(ordered) - shown, 'more node')}: {words}", Look.DIM),))
    return lines


def _word_of(node: NodeProgress, snapshot: Snapshot) -> str:
    """`CATCHING`, of a node that is not read now `DOWN`."""
    silent = unread_node(node, snapshot)
    return VERDICTS[node.verdict].word if silent is None else NODE_STATES[silent.state].word
