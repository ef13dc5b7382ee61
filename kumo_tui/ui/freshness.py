"""How old numbers look: dimmed with `~` after 3 missed polls, `--` after 10."""

from collections.abc import Iterable
from enum import IntEnum

from kumo_tui.model.snapshot import NodeSnapshot, NodeState, Snapshot
from kumo_tui.text import plural

LEAST_INTERVAL_S = 2.0
STALE_AFTER_POLLS = 3
GONE_AFTER_POLLS = 10


class Freshness(IntEnum):
    """Whether a number can be read as it stands."""

    FRESH = 0
    STALE = 1
    GONE = 2


def freshness(age_s: float, interval_s: float) -> Freshness:
    """What an age means at this interval. Below two seconds an interval says nothing: answers take their time."""
    missed = age_s / max(interval_s, LEAST_INTERVAL_S)
    if missed >= GONE_AFTER_POLLS:
        return Freshness.GONE
    return Freshness.STALE if missed >= STALE_AFTER_POLLS else Freshness.FRESH


def node_freshness(node: NodeSnapshot, now: float, interval_s: float) -> Freshness:
    """How fresh the queues of one node are, at the pace that it is read; GONE before the first reading."""
    age = node.age_s(now)
    return Freshness.GONE if age is None else freshness(age, max(interval_s, node.every_s or 0.0))


def sum_freshness(several: Iterable[Freshness]) -> Freshness:
    """How fresh a sum is: stale with one stale part, gone only when every part is."""
    parts = set(several)
    if not parts or parts == {Freshness.FRESH}:
        return Freshness.FRESH
    return Freshness.GONE if parts == {Freshness.GONE} else Freshness.STALE


def queue_freshness(name: str, nodes: Iterable[tuple[NodeSnapshot, Freshness]]) -> Freshness:
    """How fresh the sum of one queue is over the nodes that have it; `nodes` are those that were ever read.

    Nodes that are read well are asked for the queue only where that decides: finding it is dear the first time.
    """
    several = list(nodes)
    aged = [(node, fresh) for node, fresh in several if fresh is not Freshness.FRESH]
    having = {fresh for node, fresh in aged if node.table.messages_of(name) is not None}
    if having != {Freshness.GONE}:
        return Freshness.STALE if having else Freshness.FRESH
    well = (node for node, fresh in several if fresh is Freshness.FRESH)
    others = any(node.table.messages_of(name) is not None for node in well)
    return Freshness.STALE if others else Freshness.GONE


def totals_freshness(snapshot: Snapshot, now: float) -> Freshness:
    """How fresh the sums over all nodes that were ever read are."""
    return sum_freshness(
        node_freshness(node, now, snapshot.interval_s) for node in snapshot.members if node.has_data
    )


def partial_words(snapshot: Snapshot) -> str:
    """`2 of 3 nodes` where not every server answers; empty where all do, and before the first answers."""
    answering, total = snapshot.nodes_fresh, len(snapshot.servers)
    starting = all(node.state is NodeState.STARTING for node in snapshot.members)
    return "" if answering == total or starting else f"{answering} of {plural(total, 'node')}"


def shown(text: str, fresh: Freshness) -> str:
    """The number as it may be shown."""
    if fresh is Freshness.GONE:
        return "--"
    return f"~{text}" if fresh is Freshness.STALE else text
