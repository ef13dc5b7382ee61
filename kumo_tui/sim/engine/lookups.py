"""How a dispatcher asks for the directive that concerns a message (KUMOMTA.md 0, "The two defects")."""

from typing import Protocol

from kumo_tui.sim.engine.directives import Entry, Index


class Lookup(Protocol):
    """The look-up of one dispatcher; lives as long as its connection."""

    def find(self, index: Index, queue: str, now: float) -> Entry | None:
        """Return the entry that is applied to a message of ``queue``."""


class ExactLookup:
    """Each message is looked up by its own queue: builds before 2025.05.06."""

    def find(self, index: Index, queue: str, now: float) -> Entry | None:
        return index.find(queue, now)


class RememberedLookup:
    """The last result is used again for every queue, since 2025.05.06.

    It is forgotten when an entry is added or removed (pruning an expired one removes it), and a remembered entry,
    but not a remembered miss, also when that entry expires (KUMOMTA.md 2.3).
    """

    def __init__(self) -> None:
        self._generation = -1
        self._found: Entry | None = None

    def find(self, index: Index, queue: str, now: float) -> Entry | None:
        remembers = self._generation == index.generation
        if remembers and (self._found is None or self._found.expires > now):
            return self._found
        self._found = index.find(queue, now)
        self._generation = index.generation
        return self._found
