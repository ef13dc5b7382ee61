"""Taking a preview: what a selector would hit, from the nodes' last readings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot


def take_preview(snapshot: Snapshot, selector: Selector, nodes: Iterable[str] = ()) -> Preview:
    """The preview over the target nodes of the snapshot. Pure; nothing is asked of a node.

    Targets are those of the snapshot that were ever read; where `nodes` are named, those of them. One that
    refuses acts, or is read-only, is left out while another is not. How fast the mail grows is known of all
    targets together only.
    """
    chosen = tuple(dict.fromkeys(nodes))
    read = [node for node in snapshot.targets if node.metrics is not None and (not chosen or node.name in chosen)]
    targets = [node for node in read if node.takes_acts] or read
    is_whole = not chosen or {node.name for node in snapshot.members} <= set(chosen)
    growth = snapshot.trend.per_minute(lambda table: table.select(selector).total) if is_whole else None
    return Preview(selector, tuple(_of_node(node, selector) for node in targets), growth, chosen)


def only_on(preview: Preview, names: Iterable[str]) -> Preview:
    """The preview over these of its nodes alone, as chosen."""
    kept = set(names)
    nodes = tuple(node for node in preview.nodes if node.node in kept)
    if len(nodes) == len(preview.nodes) and preview.chosen == preview.node_names:
        return preview
    return replace(preview, nodes=nodes, chosen=tuple(node.node for node in nodes), growth_per_min=None)


def left_out_nodes(preview: Preview, snapshot: Snapshot) -> Sequence[NodeSnapshot]:
    """The nodes that this preview leaves out because they refuse acts, or are read-only, though nobody said so."""
    names = preview.node_names
    return [
        node
        for node in snapshot.targets
        if not node.takes_acts and node.name not in names and (not preview.chosen or node.name in preview.chosen)
    ]


def unread_nodes(snapshot: Snapshot, chosen: Collection[str] = ()) -> Sequence[NodeSnapshot]:
    """The targets, of the `chosen` ones where any are named, that the last poll could not read."""
    return [node for node in snapshot.targets if not node.is_fresh and (not chosen or node.name in chosen)]


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
