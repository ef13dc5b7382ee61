"""One node looked at alone: its queues, its directives, and what our operations do there."""

from collections.abc import Sequence
from dataclasses import replace

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.trend import Trend

NO_TREND = Trend()


def alone(snapshot: Snapshot, name: str, trend: Trend = NO_TREND) -> Snapshot:
    """The snapshot with this node and no other; `trend` is that of its own queues.

    An operation that has no part there is left out, and of the others only that part is left. A node that the
    snapshot does not have leaves nothing.
    """
    statuses = (
        replace(status, nodes=tuple(node for node in status.nodes if node.act.node == name))
        for status in snapshot.operations
    )
    return replace(
        snapshot,
        nodes=tuple(node for node in snapshot.nodes if node.name == name),
        operations=tuple(status for status in statuses if status.nodes),
        trend=trend,
    )


def after(snapshot: Snapshot, name: str) -> str:
    """The node that comes after this one, in their order: the first after "", and "" after the last.

    Only members come: a node that is off, or the same server once more, has no numbers of its own.
    """
    names: Sequence[str] = ["", *(node.name for node in snapshot.members)]
    place = names.index(name) if name in names else -1
    return names[(place + 1) % len(names)]
