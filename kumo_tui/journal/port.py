"""The journal's ports: what acts and the watch write down, and what looks back on it, whatever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kumo_tui.journal.history import ALL, Wanted
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.other_act import FoundActs, OtherAct
from kumo_tui.journal.records import Change, Counts, Step, StepRecord
from kumo_tui.model.history import History
from kumo_tui.model.operation import Apart, Mode, NodeAct, Operation
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


def requests_to(operation: Operation, node: str, intents: Sequence[Intent]) -> Sequence[Intent]:
    """The intents for one node; the first of them holds what becomes of the act.

    Where no request of ours does that, because a clean bounce relies on somebody else's stop, or because none
    was given, an empty one comes first: without method, URL and body.
    """
    first = Step.STOP if operation.mode is Mode.CLEAN else Step.BOUNCE
    mine = [intent for intent in intents if intent.node == node]
    if mine and (mine[0].step is first or (operation.mode is Mode.PLAIN and mine[0].step is not Step.SWEEP)):
        return mine
    return [Intent(node, "", "", "", {}, step=first), *mine]


class Journal(Protocol):
    """Keeps operations. Every method raises JournalError when it cannot be sure that it has written."""

    def problem(self) -> str | None:
        """Why nothing can be written, in clean words; None while all is well. Destructive acts ask first."""

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Write an operation down before any of its requests leaves (DESIGN 3, rule 5)."""

    def record_confirmed(
        self,
        operation: Operation,
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str = "",
    ) -> None:
        """Write down that an operation which was only stopped is a confirmed clean bounce from now on.

        Its reason, ticket, duration, logging and digest, and messages per node and raw queue name in the preview
        and the baseline, replace what stood there, but for the nodes that it has `apart`: there it stays a stop.
        `words` are a line of the timeline, written with it. Raises JournalError also when it was never written, is
        confirmed already, or is no clean bounce.
        """

    def record_confirmed_later(
        self,
        tag: str,
        there: Sequence[Apart],
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str,
    ) -> None:
        """Write down that it is confirmed on these nodes too, on which it was only a stop.

        The rest as for `record_confirmed`. Raises JournalError, and writes nothing, also where one of them did not
        wait for that.
        """

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

    def record_other(self, act: OtherAct) -> int:
        """Write down an act on what no operation of ours made, with its states so far; returns its number."""

    def record_other_change(
        self, number: int, change: Change, error: str | None, *, if_open: bool = False
    ) -> bool:
        """Write down the next state of such an act; with `if_open` only where nobody knows what came of it.

        Whether it was written. Raises JournalError also when there is no act of this number.
        """

    def open_others(self) -> Sequence[OtherAct]:
        """The acts on what is not ours that nobody knows the outcome of, those written last first."""

    def claim(self, tag: str) -> bool:
        """Whether this process alone may sweep the operation, from now on and until `unclaim`, close or its end.

        False while another process may. Asking again is allowed. Raises JournalError when nobody can tell.
        """

    def unclaim(self, tag: str) -> None:
        """Let another process sweep the operation; nothing when it was not claimed here."""


class Past(Protocol):
    """Looks back, from any thread. Every method may wait for the disk, and raises JournalError in words."""

    def history(self, wanted: Wanted = ALL) -> History:
        """The operations that are looked for, those written last first."""

    def account(self, tag: str) -> Account | None:
        """All that is known of one operation, None when there is none of this tag."""

    def others(self, wanted: Wanted = ALL) -> FoundActs:
        """The acts on what is not ours that are looked for, those written last first, without counts per queue."""

    def other(self, number: int) -> OtherAct | None:
        """One of them with all that is known of it, None when there is none of this number."""


class Kept(Journal, Past, Protocol):
    """A journal that is written and looked back on."""
