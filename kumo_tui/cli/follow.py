"""Following an operation to its end: from snapshots to lines and an exit code."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.cli.clean_sight import NO_STOP, CleanSight, is_sure, note_of, sight_on_node, summed_sight
from kumo_tui.cli.exits import Exit
from kumo_tui.cli.output import utc_text
from kumo_tui.model.clean import Meters
from kumo_tui.model.operation import ActState
from kumo_tui.model.partial import Part, are_partial
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, NodeState, OperationStatus, Snapshot
from kumo_tui.model.verdict import STALL_AFTER_S, Verdict, overall
from kumo_tui.text import plural
from kumo_tui.watch.watcher import Watcher

SWEPT = frozenset({Verdict.SWEPT, Verdict.CATCHING})
UNFINISHED = frozenset({Verdict.RUNNING, Verdict.STALLED})

# How long a node has not let itself be read until nobody waits for it any more, once its own time is over.
SILENT_S = 120.0


class Until(StrEnum):
    """How far an operation is followed."""

    SWEPT = "swept"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed: an operation of the watch, by its tag there.

    `operation` is its name outside, None for somebody else's directive. `baseline_known` and
    `criteria_known` say whether progress and collateral can be told.
    """

    tag: str
    operation: str | None
    baseline_known: bool = True
    criteria_known: bool = True


@dataclass(frozen=True, slots=True)
class NodeSight:
    """One node of a followed operation at one moment; `reading` is the node's state, in words.

    `is_lost_sight_of` says that the node has not answered for minutes, and that its time is over there; `is_held`
    that a clean bounce which is confirmed on others is only a stop there.
    """

    name: str
    state: ActState
    id: str | None
    verdict: Verdict
    bounced: int
    left_s: float | None
    note: str
    reading: str
    clean: CleanSight | None = None
    is_lost_sight_of: bool = False
    is_held: bool = False

    @property
    def is_only_stopped(self) -> bool:
        """Whether only a stop was meant there so far, and it was not lost: it stands, or came to its end."""
        return self.is_held and self.verdict is not Verdict.LOST

    @property
    def is_read(self) -> bool:
        """Whether the node lets itself be read now."""
        return self.reading == NodeState.OK.value

    @property
    def event(self) -> object:
        """What makes news when it changes."""
        clean = self.clean and (self.clean.standing, self.clean.sweeps, self.clean.may_wait, self.clean.is_waiting)
        news = (self.state, self.id, self.verdict, self.bounced, self.note, self.reading)
        return (*news, self.is_lost_sight_of, self.is_held, clean)

    def as_json(self) -> dict[str, Any]:
        """The node in a line of `watch --json`."""
        return {
            "state": self.state.value,
            "id": self.id,
            "verdict": self.verdict.value,
            "bounced": self.bounced,
            "note": self.note,
            **(
                {"may_wait": self.clean.may_wait, **self.clean.as_json(), "held": self.is_held}
                if self.clean
                else {}
            ),
        }


