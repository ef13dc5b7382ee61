"""Reading the node lists of a profile again while the watch runs."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from threading import Event

from kumo_tui.cli.node_lists import ListReader
from kumo_tui.clock import Clock
from kumo_tui.errors import KumoTuiError
from kumo_tui.model.snapshot import ListTrouble
from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.watch.loops import surface
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher


class ListRefresh:
    """Hands the nodes of a profile's lists to the watch, each time that they are others.

    A list that cannot be had changes nothing: the snapshots say so, and since when. `nodes` are those that were
    read last; `watch_of` gives the watch of one more. Where the profile has no list there is nothing to do.
    """

    def __init__(
        self,
        profile: ProfileSettings | None,
        lists: ListReader,
        watcher: Watcher,
        watch_of: Callable[[NodeSettings], NodeWatch],
        nodes: tuple[NodeSettings, ...],
    ) -> None:
        self._profile = profile if profile is not None and profile.has_list else None
        self._unwanted = Event()
        self._lists = replace(lists, unwanted=self._unwanted)
        self._watcher = watcher
        self._watch_of = watch_of
        self._nodes = nodes
        watcher.remember(nodes)
        self._read_at = self._clock.monotonic()
        self._task: asyncio.Task[None] | None = None

    @property
    def _clock(self) -> Clock:
        return self._lists.clock

    def start(self) -> None:
        """Read again every so often, from now on."""
        if self._profile is not None:
            self._task = asyncio.create_task(self._run(self._profile))

    async def stop(self) -> None:
        """Read no more; a program that is running for it is ended."""
        self._unwanted.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, profile: ProfileSettings) -> None:
        while True:
            await self._clock.sleep(profile.nodes_every_s)
            try:
                await self._read(profile)
            except Exception as error:  # noqa: BLE001 - a mistake of ours must be seen, and the reading go on
                surface("reading the node list failed", error)

    async def _read(self, profile: ProfileSettings) -> None:
        try:
            nodes = await asyncio.to_thread(self._lists.nodes_of, profile)
            if nodes != self._nodes:
                self._watcher.set_nodes(nodes, self._watch_of)
        except KumoTuiError as error:
            self._watcher.set_list_trouble(ListTrouble(str(error), self._read_at))
            return
        self._nodes, self._read_at = nodes, self._clock.monotonic()
        self._watcher.set_list_trouble(None)
