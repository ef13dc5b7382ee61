"""The books of what is done to entries of others: a cancel or a release that belongs to no operation of ours.

Each is written down before it leaves. A journal that cannot be written keeps nobody from ending a bounce or a
stop, as with what is ours: ending is the safe side. It is said, and written once there is room again. What was
left without an answer, by this run or by one that died, is told by the node's list and never sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kumo_tui.act.clean_requests import SUSPEND_PATH
from kumo_tui.act.desk import Desk
from kumo_tui.act.requests import BOUNCE_PATH, encode_body
from kumo_tui.errors import JournalError
from kumo_tui.journal.other_act import LastListed, OtherAct, OtherKind, listed_directive, listed_stop
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot, Timed

TRY_AGAIN_S = 10.0

GONE_WORDS = "not answered; it is not in the list any more"
LISTED_WORDS = "not answered; it was in the list long after"

_PATHS = {OtherKind.CANCEL: BOUNCE_PATH, OtherKind.RELEASE: SUSPEND_PATH}


@dataclass(frozen=True, slots=True)
class Entered:
    """An act, and how many of its states are on disk. `is_mine` says that this run began it."""

    act: OtherAct
    kept: int = 0
    is_mine: bool = True

    @property
    def is_kept(self) -> bool:
        """Whether all of it is on disk."""
        return self.kept == len(self.act.changes)

    def changed(self, change: Change, error: str | None = None) -> "Entered":
        """The same after another state."""
        return replace(self, act=self.act.changed(change, error))


class OtherActs:
    """Writes acts on entries of others down. With every snapshot it settles those without an answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._why = ""
        self._failed_at = float("-inf")
        self._open = [Entered(act, len(act.changes), is_mine=False) for act in self._left_open()]
        desk.watcher.subscribe(self._look)

    def begin(self, kind: OtherKind, node: str, entry_id: str) -> Entered:
        """Write an act down that is about to leave; one without an answer that is asked for again goes on."""
        intent = Change(RequestState.INTENT, self._desk.clock.now())
        for before in self._open:
            act = before.act
            if before.is_mine and (act.kind, act.node, act.id) == (kind, node, entry_id):
                self._open.remove(before)
                return self._written(before.changed(intent))
        act = OtherAct(
            who=self._desk.who,
            node=node,
            kind=kind,
            id=entry_id,
            method="DELETE",
            url=self._desk.url(node, _PATHS[kind]),
            body=encode_body({"id": entry_id}),
            entry=_listed(kind, self._desk.watcher.snapshot.node(node), entry_id),
            changes=(intent,),
        )
        return self._written(Entered(act))

    def answered(self, entered: Entered, state: RequestState, error: str | None = None) -> str:
        """Write down what came of it; why that could not be, in clean words, empty when it is on disk."""
        after = self._written(entered.changed(Change(state, self._desk.clock.now()), error))
        if after.act.is_open or not after.is_kept:
            self._open.append(after)
        return "" if after.is_kept else self._why

    def _left_open(self) -> Sequence[OtherAct]:
        try:
            return self._desk.journal.open_others()
        except JournalError:
            return ()

    def _look(self, snapshot: Snapshot) -> None:
        """Write what is owed, and settle what a list tells."""
        if self._open:
            looked = [self._looked_at(each, snapshot) for each in self._open]
            self._open = [each for each in looked if each.act.is_open or not each.is_kept]

    def _looked_at(self, entered: Entered, snapshot: Snapshot) -> Entered:
        """The act as it is now. Where the journal has just failed it stays as it is, for later."""
        if self._desk.clock.monotonic() - self._failed_at < TRY_AGAIN_S:
            return entered
        entered = self._written(entered)
        told = self._told(entered.act, snapshot.node(entered.act.node))
        if told is None or not entered.is_kept or not entered.act.is_open:
            return entered
        error = GONE_WORDS if told is RequestState.GONE else LISTED_WORDS
        settled = entered.changed(Change(told, self._desk.clock.now()), error)
        settled = self._written(settled, if_open=True)
        return settled if settled.is_kept else entered

    def _told(self, act: OtherAct, node: NodeSnapshot | None) -> RequestState | None:
        """What the last list of its node tells of an act without an answer, None when nothing yet.

        An id never comes back: what is not listed is over. What is listed may be under way as long as an answer
        may take, in a process that lives or on a node that is busy.
        """
        if node is None or not act.url.startswith(f"{node.url}/"):
            return None
        lists: Timed[tuple[Directive, ...]] | Timed[tuple[Suspension, ...]] | None = (
            node.directives if act.kind is OtherKind.CANCEL else node.suspensions
        )
        if lists is None or any(entry.may_be_anyones for entry in lists.value):
            return None
        clock = self._desk.clock
        asked_at = clock.now() - timedelta(seconds=clock.monotonic() - lists.asked_at)
        after_s = (asked_at - act.changes[-1].at).total_seconds()
        if all(entry.id != act.id for entry in lists.value):
            return RequestState.GONE if after_s >= 0 else None
        return RequestState.REJECTED if after_s >= self._desk.settings.act.answer_timeout_s else None

    def _written(self, entered: Entered, *, if_open: bool = False) -> Entered:
        """Write the states that are not on disk yet; what was written when the journal fails, stays."""
        act, journal = entered.act, self._desk.journal
        try:
            if not act.number:
                number = journal.record_other(act)
                return replace(entered, act=replace(act, number=number), kept=len(act.changes))
            for change in act.changes[entered.kept :]:
                journal.record_other_change(act.number, change, act.error, if_open=if_open)
                entered = replace(entered, kept=entered.kept + 1)
        except JournalError as error:
            self._why, self._failed_at = str(error), self._desk.clock.monotonic()
        return entered


def unwritten_words(why: str) -> str:
    """The end of a sentence about an act that could not be written down; empty when it is on disk."""
    return f"; not in the journal: {why.rstrip('.')}" if why else ""


def _listed(kind: OtherKind, node: NodeSnapshot | None, entry_id: str) -> LastListed | None:
    """The entry in the last list of its node, None where no list had it."""
    if node is None:
        return None
    if kind is OtherKind.CANCEL:
        directives = node.directives.value if node.directives else ()
        return next((listed_directive(entry) for entry in directives if entry.id == entry_id), None)
    stops = node.suspensions.value if node.suspensions else ()
    return next((listed_stop(entry) for entry in stops if entry.id == entry_id), None)
