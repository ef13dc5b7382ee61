"""Acts on what no operation of ours made: the cancel of somebody's directive, the release of somebody's stop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kumo_tui.journal.history import Wanted
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.text import clean

# Of a directive on more queues, the largest totals are kept: an act that ends something must not wait long.
QUEUES_KEPT = 10_000

OPEN = frozenset({RequestState.INTENT, RequestState.UNKNOWN})


class OtherKind(StrEnum):
    """What was ended."""

    CANCEL = "cancel"
    RELEASE = "release"


_ENTRIES = {OtherKind.CANCEL: "directive", OtherKind.RELEASE: "stop"}
_DONE = {OtherKind.CANCEL: "cancelled", OtherKind.RELEASE: "released"}


@dataclass(frozen=True, slots=True)
class LastListed:
    """An entry as its node listed it last before the act. Strings are raw, but for `scope` in clean words.

    `remaining_s` is seconds left when the node answered. `total` is messages bounced, in `queue_count` queues;
    None for a stop. `queues` is messages per queue, the largest QUEUES_KEPT of them.
    """

    scope: str
    reason: str
    remaining_s: float
    campaign: str | None = None
    tenant: str | None = None
    domain: str | None = None
    routing_domain: str | None = None
    total: int | None = None
    queue_count: int = 0
    queues: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class OtherAct:
    """One act on an entry of somebody else. `number` names it within its journal, 0 before it was written.

    `id` is the server's id of the entry, `body` the text exactly as it was to be sent, `entry` None when no list
    had it. `changes` are all states so far, the oldest first, at least one; `error` is clean words. `profile` is
    filled in by the journal.
    """

    who: str
    node: str
    kind: OtherKind
    id: str
    method: str
    url: str
    body: str
    entry: LastListed | None
    changes: tuple[Change, ...]
    error: str | None = None
    profile: str = ""
    number: int = 0

    @property
    def at(self) -> datetime:
        """When it was begun."""
        return self.changes[0].at

    @property
    def state(self) -> RequestState:
        """What is known of it."""
        return self.changes[-1].state

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet what came of it."""
        return self.state in OPEN

    def changed(self, change: Change, error: str | None) -> "OtherAct":
        """The act after it came into another state."""
        return replace(self, changes=(*self.changes, change), error=error)

    @property
    def without_queues(self) -> "OtherAct":
        """The act without its counts per queue."""
        return replace(self, entry=replace(self.entry, queues=MappingProxyType({}))) if self.entry else self

    @property
    def what(self) -> str:
        """What it was done to, in clean words: `somebody's directive 552016f1 (campaign=promo) on mta1`."""
        scope = f" ({self.entry.scope})" if self.entry else ""
        return f"somebody's {_ENTRIES[self.kind]} {clean(self.id[:8])}{scope} on {clean(self.node)}"

    @property
    def words(self) -> str:
        """The act and what came of it, in clean words: `cancelled somebody's directive ...`."""
        if self.state is RequestState.ACCEPTED:
            return f"{_DONE[self.kind]} {self.what}"
        if self.state is RequestState.GONE:
            return f"{self.kind.value} of {self.what}: gone"
        if self.state is RequestState.REJECTED:
            return f"{self.kind.value} of {self.what}: not done"
        return f"{self.kind.value} of {self.what}: not known whether it was done"

    @property
    def outcome(self) -> str:
        """What came of it in one word, or two."""
        words = {
            RequestState.ACCEPTED: _DONE[self.kind],
            RequestState.GONE: "gone",
            RequestState.REJECTED: "not done",
        }
        return words.get(self.state, "unknown")


@dataclass(frozen=True, slots=True)
class FoundActs:
    """Acts on what is not ours, the newest first. `found` is how many there are, also beyond the limit."""

    acts: tuple[OtherAct, ...] = ()
    found: int = 0


def listed_directive(entry: Directive) -> LastListed:
    """What is kept of a directive."""
    largest = sorted(entry.bounced.items(), key=lambda row: (-row[1], row[0]))[:QUEUES_KEPT]
    return LastListed(
        entry.scope_text(),
        entry.reason,
        entry.remaining_s,
        entry.campaign,
        entry.tenant,
        entry.domain,
        entry.routing_domain,
        entry.total_bounced,
        len(entry.bounced),
        dict(largest),
    )


def listed_stop(entry: Suspension) -> LastListed:
    """What is kept of a stop."""
    return LastListed(
        entry.scope_text(), entry.reason, entry.remaining_s, entry.campaign, entry.tenant, entry.domain
    )


def found_acts(acts: Iterable[OtherAct], wanted: Wanted) -> FoundActs:
    """Of these, the newest first, those that are looked for; `selector` is a piece of what an act was done to."""
    found = [act for act in acts if _is_wanted(act, wanted)]
    return FoundActs(tuple(found[wanted.skip :][: wanted.limit]), len(found))


def _is_wanted(act: OtherAct, wanted: Wanted) -> bool:
    entry = act.entry
    parts = (entry.campaign, entry.tenant, entry.domain, entry.routing_domain) if entry else ()
    scope = "\n".join((act.what, *(part for part in parts if part)))
    return (
        (wanted.since is None or act.at >= wanted.since)
        and wanted.who.casefold() in act.who.casefold()
        and wanted.selector.casefold() in scope.casefold()
        and (act.is_open or not wanted.open_only)
    )
