"""Whatever order lists, keys, polls and acts come in, the watch keeps what it promises about its nodes."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kumo_tui.act.draft import Draft, How, Scope, check_draft
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.preview import take_preview
from kumo_tui.act.service import Acts
from kumo_tui.config import PollSettings, Settings
from kumo_tui.errors import Refused
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.node.client import BOUNCE, NodeClient
from kumo_tui.profiles import NodeSettings
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import YAHOO

# The server behind each address: mta3 and mta3b are one.
SERVERS = {"mta1": "a", "mta2": "b", "mta3": "c", "mta3b": "c"}
NAMES = tuple(SERVERS)
names = st.sampled_from(NAMES)
lists = st.lists(
    st.tuples(names, st.booleans(), st.booleans(), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: entry[0],
)
PROMO = Draft(Scope.MATCHING, campaign="promo", reason="bad link", duration="20s", how=How.PLAIN)


class Fleet(RuleBasedStateMachine):
    """Four names, two of them for one server, each at its own address or at another one."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.mistakes: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda _loop, context: self.mistakes.append(context))
        self.clock = FakeClock()
        self.nodes: dict[str, ScriptedNode] = {}
        self.under_way: set[asyncio.Task[object]] = set()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(work)

    def server(self, name: str, moved: bool) -> ScriptedNode:
        """The server that is reached at an address, as a list gives it to a name."""
        url = f"http://10.0.{int(moved)}.{NAMES.index(name) + 1}:8000"
        if url not in self.nodes:
            node = self.nodes[url] = ScriptedNode(self.clock, name)
            node.url, node.queues = url, {YAHOO: 3}
            node.node_id = f"id of {url if moved else SERVERS[name]}"
        return self.nodes[url]

    def make(self, node: NodeSettings) -> NodeWatch:
        transport = httpx.MockTransport(self.nodes[node.url].handle)
        client = NodeClient(node.label, node.url, clock=self.clock, transport=transport)
        marks = {"enabled": node.enabled, "read_only": node.read_only}
        return NodeWatch(client, node.url, self.clock, PollSettings(), **marks)

    def listed(self, entries: list[tuple[str, bool, bool, bool]]) -> list[NodeSettings]:
        return [
            NodeSettings(
                url=self.server(name, moved).url,
                name=name,
                enabled=enabled,
                read_only=read_only,
                allow_plain_http=True,
            )
            for name, moved, enabled, read_only in entries
        ]

    @initialize()
    def begin(self) -> None:
        async def begun() -> None:
            listed = self.listed([(name, False, True, False) for name in NAMES])
            self.watcher = Watcher(
                [self.make(node) for node in listed], self.clock, MemoryJournal(), jitter=lambda: 0.5
            )
            self.watcher.remember(listed)
            self.acts = Acts(
                self.watcher.clients, self.watcher, MemoryJournal(), Settings(), self.clock, "on-call"
            )
            self.watcher.start()
            await settle()

        self.run(begun())

    @rule(entries=lists)
    def takes_a_list(self, entries: list[tuple[str, bool, bool, bool]]) -> None:
        async def taken() -> None:
            self.watcher.set_nodes(self.listed(entries), self.make)

        self.run(taken())

    @rule(name=names, enabled=st.booleans())
    def is_switched(self, name: str, enabled: bool) -> None:
        async def switched() -> None:
            try:
                self.watcher.set_enabled(name, enabled=enabled)
            except Refused:
                assert self.watcher.is_held(name)

        self.run(switched())

    @rule(name=names, read_only=st.booleans())
    def is_kept(self, name: str, read_only: bool) -> None:
        async def kept() -> None:
            try:
                self.watcher.set_read_only(name, read_only=read_only)
            except Refused:
                assert self.watcher.is_held(name)

        self.run(kept())

    @rule(name=names, moved=st.booleans())
    def hangs(self, name: str, moved: bool) -> None:
        self.server(name, moved).hold.setdefault(BOUNCE, asyncio.Event())

    @rule(name=names, moved=st.booleans())
    def answers_again(self, name: str, moved: bool) -> None:
        held = self.server(name, moved).hold.pop(BOUNCE, None)
        if held is not None:
            held.set()

    @rule(seconds=st.sampled_from([0.0, 0.5, 3.0, 12.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        self.run(self.clock.advance(seconds))

    @rule()
    def is_looked_at(self) -> None:
        self.spawn(self.watcher.look_quickly())

    @rule()
    def is_bounced(self) -> None:
        """An act of the operator on what the targets are now; what comes of it may take its time."""

        async def bounced() -> None:
            checked = check_draft(PROMO, Settings().act)
            assert checked.selector is not None
            preview = take_preview(self.watcher.snapshot, checked.selector)
            before = {each.url: each.count("POST", BOUNCE) for each in self.nodes.values()}
            targets = {node.url for node in self.watcher.snapshot.targets if not node.read_only}
            try:
                await self.acts.bounce(Confirmed(preview, checked, self.acts.new_tag(), partial=True))
            except Refused:
                return
            finally:
                reached = {
                    each.url
                    for each in self.nodes.values()
                    if each.count("POST", BOUNCE) > before.get(each.url, 0)
                }
                assert reached <= targets, (reached, targets)

        self.spawn(bounced())

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        async def spawned() -> None:
            task = asyncio.ensure_future(work)
            self.under_way.add(task)
            await settle()

        self.run(spawned())

    @invariant()
    def keeps_its_promises(self) -> None:
        if not hasattr(self, "watcher"):
            return
        self.run(settle())
        for task in [task for task in self.under_way if task.done()]:
            self.under_way.discard(task)
            task.result()
        snapshot = self.watcher.snapshot
        told = [node.info.node_id for node in snapshot.members if node.info is not None]
        assert len(told) == len(set(told)), "a server is counted twice"
        known = [node.name for node in snapshot.nodes]
        assert len(known) == len(set(known))
        for status in snapshot.operations:
            for part in status.nodes:
                if part.is_watched and not part.verdict.is_final:
                    node = snapshot.node(part.act.node)
                    assert node is not None and node.enabled, f"nobody watches {part.act.node}"
        looping = {node.name for node in self.watcher._rounds._tasks}
        assert looping == {node.name for node in snapshot.nodes if node.enabled}
        assert not self.mistakes, self.mistakes

    def teardown(self) -> None:
        if hasattr(self, "watcher"):
            for node in self.nodes.values():
                for held in node.hold.values():
                    held.set()
            self.run(self.clock.advance(120))
            self.run(self.watcher.stop())
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.run(settle())
        self.loop.close()


TestFleet = Fleet.TestCase
TestFleet.settings = settings(derandomize=True, max_examples=10, stateful_step_count=20, deadline=None)
