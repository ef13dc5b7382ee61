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
        self._nodes = tuple(nodes)
        self._clock = clock
        self._calls = calls
        self._interval_s = interval_s
        self._attended = True
        self._paces = {node.name: Pace(interval_s) for node in nodes}
        self._wanted = {node.name: asyncio.Event() for node in nodes}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_running(self) -> bool:
        """Whether the loops run."""
        return bool(self._tasks)

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

    def every_s(self, node: str) -> float:
        """Seconds for which a node is left alone between two good polls, as things are."""
        in_force = any(True for _left in self._calls.ends_in(node))
        return self._paces[node].rest_s(in_force=in_force)

    def start(self) -> None:
        """Start one loop per node; `stop` ends them."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run(node)) for node in self._nodes]

    async def stop(self) -> None:
        """End the loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def refresh(self) -> None:
        """Poll every node now; one that is being polled is polled once more right after."""
        for wanted in self._wanted.values():
            wanted.set()

    async def poll(self, node: NodeWatch) -> None:
        """Poll a node once, whatever its pace."""
        await node.poll()
        pace = self._paces[node.name]
        self._paces[node.name] = pace.failed() if node.failures else pace.succeeded(node.reading_s)
        await self._calls.polled(node)

    def _change(self, change: Callable[[Pace], Pace]) -> None:
        self._paces = {name: change(pace) for name, pace in self._paces.items()}

    async def _run(self, node: NodeWatch) -> None:
        wanted = self._wanted[node.name]
        while True:
            wanted.clear()
            try:
                was_suspended = await self._announcing_silence(self.poll(node))
                self._calls.publish()
            except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the watching go on
                surface(f"watching {node.name} failed", error)
                self._paces[node.name], was_suspended = self._paces[node.name].failed(), False
            delay = self._paces[node.name].delay_s(self._calls.jitter(), self._calls.ends_in(node.name))
            if was_suspended or await waited(self._clock, delay, wanted):
                # Connections may be dead without anybody having said so, and what is shown is old.
                await node.client.renew()
                self._paces[node.name] = self._paces[node.name].forgiven()

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
