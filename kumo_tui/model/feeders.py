"""Which scheduled queues feed the ready queues of a node, by the node's own word."""

from collections.abc import Mapping
from dataclasses import dataclass

from kumo_tui.model.selector import Selector


@dataclass(frozen=True, slots=True)
class ReadyFeeders:
    """What a node says of one ready queue (KUMOMTA.md 1.6). Strings are raw.

    `scheduled_queue_names` are the scheduled queues whose mail goes through it; `ready_count` messages wait in it
    now, `connection_count` connections empty it. The path configuration, which may hold secrets, is not kept.
    """

    scheduled_queue_names: frozenset[str]
    egress_source: str
    ready_count: int
    connection_count: int


@dataclass(frozen=True, eq=False)
class NodeFeeders:
    """What one node said of its ready queues, by their raw names.

    `complete` says that it told of every ready queue that its metrics show; where it is False, nothing may be
    concluded from a ready queue that is absent.
    """

    by_ready_queue: Mapping[str, ReadyFeeders]
    complete: bool

    def fed_by(self, selector: Selector) -> Mapping[str, bool]:
        """By ready queue, whether mail that is meant goes through it; absent are those that were not told."""
        return {
            name: any(selector.matches(queue) for queue in told.scheduled_queue_names)
            for name, told in self.by_ready_queue.items()
        }


NOT_KNOWN = NodeFeeders({}, complete=False)

Feeders = Mapping[str, NodeFeeders]
"""What feeds the ready queues, by node."""
