"""Taking a preview: what a selector would hit, from the nodes' last readings."""

from collections.abc import Sequence

from kumo_tui.act.rights import refuses_acts
from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot


def take_preview(snapshot: Snapshot, selector: Selector) -> Preview:
    """The preview over the target nodes of the snapshot. Pure; nothing is asked of a node.

    Targets are those of the snapshot that were ever read. One that refuses acts is left out while another does
    not.
    """
    growth = snapshot.trend.per_minute(lambda table: table.select(selector).total)
    read = [node for node in snapshot.targets if node.metrics is not None]
    targets = [node for node in read if not refuses_acts(node)] or read
    return Preview(selector, tuple(_of_node(node, selector) for node in targets), growth)


def left_out_nodes(preview: Preview, snapshot: Snapshot) -> Sequence[NodeSnapshot]:
    """The nodes that this preview leaves out because they refuse acts."""
    targets = {node.node for node in preview.nodes}
    return [node for node in snapshot.targets if refuses_acts(node) and node.name not in targets]


def unread_nodes(snapshot: Snapshot) -> Sequence[NodeSnapshot]:
    """The nodes that the last poll could not read: a bounce cannot be previewed there."""
    return [node for node in snapshot.targets if not node.is_fresh]


def _of_node(node: NodeSnapshot, selector: Selector) -> NodePreview:
    metrics = node.metrics
    if metrics is None:
        raise ValueError("a node that was never read has no preview")
    waiting = [queue for queue in metrics.value.ready if queue.waiting]
    return NodePreview(
        node=node.name,
        matched=metrics.value.table.select(selector).nonempty(),
        node_messages=metrics.value.table.total,
        ready_waiting=sum(queue.waiting for queue in waiting),
        ready_queues=len(waiting),
        at=metrics.at,
    )
