"""One look at every node for somebody who waits for it: a node that hangs keeps nobody waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from kumo_tui.clock import Clock
from kumo_tui.watch.loops import surface, wait_while
from kumo_tui.watch.node_watch import NodeWatch

# So long a node may let nothing be heard of its answer, or fail once more, before its last reading has to do.
SILENT_S = 2.0

# And so long where there is no last reading; by ssh a tunnel is opened first.
FIRST_SILENT_S = 10.0
FIRST_BY_SSH_S = 30.0


class QuickLook:
    """Polls nodes for a preview. What is not waited for goes on, once per node; `late` is called after it."""

    def __init__(
        self, poll: Callable[[NodeWatch], Awaitable[None]], late: Callable[[], object], clock: Clock
    ) -> None:
        self._poll = poll
        self._late = late
        self._looks = 0
        self._clock = clock
        self._under_way: dict[NodeWatch, asyncio.Task[None]] = {}

    async def look(self, nodes: Iterable[NodeWatch], *, first_too: bool) -> None:
        """Poll these nodes, all at the same time, and return when those that answer have.

        One that was never read is given up as soon only with `first_too`: else there is nothing that would do
        instead, and it is waited for longer.
        """
        tasks = {node: self._polled(node) for node in nodes}
        began = self._clock.monotonic()

        def goes_on() -> bool:
            return any(
                not task.done() and self._is_waited_for(node, began, first_too) for node, task in tasks.items()
            )

        self._looks += 1
        try:
            await wait_while(self._clock, goes_on, tasks.values())
        finally:
            self._looks -= 1

    async def stop(self) -> None:
        """End what goes on yet."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _is_waited_for(self, node: NodeWatch, began: float, first_too: bool) -> bool:
        if not (node.has_data or first_too):
            return node.silent_s < (FIRST_BY_SSH_S if node.url.startswith("ssh:") else FIRST_SILENT_S)
        seen = node.arriving
        if seen is not None and seen.is_slow:
            return False
        is_failing = node.failures > 0 and self._clock.monotonic() - began >= SILENT_S
        return node.silent_s < SILENT_S and not is_failing

    def _polled(self, node: NodeWatch) -> asyncio.Task[None]:
        """The poll of a node, perhaps one that an earlier look has left behind."""
        task = self._under_way.get(node)
        if task is None:
            task = self._under_way[node] = asyncio.create_task(self._surely(node))
        return task

    async def _surely(self, node: NodeWatch) -> None:
        try:
            await self._poll(node)
            if not self._looks:
                self._late()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the others be read
            surface(f"reading {node.name} failed", error)
        finally:
            self._under_way.pop(node, None)
