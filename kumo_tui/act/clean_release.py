"""Letting go: stops are released, and their mail made due where that touches nothing else (KUMOMTA.md 1.8)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kumo_tui.act.clean_requests import flush_body, plan_flush
from kumo_tui.act.desk import Desk
from kumo_tui.act.others import OtherActs, unwritten_words
from kumo_tui.act.rights import RELEASE
from kumo_tui.act.steps import Came
from kumo_tui.act.sweeper import Sweeper
from kumo_tui.errors import NodeError, Refused
from kumo_tui.journal.other_act import OtherKind
from kumo_tui.journal.records import RequestState
from kumo_tui.model.operation import Operation
from kumo_tui.model.snapshot import NodeProgress
from kumo_tui.text import and_more, clean, plural

NAMED_MOST = 5
GONE_WORDS = "it was already gone"
RETRY_WORDS = "its mail goes out at its next retry, in 20 minutes or more"


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """What came of a release on one node, in clean words. `alone` are raw names that a flush left alone.

    `error` is what went wrong, empty when it was done; `was_gone` says that a stop of somebody else was not there.
    """

    node: str
    came: Came
    text: str
    alone: tuple[str, ...] = ()
    error: str = ""
    was_gone: bool = False


class Releaser:
    """Releases what an operation holds, or a stop of somebody else that an operator named."""

    def __init__(self, desk: Desk, sweeper: Sweeper, others: OtherActs) -> None:
        self._desk = desk
        self._sweeper = sweeper
        self._others = others

    async def end(self, tag: str, *, flush: bool) -> tuple[ReleaseOutcome, ...]:
        """Release on every node where it is not over, all at once. Raises Refused."""
        self._desk.rights.check_order("release")
        status = self._desk.watcher.snapshot.operation(tag)
        if status is None:
            raise Refused(f"No operation {clean(tag)} is known here.")
        operation = status.operation
        live = [node for node in status.nodes if not node.verdict.is_final]
        nodes = [node.act.node for node in live if node.is_watched]
        for node in nodes:
            self._desk.watcher.change_clean(tag, node, lambda known: replace(known, ending=True))
        ended = await asyncio.gather(*(self._end_on(operation, node, flush=flush) for node in nodes))
        away = [_not_here(node) for node in live if not node.is_watched]
        return (*ended, *away)

    async def release_other(self, node: str, suspension_id: str) -> ReleaseOutcome:
        """Release a stop that no operation of this journal made. Raises Refused, NodeError.

        It is in the journal before it leaves; a journal that fails keeps it not back, and that is said.
        """
        self._desk.rights.check_act_on(node, "release")
        entered = self._others.begin(OtherKind.RELEASE, node, suspension_id)
        patience_s = self._desk.settings.act.answer_timeout_s
        try:
            removed = await self._desk.clients[node].cancel_suspension(suspension_id, patience_s=patience_s)
        except NodeError as error:
            state = RequestState.UNKNOWN if error.outcome_unknown else RequestState.REJECTED
            self._others.answered(entered, state, str(error))
            raise
        unwritten = self._others.answered(entered, RequestState.ACCEPTED if removed else RequestState.GONE)
        self._desk.watcher.refresh()
        words = f"released; {RETRY_WORDS}" if removed else GONE_WORDS
        text = f"{words}{unwritten_words(unwritten)}"
        return ReleaseOutcome(node, Came.DONE, text, was_gone=not removed)

    async def _end_on(self, operation: Operation, node: str, *, flush: bool) -> ReleaseOutcome:
        track = self._desk.watcher.clean_track(operation.tag, node)
        relied = track is not None and not track.own and track.others is not None
        outcome = await self._sweeper.release(operation.tag, node)
        if outcome.came is not Came.DONE:
            again = self._desk.rights.may_end_on(node, RELEASE)
            words = f"not released{' yet, it is tried again' if again else ''}: {outcome.error}"
            return ReleaseOutcome(node, outcome.came, words, error=outcome.error)
        if relied:
            return ReleaseOutcome(node, Came.DONE, "somebody else's stop still holds it: that is left alone")
        return (
            await self._flush(operation, node)
            if flush
            else ReleaseOutcome(node, Came.DONE, f"let go; {RETRY_WORDS}")
        )

    async def _flush(self, operation: Operation, node: str) -> ReleaseOutcome:
        """Make what was released due now, by exact parts; what cannot be told apart from other mail waits."""
        client, limits = self._desk.clients[node], self._desk.settings.act
        seen = self._desk.watcher.snapshot.node(node)
        if seen is None or seen.capability is None or not seen.capability.can_flush:
            words = "let go, but not flushed: not known that the node can"
            return ReleaseOutcome(node, Came.DONE, f"{words}; {RETRY_WORDS}")
        try:
            table = (await client.read_metrics()).table
            released = table.select(operation.selector).names
            wanted, alone = plan_flush(operation.selector, released, table)
            for given in wanted:
                body = flush_body(given, operation.reason, operation.tag)
                await client.rebind(body, patience_s=limits.answer_timeout_s)
        except NodeError as error:
            return ReleaseOutcome(node, Came.DONE, f"let go, but not flushed: {error} {RETRY_WORDS}.")
        words = "let go and due now" if wanted else f"let go; {RETRY_WORDS}"
        return ReleaseOutcome(node, Came.DONE, f"{words}{_alone_words(alone)}", tuple(alone))


def _not_here(part: NodeProgress) -> ReleaseOutcome:
    """What cannot be ended from here: its node is not among those of this session."""
    return ReleaseOutcome(part.act.node, Came.REFUSED, f"not released: {part.note}", error=part.note)


def _alone_words(alone: Sequence[str]) -> str:
    if not alone:
        return ""
    return (
        f"; {plural(len(alone), 'queue')} left alone, a flush would touch other mail too and they wait for "
        f"their retry: {and_more(alone, NAMED_MOST)}"
    )