@dataclass(frozen=True, slots=True)
class Sight:
    """A followed operation at one moment. None: not known. Counts are messages.

    `meters` are summed over the nodes; what they count is not known where the nodes were first read after the act.
    `by_itself` says where it was cancelled because of its collateral. `clean` is None for a plain bounce, whose
    totals are the server's; those of a clean one are counted at its sweeps, a lower bound.
    """

    at: str
    operation: str | None
    verdict: Verdict
    bounced: int
    beyond: int | None
    collateral: int | None
    collateral_queues: Sequence[str]
    baseline: int | None
    rate_per_s: float
    eta_s: float | None
    meters: Meters
    nodes: tuple[NodeSight, ...]
    by_itself: tuple[str, ...] = ()
    clean: CleanSight | None = None

    @property
    def is_partial(self) -> bool:
        """Whether some nodes took it and some did not, or it ended on some while others are lost sight of."""
        if are_partial(Part(node.state, node.verdict, node.is_held) for node in self.nodes):
            return True
        ends = {node.verdict for node in self.nodes}
        return Verdict.DONE in ends and any(node.is_lost_sight_of for node in self.nodes)

    @property
    def word(self) -> str:
        """The verdict in capitals, `PARTIAL RUNNING` where some nodes have no part in it."""
        verdict = self.verdict.value.upper()
        is_marked = self.is_partial and self.verdict is not Verdict.PARTIAL
        return f"{Verdict.PARTIAL.value.upper()} {verdict}" if is_marked else verdict

    @property
    def known_on(self) -> str:
        """`known on 2 of 3 nodes`, where it goes on on one that is not read now; empty where all is known."""
        unread = sum(1 for node in self.nodes if not node.verdict.is_final and not node.is_read)
        return f"known on {len(self.nodes) - unread} of {plural(len(self.nodes), 'node')}" if unread else ""

    @property
    def leak_at_most(self) -> int | None:
        """Messages that the ready queues concerned have delivered since the act."""
        return None if self.meters.since_restart else self.meters.leak_at_most

    @property
    def in_flight(self) -> int | None:
        """Messages in the hands of connections when the act began."""
        return None if self.meters.since_restart else self.meters.in_flight

    def differs(self, before: "Sight | None") -> bool:
        """Whether something happened: rates and times alone are no event."""
        return before is None or self._event != before._event

    @property
    def _event(self) -> object:
        nodes = [node.event for node in self.nodes]
        return (self.verdict, self.bounced, self.collateral, self.by_itself, nodes)

    def as_json(self) -> dict[str, Any]:
        """One line of `watch --json` (DESIGN 5)."""
        return {
            "at": self.at,
            "operation": self.operation,
            "verdict": self.verdict.value,
            "partial": self.is_partial,
            "bounced": self.bounced,
            "at_least": self.clean is not None,
            "beyond": self.beyond,
            "collateral": self.collateral,
            "collateral_grows": self.meters.collateral_grows,
            "leak_at_most": self.leak_at_most,
            "in_flight": self.in_flight,
            "baseline": self.baseline,
            "rate_per_s": round(self.rate_per_s, 1),
            "eta_s": None if self.eta_s is None else round(self.eta_s, 1),
            "may_wait": self.meters.may_wait,
            **(self.clean.as_json() if self.clean else NO_STOP),
            "nodes": {node.name: node.as_json() for node in self.nodes},
        }


