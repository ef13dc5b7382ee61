"""The sweeper: does by itself what a confirmed clean bounce needs, one step at a time on each node.

It goes by the snapshots of the watch. Only one process at a time does it for an operation (see `turns`).
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from kumo_tui.act import steps
from kumo_tui.act.clean_requests import Batch, choose_batch, in_bodies, stop_body
from kumo_tui.act.closing import Closing
from kumo_tui.act.desk import Desk
from kumo_tui.act.due import STOP_SLACK_S, Due, Step, due, needs_names
from kumo_tui.act.going_on import GIVEN_UP, is_allowed
from kumo_tui.act.rights import RELEASE
from kumo_tui.act.steps import Came, Outcome
from kumo_tui.act.turns import Turns
from kumo_tui.errors import JournalError, NodeError
from kumo_tui.model.operation import ActState, Mode, Operation
from kumo_tui.model.selector import Everything
from kumo_tui.model.snapshot import NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.text import one_line
from kumo_tui.units import duration_text, parse_duration
from kumo_tui.watch.clean_advance import same_stop
from kumo_tui.watch.clean_end import ended
from kumo_tui.watch.clean_track import CleanTrack, OwnStop, placed, sweep_unanswered, swept

HOLD_S = 5.0
REFUSED_HOLD_S = 30.0

Key = tuple[str, str]
_log = logging.getLogger(__name__)
_Change = Callable[[CleanTrack, float], CleanTrack]


class Sweeper:
    """Sweeps, extends, covers and releases for every clean bounce of the watch that this process may act on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._locks: dict[Key, asyncio.Lock] = {}
        self._turns = Turns(desk, lambda: self._quiet_s)
        self._closing = Closing(desk)
        self._doubted: set[str] = set()
        self._runs = False
        self._listens = False

    def start(self) -> None:
        """Act from now on, at each snapshot; only follow in a session that is read-only by order."""
        self._runs = True
        if not self._listens:
            self._listens = True
            self._desk.watcher.subscribe(self._on_snapshot)
        self._on_snapshot(self._desk.watcher.snapshot)

    async def stop(self) -> None:
        """Act no more. A request that has left is waited for; stops stand until their own end."""
        self._runs = False
        await self.idle()
        self._turns.let_go_all()

    async def idle(self) -> None:
        """Return when no step is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def claim(self, tag: str) -> bool:
        """Whether this process may act on an operation; raises JournalError when that cannot be known."""
        return self._turns.claim(tag)

    def holds(self, tag: str) -> bool:
        """Whether it is this process that may act on it."""
        return self._turns.holds(tag)

    def let_go(self, tag: str) -> None:
        """Let another process act on it."""
        self._turns.let_go(tag)

    def taking(self, tag: str) -> AbstractContextManager[None]:
        """It is this process that acts on it from now on, unless what is begun in here fails. Raises Refused."""
        return self._turns.taking(tag)

    async def release(self, tag: str, node: str) -> Outcome:
        """Release every stop of ours of an operation on a node, now."""
        async with self._lock((tag, node)):
            return await self._release(tag, node)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if not self._runs:
            return
        for status in snapshot.operations:
            operation = status.operation
            if operation.mode is not Mode.CLEAN:
                continue
            if not status.verdict.is_final:
                self._look_after(status, snapshot)
            elif not self._desk.rights.order:
                self._closing.look(operation, snapshot)
                if self.holds(operation.tag):
                    self.let_go(operation.tag)

    def _look_after(self, status: OperationStatus, snapshot: Snapshot) -> None:
        operation = status.operation
        if self._desk.rights.order:
            self._turns.only_follow(operation)
            return
        if not self._turns.may_act(status):
            return
        for act in operation.acts:
            key, node = (operation.tag, act.node), snapshot.node(act.node)
            track = self._desk.watcher.clean_track(*key)
            if track is None or node is None or track.verdict.is_final:
                continue
            if track.missed_at is not None:
                self._turns.ask_journal(track)
            if key in self._tasks or self._lock(key).locked():
                continue
            step = self._due(track, node)
            if step is not None and is_allowed(self._desk, step, act.node):
                task = self._tasks[key] = asyncio.create_task(self._take(key, step))
                task.add_done_callback(partial(self._done, key))

    def _done(self, key: Key, task: asyncio.Task[None]) -> None:
        """A mistake of ours must be seen; the next snapshot tries again."""
        self._tasks.pop(key, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("acting on %s", key[1], exc_info=error)
            words = f"acting on {key[1]} failed: {type(error).__name__}: {one_line(str(error), 120)}"
            hold_until = self._desk.clock.monotonic() + HOLD_S
            self._desk.watcher.change_clean(*key, lambda known: replace(known, hold_until=hold_until))
            self._desk.watcher.note(key[0], words)

    def _due(self, track: CleanTrack, node: NodeSnapshot) -> Due | None:
        cap_s = parse_duration(self._desk.settings.act.max_duration)
        return due(track, node, self._desk.clock.monotonic(), quiet_s=self._quiet_s, cap_s=cap_s)

    @property
    def _quiet_s(self) -> float:
        return parse_duration(self._desk.settings.act.quiet_after)

    async def _take(self, key: Key, step: Due) -> None:
        async with self._lock(key):
            track = self._desk.watcher.clean_track(*key)
            node = self._desk.watcher.snapshot.node(key[1])
            if track is None or node is None or track.verdict.is_final:
                return
            if step.step is Step.SWEEP:
                await self._sweep(track, node)
            elif step.step is Step.RELEASE:
                await self._release(*key)
            elif step.step is Step.TIDY:
                await self._tidy(track)
            else:
                await self._stop(track, step)

    async def _sweep(self, track: CleanTrack, node: NodeSnapshot) -> None:
        operation = self._operation(track.tag)
        if operation.waits_on(node.name) or isinstance(operation.selector, Everything):
            return
        batch = await self._batch(track, node, operation)
        if isinstance(batch, str):
            self._hold(track, batch, HOLD_S)
            return
        known = self._desk.watcher.clean_track(track.tag, node.name)
        if known is None or known.ending or known.verdict.is_final:
            # It was let go, or lost, while the list was read.
            return
        left_at = self._desk.clock.monotonic()
        self._desk.watcher.change_clean(track.tag, node.name, lambda known: replace(known, last_sweep_at=left_at))
        self._desk.watcher.be_patient(node.name)
        try:
            outcome = await steps.sweep(self._desk, track, batch.body)
        except JournalError as error:
            self._swept(track, lambda known, at: replace(known, swept_at=at))
            self._hold(track, f"nothing can be written down: {error}", HOLD_S)
            return
        if outcome.came is Came.DONE:
            self._swept(track, lambda known, at: swept(known, batch.counts, left_at, at))
        elif outcome.came is Came.UNKNOWN:
            self._swept(track, lambda known, at: sweep_unanswered(known, batch.counts, left_at, at))
            words = f"a sweep was not answered, the next one covers it: {outcome.error}"
            self._desk.watcher.note(track.tag, words)
        else:
            self._swept(track, lambda known, at: replace(known, swept_at=at))
            self._refused(track, outcome)
        self._desk.watcher.refresh()

    async def _batch(self, track: CleanTrack, node: NodeSnapshot, operation: Operation) -> Batch | str:
        """What to sweep. Before criteria leave, the list is read once more: somebody may have placed theirs."""
        listed = node.directives.value if node.directives else ()
        for is_fresh in (False, True):
            batch = choose_batch(
                operation.selector,
                track.standing,
                node.capability,
                listed,
                operation.reason,
                operation.tag,
                suppress_logging=operation.suppress_logging,
            )
            if isinstance(batch, str) or not batch.by_criteria or is_fresh:
                return batch
            try:
                listed = await self._desk.clients[node.name].list_directives()
            except NodeError as error:
                return f"the directives cannot be read: {error}"
        return batch

    async def _stop(self, track: CleanTrack, step: Due) -> None:
        """One more stop: an extension, the names that are new, or ours after somebody else's."""
        node, operation = track.act.node, self._operation(track.tag)
        if not step.names and (needs_names(operation.selector) or not await self._is_free(track)):
            return
        seconds = self._stop_seconds(track)
        whole = step.step is Step.EXTEND or not step.names
        for part in in_bodies(step.names) if step.names else [[]]:
            body = stop_body(operation.selector, part, operation.reason, seconds, track.tag)
            twin = next((stop.id for stop in track.own if not stop.is_exact), None)
            outcome = await steps.stop(self._desk, track, body, None if part else twin)
            at = self._desk.clock.monotonic()
            if outcome.came is not Came.DONE or outcome.id is None:
                self._desk.watcher.change_clean(track.tag, node, partial(replace, posted_at=at))
                self._desk.watcher.note(track.tag, f"{node}: the stop was not extended: {outcome.error}")
                return
            mine = OwnStop(outcome.id, at + seconds, bool(part), frozenset(part))
            known_as = partial(placed, stop=mine, names=part, at=at, replaces=whole)
            self._desk.watcher.change_clean(track.tag, node, known_as)
            whole = False
        self._desk.watcher.note(track.tag, f"{node}: stopped for {duration_text(seconds)} from now")

    def _stop_seconds(self, track: CleanTrack) -> int:
        """For how long a stop is placed now; that of a confirmed bounce outlasts it, for late returns."""
        left_s = max(0.0, track.wanted_until - self._desk.clock.monotonic())
        slack_s = STOP_SLACK_S if track.confirmed else 0
        cap_s = parse_duration(self._desk.settings.act.max_duration)
        return max(1, min(cap_s, round(left_s) + slack_s))

    async def _is_free(self, track: CleanTrack) -> bool:
        """Whether a stop by criteria would replace nobody else's."""
        try:
            entries = await self._desk.clients[track.act.node].list_suspensions()
        except NodeError:
            return False
        return not any(same_stop(track.ledger.selector, entry) and entry.tag != track.tag for entry in entries)

    async def _tidy(self, track: CleanTrack) -> None:
        """Release the stops of ours that a newer one has made needless."""
        node = track.act.node
        for name in track.stale:
            outcome = await steps.release(self._desk, track.tag, node, name)
            if outcome.came is Came.UNKNOWN or not self._desk.rights.may_end_on(node, RELEASE):
                self._hold(track, "", HOLD_S)
                return
        at = self._desk.clock.monotonic()
        self._desk.watcher.change_clean(track.tag, node, lambda known: replace(known, stale=(), posted_at=at))

    async def _release(self, tag: str, node: str) -> Outcome:
        track = self._desk.watcher.clean_track(tag, node)
        if track is None:
            return Outcome(Came.REFUSED, None, f"{node}: no clean bounce of this tag.")
        if track.act.state in (ActState.UNKNOWN, ActState.INTENT):
            return Outcome(Came.UNKNOWN, None, f"{node}: not known yet whether it is stopped there.")
        if not self._desk.rights.may_end_on(node, RELEASE):
            return Outcome(Came.REFUSED, None, self._desk.rights.node_words(node))
        self._desk.watcher.change_clean(tag, node, partial(replace, ending=True))
        outcome = Outcome(Came.DONE)
        for name in (*(stop.id for stop in track.own), *track.stale):
            outcome = await steps.release(self._desk, tag, node, name)
            if outcome.came is not Came.DONE:
                self._doubted.add(name)
                self._hold(track, "", HOLD_S)
                self._desk.watcher.note(tag, self._not_released(node, outcome))
                return outcome
            if outcome.was_gone and name not in (*self._doubted, *track.stale) and track.let_go_in is None:
                self._desk.watcher.change_clean(tag, node, _gone_before)
        now, quiet_s = self._desk.clock.monotonic(), self._quiet_s
        self._desk.watcher.change_clean(tag, node, lambda known: ended(known, now, quiet_s))
        self._desk.watcher.refresh()
        return outcome

    def _not_released(self, node: str, outcome: Outcome) -> str:
        if self._desk.rights.may_end_on(node, RELEASE):
            return f"{node}: the release is tried again: {outcome.error}"
        return f"{node}: the release is refused, the stop stands until its own end: {outcome.error}"

    def _swept(self, track: CleanTrack, change: _Change) -> None:
        at = self._desk.clock.monotonic()
        self._desk.watcher.change_clean(track.tag, track.act.node, lambda known: change(known, at))

    def _refused(self, track: CleanTrack, outcome: Outcome) -> None:
        """Say what keeps the sweeps; where the node does not allow them, that it is for good."""
        node = track.act.node
        if self._desk.rights.may_act_on(node):
            self._hold(track, f"the sweep was refused: {outcome.error}", REFUSED_HOLD_S)
            return
        words = f"{self._desk.rights.node_words(node)} {GIVEN_UP}"
        self._hold(track, words, 0.0)
        self._desk.watcher.note(track.tag, words)

    def _hold(self, track: CleanTrack, words: str, seconds: float) -> None:
        until = self._desk.clock.monotonic() + seconds
        self._desk.watcher.change_clean(
            track.tag, track.act.node, lambda known: replace(known, waits_for=words, hold_until=until)
        )

    def _lock(self, key: Key) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())

    def _operation(self, tag: str) -> Operation:
        status = self._desk.watcher.snapshot.operation(tag)
        if status is None:
            raise ValueError(f"operation {tag} is not followed by the watch")
        return status.operation


def _gone_before(track: CleanTrack) -> CleanTrack:
    """The track when its stop was found to be gone: nobody knows since when."""
    return replace(track, gaps=(*track.gaps, "the stop was gone before it was released"))
