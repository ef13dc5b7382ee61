"""Directives and suspensions: criteria, identity, and which one a look-up finds (KUMOMTA.md 2.1 to 2.3)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kumo_tui.sim.engine.names import QueueParts, parse

_LOOKUPS_BEFORE_PRUNE = 10_000


@dataclass(frozen=True)
class Criteria:
    """What an entry matches; also its identity. ``queue_names``, when not empty, rules alone."""

    campaign: str | None = None
    tenant: str | None = None
    domain: str | None = None
    routing_domain: str | None = None
    queue_names: frozenset[str] = frozenset()

    @property
    def is_match_all(self) -> bool:
        return not self.queue_names and self.parts == (None, None, None, None)

    @property
    def parts(self) -> tuple[str | None, str | None, str | None, str | None]:
        return (self.campaign, self.tenant, self.domain, self.routing_domain)

    @property
    def all_four(self) -> bool:
        return not self.queue_names and None not in self.parts

    def matches(self, name: str, parts: QueueParts | None = None) -> bool:
        """Say whether the sweep of this entry takes the queue ``name``."""
        if self.queue_names:
            return name in self.queue_names
        return self.matches_parts(parts or parse(name))

    def matches_parts(self, parts: QueueParts) -> bool:
        """Compare the four criteria with parts; an absent part equals no value."""
        return all(wanted is None or wanted == have for wanted, have in zip(self.parts, parts, strict=True))


@dataclass(eq=False)
class Entry:
    """One live directive or suspension. ``expires`` is engine time in seconds; counters are its own."""

    id: str
    criteria: Criteria
    reason: str
    expires: float
    suppress_logging: bool = False
    bounced: dict[str, int] = field(default_factory=dict)

    def count(self, queue: str, messages: int) -> None:
        """Add to the counters of this entry."""
        self.bounced[queue] = self.bounced.get(queue, 0) + messages


class Index:
    """The entries of one node, at most one per criteria.

    ``generation`` moves whenever an entry is added or removed: dispatchers that remember compare it.
    """

    def __init__(self, *, match_all_outlives_its_end: bool, all_four_found: bool) -> None:
        self._entries: dict[Criteria, Entry] = {}
        self._match_all_outlives = match_all_outlives_its_end
        self._all_four_found = all_four_found
        self._lookups = 0
        self.generation = 0

    def insert(self, entry: Entry) -> None:
        """Add; an entry with the same criteria is replaced, its id and counters are gone."""
        self._entries.pop(entry.criteria, None)
        self._entries[entry.criteria] = entry
        self.generation += 1

    def remove(self, entry_id: str) -> bool:
        """Remove by id; False when there is none."""
        for criteria, entry in self._entries.items():
            if entry.id == entry_id:
                del self._entries[criteria]
                self.generation += 1
                return True
        return False

    def listed(self, now: float) -> list[Entry]:
        """Return what a GET shows; reading prunes what has expired."""
        self._prune(now)
        return list(self._entries.values())

    def _prune(self, now: float) -> None:
        alive = {criteria: entry for criteria, entry in self._entries.items() if entry.expires > now}
        if len(alive) != len(self._entries):
            self.generation += 1
        self._entries = alive
        self._lookups = 0

    def find(self, name: str, now: float) -> Entry | None:
        """Look one queue up as live look-ups do, in the server's order of precedence."""
        if not self._entries:
            return None
        self._lookups += 1
        if self._lookups > _LOOKUPS_BEFORE_PRUNE:
            self._prune(now)
        match_all = self._entries.get(Criteria())
        if match_all and (self._match_all_outlives or match_all.expires > now):
            return match_all
        parts = parse(name)
        live = [e for e in self._entries.values() if e.expires > now and not e.criteria.is_match_all]
        for level in self._levels(name, parts):
            for entry in live:
                if level(entry.criteria):
                    return entry
        return None

    def _levels(self, name: str, parts: QueueParts) -> list[Callable[[Criteria], bool]]:
        def plain(criteria: Criteria) -> bool:
            hidden = criteria.all_four and not self._all_four_found
            return not criteria.queue_names and not hidden and criteria.matches_parts(parts)

        return [
            lambda c: c.queue_names == {name} and c.parts == tuple(parts),
            lambda c: name in c.queue_names,
            lambda c: plain(c) and None not in (c.domain, c.campaign, c.tenant),
            lambda c: plain(c) and None not in (c.domain, c.tenant),
            lambda c: plain(c) and c.domain is not None,
            plain,
        ]
