"""The ledger: the highest bounced totals ever seen per queue, and the three parts of progress.

The server's totals vanish with expiry, cancel, replacement and restart, and start from zero when the same
criteria are posted again (KUMOMTA.md 2.7, 2.8). So each directive id has its own high-water marks, and they
are summed over the ids that one operation had on one node.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from kumo_tui.model.selector import Selector

# Queues that a screen lists of an operation, the largest of them: nobody reads more.
LISTED = 500


class QueueProgress(NamedTuple):
    """One queue of an operation, in messages. `baseline` is None when the queue was in no baseline."""

    name: str
    baseline: int | None
    bounced: int

    @property
    def from_baseline(self) -> int:
        """Bounced messages that the baseline counted."""
        return min(self.bounced, self.baseline or 0)

    @property
    def beyond(self) -> int:
        """Bounced messages above the baseline: from ready queues, or newly arrived."""
        return self.bounced - self.from_baseline

    @property
    def remaining(self) -> int:
        """Messages of the baseline that no total has shown yet."""
        return (self.baseline or 0) - self.from_baseline


@dataclass(frozen=True, eq=False)
class Ledger:
    """What one operation has bounced on one node, or on several (see `combined`).

    `baseline` is messages per matching queue just before the POST; `marks` is, per directive id, the highest
    total seen per queue. Raw names throughout. `sums` is what a ledger before this one knew already of its own
    progress and collateral: with the totals of many queues, only those that rose are looked at again.
    """

    selector: Selector
    baseline: Mapping[str, int]
    marks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sums: "tuple[Progress, Mapping[str, int]] | None" = field(default=None, repr=False)

    def record(self, directive_id: str, bounced: Mapping[str, int]) -> "Ledger":
        """The ledger after one more reading of the directive's totals; marks never fall."""
        known = self.marks.get(directive_id, {})
        if bounced == known:
            return self
        raised = {name: count for name, count in bounced.items() if count > known.get(name, -1)}
        if not raised:
            return self
        marks = {**self.marks, directive_id: {**known, **raised}}
        after = replace(self, marks=marks, sums=self._sums_after(known, raised))
        if len(marks) > 1:
            before = self.bounced.get
            more = {name: before(name, 0) + count - known.get(name, 0) for name, count in raised.items()}
            vars(after)["bounced"] = {**self.bounced, **more}
        return after

    def _sums_after(
        self, known: Mapping[str, int], raised: Mapping[str, int]
    ) -> "tuple[Progress, Mapping[str, int]]":
        """Progress and collateral once marks have risen from what is `known`."""
        sums, collateral = self.progress, dict(self.collateral)
        bounced, from_baseline = sums.bounced, sums.from_baseline
        for name, mark in raised.items():
            before = self.bounced.get(name, 0)
            total = before + mark - known.get(name, 0)
            baseline = self.baseline.get(name)
            if baseline is None and (name in collateral or not self.selector.matches(name)):
                if total:
                    collateral[name] = total
                continue
            bounced += total - before
            if baseline:
                from_baseline += min(total, baseline) - min(before, baseline)
        after = sums._replace(
            bounced=bounced,
            from_baseline=from_baseline,
            collateral=sum(collateral.values()),
            collateral_queues=len(collateral),
        )
        return after, collateral

    @cached_property
    def bounced(self) -> Mapping[str, int]:
        """Messages per queue, over all ids."""
        if len(self.marks) == 1:
            return next(iter(self.marks.values()))
        sums: dict[str, int] = {}
        for marks in self.marks.values():
            for name, count in marks.items():
                sums[name] = sums.get(name, 0) + count
        return sums

    @cached_property
    def collateral(self) -> Mapping[str, int]:
        """Bounced messages in queues that the selector does not match (KUMOMTA.md 2.3, third defect)."""
        if self.sums is not None:
            return self.sums[1]
        return {
            name: count
            for name, count in self.bounced.items()
            if count and name not in self.baseline and not self.selector.matches(name)
        }

    @cached_property
    def rows(self) -> tuple[QueueProgress, ...]:
        """Every matching queue of the baseline or the totals, the largest first."""
        return tuple(self.row(name) for name in sorted(self._meant, key=self._rank))

    @cached_property
    def largest(self) -> tuple[QueueProgress, ...]:
        """The first of the rows, as many as a screen lists."""
        return tuple(self.row(name) for name in heapq.nsmallest(LISTED, self._meant, key=self._rank))

    @property
    def queues(self) -> int:
        """How many rows there are."""
        return len(self._meant)

    def row(self, name: str) -> QueueProgress:
        """What is known of one queue."""
        return QueueProgress(name, self.baseline.get(name), self.bounced.get(name, 0))

    @cached_property
    def _meant(self) -> Collection[str]:
        """The matching queues of the baseline or the totals."""
        names = dict.fromkeys([*self.baseline, *self.bounced])
        return [name for name in names if name not in self.collateral] if self.collateral else names

    def _rank(self, name: str) -> tuple[int, str]:
        return -max(self.baseline.get(name, 0), self.bounced.get(name, 0)), name

    @cached_property
    def progress(self) -> "Progress":
        """The sums. They are asked for with every reading, so no row is made for them."""
        if self.sums is not None:
            return self.sums[0]
        bounced, collateral = self.bounced, sum(self.collateral.values())
        of_baseline = ((count, bounced.get(name, 0)) for name, count in self.baseline.items())
        return Progress(
            baseline=sum(self.baseline.values()),
            bounced=sum(bounced.values()) - collateral,
            from_baseline=sum(min(count, total) for count, total in of_baseline),
            collateral=collateral,
            collateral_queues=len(self.collateral),
        )


