"""Our operations that were not over, as one look at the nodes finds them: on each node, and as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kumo_tui.cli.clean_lines import partial_end
from kumo_tui.cli.follow import Followed, Follower, Sight
from kumo_tui.cli.lines import event_lines
from kumo_tui.model.operation import Operation
from kumo_tui.model.partial import is_partial, missing
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.watch.watcher import Watcher


@dataclass(frozen=True, eq=False)
class Seen:
    """One operation after one look."""

    operation: Operation
    sight: Sight

    def as_json(self) -> dict[str, Any]:
        """A line of `watch --json` (DESIGN 5), with what the operation is about."""
        about = {"scope": self.operation.selector.describe(), "reason": self.operation.reason}
        return {**self.sight.as_json(), **about}

    def lines(self) -> Iterator[str]:
        """`op 7F3A2C: campaign=promo: PARTIAL RUNNING 80 of 120 bounced`, then what there is to say of nodes."""
        whole, *news = event_lines(self.sight, None, counts=True)
        yield f"op {self.operation.tag}: {self.operation.selector.describe()}: {whole}"
        yield from (f"  {line}" for line in (*news, *partial_end(self.sight)))


def seen_operations(watcher: Watcher, snapshot: Snapshot) -> Sequence[Seen]:
    """Every operation of ours that was open when this process began, the newest first."""
    return [Seen(status.operation, _sight(watcher, status, snapshot)) for status in snapshot.operations]


def _sight(watcher: Watcher, status: OperationStatus, snapshot: Snapshot) -> Sight:
    """What `watch` would print of it now. By one look, a node that is silent is lost sight of at once."""
    tag = status.operation.tag
    sight = Follower(watcher, Followed(tag, tag)).look(snapshot)
    if sight.is_partial or not is_partial(status, snapshot):
        return sight
    silent = {node.act.node for node in missing(status, snapshot)}
    nodes = tuple(replace(node, is_lost_sight_of=node.name in silent) for node in sight.nodes)
    return replace(sight, nodes=nodes)
