"""The watch over all nodes of a profile: one snapshot after each poll, followed operations included."""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from kumo_tui.clock import Clock
from kumo_tui.journal.port import Journal
from kumo_tui.journal.records import Recorded
from kumo_tui.model.directives import Directive
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, Snapshot, Timed
from kumo_tui.node.aside import LARGE_ENTRIES, aside
from kumo_tui.watch.books import Books
from kumo_tui.watch.clean_track import CleanTrack, new_doubts, stop_answered
from kumo_tui.watch.composing import Composer, ProfileFacts
from kumo_tui.watch.digest import is_large, moved_on, sum_ledgers
from kumo_tui.watch.earlier import Earlier, NodeTracks
from kumo_tui.watch.loops import log_event, surface
from kumo_tui.watch.membership import Membership
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.publishing import Publishing
from kumo_tui.watch.quick_look import QuickLook
from kumo_tui.watch.roster import Roster
from kumo_tui.watch.rounds import Calls, Rounds
from kumo_tui.watch.tracker import Track, answered, start_track
from kumo_tui.watch.tracks import Key, Tracks

PATIENCE_AFTER_ACT_S = 900.0

Listener = Callable[[Snapshot], None]


class Watcher(Membership):
    """Polls every node at its own pace and publishes snapshots.

    Each node has its own loop, so that a slow one holds nobody else. `poll_once` works without the loops.
    `jitter` gives numbers from 0 to 1. A mistake in a listener or in here never ends a loop: it goes to the
    event loop's exception handler, and the watching goes on.
    """

    def __init__(
        self,
        nodes: Sequence[NodeWatch],
        clock: Clock,
        journal: Journal,
        *,
        profile: ProfileFacts | None = None,
        interval_s: float = 2.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._books = Books(journal, clock)
        self._profile = profile or ProfileFacts()
        self._earlier = Earlier(self._profile.name, self._profile.others)
        self._composer = Composer(self._profile, clock)
        self._publishing = Publishing(self._publish, self._sum_up, lambda: len(self._roster.nodes), clock)
        super().__init__(
            Roster(nodes),
            Rounds(nodes, clock, interval_s, Calls(self._digest, self._publishing.soon, self._ends_in, jitter)),
        )
        self._quick_look = QuickLook(self._rounds.poll, self._publish, clock)
        self._operations: dict[str, Operation] = {}
        self._tracks = Tracks()
        self._followed: set[str] = set()
        self._listeners: list[Listener] = []
        self._snapshot = self._compose()

    @property
    def snapshot(self) -> Snapshot:
        """The last snapshot; number 0 before the first poll."""
        return self._snapshot

    @property
    def interval_s(self) -> float:
        """Seconds between polls, as it is set."""
        return self._rounds.interval_s

    @interval_s.setter
    def interval_s(self, seconds: float) -> None:
        self._rounds.interval_s = seconds

    @property
    def attended(self) -> bool:
        """Whether anybody looks at what is published; where nobody does, nodes are polled less often."""
        return self._rounds.attended

    @attended.setter
    def attended(self, attended: bool) -> None:
        self._rounds.attended = attended

    @property
    def is_whole(self) -> bool:
        """Whether polls read the metrics each time, however seldom else: somebody decides by them."""
        return self._rounds.is_whole

    @is_whole.setter
    def is_whole(self, is_whole: bool) -> None:
        self._rounds.is_whole = is_whole

    def subscribe(self, listener: Listener) -> None:
        """Call the listener with each new snapshot, on the event loop."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start one loop per node; `stop` ends them."""
        self._rounds.start()

    async def stop(self) -> None:
        """End the loops and close the connections."""
        await self._rounds.stop()
        await self._quick_look.stop()
        await self._publishing.stop()
        await self._close_all()

    def refresh(self) -> None:
        """Poll every node now; one that is being polled is polled once more right after."""
        self._rounds.refresh()

    async def look(self) -> None:
        """Have every node polled: by the loops where they run, else now, to its end."""
        if self._rounds.is_running:
            self.refresh()
        else:
            await self.poll_once()

    async def look_quickly(self) -> Snapshot:
        """Poll every node once and publish, for somebody who waits: a node that hangs is not waited for.

        Its last reading stays, with its age. Without the loops one that was never read is waited for longer.
        """
        await self._quick_look.look(self._roster.nodes, first_too=self._rounds.is_running)
        await self._sum_up()
        return self._publish()

    async def poll_once(self) -> Snapshot:
        """Poll every node once, all at the same time, and publish."""
        await asyncio.gather(*(self._rounds.poll(node) for node in self._roster.nodes))
        return self._publish()

    def track(
        self,
        operation: Operation,
        ledgers: Mapping[str, Ledger],
        since: float,
        before: Mapping[str, Timed[Metrics]] | None = None,
        *,
        kept: bool = True,
    ) -> None:
        """Follow an operation from now on: per target node its baseline.

        `since` is monotonic seconds at which its requests left, or leave now: `answered` tells then what came of
        them; `before` is, per node, its last reading before that; `kept` says whether the journal has it, and not
        only somebody else's.
        """
        if not kept:
            self._books.leave_out(operation.tag)
        self._operations[operation.tag] = operation
        for act in operation.acts:
            node = self._node(act.node)
            track = start_track(
                operation.tag,
                act,
                ledgers[act.node],
                act.answered_at or since,
                operation.duration_s,
                node.snapshot().restarts,
                sent_at=since,
                before=(before or {}).get(act.node),
            )
            self._tracks[operation.tag, act.node] = track
            self._be_patient(node, operation.duration_s + PATIENCE_AFTER_ACT_S)
        self._publish()

    def answered(self, tag: str, act: NodeAct, words: str, clean: CleanTrack | None = None) -> None:
        """Take what a node said to the request of an act that is followed since it left, with a line about it.

        `clean` is what is known of a clean bounce by that answer. What a list has told meanwhile stays.
        """
        before = self._tracks[tag, act.node]
        if isinstance(before, CleanTrack):
            after: Track | CleanTrack = stop_answered(before, clean or before)
        else:
            after = answered(before, act)
        self._tracks[tag, act.node] = after
        if before.act.state is ActState.INTENT:
            self._operations[tag] = self._operations[tag].with_act(act).with_event(self._clock.now(), words)
            self._books.act(after)
        self._publish()

    def resume(self, recorded: Sequence[Recorded]) -> None:
        """Go on with operations that an earlier run wrote down; those of other nodes are left alone.

        Where a node of one is not in the list any more, it goes on elsewhere, and there when the node comes back.
        """
        at, now = self._clock.monotonic(), self._clock.now()
        for operation, tracks in self._earlier.resumed(recorded, self._roster.nodes, at, now):
            self._go_on(operation, tracks)
        self._publish()

    def track_clean(self, operation: Operation, tracks: Mapping[str, CleanTrack]) -> None:
        """Follow a clean bounce from now on, or from now on as this: per target node what is known of it."""
        self._operations[operation.tag] = operation
        for node, track in tracks.items():
            self._tracks[operation.tag, node] = track
        self._publish()

    def clean_track(self, tag: str, node: str) -> CleanTrack | None:
        """What is known of a clean bounce on one node that is watched."""
        track = self._tracks.get((tag, node))
        return track if isinstance(track, CleanTrack) and track.is_watched else None

    def change_clean(self, tag: str, node: str, change: Callable[[CleanTrack], CleanTrack]) -> None:
        """Take what an act has just done to a clean bounce, and publish."""
        before = self.clean_track(tag, node)
        if before is not None:
            after = self._tracks[tag, node] = change(before)
            self._record(before, after)
            self._publish()

    def only_follow(self, tag: str, *, others_act: bool) -> None:
        """Say whether another process acts on this operation: then it writes down what comes of it, not we."""
        (self._followed.add if others_act else self._followed.discard)(tag)

    def is_ours(self, tag: str) -> bool:
        """Whether it is an operation of ours, and not somebody else's directive that is only followed."""
        return tag in self._operations and self._books.keeps(tag)

    def be_patient(self, node: str) -> None:
        """Take silence of this node for business from now on: a bounce is about to leave."""
        watch = self._roster.find(node)
        if watch is not None:
            self._be_patient(watch, PATIENCE_AFTER_ACT_S)

    def heard(self, node: str, directives: Timed[tuple[Directive, ...]]) -> None:
        """Take a list that an act has read: the last totals before a cancel are in no list after it."""
        watch = self._roster.find(node)
        if watch is not None:
            watch.heard(directives)
            self._advance(watch)
            self._publish()

    def mark_cancelled(self, node: str, directive_id: str, *, cancelled: bool = True) -> None:
        """Remember that we are cancelling this directive, so that its absence is no surprise."""
        for key, track in self._plain_of(node, directive_id):
            self._tracks[key] = replace(track, cancelled=cancelled, cancel_over_at=float("inf"))

    def doubt_cancel(self, node: str, directive_id: str) -> None:
        """The cancel has no known outcome: a list asked for from now on that still has the directive denies it."""
        for key, track in self._plain_of(node, directive_id):
            self._tracks[key] = replace(track, cancel_over_at=self._clock.monotonic())

    def note(self, tag: str, text: str) -> None:
        """Add one line to an operation's timeline, here and in the journal."""
        log_event(tag, text)
        if tag in self._operations:
            self._operations[tag] = self._operations[tag].with_event(self._clock.now(), text)
            self._books.line(tag, text)

    def _held_by(self, node: str) -> Iterable[str]:
        """What of ours is open on a node, in words."""
        return (f"operation {tag}" for tag, _node in self._tracks.open_on(node))

    def _go_on(self, operation: Operation, tracks: NodeTracks) -> None:
        """Follow an operation of an earlier run, or the rest of it: what is followed by now is left as it is."""
        self._operations.setdefault(operation.tag, operation)
        for name, track in tracks.items():
            known = self._tracks.get((operation.tag, name))
            if known is None or not known.is_watched:
                self._tracks[operation.tag, name] = track
                if track.is_watched:
                    self._be_patient(self._node(name), PATIENCE_AFTER_ACT_S)

    def _joined(self, nodes: Sequence[NodeWatch]) -> None:
        at, now = self._clock.monotonic(), self._clock.now()
        names = [node.name for node in nodes]
        for operation, tracks in self._earlier.joined(names, self._roster.nodes, at, now):
            self._go_on(operation, tracks)

    def _node(self, name: str) -> NodeWatch:
        return next(node for node in self._roster.nodes if node.name == name)

    def _be_patient(self, node: NodeWatch, seconds: float) -> None:
        node.patient_until = max(node.patient_until, self._clock.monotonic() + seconds)

    def _plain_of(self, node: str, directive_id: str) -> list[tuple[Key, Track]]:
        return [
            (key, track)
            for key, track in self._tracks.on(node).items()
            if isinstance(track, Track) and track.act.id == directive_id
        ]

    def _ends_in(self, node: str) -> Iterable[float]:
        now = self._clock.monotonic()
        return (track.ends_at - now for track in self._tracks.open_on(node).values())

    async def _digest(self, node: NodeWatch) -> None:
        """Take what a poll has found; where that is much, what is large of it beside the event loop."""
        seen, followed = node.snapshot(), self._tracks.on(node.name)
        for key in [key for key, track in followed.items() if is_large(track, seen)]:
            await self._advance_aside(key, seen)
        self._advance(node)
        if not self._publishing.prepares and len(seen.table) * max(1, len(followed)) > LARGE_ENTRIES:
            await self._sum_up()

    async def _sum_up(self) -> bool:
        """Sum the tables of all nodes before the next snapshot asks for that, beside the event loop.

        Returns whether no table came meanwhile that it would have to add.
        """
        now = self._clock.monotonic()
        nodes = self._roster.snapshots(now)
        statuses = self._composer.statuses(reversed(self._operations.values()), self._tracks)
        is_large = sum(len(node.table) for node in nodes) * max(1, len(statuses)) > LARGE_ENTRIES
        await aside(is_large, self._composer.sum_up, nodes, statuses, now)
        return self._composer.has_summed(self._roster.snapshots(now))

    async def _advance_aside(self, key: Key, seen: NodeSnapshot) -> None:
        """Move a large track on and write its totals, in a thread; what an act does to it meanwhile goes first."""
        track, now = self._tracks[key], self._clock.monotonic()
        moved = await aside(True, moved_on, track, seen, now)
        rose = moved.ledger is not track.ledger and moved.act == track.act and key[0] not in self._followed
        keeps = rose and self._books.keeps(key[0])
        totals = await aside(True, self._books.write_totals, moved) if keeps else None
        if moved.ledger is not track.ledger:
            tracks = {**self._tracks, key: moved}
            acts = self._operations[key[0]].acts
            await aside(True, sum_ledgers, [tracks[key[0], act.node].ledger for act in acts])
        if self._tracks[key] is track and moved is not track:
            self._tracks[key] = moved
            self._record(track, moved, totals)

    def _advance(self, node: NodeWatch) -> None:
        seen = node.snapshot()
        for key, track in self._tracks.on(node.name).items():
            moved = moved_on(track, seen, self._clock.monotonic())
            if moved is not track:
                self._tracks[key] = moved
                self._record(track, moved)

    def _record(
        self, before: Track | CleanTrack, after: Track | CleanTrack, totals: Callable[[], None] | None = None
    ) -> None:
        """Write down what changed, unless another process does; `totals` as for `Books.change`."""
        tag, act = after.tag, after.act
        if act != before.act:
            self._operations[tag] = self._operations[tag].with_act(act)
        if tag in self._followed:
            return
        self._books.change(before, after, totals)
        for text in new_doubts(before, after):
            self.note(tag, text)
        if after.verdict is not before.verdict:
            text = f"{act.node} {after.verdict.value.upper()}"
            self.note(tag, f"{text}: {after.note}" if after.note else text)

    def _publish(self) -> Snapshot:
        self._let_leave()
        self._snapshot = self._compose()
        for listener in self._listeners:
            try:
                listener(self._snapshot)
            except Exception as error:  # noqa: BLE001 - one listener must not keep the snapshot from the others
                surface("a listener to snapshots failed", error)
        return self._snapshot

    def _compose(self) -> Snapshot:
        now = self._clock.monotonic()
        return self._composer.compose(
            [
                replace(seen, every_s=self._rounds.every_s(node))
                for node, seen in zip(self._roster.nodes, self._roster.snapshots(now), strict=True)
            ],
            reversed(self._operations.values()),
            self._tracks,
            interval_s=self.interval_s if self._roster.nodes else 0.0,
            attended=self.attended,
            journal_problem=self._books.look(self._tracks),
            list_trouble=self._list_trouble,
            left_behind=self._earlier.left_behind(self._operations, self._clock.now()),
        )
