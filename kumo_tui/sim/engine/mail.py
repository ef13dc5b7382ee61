"""Mail as the simulator holds it: runs of equal messages at rest, single messages in ready queues."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(slots=True)
class Run:
    """``count`` messages of one queue with consecutive numbers that arrived together and are due together.

    ``created`` and ``due`` are engine times in seconds; ``created`` may be negative (before the start).
    """

    first: int
    count: int
    created: float
    attempts: int
    due: float


class Message(NamedTuple):
    """One message on its way out. ``number`` is unique on its node."""

    queue: str
    number: int
    created: float
    attempts: int


@dataclass(slots=True)
class Tally:
    """What became of the messages of one queue, counted per message since the start of the node."""

    injected: int = 0
    delivered: int = 0
    bounced: int = 0
    transfailed: int = 0