class Follower:
    """Follows one operation of a watch."""

    def __init__(self, watcher: Watcher, followed: Followed) -> None:
        self._watcher = watcher
        self._followed = followed
        self._risen: dict[str, tuple[int, float]] = {}
        self._live: dict[str, Verdict] = {}
        self._silent_since: dict[str, float] = {}

    @property
    def tag(self) -> str:
        """The tag of the operation in the watch."""
        return self._followed.tag

    async def settled(self) -> None:
        """Return when no act of the operation is of unknown outcome any more, or the lists cannot tell."""
        arriving = published(self._watcher)
        while any(_is_looked_for(node) for node in self.status(await arriving.get()).nodes):
            pass

    async def run(self, until: Until, emit: Callable[[Sight], None]) -> tuple[Exit, Sight]:
        """Follow to the end; `emit` gets each event. Acts of unknown outcome are not waited for.

        Returns the exit code and the operation as it was last seen.
        """
        last = await self.until(lambda node: _is_over(node.verdict, until), emit)
        return self.exit_of(last), last

    async def until(self, is_over: Callable[[NodeSight], bool], emit: Callable[[Sight], None]) -> Sight:
        """Follow until this holds for every node; `emit` gets each event. Returns what was seen last.

        Nobody waits for a node that is lost sight of, or on which it is only a stop, while it is over on others.
        """
        arriving = published(self._watcher)
        last: Sight | None = None
        while last is None or not _has_ended(last, is_over):
            sight = self.look(await arriving.get())
            if sight.differs(last):
                emit(sight)
            last = sight
        return last

    def look(self, snapshot: Snapshot) -> Sight:
        """The operation in this snapshot."""
        followed, status = self._followed, self.status(snapshot)
        nodes = tuple(self._look_at(progress, status, snapshot) for progress in status.nodes)
        sums = status.ledger.progress
        collateral = status.ledger.collateral
        return Sight(
            at=utc_text(snapshot.taken_at),
            operation=followed.operation,
            verdict=overall(node.verdict for node in nodes),
            bounced=sums.bounced,
            beyond=sums.beyond if followed.baseline_known else None,
            collateral=sums.collateral if followed.criteria_known else None,
            collateral_queues=sorted(collateral, key=lambda name: (-collateral[name], name)),
            baseline=sums.baseline if followed.baseline_known else None,
            rate_per_s=status.rate_per_s,
            eta_s=status.eta_s,
            meters=status.meters,
            nodes=nodes,
            by_itself=cancelled_by_itself(status.operation),
            clean=summed_sight(
                [node.clean for node in nodes if node.clean is not None],
                is_confirmed=not status.operation.is_waiting,
            ),
        )

    @property
    def is_incomplete(self) -> bool:
        """Whether the last totals of a node did not reach the baseline, and nothing explains what is missing."""
        return self._followed.baseline_known and any(verdict in UNFINISHED for verdict in self._live.values())

    def status(self, snapshot: Snapshot) -> OperationStatus:
        """The followed operation as the snapshot has it."""
        status = snapshot.operation(self._followed.tag)
        if status is None:
            raise ValueError("a followed operation is tracked by the watch")
        return status

    def _look_at(self, progress: NodeProgress, status: OperationStatus, snapshot: Snapshot) -> NodeSight:
        name = progress.act.node
        node = snapshot.node(name)
        verdict = self._verdict(progress)
        if not verdict.is_final:
            self._live[name] = verdict
        return NodeSight(
            name=name,
            state=progress.act.state,
            id=progress.act.id,
            verdict=verdict,
            bounced=progress.ledger.progress.bounced,
            left_s=progress.left_s,
            note=note_of(progress),
            reading=node.state.value if node else "",
            clean=sight_on_node(status, progress),
            is_lost_sight_of=self._is_lost_sight_of(progress, node, snapshot.at),
            is_held=name in status.operation.held,
        )

    def _is_lost_sight_of(self, progress: NodeProgress, node: NodeSnapshot | None, now: float) -> bool:
        name = progress.act.node
        if progress.verdict.is_final or (node is not None and node.has_data and not node.is_out):
            self._silent_since.pop(name, None)
            return False
        return now - self._silent_since.setdefault(name, now) >= SILENT_S and not progress.left_s

    def _verdict(self, progress: NodeProgress) -> Verdict:
        """The verdict of the watch; without a baseline, swept is when no total has risen for a while."""
        if self._followed.baseline_known or progress.verdict not in SWEPT or progress.last_seen is None:
            return progress.verdict
        bounced, seen = progress.ledger.progress.bounced, progress.last_seen
        before, risen_at = self._risen.get(progress.act.node, (-1, seen))
        if bounced > before:
            before, risen_at = bounced, seen
        self._risen[progress.act.node] = before, risen_at
        return Verdict.SWEPT if seen - risen_at >= STALL_AFTER_S else Verdict.RUNNING

    def exit_of(self, sight: Sight) -> Exit:
        """The exit code when the following ends with this."""
        if sight.collateral:
            return Exit.COLLATERAL
        held = [node for node in sight.nodes if node.is_only_stopped]
        ends = {node.verdict for node in sight.nodes if node not in held}
        if ends & {Verdict.UNKNOWN, Verdict.EXPIRED}:
            return Exit.UNKNOWN
        if ends == {Verdict.REJECTED}:
            return Exit.REJECTED
        if self._ended_otherwise(sight):
            return Exit.ENDED_OTHERWISE
        return Exit.PARTLY if Verdict.REJECTED in ends or held else Exit.DONE

    def _ended_otherwise(self, sight: Sight) -> bool:
        """Whether a node ended otherwise than done, or nobody knows that all that was meant is gone."""
        ends = {node.verdict for node in sight.nodes if not node.is_only_stopped}
        is_half_seen = Verdict.DONE in ends and any(node.is_lost_sight_of for node in sight.nodes)
        if ends - SWEPT - {Verdict.DONE, Verdict.REJECTED} or is_half_seen:
            return True
        if sight.clean is not None:
            return any(node.verdict is Verdict.DONE and not is_sure(node.note) for node in sight.nodes)
        return self.is_incomplete or (Verdict.DONE in ends and sight.meters.may_wait > 0)


def _has_ended(sight: Sight, is_over: Callable[[NodeSight], bool]) -> bool:
    going_on = [node for node in sight.nodes if not is_over(node)]
    return len(going_on) < len(sight.nodes) and all(node.is_lost_sight_of or node.is_held for node in going_on)


def _is_looked_for(node: NodeProgress) -> bool:
    return node.act.state is ActState.UNKNOWN and not node.verdict.is_final


def published(watcher: Watcher) -> "asyncio.Queue[Snapshot]":
    """A queue of the last snapshot and every new one; the loops of the watch run from now on."""
    arriving: asyncio.Queue[Snapshot] = asyncio.Queue()
    arriving.put_nowait(watcher.snapshot)
    watcher.subscribe(arriving.put_nowait)
    watcher.start()
    return arriving


def _is_over(verdict: Verdict, until: Until) -> bool:
    return verdict.is_final or verdict is Verdict.UNKNOWN or (until is Until.SWEPT and verdict in SWEPT)
