"""The journal's port: what acts and the watch write down, whatever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kumo_tui.journal.records import Step, StepRecord
from kumo_tui.model.operation import NodeAct, Operation
from kumo_tui.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Intent:
    """One request that is about to leave: to which node, with exactly which body, against which baseline.

    `preview` is messages per queue of this node in the frozen preview that was confirmed.
    """

    node: str
    method: str
    url: str
    body: str
    baseline: Mapping[str, int]
    preview: Mapping[str, int] = field(default_factory=dict)
    step: Step = Step.BOUNCE


class Journal(Protocol):
    """Keeps operations. Every method raises JournalError when it cannot be sure that it has written."""

    def problem(self) -> str | None:
        """Why nothing can be written, in clean words; None while all is well. Destructive acts ask first."""

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Write an operation down before any of its requests leaves (DESIGN 3, rule 5)."""

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Write down what became of a request."""

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Write down high-water marks: per directive id, messages per raw queue name."""

    def record_event(self, tag: str, at: datetime, text: str) -> None:
        """Write one line of an operation's timeline: a cancel, a verdict, a restart."""

    def record_step(self, record: StepRecord, at: datetime) -> int:
        """Write down a request of a running operation, or what became of it; returns its number."""

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        """Write down the verdict on one node; the last one counts."""
