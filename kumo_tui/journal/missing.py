"""The journal of a program whose journal cannot be opened: it watches, and its acts are off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from kumo_tui.errors import JournalError
from kumo_tui.journal.history import ALL, Wanted
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.other_act import FoundActs, OtherAct
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Change, Counts, StepRecord
from kumo_tui.model.history import History
from kumo_tui.model.operation import Apart, NodeAct, Operation
from kumo_tui.model.verdict import Verdict

START_AGAIN = "Then start kumo-tui again."


class MissingJournal:
    """Says why there is no journal (see `port.Kept`); `reason` is what `open_journal` raised."""

    def __init__(self, reason: JournalError) -> None:
        self._reason = reason

    def problem(self) -> str:
        """Why nothing can be written. Nobody opens it later: whoever has mended it starts anew."""
        return f"{self._reason} {START_AGAIN}"

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_confirmed(
        self,
        operation: Operation,
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str = "",
    ) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_confirmed_later(
        self,
        tag: str,
        there: Sequence[Apart],
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str,
    ) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_event(self, tag: str, at: datetime, text: str) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_step(self, record: StepRecord, at: datetime) -> int:
        """Raises JournalError."""
        self._refuse()

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        """Raises JournalError."""
        self._refuse()

    def record_other(self, act: OtherAct) -> int:
        """Raises JournalError."""
        self._refuse()

    def record_other_change(
        self, number: int, change: Change, error: str | None, *, if_open: bool = False
    ) -> bool:
        """Raises JournalError."""
        self._refuse()

    def open_others(self) -> Sequence[OtherAct]:
        """Raises JournalError."""
        self._refuse()

    def claim(self, tag: str) -> bool:
        """Raises JournalError."""
        self._refuse()

    def unclaim(self, tag: str) -> None:
        """Raises JournalError."""
        self._refuse()

    def history(self, wanted: Wanted = ALL) -> History:
        """Raises JournalError."""
        self._refuse()

    def account(self, tag: str) -> Account | None:
        """Raises JournalError."""
        self._refuse()

    def others(self, wanted: Wanted = ALL) -> FoundActs:
        """Raises JournalError."""
        self._refuse()

    def other(self, number: int) -> OtherAct | None:
        """Raises JournalError."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise JournalError(self._reason.what, self._reason.next_step)
