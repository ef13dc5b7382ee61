"""The acts: what the dashboard and the command line ask for, one code path for both."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from kumo_tui.act.clean import CleanActs
from kumo_tui.act.confirming import check_confirmed, check_draft_holds
from kumo_tui.act.desk import Desk, JournalHealth, remembers_nothing
from kumo_tui.act.draft import Checked
from kumo_tui.act.feeders import take_feeders
from kumo_tui.act.guardian import Guardian
from kumo_tui.act.others import OtherActs, unwritten_words
from kumo_tui.act.ports import CancelOutcome, CancelState, Confirmed
from kumo_tui.act.preview import take_preview
from kumo_tui.act.requests import BOUNCE_PATH, PlannedRequest, bounce_body, encode_body
from kumo_tui.act.rights import CANCEL
from kumo_tui.act.rules import refusals
from kumo_tui.act.sending import (
    baseline,
    new_operation,
    note_sent_on,
    read_just_before,
    reading_metrics,
    sent,
    while_looking,
    with_parts,
    write_intent,
)
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, NodeError, Refused
from kumo_tui.journal.other_act import OtherKind
from kumo_tui.journal.port import Intent, Journal
from kumo_tui.journal.records import Recorded, RequestState, Step, StepRecord
from kumo_tui.model.feeders import Feeders
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Everything, Selector
from kumo_tui.model.snapshot import Metrics, Timed
from kumo_tui.model.tags import TAG_LENGTH
from kumo_tui.node.client import NodeClient
from kumo_tui.node.wire import QueueSample
from kumo_tui.watch.watcher import Watcher

SAMPLE_LIMIT = 5

# A cancel is urgent: it does not wait long for the totals that vanish with it.
CANCEL_READ_S = 5.0

_CANCEL_WORDS = {True: "cancelled", False: "cancel: it was already gone"}
_OUTCOME_WORDS = {
    True: "it no longer matches new mail; mail already taken from its queues still bounces",
    False: "it was already gone",
}


class Acts:
    """Previews, sends and cancels bounces on the nodes of the watch.

    `who` is written into operations; `clients` are the watch's own, by node name; `recall` reads an operation back
    from the journal. `clean` are the acts of the clean bounce.
    """

    def __init__(
        self,
        clients: Mapping[str, NodeClient],
        watcher: Watcher,
        journal: Journal,
        settings: Settings,
        clock: Clock,
        who: str,
        recall: Callable[[str], Recorded | None] = remembers_nothing,
    ) -> None:
        self._clients = clients
        self._watcher = watcher
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._answer_s = settings.act.answer_timeout_s
        self._health = JournalHealth(journal, clock)
        self._sending: set[asyncio.Task[Operation]] = set()
        self._desk = Desk(clients, watcher, journal, settings, clock, who, self._health, recall)
        self.guardian = Guardian(self, self._desk)
        self._others = OtherActs(self._desk)
        self.clean = CleanActs(self._desk, self._others)

    def new_tag(self) -> str:
        """A tag that no operation has: hexadecimal, upper case."""
        return secrets.token_hex((TAG_LENGTH + 1) // 2).upper()[:TAG_LENGTH]

    def plan(self, preview: Preview, checked: Checked, tag: str) -> tuple[PlannedRequest, ...]:
        """The requests of this bounce, exactly as they would leave; nothing is sent."""
        if checked.selector is None or checked.duration_s is None:
            return ()
        body = bounce_body(
            checked.selector,
            checked.reason,
            checked.duration_s,
            tag,
            suppress_logging=checked.suppress_logging,
        )
        urls = self._urls()
        return tuple(
            PlannedRequest("bounce", node.node, "POST", f"{urls[node.node]}{BOUNCE_PATH}", body)
            for node in preview.nodes
            if node.node in urls
        )

    def refusals(self, preview: Preview, checked: Checked, *, partial: bool = False) -> tuple[str, ...]:
        """Every safety rule that forbids this bounce here, in words; empty when it may be confirmed."""
        plan = self.plan(preview, checked, "0" * TAG_LENGTH)
        found = refusals(preview, self._watcher.snapshot, self._settings, plan, partial=partial)
        problem = self._health.problem()
        return (*found, f"no journal: {problem}") if problem else tuple(found)

    async def fresh_preview(self, selector: Selector, nodes: Iterable[str] = ()) -> Preview:
        """The preview once every node that answers was read again; over these nodes, where any are named."""
        return take_preview(await self._watcher.look_quickly(), selector, nodes)

    async def feeders(self, preview: Preview) -> Feeders:
        """What feeds the ready queues of the target nodes, asked now, for a stake. Never raises."""
        if isinstance(preview.selector, Everything):
            return {}
        names = [node.node for node in preview.nodes]
        return await take_feeders(self._clients, self._watcher.snapshot, names)

    async def bounce(self, confirmed: Confirmed) -> Operation:
        """Send a confirmed bounce: baseline, journal, one POST per node, all at the same time.

        Raises Refused before anything is sent, and JournalError when the intent cannot be written. What the
        nodes said is in the operation's acts; an UNKNOWN one is settled by the watch, never sent again. Once the
        intent is written, the rest is done even if nobody waits for it any more.
        """
        self._refuse(confirmed)
        with self._watcher.acting_on(confirmed.preview.node_names):
            return await self._begin(confirmed)

    async def _begin(self, confirmed: Confirmed) -> Operation:
        plan = self.plan(confirmed.preview, confirmed.checked, confirmed.tag)
        reading = {request.node: reading_metrics(self._clients[request.node]) for request in plan}
        before = await read_just_before(self._desk, reading, "bounce", partial=confirmed.partial)
        plan = tuple(request for request in plan if request.node in before)
        preview, nodes = confirmed.preview, [request.node for request in plan]
        ledgers = {node: baseline(preview.selector, answer.value) for node, answer in before.items()}
        operation = new_operation(self._desk, preview, confirmed.checked, confirmed.tag, nodes)
        operation = operation.with_event(self._clock.now(), f"confirmed, sent to {', '.join(nodes)}")
        operation = with_parts(self._desk, operation, preview, confirmed.checked)
        previews = {node.node: node.matched.as_counts() for node in confirmed.preview.nodes}
        intents = [_intent(request, ledgers[request.node], previews[request.node]) for request in plan]
        sending = asyncio.create_task(
            self._carry_out(operation, plan, ledgers, before, intents, confirmed.checked.continues)
        )
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return await asyncio.shield(sending)

    async def _carry_out(
        self,
        operation: Operation,
        plan: Sequence[PlannedRequest],
        ledgers: Mapping[str, Ledger],
        before: Mapping[str, Timed[Metrics]],
        intents: Sequence[Intent],
        continues: str,
    ) -> Operation:
        with self._watcher.acting_on(ledgers):
            await write_intent(self._desk, operation, intents)
            self._watcher.track(operation, ledgers, self._clock.monotonic(), before)
        note_sent_on(self._desk, operation, continues)
        await while_looking(self._desk, asyncio.gather(*(self._send(operation, request) for request in plan)))
        self._watcher.refresh()
        status = self._watcher.snapshot.operation(operation.tag)
        return status.operation if status else operation

    async def cancel(
        self, node: str, directive_id: str, *, noted: Callable[[], str] | None = None
    ) -> CancelOutcome:
        """Cancel one directive, once; its totals are read just before, for they leave the list with it.

        `noted` says what the timeline tells of a cancel that is done, asked for only then. It is in the journal
        before it leaves; a journal that fails keeps nobody from ending a bounce, and that is said. Raises Refused
        in a read-only session, and where the node refuses acts: what is ours may be ended until that is refused.
        """
        if not directive_id:
            raise Refused(f"{node} does not tell the id of this entry.", "Nothing was sent.")
        if self._tag_of(node, directive_id) is None:
            self._desk.rights.check_act_on(node, "cancel")
        else:
            self._desk.rights.check_end_on(node, CANCEL, "cancel")
        client = self._clients[node]
        total = await self._last_total(node, directive_id)
        # Before the request: a poll that answers in between must not take our cancel for somebody else's.
        self._watcher.mark_cancelled(node, directive_id)
        write = self._begin_cancel(node, directive_id)
        try:
            removed = await client.cancel_bounce(directive_id, patience_s=self._answer_s)
        except NodeError as error:
            state = RequestState.UNKNOWN if error.outcome_unknown else RequestState.REJECTED
            unwritten = write(state, str(error))
            if not error.outcome_unknown:
                self._watcher.mark_cancelled(node, directive_id, cancelled=False)
                self._watcher.refresh()
                raise
            self._watcher.doubt_cancel(node, directive_id)
            self._watcher.refresh()
            words = f"not known whether: {error}{unwritten_words(unwritten)}"
            return CancelOutcome(node, directive_id, CancelState.UNKNOWN, total, words)
        unwritten = write(RequestState.ACCEPTED if removed else RequestState.GONE)
        words = noted() if removed and noted is not None else f"{_CANCEL_WORDS[removed]} on {node}"
        self._note_cancel(node, directive_id, words)
        self._watcher.refresh()
        came = CancelState.REMOVED if removed else CancelState.ALREADY_GONE
        text = f"{_OUTCOME_WORDS[removed]}{unwritten_words(unwritten)}"
        return CancelOutcome(node, directive_id, came, total, text)

    async def sample_queue(self, node: str, name: str) -> QueueSample | None:
        """A few messages of a queue, None when the queue is not there now."""
        return await self._clients[node].sample_queue(name, SAMPLE_LIMIT)

    def _refuse(self, confirmed: Confirmed) -> None:
        check_draft_holds(confirmed)
        self._health.problem_now()
        words = self.refusals(confirmed.preview, confirmed.checked, partial=confirmed.partial)
        check_confirmed(confirmed, words, self._watcher.snapshot, self._settings, self._clock.monotonic())

    async def _send(self, operation: Operation, request: PlannedRequest) -> None:
        posted = self._clients[request.node].post_bounce(request.body, patience_s=self._answer_s)
        act = await sent(self._desk, operation, request.node, posted)
        self._watcher.answered(operation.tag, act, _act_words(act))

    async def _last_total(self, node: str, directive_id: str) -> int | None:
        asked_at = self._clock.monotonic()
        try:
            entries = await self._clients[node].list_directives(patience_s=CANCEL_READ_S)
        except NodeError:
            return None
        self._watcher.heard(node, Timed(entries, self._clock.monotonic(), asked_at))
        return next((entry.total_bounced for entry in entries if entry.id == directive_id), None)

    def _note_cancel(self, node: str, directive_id: str, words: str) -> None:
        tag = self._tag_of(node, directive_id)
        if tag is not None:
            self._watcher.note(tag, words)

    def _begin_cancel(self, node: str, directive_id: str) -> Callable[..., str]:
        """Write a cancel down that is about to leave; what writes down a state of it, as `OtherActs.answered`."""
        tag = self._tag_of(node, directive_id)
        if tag is None:
            return partial(self._others.answered, self._others.begin(OtherKind.CANCEL, node, directive_id))
        write = partial(self._write_cancel, tag, node, directive_id)
        write(RequestState.INTENT)
        return write

    def _write_cancel(
        self, tag: str, node: str, directive_id: str, state: RequestState, error: str | None = None
    ) -> str:
        """Write down the cancel of a directive of ours; why that could not be, empty when it is on disk."""
        body, url = encode_body({"id": directive_id}), f"{self._urls()[node]}{BOUNCE_PATH}"
        record = StepRecord(tag, node, Step.CANCEL, body, state, directive_id, error, method="DELETE", url=url)
        try:
            self._journal.record_step(record, self._clock.now())
        except JournalError as failed:
            return str(failed)
        return ""

    def _tag_of(self, node: str, directive_id: str) -> str | None:
        """The operation of ours that this directive belongs to, None for somebody else's."""
        for status in self._watcher.snapshot.operations:
            act, tag = status.operation.act_on(node), status.operation.tag
            if act is not None and act.id == directive_id and self._watcher.is_ours(tag):
                return tag
        return None

    def _urls(self) -> Mapping[str, str]:
        return {node.name: node.url for node in self._watcher.snapshot.nodes}


def _intent(request: PlannedRequest, ledger: Ledger, preview: Mapping[str, int]) -> Intent:
    return Intent(request.node, request.method, request.url, request.json_text(), ledger.baseline, preview)


def _act_words(act: NodeAct) -> str:
    if act.state is ActState.ACCEPTED:
        return f"{act.node} accepted {(act.id or '')[:8]}"
    return f"{act.state.value}: {act.error}"
