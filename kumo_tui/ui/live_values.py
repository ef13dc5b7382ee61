"""The values that live queues have, for fields to offer: gathered away from the screen's own thread."""

import asyncio
from collections.abc import Callable, Sequence

from textual.widget import Widget

from kumo_tui.act.suggest import live_values
from kumo_tui.model.names import Part
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.ui.acting import host_of
from kumo_tui.ui.freshness import partial_words


def none_words(snapshot: Snapshot) -> str:
    """What it means that there is no value to offer: `none`, of nodes that are not read nothing."""
    partial = partial_words(snapshot)
    if not partial:
        return "none"
    return f"none on {partial}" if snapshot.nodes_fresh else "not known, no node can be read"


class LiveValues:
    """Values of each part in the app's last snapshot, gathered when somebody looks at them.

    Until newer ones are there the last known stand; `changed` is called when some have come.
    """

    def __init__(self, screen: Widget, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._known: dict[Part, tuple[Snapshot, Sequence[str]]] = {}
        self._under_way: set[Part] = set()

    def of(self, part: Part) -> Sequence[str]:
        """What is known now, those with most messages first."""
        snapshot = host_of(self._screen).snapshot
        known = self._known.get(part)
        if (known is None or known[0] is not snapshot) and part not in self._under_way:
            self._under_way.add(part)
            self._screen.run_worker(self._gather(part, snapshot), group="live values", exit_on_error=False)
        return known[1] if known else ()

    async def _gather(self, part: Part, snapshot: Snapshot) -> None:
        try:
            self._known[part] = (snapshot, await asyncio.to_thread(live_values, snapshot.queues, part))
        finally:
            self._under_way.discard(part)
        self._changed()
