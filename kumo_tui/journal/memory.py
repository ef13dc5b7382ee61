"""A journal that lasts as long as the program."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal.port import Intent
from kumo_tui.model.operation import Event, NodeAct, Operation


class MemoryJournal:
    """Keeps operations in memory, in the order in which they were written (see `port.Journal`)."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.intents: dict[str, tuple[Intent, ...]] = {}
        self.totals: dict[tuple[str, str], Mapping[str, Mapping[str, int]]] = {}

    def problem(self) -> str | None:
        """Memory can always be written."""
        return None

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Keep the operation and its requests."""
        self.operations[operation.tag] = operation
        self.intents[operation.tag] = tuple(intents)

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Replace the act of one node."""
        if tag not in self.operations:
            raise JournalError(f"no operation {tag} was written down.")
        operation = self.operations[tag].with_act(act)
        self.operations[tag] = operation.with_event(at, f"{act.node}: {act.state.value}")

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Keep the marks; the caller's ledger never lets them fall."""
        self.totals[tag, node] = marks

    def record_event(self, tag: str, at: datetime, text: str) -> None:
        """Add one line to the timeline."""
        if tag in self.operations:
            self.operations[tag] = self.operations[tag].with_event(at, text)

    def events(self, tag: str) -> tuple[Event, ...]:
        """The timeline of one operation."""
        return self.operations[tag].events
