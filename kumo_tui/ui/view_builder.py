"""Building views: at once for small tables, in a thread for big ones, never two at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import View, ViewSpec, bounced_reader, build_view

AT_ONCE_QUEUES = 5000


@dataclass(frozen=True, eq=False)
class Built:
    """A view with the snapshot it was built from; `bounced` reads a row's figure by its key."""

    snapshot: Snapshot
    view: View
    bounced: Callable[[str | None], int]

    def rate(self, key: str | None) -> float | None:
        """Growth of a shown row in messages a minute, None while it is too early."""
        return self.view.rates.get(key)


def build(snapshot: Snapshot, spec: ViewSpec) -> Built:
    """The view of this snapshot."""
    view = build_view(snapshot.queues, spec, snapshot.trend, snapshot.bounced)
    return Built(snapshot, view, bounced_reader(snapshot.bounced, spec.group))


class ViewBuilder:
    """Builds what was asked for last and hands it to `done`, on the event loop.

    While one view is being built in a thread, only the last of the requests that come in is kept. `spawn` runs
    a coroutine for as long as the screen lives.
    """

    def __init__(
        self, spawn: Callable[[Coroutine[None, None, None]], object], done: Callable[[Built], None]
    ) -> None:
        self._spawn = spawn
        self._done = done
        self._wanted: tuple[Snapshot, ViewSpec] | None = None
        self._is_building = False

    def request(self, snapshot: Snapshot, spec: ViewSpec) -> None:
        """Build this; a small table is done when the call returns."""
        if self._is_building:
            self._wanted = (snapshot, spec)
        elif sum(len(node.table) for node in snapshot.nodes) <= AT_ONCE_QUEUES:
            self._done(build(snapshot, spec))
        else:
            self._wanted = (snapshot, spec)
            self._is_building = True
            self._spawn(self._build_wanted())

    async def _build_wanted(self) -> None:
        try:
            while self._wanted is not None:
                snapshot, spec = self._wanted
                self._wanted = None
                self._done(await asyncio.to_thread(build, snapshot, spec))
        finally:
            self._is_building = False
