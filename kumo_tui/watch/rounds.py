"""When each node is polled: a loop per node at that node's own pace, so that a slow one holds nobody else."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kumo_tui.clock import Clock
from kumo_tui.watch.loops import surface, waited
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.pace import Pace

ANNOUNCE_SILENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What a round calls.

    `polled` takes what a poll of the node has found, and may take its time; `publish` tells everybody; `ends_in`
    gives, for a node, the seconds until each directive of ours that is in force there ends. `jitter` gives numbers
    from 0 to 1.
    """

    polled: Callable[[NodeWatch], Awaitable[None]]
    publish: Callable[[], object]
    ends_in: Callable[[str], Iterable[float]]
    jitter: Callable[[], float]


class Rounds:
    """The loops over all nodes. A mistake in what is called never ends one: the event loop's handler gets it."""

    def __init__(self, nodes: Sequence[NodeWatch], clock: Clock, interval_s: float, calls: Calls) -> None:
        self._clock = clock
        self._calls = calls
        self._interval_s = interval_s
        self._attended = True
        self._paces: dict[NodeWatch, Pace] = {}
        self._wanted: dict[NodeWatch, asyncio.Event] = {}
        self._tasks: dict[NodeWatch, asyncio.Task[None]] = {}
        self._ended: set[asyncio.Task[None]] = set()
        self._runs = False
        self._is_whole = False
        self.take(nodes)

    @property
    def is_running(self) -> bool:
        """Whether the loops run."""
        return self._runs

    @property
    def interval_s(self) -> float:
        """Seconds between polls, as it is set."""
        return self._interval_s

    @interval_s.setter
    def interval_s(self, seconds: float) -> None:
        shorter = seconds < self._interval_s
        self._interval_s = seconds
        self._change(lambda pace: replace(pace, interval_s=seconds))
        if shorter:
            # Who asks for two seconds does not mean after the hour that was begun.
            self.refresh()

    @property
    def attended(self) -> bool:
        """Whether anybody looks: where nobody does, nodes are polled less often."""
        return self._attended

    @attended.setter
    def attended(self, attended: bool) -> None:
        came_back = attended and not self._attended
        self._attended = attended
        self._change(lambda pace: replace(pace, attended=attended))
        if came_back:
            self.refresh()

    @property
    def is_whole(self) -> bool:
        """Whether each poll reads everything: somebody decides by what is read."""
        return self._is_whole

    @is_whole.setter
    def is_whole(self, is_whole: bool) -> None:
        begins = is_whole and not self._is_whole
        self._is_whole = is_whole
        if begins and any(node.metrics_every_s for node in self._paces):
            self.refresh()

    def every_s(self, node: NodeWatch) -> float:
        """Seconds for which a node is left alone between two good polls, as things are."""
        in_force = self._has_in_force(node)
        rest_s = self._in_company(node).rest_s(in_force=in_force)
        return rest_s if in_force or self.is_whole else max(rest_s, node.metrics_every_s)

    def start(self) -> None:
        """Start one loop per node; `stop` ends them."""
        self._runs = True
        self.take(tuple(self._paces))

    async def stop(self) -> None:
        """End the loops."""
        self._runs = False
        self.take(tuple(self._paces))
        await asyncio.gather(*self._ended, return_exceptions=True)

    def take(self, nodes: Sequence[NodeWatch]) -> None:
        """Have these nodes from now on: where the loops run, one begins for each that is new, or enabled again.

        Loops of nodes that are not among them, or not enabled any more, end at once, also in the middle of a poll.
        """
        fresh = Pace(self._interval_s, attended=self._attended)
        self._paces = {node: self._paces.get(node, fresh) for node in nodes}
        self._wanted = {node: self._wanted.get(node) or asyncio.Event() for node in nodes}
        looping = [node for node in nodes if node.enabled] if self._runs else []
        for node in [node for node in self._tasks if node not in looping]:
            self._end(self._tasks.pop(node))
        for node in looping:
            if node not in self._tasks:
                self._tasks[node] = asyncio.create_task(self._run(node))

    def _end(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        self._ended.add(task)
        task.add_done_callback(self._ended.discard)

    def refresh(self) -> None:
        """Poll every node now; one that is being polled is polled once more right after."""
        for wanted in self._wanted.values():
            wanted.set()

    async def poll(self, node: NodeWatch, *, whole: bool = True) -> None:
        """Poll a node once, whatever its pace; `whole` as for `NodeWatch.poll`."""
        await node.poll(whole=whole)
        if node in self._paces and node.enabled:
            self._pace(
                node,
                lambda pace: pace.failed() if node.failures else pace.succeeded(node.reading_s, node.worked_s),
            )
            await self._calls.polled(node)

    def _has_in_force(self, node: NodeWatch) -> bool:
        """Whether a directive of ours is in force there."""
        return any(True for _left in self._calls.ends_in(node.name))

    def _in_company(self, node: NodeWatch) -> Pace:
        """A node's pace, with what reading all of them takes."""
        return replace(self._paces[node], fleet_s=sum(pace.worked_s for pace in self._paces.values()))

    def _pace(self, node: NodeWatch, change: Callable[[Pace], Pace]) -> None:
        """Change a node's pace, unless it has left meanwhile."""
        if node in self._paces:
            self._paces[node] = change(self._paces[node])

    def _change(self, change: Callable[[Pace], Pace]) -> None:
        self._paces = {node: change(pace) for node, pace in self._paces.items()}

    async def _run(self, node: NodeWatch) -> None:
        wanted = self._wanted[node]
        while True:
            whole = wanted.is_set() or self.is_whole or self._has_in_force(node)
            wanted.clear()
            try:
                was_suspended = await self._announcing_silence(self.poll(node, whole=whole))
                self._calls.publish()
            except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the watching go on
                surface(f"watching {node.name} failed", error)
                was_suspended = False
                self._pace(node, Pace.failed)
            if node not in self._paces:
                return
            delay = self._in_company(node).delay_s(self._calls.jitter(), self._calls.ends_in(node.name))
            if was_suspended or await waited(self._clock, delay, wanted):
                # Connections may be dead without anybody having said so, and what is shown is old.
                await node.client.renew()
                self._pace(node, Pace.forgiven)

    async def _announcing_silence(self, poll: Coroutine[Any, Any, None]) -> bool:
        """Publish now and then while a poll takes long, so that the screen can say for how long.

        Returns whether the machine was suspended meanwhile: the poll is given up then.
        """
        task, done, was_suspended = asyncio.create_task(poll), asyncio.Event(), False
        task.add_done_callback(lambda _task: done.set())
        try:
            while not task.done() and not was_suspended:
                was_suspended = await waited(self._clock, ANNOUNCE_SILENCE_S, done)
                if not task.done():
                    self._calls.publish()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()
        return was_suspended
