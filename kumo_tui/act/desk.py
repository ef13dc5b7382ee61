"""What every act works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kumo_tui.act.rights import Rights, rights_of
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.journal.port import Journal
from kumo_tui.journal.records import Recorded
from kumo_tui.node.client import NodeClient
from kumo_tui.watch.watcher import Watcher

JOURNAL_ASKED_S = 2.0


class JournalHealth:
    """Whether the journal can be written; asked now and then, for it writes to the disk to know."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._asked_at = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """Why nothing can be written, in clean words; None while all is well."""
        now = self._clock.monotonic()
        if now - self._asked_at >= JOURNAL_ASKED_S:
            self._problem, self._asked_at = self._journal.problem(), now
        return self._problem

    def problem_now(self) -> str | None:
        """The same, asked anew: something is about to leave."""
        self._asked_at = float("-inf")
        return self.problem()


def remembers_nothing(_tag: str) -> Recorded | None:
    """What a journal tells that cannot be read back: nothing."""
    return None


@dataclass(frozen=True)
class Desk:
    """The tools of an act: `clients` are the watch's own, by node name; `who` signs operations.

    `recall` reads an operation back from the journal, None when it has none of this tag.
    """

    clients: Mapping[str, NodeClient]
    watcher: Watcher
    journal: Journal
    settings: Settings
    clock: Clock
    who: str
    health: JournalHealth
    recall: Callable[[str], Recorded | None] = remembers_nothing

    @property
    def rights(self) -> Rights:
        """What this session may change, by the last that the nodes said."""
        return rights_of(self.settings, self.watcher.snapshot)

    def url(self, node: str, path: str) -> str:
        """The address of an endpoint of a node, without credentials."""
        seen = self.watcher.snapshot.node(node)
        return f"{seen.url if seen else ''}{path}"
