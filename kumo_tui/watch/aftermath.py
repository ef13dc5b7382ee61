"""After the end of our bounces: whether their mail gathers again. Follows readings, sends nothing."""

from collections.abc import Mapping, Sequence

from kumo_tui.model.gathering import Gathered, Standing, gathered
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Metrics, NodeProgress, NodeSnapshot, OperationStatus, Timed
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.counting import Counting

FOLLOWED_S = 600.0
MOST_FOLLOWED = 10


class Aftermath:
    """Remembers what stood in matching queues of each node at the end of a bounce, and compares.

    Of operations with the same selector only the newest is followed, for ten minutes after its end.
    """

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._ends: dict[tuple[str, str], tuple[Timed[Metrics], Standing]] = {}

    def seen(
        self, statuses: Sequence[OperationStatus], nodes: Sequence[NodeSnapshot], now: float
    ) -> Mapping[str, Gathered]:
        """What has gathered since the end of each operation, by tag. `statuses` are the newest first."""
        known = {node.name: node for node in nodes}
        followed = _followed(statuses, now)
        found = {}
        for status in followed:
            readings = [
                pair for progress in status.nodes if (pair := self._pair(status, progress, known)) is not None
            ]
            more = gathered(readings, status.meters.may_wait)
            if more is not None and status.verdict is Verdict.DONE:
                found[status.operation.tag] = more
        self._forget({status.operation.tag for status in followed})
        return found

    def count(self, statuses: Sequence[OperationStatus], nodes: Sequence[NodeSnapshot], now: float) -> None:
        """Count, in any thread, what `seen` will ask for with these values."""
        known = {node.name: node for node in nodes}
        for status in _followed(statuses, now):
            for progress in status.nodes:
                node = known.get(progress.act.node)
                if progress.verdict is Verdict.DONE and node is not None:
                    self._counting.messages(node, status.operation.selector)

    def _pair(
        self, status: OperationStatus, progress: NodeProgress, nodes: Mapping[str, NodeSnapshot]
    ) -> tuple[Standing, Standing] | None:
        """What stood on a node at the end, and what stands there by a reading asked for after that."""
        node = nodes.get(progress.act.node)
        if progress.verdict is not Verdict.DONE or node is None or node.metrics is None:
            return None
        reading = node.metrics
        stands = Standing(reading.at, self._counting.messages(node, status.operation.selector))
        first, end = self._ends.setdefault(
            (status.operation.tag, node.name), (reading, _at_the_end(progress, stands))
        )
        return None if reading.asked_at < first.at else (end, stands)

    def _forget(self, tags: set[str]) -> None:
        self._ends = {key: end for key, end in self._ends.items() if key[0] in tags}


def _followed(statuses: Sequence[OperationStatus], now: float) -> Sequence[OperationStatus]:
    """Those that ended a short while ago, or on some node, and were not begun anew since."""
    selectors: set[Selector] = set()
    found = []
    for status in statuses:
        selector = status.operation.selector
        if selector in selectors or status.verdict is Verdict.REJECTED:
            continue
        selectors.add(selector)
        recent = status.ended_at is None or now - status.ended_at <= FOLLOWED_S
        if recent and any(node.verdict is Verdict.DONE for node in status.nodes):
            found.append(status)
    return found[:MOST_FOLLOWED]


def _at_the_end(progress: NodeProgress, seen: Standing) -> Standing:
    """Of a clean bounce the reading may show mail yet that was swept after it."""
    left = seen.messages if progress.clean is None else min(seen.messages, progress.clean.standing_total)
    return Standing(seen.at, left)
