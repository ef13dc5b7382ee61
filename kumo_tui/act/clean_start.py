"""How a clean bounce begins on its nodes: what stands there is read, the stop is written down, sent, followed."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kumo_tui.act.clean_requests import SUSPEND_PATH, stop_body
from kumo_tui.act.confirmed_on import confirmed_on, confirmed_words
from kumo_tui.act.desk import Desk
from kumo_tui.act.draft import Checked
from kumo_tui.act.due import STOP_SLACK_S, needs_names
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.sending import (
    baseline,
    new_operation,
    note_sent_on,
    read_just_before,
    reading_metrics,
    reading_suspensions,
    sent,
    while_looking,
    with_parts,
    write_intent,
)
from kumo_tui.errors import JournalError, Refused
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Step
from kumo_tui.model.backlog import Backlog
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, Mode, NodeAct, Operation
from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.model.selector import ExactQueues, Selector
from kumo_tui.model.snapshot import Metrics, OperationStatus, Timed
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.aside import LARGE_ENTRIES, aside
from kumo_tui.text import clean, plural
from kumo_tui.units import parse_duration
from kumo_tui.watch.clean_advance import same_stop
from kumo_tui.watch.clean_track import CleanTrack, OthersStop, OwnStop
from kumo_tui.watch.tracker import SENT

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Target:
    """One node just before its stop: what it holds, and somebody else's stop that can be relied on instead."""

    node: str
    reading: Timed[Metrics]
    others: OthersStop | None
    request: PlannedRequest | None


