"""Which scheduled queues feed a ready queue, by the node's own word."""

from dataclasses import dataclass


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
