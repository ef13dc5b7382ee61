"""Building views: at once for small tables, in a thread for big ones, never two at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from kumo_tui.errors import InputError
from kumo_tui.model.filtering import too_slow
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.view import View, ViewSpec, bounced_reader, build_view
from kumo_tui.watch.loops import first_of

AT_ONCE_QUEUES = 5000
FILTER_S = 10.0

# Up to so many queues it is shown on how many nodes each one is.
NODE_COLUMN_QUEUES = 100_000

# Views of snapshots that come on and on take a quarter of the time; who asks for another view need not wait.
REST, LONGEST_REST_S = 3.0, 1.0


@dataclass(frozen=True, eq=False)
class Built:
    """A view with the snapshot it was built from; `bounced` reads a row's figure by its key."""

    snapshot: Snapshot
    view: View
    bounced: Callable[[str | None], int]

    def rate(self, key: str | None) -> float | None:
        """Growth of a shown row in messages a minute, None while it is too early."""
        return self.view.rates.get(key)


def build(snapshot: Snapshot, spec: ViewSpec, pause: Callable[[], None] = lambda: None) -> Built:
    """The view of this snapshot; `pause` as for `build_view`, which says what is raised."""
    view = build_view(snapshot.queues, spec, snapshot.trend, snapshot.bounced, pause)
    if spec.group is None and len(snapshot.members) > 1 and len(snapshot.queues) <= NODE_COLUMN_QUEUES:
        for node in snapshot.members:
            node.table.index  # noqa: B018 - derived here: a row that is drawn asks each node for its queue
    return Built(snapshot, view, bounced_reader(snapshot.bounced, spec.group))


class Superseded(Exception):
    """Something else is asked for by now."""


class ViewBuilder:
    """Builds what was asked for last and hands it to `done`, on the event loop.

    While one view is being built in a thread, only the last of the requests that come in is kept, and a filter
    that nobody wants any more is given up. `failed` is called instead of `done` where a filter takes too long,
    over one name or over FILTER_S seconds of `now` (monotonic). `spawn` runs a coroutine while the screen lives;
    `sleep` rests after a view that took long, but for a request of another one.
    """

    def __init__(
        self,
        spawn: Callable[[Coroutine[None, None, None]], object],
        done: Callable[[Built], None],
        failed: Callable[[InputError], None],
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._spawn = spawn
        self._done = done
        self._failed = failed
        self._now = now
        self._wanted: tuple[Snapshot, ViewSpec] | None = None
        self._is_building = False
        self._sleep = sleep
        self._spec: ViewSpec | None = None
        self._hurry = asyncio.Event()

    def request(self, snapshot: Snapshot, spec: ViewSpec) -> None:
        """Build this; a small table is done when the call returns."""
        if self._is_building:
            self._wanted = (snapshot, spec)
            if spec != self._spec:
                self._hurry.set()
        elif sum(len(node.table) for node in snapshot.members) <= AT_ONCE_QUEUES:
            try:
                built = build(snapshot, spec, self._pause(spec))
            except InputError as error:
                self._failed(error)
            else:
                self._done(built)
        else:
            self._wanted = (snapshot, spec)
            self._is_building = True
            self._spawn(self._build_wanted())

    async def _build_wanted(self) -> None:
        try:
            while self._wanted is not None:
                snapshot, spec = self._wanted
                self._wanted, self._spec = None, spec
                self._hurry.clear()
                began = self._now()
                try:
                    built = await asyncio.to_thread(build, snapshot, spec, self._pause(spec))
                except Superseded:
                    continue
                except InputError as error:
                    self._failed(error)
                else:
                    self._done(built)
                    await self._rest(self._now() - began)
        finally:
            self._is_building = False

    async def _rest(self, took_s: float) -> None:
        if took_s > 0 and not self._hurry.is_set():
            await first_of(self._hurry.wait(), self._sleep(min(REST * took_s, LONGEST_REST_S)))

    def _pause(self, spec: ViewSpec) -> Callable[[], None]:
        """Raises when the time is up, or when another filter is wanted."""
        until = self._now() + FILTER_S

        def look_up() -> None:
            if self._wanted is not None and self._wanted[1].filter.text != spec.filter.text:
                raise Superseded
            if self._now() > until:
                raise too_slow()

        return look_up
