"""After the end of our bounces: whether their mail gathers again. Follows readings, sends nothing."""

from collections.abc import Mapping, Sequence

from kumo_tui.model.gathering import Gathered, Standing, gathered
from kumo_tui.model.selector import Selector
from kumo_tui.model.snapshot import Metrics, NodeProgress, NodeSnapshot, OperationStatus, Timed
from kumo_tui.model.verdict import Verdict

FOLLOWED_S = 600.0
MOST_FOLLOWED = 10


class Aftermath:
    """Remembers what stood in matching queues of each node at the end of a bounce, and compares.

    Each reading of a node is counted once per operation. Of operations with the same selector only the newest
    is followed, for ten minutes after its end.
    """

    def __init__(self) -> None:
        self._ends: dict[tuple[str, str], tuple[Timed[Metrics], Standing]] = {}
        self._latest: dict[tuple[str, str], tuple[Timed[Metrics], Standing]] = {}

    def seen(
        self, statuses: Sequence[OperationStatus], nodes: Sequence[NodeSnapshot], now: float
    ) -> Mapping[str, Gathered]:
        """What has gathered since the end of each operation, by tag. `statuses` are the newest first."""
        metrics = {node.name: node.metrics for node in nodes}
        followed = _followed(statuses, now)
        found = {}
        for status in followed:
            readings = [
                pair for progress in status.nodes if (pair := self._pair(status, progress, metrics)) is not None
            ]
            more = gathered(readings, status.meters.may_wait)
            if more is not None and status.verdict is Verdict.DONE:
                found[status.operation.tag] = more
        self._forget({status.operation.tag for status in followed})
        return found

    def _pair(
        self, status: OperationStatus, progress: NodeProgress, metrics: Mapping[str, Timed[Metrics] | None]
    ) -> tuple[Standing, Standing] | None:
        """What stood on a node at the end, and what stands there by a reading asked for after that."""
        reading = metrics.get(progress.act.node)
        if progress.verdict is not Verdict.DONE or reading is None:
            return None
        key, selector = (status.operation.tag, progress.act.node), status.operation.selector
        if key not in self._ends:
            self._ends[key] = (reading, _at_the_end(progress, _standing(reading, selector)))
        first, end = self._ends[key]
        if reading.asked_at < first.at:
            return None
        known = self._latest.get(key)
        if known is None or known[0] is not reading:
            known = self._latest[key] = (reading, _standing(reading, selector))
        return end, known[1]

    def _forget(self, tags: set[str]) -> None:
        for known in (self._ends, self._latest):
            for key in [key for key in known if key[0] not in tags]:
                del known[key]


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


def _standing(reading: Timed[Metrics], selector: Selector) -> Standing:
    return Standing(reading.at, reading.value.table.select(selector).total)