class Progress(NamedTuple):
    """The sums of a ledger, in messages. `bounced` includes what lies beyond the baseline, not collateral."""

    baseline: int
    bounced: int
    from_baseline: int
    collateral: int
    collateral_queues: int

    @property
    def total(self) -> int:
        """All that was bounced, collateral included."""
        return self.bounced + self.collateral

    @property
    def beyond(self) -> int:
        """Bounced messages above the baseline of their queue."""
        return self.bounced - self.from_baseline

    @property
    def remaining(self) -> int:
        """Messages of the baseline that no total has shown yet."""
        return self.baseline - self.from_baseline


def combined(ledgers: Iterable[Ledger]) -> Ledger:
    """One ledger of an operation over all its nodes: baselines and totals summed per queue name.

    Where a ledger has moved on since they were combined before, only what has risen on its node is summed.
    """
    several = tuple(ledgers)
    if len(several) == 1:
        return several[0]
    key = tuple(id(ledger.baseline) for ledger in several)
    known = _COMBINED.pop(key, None)
    together = (_moved_on(*known, several) if known else None) or _anew(several)
    # The baselines live as long as the ledgers that are kept with their sum: no others can have their ids.
    _COMBINED[key] = several, together
    for old in list(_COMBINED)[:-COMBINED_KEPT]:
        _COMBINED.pop(old, None)
    return together


def _moved_on(before: Sequence[Ledger], together: Ledger, several: Sequence[Ledger]) -> Ledger | None:
    """The sum of ledgers from the sum of those before; None where one of them does not follow its own before."""
    for number, (old, ledger) in enumerate(zip(before, several, strict=True)):
        if ledger is not old:
            node = f"node {number}"
            together = together.record(node, ledger.bounced)
            if together.marks[node] != ledger.bounced or ledger.selector != old.selector:
                return None
    return together


def _anew(several: Sequence[Ledger]) -> Ledger:
    baseline: dict[str, int] = {}
    marks: dict[str, Mapping[str, int]] = {}
    for number, ledger in enumerate(several):
        for name, count in ledger.baseline.items():
            baseline[name] = baseline.get(name, 0) + count
        marks[f"node {number}"] = ledger.bounced
    return Ledger(several[0].selector, baseline, marks)


COMBINED_KEPT = 8

_COMBINED: dict[tuple[int, ...], tuple[Sequence[Ledger], Ledger]] = {}
