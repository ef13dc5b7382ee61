"""The node list is read again while the watch runs; one that cannot be had changes nothing but says so."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kumo_tui.cli.list_refresh import ListRefresh
from kumo_tui.cli.node_lists import ListReader
from kumo_tui.errors import ConfigError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.profiles import NodeSettings, ProfileSettings
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode

PATIENCE_S = 60.0


class Listing:
    """A watch on the nodes of a file that is read every 60 s."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.file = folder / "nodes"
        self.refused = ""
        self.profile = ProfileSettings(nodes_file=self.file)
        self.write("mta1", "mta2")
        self.lists = ListReader(os.environ, self.clock)
        nodes = self.lists.nodes_of(self.profile)
        self.watcher = Watcher([self.make(node) for node in nodes], self.clock, MemoryJournal())
        self.refresh = ListRefresh(self.profile, self.lists, self.watcher, self.make, nodes)

    def write(self, *names: str) -> None:
        self.file.write_text("".join(f"http://{name}:8000 {name}\n" for name in names))

    def make(self, node: NodeSettings) -> NodeWatch:
        if node.name == self.refused:
            raise ConfigError(f"{node.name}: /ca.pem: cannot be read.")
        return ScriptedNode(self.clock, node.label).watch()

    def names(self) -> list[str]:
        return [node.name for node in self.watcher.snapshot.nodes]

    async def until(self, holds: Callable[[Snapshot], bool], seconds: float = 60.0) -> Snapshot:
        """Let so much time go, and wait for a snapshot of which this holds."""
        came = asyncio.Event()
        self.watcher.subscribe(lambda snapshot: came.set() if holds(snapshot) else None)
        await self.clock.advance(seconds)
        async with asyncio.timeout(PATIENCE_S):
            while not holds(self.watcher.snapshot):
                await came.wait()
        return self.watcher.snapshot


@pytest.fixture
async def listing(tmp_path: Path) -> AsyncIterator[Listing]:
    made = Listing(tmp_path)
    made.refresh.start()
    yield made
    await made.refresh.stop()
    await made.watcher.stop()


def has(*names: str) -> Callable[[Snapshot], bool]:
    return lambda snapshot: [node.name for node in snapshot.nodes] == list(names)


async def test_nodes_join_and_leave_with_the_list(listing: Listing) -> None:
    listing.write("mta2", "mta3")
    await listing.clock.advance(59.0)
    assert listing.names() == ["mta1", "mta2"]
    await listing.until(has("mta2", "mta3"), 1.0)
    listing.write("mta2")
    await listing.until(has("mta2"))


async def test_what_the_list_orders_of_a_node_that_was_there_at_the_start_holds_too(listing: Listing) -> None:
    entries = [{"url": "http://mta1:8000", "name": "mta1", "read_only": True}]
    entries += [{"url": "http://mta2:8000", "name": "mta2", "enabled": False}]
    listing.file.write_text(json.dumps(entries))
    snapshot = await listing.until(lambda snapshot: snapshot.nodes[0].read_only)
    assert [node.enabled for node in snapshot.nodes] == [True, False]


async def test_a_list_that_cannot_be_had_leaves_the_nodes_and_says_since_when(listing: Listing) -> None:
    listing.file.unlink()
    snapshot = await listing.until(lambda snapshot: snapshot.list_trouble is not None)
    assert has("mta1", "mta2")(snapshot)
    trouble = snapshot.list_trouble
    assert trouble is not None
    assert (trouble.words, trouble.read_at) == (f"{listing.file}: no such file.", 1000.0)
    listing.write("mta1")
    await listing.until(lambda snapshot: snapshot.list_trouble is None)
    assert listing.names() == ["mta1"]


async def test_a_list_with_one_bad_line_is_not_taken_in_part(listing: Listing) -> None:
    listing.file.write_text("http://mta1:8000 mta1\nmta2\n")
    snapshot = await listing.until(lambda snapshot: snapshot.list_trouble is not None)
    assert has("mta1", "mta2")(snapshot)


async def test_a_node_that_cannot_be_reached_as_the_profile_says_keeps_the_whole_list_out(
    listing: Listing,
) -> None:
    listing.refused = "mta3"
    listing.write("mta1", "mta3")
    snapshot = await listing.until(lambda snapshot: snapshot.list_trouble is not None)
    assert has("mta1", "mta2")(snapshot)
    assert "mta3: /ca.pem" in (snapshot.list_trouble.words if snapshot.list_trouble else "")
    listing.refused = ""
    await listing.until(has("mta1", "mta3"))


async def test_a_program_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    listing, begun = Listing(tmp_path), tmp_path / "begun"
    os.mkfifo(begun)
    script = f"import time; open({str(begun)!r}, 'wb').close(); time.sleep(600)"
    profile = ProfileSettings(nodes_command=(sys.executable, "-c", script))
    refresh = ListRefresh(profile, listing.lists, listing.watcher, listing.make, ())
    refresh.start()
    await listing.clock.advance(60.0)
    await asyncio.to_thread(begun.read_bytes)
    async with asyncio.timeout(PATIENCE_S):
        await refresh.stop()
    await listing.watcher.stop()


async def test_a_profile_without_a_list_reads_nothing(tmp_path: Path) -> None:
    listing = Listing(tmp_path)
    none = ProfileSettings.model_validate({"nodes": [{"url": "http://mta1:8000"}]})
    for profile in (none, None):
        refresh = ListRefresh(profile, listing.lists, listing.watcher, listing.make, ())
        refresh.start()
        await listing.clock.advance(100.0)
        assert listing.clock.sleeping == []
        await refresh.stop()
    await listing.watcher.stop()
