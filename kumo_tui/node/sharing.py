"""Queue names shared between the tables of one node, so that a dozen of them cost little more than one."""

import asyncio
from collections.abc import Sequence

from kumo_tui.model.queues import QueueTable

SLICE = 20_000


class SharedNames:
    """One string per queue name, for as long as the queue is in most readings."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._last: Sequence[str] = ()

    async def share(self, table: QueueTable) -> QueueTable:
        """The same table with names that earlier tables hold too. Lets others run between slices of the work.

        A slice that is the same as in the last table, the usual case, costs one comparison.
        """
        names: list[str] = []
        for start in range(0, len(table), SLICE):
            part, before = table.names[start : start + SLICE], self._last[start : start + SLICE]
            names.extend(before if part == before else map(self._known.setdefault, part, part))
            await asyncio.sleep(0)
        if len(self._known) > 2 * len(names) + SLICE:
            self._known = dict(zip(names, names, strict=True))
        self._last = names
        return QueueTable(names, table.messages)
