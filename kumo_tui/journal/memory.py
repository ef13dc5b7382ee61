"""A journal that lasts as long as the program."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal.history import ALL, Loader, Wanted, head_of, history_of, placed_by, replacements, select
from kumo_tui.journal.lookup import Account, SweepSpan
from kumo_tui.journal.other_act import FoundActs, OtherAct, found_acts
from kumo_tui.journal.port import Intent, requests_to
from kumo_tui.journal.records import (
    NO_SWEEPS,
    Change,
    Counts,
    Recorded,
    Request,
    RequestState,
    Ruling,
    Step,
    StepRecord,
    Sweeps,
    act_of,
)
from kumo_tui.model.history import History
from kumo_tui.model.operation import Apart, Event, NodeAct, Operation
from kumo_tui.model.verdict import Verdict


class MemoryJournal:
    """Keeps operations in memory, in the order in which they were written (see `port.Journal`)."""

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.intents: dict[str, tuple[Intent, ...]] = {}
        self.requests: dict[int, Request] = {}
        self.preview: dict[tuple[str, str], Mapping[str, int]] = {}
        self.baseline: dict[tuple[str, str], Mapping[str, int]] = {}
        self.totals: dict[tuple[str, str], Mapping[str, Mapping[str, int]]] = {}
        self.risen_at: dict[tuple[str, str], datetime] = {}
        self.rulings: dict[tuple[str, str], Ruling] = {}
        self.other_acts: dict[int, OtherAct] = {}

    def problem(self) -> str | None:
        """Memory can always be written."""
        return None

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Keep the operation and its requests."""
        tag = operation.tag
        self.operations[tag] = operation
        self.intents[tag] = tuple(intents)
        for act in operation.acts:
            mine = requests_to(operation, act.node, intents)
            for intent in mine:
                self._keep(_as_record(tag, intent), operation.created_at, act.online_since)
            self._settle_act(tag, act, operation.created_at)
            self.preview[tag, act.node] = {name: n for intent in mine for name, n in intent.preview.items()}
            self.baseline[tag, act.node] = {name: n for intent in mine for name, n in intent.baseline.items()}

    def record_confirmed(
        self,
        operation: Operation,
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str = "",
    ) -> None:
        """Make a stop a confirmed clean bounce (see `port.Journal`)."""
        tag = operation.tag
        before = self._known(tag)
        if not before.is_waiting:
            raise JournalError(f"operation {tag} is no stop that waits to be confirmed.")
        self._check_targets(before, preview.keys() | baseline.keys() | operation.held)
        self.operations[tag] = replace(
            before,
            reason=operation.reason,
            ticket=operation.ticket,
            duration_s=operation.duration_s,
            suppress_logging=operation.suppress_logging,
            digest=operation.digest,
            confirmed_at=at,
            apart=operation.apart,
        )
        if words:
            self.record_event(tag, at, words)
        for act in before.acts:
            if act.node not in operation.held:
                self.preview[tag, act.node] = dict(preview.get(act.node, {}))
                self.baseline[tag, act.node] = dict(baseline.get(act.node, {}))

    def record_confirmed_later(
        self,
        tag: str,
        there: Sequence[Apart],
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str,
    ) -> None:
        """Make what was only stopped on these nodes a clean bounce there too (see `port.Journal`)."""
        before, nodes = self._known(tag), [each.node for each in there]
        for node in nodes:
            if node not in before.held:
                raise JournalError(f"operation {tag} does not wait to be confirmed on {node}.")
        self._check_targets(before, preview.keys() | baseline.keys())
        known = {each.node: replace(each, confirmed_at=at) for each in there}
        apart = tuple(known.get(each.node, each) for each in before.apart)
        self.operations[tag] = replace(before, apart=apart).with_event(at, words)
        for node in nodes:
            self.preview[tag, node] = dict(preview.get(node, {}))
            self.baseline[tag, node] = dict(baseline.get(node, {}))

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Replace the act of one node, and settle its first request."""
        operation = self._known(tag).with_act(act)
        self.operations[tag] = operation.with_event(at, f"{act.node}: {act.state.value}")
        self._settle_act(tag, act, at)

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Keep the marks; the caller's ledger never lets them fall."""
        before = self.totals.get((tag, node), {})
        if any(counts and counts != before.get(directive_id) for directive_id, counts in marks.items()):
            self.totals[tag, node] = {**before, **marks}
            self.risen_at[tag, node] = at

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
        before = self.requests.get(number)
        if before is None:
            raise JournalError(f"no request {number} was written down.")
        settled = replace(
            before,
            id=before.id if record.id is None else record.id,
            error=record.error,
            replaces=before.replaces if record.replaces is None else record.replaces,
        )
        self._settle(settled, record.state, at)
        return number

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        """Keep the verdict on one node."""
        self._known(tag)
        self.rulings[tag, node] = Ruling(verdict, at)

    def record_other(self, act: OtherAct) -> int:
        """Keep an act on what is not ours."""
        number = len(self.other_acts) + 1
        self.other_acts[number] = replace(act, number=number)
        return number

    def record_other_change(
        self, number: int, change: Change, error: str | None, *, if_open: bool = False
    ) -> bool:
        """Keep the next state of such an act (see `port.Journal`)."""
        before = self.other_acts.get(number)
        if before is None:
            raise JournalError(f"no act {number} was written down.")
        if if_open and not before.is_open:
            return False
        self.other_acts[number] = before.changed(change, error)
        return True

    def open_others(self) -> Sequence[OtherAct]:
        """The acts on what is not ours that nobody knows the outcome of, those written last first."""
        return [act.without_queues for act in list(self.other_acts.values())[::-1] if act.is_open]

    def others(self, wanted: Wanted = ALL) -> FoundActs:
        """The acts on what is not ours that are looked for (see `port.Past`)."""
        return found_acts((act.without_queues for act in list(self.other_acts.values())[::-1]), wanted)

    def other(self, number: int) -> OtherAct | None:
        """One of them, None when there is none of this number."""
        return self.other_acts.get(number)

    def claim(self, tag: str) -> bool:
        """True: nobody else sees what is kept in memory."""
        return True

    def unclaim(self, tag: str) -> None:
        """Nothing: nobody waits for it."""

    def events(self, tag: str) -> tuple[Event, ...]:
        """The timeline of one operation."""
        return self.operations[tag].events

    def operation(self, tag: str) -> Recorded | None:
        """One operation as a durable journal gives it back, None when there is none of this tag."""
        operation = self.operations.get(tag)
        if operation is None:
            return None
        mine = self._requests_of(tag)
        acts = tuple(act_of(act.node, mine) for act in operation.acts)
        nodes = [act.node for act in acts]
        return Recorded(
            operation=replace(operation, acts=acts),
            profile="",
            requests=tuple(request for request in mine if request.step is not Step.SWEEP),
            preview={node: self.preview[tag, node] for node in nodes},
            baseline={node: self.baseline[tag, node] for node in nodes},
            totals={node: self.totals.get((tag, node), {}) for node in nodes},
            risen_at={node: self.risen_at[tag, node] for node in nodes if (tag, node) in self.risen_at},
            rulings={node: self.rulings[tag, node] for node in nodes if (tag, node) in self.rulings},
            swept={node: _sweeps([request for request in mine if request.node == node]) for node in nodes},
        )

    def history(self, wanted: Wanted = ALL) -> History:
        """The operations that are looked for, the newest first, as a durable journal gives them back."""
        kept = [each for tag in list(self.operations) if (each := self.operation(tag)) is not None]
        numbers = select([head_of(number, each) for number, each in enumerate(kept)][::-1], wanted)
        replaced = replacements(spot for number, each in enumerate(kept) for spot in placed_by(number, each))
        return history_of(wanted.cut(numbers), len(numbers), replaced, Loader(kept.__getitem__, self.operation))

    def account(self, tag: str) -> Account | None:
        """All that is known of one operation, None when there is none of this tag."""
        recorded = self.operation(tag)
        if recorded is None:
            return None
        whole = self.history()
        entry = next(each for each in whole.entries if each.tag == tag)
        chain = next((each for each in whole.chains if tag in each.tags), None)
        return Account(recorded, entry, chain, _spans(self._requests_of(tag)))

    def _requests_of(self, tag: str) -> Sequence[Request]:
        """The requests of one operation; taken at once, for another thread may look back while this one writes."""
        return [kept for kept in list(self.requests.values()) if kept.tag == tag]

    def _keep(self, record: StepRecord, at: datetime, online_since: datetime | None = None) -> int:
        number = len(self.requests) + 1
        self.requests[number] = Request(
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
            online_since=online_since,
            changes=(Change(record.state, at),),
            replaces=record.replaces,
        )
        return number

    def _settle_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        settled = replace(self._first(tag, act.node), id=act.id, error=act.error, online_since=act.online_since)
        self._settle(settled, RequestState(act.state.value), at)

    def _first(self, tag: str, node: str) -> Request:
        """The request that holds what became of the act."""
        for kept in self.requests.values():
            if (kept.tag, kept.node) == (tag, node):
                return kept
        raise JournalError(f"operation {tag} has no target {node}.")

    def _settle(self, request: Request, state: RequestState, at: datetime) -> None:
        changes = request.changes if request.state is state else (*request.changes, Change(state, at))
        self.requests[request.number] = replace(request, state=state, changes=changes)

    def _known(self, tag: str) -> Operation:
        if tag not in self.operations:
            raise JournalError(f"no operation {tag} was written down.")
        return self.operations[tag]

    def _check_targets(self, operation: Operation, nodes: Iterable[str]) -> None:
        strays = sorted(set(nodes) - {act.node for act in operation.acts})
        if strays:
            raise JournalError(f"operation {operation.tag} has no target {strays[0]}.")

    def _open_step(self, tag: str, node: str, step: Step) -> int | None:
        first = self._first(tag, node).number
        mine = [
            kept
            for kept in self.requests.values()
            if (kept.tag, kept.node, kept.step) == (tag, node, step) and kept.number != first
        ]
        for state in (RequestState.INTENT, RequestState.UNKNOWN):
            numbers = [kept.number for kept in mine if kept.state is state]
            if numbers:
                return max(numbers)
        return None


def _as_record(tag: str, intent: Intent) -> StepRecord:
    return StepRecord(
        tag,
        intent.node,
        intent.step,
        intent.body,
        RequestState.INTENT,
        method=intent.method,
        url=intent.url,
    )


def _sweeps(requests: Sequence[Request]) -> Sweeps:
    """The sweeps among the requests to one node."""
    mine = [request for request in requests if request.step is Step.SWEEP]
    states = Counter(request.state for request in mine)
    return Sweeps(dict(states), replace(mine[-1], body="")) if mine else NO_SWEEPS


def _spans(requests: Sequence[Request]) -> Mapping[str, SweepSpan]:
    """The sweeps among the requests of one operation, by node."""
    sweeps = [request for request in requests if request.step is Step.SWEEP]
    by_node = {node: [each for each in sweeps if each.node == node] for node in {each.node for each in sweeps}}
    return {
        node: SweepSpan(mine[0].changes[0].at, mine[-1].changes[0].at, mine[-1]) for node, mine in by_node.items()
    }
