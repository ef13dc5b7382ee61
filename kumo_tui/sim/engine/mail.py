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


def take_front(runs: list[Run], messages: int) -> list[Run]:
    """Remove the first ``messages`` messages of ``runs`` and return them; a run may be cut in two."""
    whole = 0
    while whole < len(runs) and runs[whole].count <= messages:
        messages -= runs[whole].count
        whole += 1
    taken = runs[:whole]
    del runs[:whole]
    if messages and runs:
        cut = runs[0]
        taken.append(Run(cut.first, messages, cut.created, cut.attempts, cut.due))
        cut.first += messages
        cut.count -= messages
    return taken


class Message(NamedTuple):
    """One message on its way out. ``number`` is unique on its node."""

    queue: str
    number: int
    created: float
    attempts: int

    def run(self, due: float) -> Run:
        """Return this message as a run of one, due at ``due``."""
        return Run(self.number, 1, self.created, self.attempts, due)


@dataclass(slots=True)
class Tally:
    """What became of the messages of one queue, counted per message since the start of the node."""

    injected: int = 0
    delivered: int = 0
    bounced: int = 0
    transfailed: int = 0