class Starter:
    """Begins clean bounces: stops, and confirmations of stops that wait."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sending: set[asyncio.Task[Operation]] = set()

    def stop_request(
        self, node: NodePreview, checked: Checked, tag: str, *, confirmed: bool
    ) -> PlannedRequest | None:
        """The stop of one node as it would leave; None where nothing can be named that it should stop.

        A confirmed one stands longer than new mail is caught, so that what comes back late is still swept.
        """
        selector = checked.selector
        if selector is None or checked.duration_s is None:
            return None
        names = self._names(node, selector) if needs_names(selector) else ()
        cap_s = parse_duration(self._desk.settings.act.max_duration)
        seconds = min(cap_s, checked.duration_s + (STOP_SLACK_S if confirmed else 0))
        try:
            body = stop_body(selector, names, checked.reason, seconds, tag)
        except ValueError:
            return None
        return PlannedRequest("stop", node.node, "POST", self._desk.url(node.node, SUSPEND_PATH), body)

    def _names(self, node: NodePreview, selector: Selector) -> Sequence[str]:
        """Every queue of the node that is meant, those without mail too: it may come."""
        if isinstance(selector, ExactQueues):
            return tuple(sorted(selector.names))
        seen = self._desk.watcher.snapshot.node(node.node)
        return tuple(seen.table.select(selector).names) if seen else tuple(node.matched.names)

    async def confirm(self, waiting: OperationStatus, confirmed: Confirmed) -> Operation:
        """Turn a stop that waits into a confirmed bounce on the nodes of the preview: the baseline is what stands
        now. On its other nodes it stays only a stop. Raises Refused where it does not wait any more by then.
        """
        checked, preview = confirmed.checked, confirmed.preview
        readings = await self._readings(preview.nodes, partial=False)
        now = self._desk.clock.now()
        waiting = self._still_waiting(waiting, preview.node_names)
        operation = confirmed_on(waiting.operation, confirmed, now)
        words = confirmed_words(replace(waiting, operation=operation), preview, self._desk.who)
        ledgers = {node: baseline(preview.selector, reading.value) for node, reading in readings.items()}
        previews = {node.node: node.matched.as_counts() for node in preview.nodes}
        standing = {node: ledger.baseline for node, ledger in ledgers.items()}
        is_large = any(len(counts) > LARGE_ENTRIES for counts in standing.values())
        journal = self._desk.journal
        if waiting.operation.is_waiting:
            await aside(is_large, journal.record_confirmed, operation, previews, standing, now, words)
        else:
            there = [each for each in operation.apart if each.node in standing]
            await aside(
                is_large, journal.record_confirmed_later, operation.tag, there, previews, standing, now, words
            )
        _log.info("op %s: %s", operation.tag, words)
        # While a large one is written, lists and acts go on: what they have added stays.
        meanwhile = self._desk.watcher.snapshot.operation(operation.tag) or waiting
        operation = confirmed_on(meanwhile.operation, confirmed, now).with_event(now, words)
        at = self._desk.clock.monotonic()
        wanted = at + (checked.duration_s or 0)
        tracks = {}
        for node, ledger in ledgers.items():
            track = self._desk.watcher.clean_track(operation.tag, node)
            if track is not None:
                tracks[node] = replace(track, confirmed=True, ledger=ledger, wanted_until=wanted)
        self._desk.watcher.track_clean(operation, tracks)
        self._desk.watcher.refresh()
        return operation

    def _still_waiting(self, before: OperationStatus, nodes: Iterable[str]) -> OperationStatus:
        """The stop as it is once its nodes were read. Raises Refused where it has ended, or was confirmed."""
        watcher, tag = self._desk.watcher, before.operation.tag
        status = watcher.snapshot.operation(tag) or before
        tracks = {node: watcher.clean_track(tag, node) for node in nodes}
        gone = [
            node
            for node, track in tracks.items()
            if track is None or track.ending or track.confirmed or track.verdict is not Verdict.STOPPED
        ]
        if gone:
            words = f"It does not wait on {', '.join(map(clean, gone))} any more."
            raise Refused(words, "Nothing was bounced. Look at it once more.")
        if status.operation.confirmed_at != before.operation.confirmed_at:
            raise Refused("It was confirmed on other nodes meanwhile.", "Nothing was bounced by this.")
        return status

    async def begin(
        self, preview: Preview, checked: Checked, tag: str, *, partial: bool, confirmed: bool
    ) -> Operation:
        with self._desk.watcher.acting_on(preview.node_names):
            return await self._begin(preview, checked, tag, partial=partial, confirmed=confirmed)

    async def _begin(
        self, preview: Preview, checked: Checked, tag: str, *, partial: bool, confirmed: bool
    ) -> Operation:
        targets = await self._targets(preview, checked, tag, partial=partial, confirmed=confirmed)
        operation = self._operation(preview, checked, tag, targets, confirmed=confirmed)
        ledgers = {target.node: baseline(preview.selector, target.reading.value) for target in targets}
        previews = {node.node: node.matched.as_counts() for node in preview.nodes}
        intents = [_intent(target, ledgers[target.node], previews[target.node]) for target in targets]
        sending = asyncio.create_task(self._carry_out(operation, targets, ledgers, intents, checked.continues))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return await asyncio.shield(sending)

    async def _carry_out(
        self,
        operation: Operation,
        targets: Sequence[Target],
        ledgers: Mapping[str, Ledger],
        intents: Sequence[Intent],
        continues: str,
    ) -> Operation:
        with self._desk.watcher.acting_on(ledgers):
            await write_intent(self._desk, operation, intents)
            at = self._desk.clock.monotonic()
            tracks = {}
            for act, target in zip(operation.acts, targets, strict=True):
                leaving = replace(act, answered_at=at)
                tracks[act.node] = self._track(operation, leaving, target, ledgers[act.node])
            self._desk.watcher.track_clean(operation, tracks)
        note_sent_on(self._desk, operation, continues)
        placing = asyncio.gather(*(self._place(operation, each, ledgers[each.node]) for each in targets))
        await while_looking(self._desk, placing)
        self._desk.watcher.refresh()
        status = self._desk.watcher.snapshot.operation(operation.tag)
        return status.operation if status else operation

    def _write_event(self, tag: str, text: str) -> None:
        try:
            self._desk.journal.record_event(tag, self._desk.clock.now(), text)
        except JournalError as error:
            self._desk.watcher.note(tag, f"not in the journal: {error}")

    async def _place(self, operation: Operation, target: Target, ledger: Ledger) -> None:
        """Send the stop of one node, or rely on the one that stands there, and tell what came of it."""
        act = await self._answer(operation, target)
        words = _act_words(act, target)
        track = self._track(operation, act, target, ledger)
        self._desk.watcher.answered(operation.tag, act, words, track)
        self._write_event(operation.tag, words)

    async def _answer(self, operation: Operation, target: Target) -> NodeAct:
        desk, node = self._desk, target.node
        if target.request is not None:
            patience_s = desk.settings.act.answer_timeout_s
            posted = desk.clients[node].post_suspension(target.request.body, patience_s=patience_s)
            return await sent(desk, operation, node, posted)
        before = operation.act_on(node)
        since = before.online_since if before else None
        return NodeAct(node, ActState.ACCEPTED, None, None, since, desk.clock.monotonic())

    def _track(self, operation: Operation, act: NodeAct, target: Target, ledger: Ledger) -> CleanTrack:
        node = self._desk.watcher.snapshot.node(act.node)
        body = target.request.body if target.request else {}
        named = body.get("queue_names", ())
        names = frozenset(named) if isinstance(named, list) else frozenset()
        seconds = parse_duration(str(body["duration"])) if body else 0
        live = Verdict.STOPPED if operation.waits_on(act.node) else Verdict.SWEEPING
        verdicts = {ActState.REJECTED: Verdict.REJECTED, ActState.ACCEPTED: live}
        own = (OwnStop(act.id, act.answered_at + seconds, bool(names), names),) if act.id else ()
        return CleanTrack(
            tag=operation.tag,
            act=act,
            ledger=ledger,
            since=act.answered_at,
            confirmed=not operation.waits_on(act.node),
            wanted_until=act.answered_at + operation.duration_s,
            restarts=node.restarts if node else 0,
            own=own,
            others=target.others,
            covered=names,
            posted_at=act.answered_at,
            backlog=Backlog.of_reading(target.reading),
            over_at=act.answered_at + seconds,
            verdict=verdicts.get(act.state, Verdict.UNKNOWN),
            note=SENT if act.state is ActState.INTENT else act.error or "",
        )

    async def _targets(
        self, preview: Preview, checked: Checked, tag: str, *, partial: bool, confirmed: bool
    ) -> tuple[Target, ...]:
        """Every node as it is just before its stop, with the stop that must leave for it."""
        readings = await self._readings(preview.nodes, partial=partial)
        listing = {node: reading_suspensions(self._desk.clients[node]) for node in readings}
        lists = await read_just_before(self._desk, listing, "stop", partial=partial)
        selector = preview.selector
        targets = []
        for node in preview.nodes:
            if node.node not in lists:
                continue
            twin = next((entry for entry in lists[node.node].value if same_stop(selector, entry)), None)
            others = OthersStop(twin.id, lists[node.node].at + twin.remaining_s) if twin else None
            request = None if others else self.stop_request(node, checked, tag, confirmed=confirmed)
            targets.append(Target(node.node, readings[node.node], others, request))
        return tuple(targets)

    async def _readings(self, nodes: Iterable[NodePreview], *, partial: bool) -> Mapping[str, Timed[Metrics]]:
        reading = {node.node: reading_metrics(self._desk.clients[node.node]) for node in nodes}
        return await read_just_before(self._desk, reading, "stop", partial=partial)

    def _operation(
        self, preview: Preview, checked: Checked, tag: str, targets: Sequence[Target], *, confirmed: bool
    ) -> Operation:
        nodes = [target.node for target in targets]
        operation = new_operation(self._desk, preview, checked, tag, nodes)
        now = operation.created_at
        operation = replace(operation, mode=Mode.CLEAN, confirmed_at=now if confirmed else None)
        operation = operation.with_event(
            now, f"{'confirmed: ' if confirmed else ''}stop sent to {', '.join(nodes)}"
        )
        return with_parts(self._desk, operation, preview, checked)


def _intent(target: Target, ledger: Ledger, preview: Mapping[str, int]) -> Intent:
    """What is written down before the stop leaves; where somebody else's is relied on, nothing leaves."""
    request = target.request
    if request is None:
        return Intent(target.node, "", "", "", ledger.baseline, preview, Step.STOP)
    return Intent(
        target.node, request.method, request.url, request.json_text(), ledger.baseline, preview, Step.STOP
    )


def _act_words(act: NodeAct, target: Target) -> str:
    if act.state is ActState.UNKNOWN:
        return f"{act.node}: not known whether it is stopped: {act.error}"
    if act.state is ActState.REJECTED:
        return f"{act.node}: not stopped: {act.error}"
    if target.others is not None:
        return f"{act.node}: stopped already by somebody else's entry, which is relied on"
    in_flight = Backlog.of_reading(target.reading).in_flight
    held = f", up to {plural(in_flight, 'message')} in connections' hands" if in_flight else ""
    return f"{act.node}: stopped{held}"
