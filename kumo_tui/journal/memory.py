"""A journal that lasts as long as the program."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Change, Request, RequestState, Ruling, Step, StepRecord
from kumo_tui.model.operation import Event, NodeAct, Operation
from kumo_tui.model.verdict import Verdict


class MemoryJournal:
    """Keeps operations in memory, in the order in which they were written (see `port.Journal`)."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.intents: dict[str, tuple[Intent, ...]] = {}
        self.totals: dict[tuple[str, str], Mapping[str, Mapping[str, int]]] = {}
        self.steps: dict[int, Request] = {}
        self.rulings: dict[tuple[str, str], Ruling] = {}

    def problem(self) -> str | None:
        """Memory can always be written."""
        return None

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Keep the operation and its requests."""
        self.operations[operation.tag] = operation
        self.intents[operation.tag] = tuple(intents)

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Replace the act of one node."""
        operation = self._known(tag).with_act(act)
        self.operations[tag] = operation.with_event(at, f"{act.node}: {act.state.value}")

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Keep the marks; the caller's ledger never lets them fall."""
        self.totals[tag, node] = marks

    def record_event(self, tag: str, at: datetime, text: str) -> None:
        """Add one line to the timeline."""
        if tag in self.operations:
            self.operations[tag] = self.operations[tag].with_event(at, text)

    def record_step(self, record: StepRecord, at: datetime) -> int:
        """Keep a request of a running operation, or settle it (see `records.StepRecord`)."""
        self._known(record.tag)
        number = record.number
        if number is None and record.state is not RequestState.INTENT:
            number = self._open_step(record.tag, record.node, record.step)
        if number is None:
            return self._keep(record, at)
        before = self.steps.get(number)
        if before is None:
            raise JournalError(f"no request {number} was written down.")
        changes = before.changes if before.state is record.state else (*before.changes, Change(record.state, at))
        self.steps[number] = replace(before, state=record.state, id=record.id, error=record.error, changes=changes)
        return number

    def _keep(self, record: StepRecord, at: datetime) -> int:
        number = len(self.steps) + 1
        self.steps[number] = Request(
            number=number,
            tag=record.tag,
            node=record.node,
            step=record.step,
            method=record.method,
            url=record.url,
            body=record.body,
            state=record.state,
            id=record.id,
            error=record.error,
            online_since=None,
            changes=(Change(record.state, at),),
        )
        return number

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        """Keep the verdict on one node."""
        self._known(tag)
        self.rulings[tag, node] = Ruling(verdict, at)

    def events(self, tag: str) -> tuple[Event, ...]:
        """The timeline of one operation."""
        return self.operations[tag].events

    def _known(self, tag: str) -> Operation:
        if tag not in self.operations:
            raise JournalError(f"no operation {tag} was written down.")
        return self.operations[tag]

    def _open_step(self, tag: str, node: str, step: Step) -> int | None:
        mine = [kept for kept in self.steps.values() if (kept.tag, kept.node, kept.step) == (tag, node, step)]
        for state in (RequestState.INTENT, RequestState.UNKNOWN):
            numbers = [kept.number for kept in mine if kept.state is state]
            if numbers:
                return max(numbers)
        return None
