"""Past operations as one looks back on them: what was done, what became of it, and how sure its numbers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kumo_tui.model.ledger import Ledger, Progress, combined
from kumo_tui.model.operation import ActState, Mode, joined_reason
from kumo_tui.model.partial import Part, are_partial
from kumo_tui.model.selector import Selector
from kumo_tui.model.verdict import Verdict, overall


@dataclass(frozen=True, eq=False)
class HistoryNode:
    """One operation on one node, by what was written of it.

    `state` is what became of the act, `verdict` the last one on it. `at_least` says that more may have been
    bounced than the totals show: nobody saw them at the end, or they were counted at sweeps. `until` is when its
    time is over there; on one that `is_held` it was only stopped, and confirmed elsewhere.
    """

    node: str
    state: ActState
    id: str | None
    verdict: Verdict
    at_least: bool
    ledger: Ledger
    until: datetime
    is_held: bool = False

    @property
    def part(self) -> Part:
        """What became of it, as `model.partial` has it."""
        return Part(self.state, self.verdict, self.is_held)


@dataclass(frozen=True, eq=False)
class HistoryEntry:
    """One operation. `at` is when it was begun, `duration_s` how long new mail was to be caught.

    `reason` is the operator's words without the `ticket`, which is None where none was given apart from them, and
    for operations written before tickets were kept; `confirmed_at` as in `Operation`.
    `replaced_by` is the tag of the operation whose directive took the place of this one's, on any of its nodes.
    """

    tag: str
    at: datetime
    who: str
    profile: str
    reason: str
    ticket: str | None
    selector: Selector
    mode: Mode
    duration_s: int
    confirmed_at: datetime | None
    nodes: tuple[HistoryNode, ...]
    replaced_by: str | None = None

    @property
    def words(self) -> str:
        """The operator's words as they were sent: the reason with the ticket behind it."""
        return joined_reason(self.reason, self.ticket)

    @cached_property
    def ledger(self) -> Ledger:
        """Baseline and totals over all nodes."""
        return combined(node.ledger for node in self.nodes)

    @property
    def progress(self) -> Progress:
        """The sums over all nodes."""
        return self.ledger.progress

    @cached_property
    def queues(self) -> Mapping[str, int]:
        """Bounced messages per raw queue name, the largest first: those of other queues too."""
        bounced = [(name, count) for name, count in self.ledger.bounced.items() if count]
        return dict(sorted(bounced, key=lambda row: (-row[1], row[0])))

    @property
    def verdict(self) -> Verdict:
        """The verdict over all nodes."""
        return overall(node.verdict for node in self.nodes)

    @property
    def is_partial(self) -> bool:
        """Whether some nodes took it and some did not (see `model.partial`)."""
        return are_partial(node.part for node in self.nodes)

    @property
    def shown_verdict(self) -> Verdict:
        """The verdict, PARTIAL also while it goes on somewhere."""
        return Verdict.PARTIAL if self.is_partial else self.verdict

    @property
    def at_least(self) -> bool:
        """Whether more may have been bounced than is known."""
        return any(node.at_least for node in self.nodes)

    @property
    def is_waiting(self) -> bool:
        """Whether it is a stop that nobody confirmed as a bounce."""
        return self.mode is Mode.CLEAN and self.confirmed_at is None

    @property
    def is_open(self) -> bool:
        """Whether no end of it was written down on some node."""
        return not all(node.verdict.is_final for node in self.nodes)

    def is_overdue(self, now: datetime) -> bool:
        """Whether no end was written down although its time is over."""
        return any(not node.verdict.is_final and now > node.until for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Chain:
    """Operations that took the place of one another, the oldest first, and their sums in messages."""

    tags: tuple[str, ...]
    bounced: int
    collateral: int
    at_least: bool


@dataclass(frozen=True, eq=False)
class History:
    """Operations, the newest first. `found` is how many were looked for and are there, also beyond the limit.

    `chains` are those that an entry belongs to, whole.
    """

    entries: tuple[HistoryEntry, ...] = ()
    found: int = 0
    chains: tuple[Chain, ...] = ()


def chain_of(entries: Sequence[HistoryEntry]) -> Chain:
    """The chain of these operations, of which each was replaced by a later one but for the last."""
    in_order = sorted(entries, key=lambda entry: entry.at)
    return Chain(
        tags=tuple(entry.tag for entry in in_order),
        bounced=sum(entry.progress.bounced for entry in in_order),
        collateral=sum(entry.progress.collateral for entry in in_order),
        at_least=any(entry.at_least for entry in in_order),
    )
