"""Asking nodes what feeds their ready queues: for acts only, never in the poll."""

import asyncio
from collections.abc import Iterable, Mapping

from kumo_tui.errors import NodeError
from kumo_tui.model.feeders import NOT_KNOWN, Feeders, NodeFeeders, ReadyFeeders
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.node.client import NodeClient

# The operator waits for it, and a preview that grows too old meanwhile cannot be confirmed.
WITHIN_S = 5.0


async def take_feeders(
    clients: Mapping[str, NodeClient],
    snapshot: Snapshot,
    nodes: Iterable[str],
    *,
    concurrency: int = 4,
    most: int = 60,
    within_s: float = WITHIN_S,
) -> Feeders:
    """What feeds the ready queues of these nodes, by node; every name that was asked for is in the answer.

    Each ready queue that a node's last metrics show is asked about, also one without a backlog: mail may come into
    it at any moment. `concurrency` requests are under way per node. Not completely known is a node that does not
    list the endpoint, that the last poll did not read, that shows more than `most` ready queues, or that does not
    tell all of it within `within_s` seconds. Raises nothing.
    """
    names = list(nodes)
    taken = await asyncio.gather(
        *(_of_node(clients.get(name), snapshot.node(name), concurrency, most, within_s) for name in names)
    )
    return dict(zip(names, taken, strict=True))


async def _of_node(
    client: NodeClient | None, node: NodeSnapshot | None, concurrency: int, most: int, within_s: float
) -> NodeFeeders:
    if client is None or node is None or node.metrics is None or not _may_be_asked(node):
        return NOT_KNOWN
    wanted = [queue.name for queue in node.metrics.value.ready]
    if len(wanted) > most:
        return NOT_KNOWN
    told = await _Asking(client, concurrency).ask(wanted, within_s)
    return NodeFeeders(told, complete=len(told) == len(set(wanted)))


def _may_be_asked(node: NodeSnapshot) -> bool:
    return node.is_fresh and node.capability is not None and node.capability.inspects_ready


class _Asking:
    """The questions to one node; the first that fails ends them, for the node is slow or in trouble."""

    def __init__(self, client: NodeClient, concurrency: int) -> None:
        self._client = client
        self._gate = asyncio.Semaphore(concurrency)
        self._is_over = False
        self._told: dict[str, ReadyFeeders] = {}

    async def ask(self, names: Iterable[str], within_s: float) -> Mapping[str, ReadyFeeders]:
        """What was told of these ready queues in time."""
        try:
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(self._ask_one(name, within_s) for name in names))
        except TimeoutError:
            self._is_over = True
        return self._told

    async def _ask_one(self, name: str, within_s: float) -> None:
        async with self._gate:
            if self._is_over:
                return
            try:
                told = await self._client.inspect_ready_queue(name, patience_s=within_s)
            except NodeError:
                self._is_over = True
                return
        if told is not None:
            self._told[name] = told
