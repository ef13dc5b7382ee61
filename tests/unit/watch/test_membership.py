"""Nodes join, leave and are switched off and on while the watch runs."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from kumo_tui.errors import ConfigError, Refused
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.snapshot import NodeSnapshot, NodeState
from kumo_tui.node.client import BOUNCE
from kumo_tui.profiles import NodeSettings
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import TAG, YAHOO, ledger, operation


class House:
    """Three scripted nodes, of which the watch has the first two at its start."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.nodes = {name: ScriptedNode(self.clock, name) for name in ("mta1", "mta2", "mta3")}
        for node in self.nodes.values():
            node.queues = {YAHOO: 5}
        watches = [self.nodes[name].watch() for name in ("mta1", "mta2")]
        self.watcher = Watcher(watches, self.clock, MemoryJournal(), interval_s=2.0, jitter=lambda: 1.0)

    def settings(self, name: str, **values: object) -> NodeSettings:
        return NodeSettings(**{"url": self.nodes[name].url, "name": name, **values})

    def set_nodes(self, *names: str) -> None:
        self.watcher.set_nodes([self.settings(name) for name in names], self.make)

    def make(self, node: NodeSettings) -> NodeWatch:
        scripted = self.nodes.get(node.label)
        assert scripted is not None
        watch = ScriptedNode(self.clock, node.label).watch() if node.url != scripted.url else scripted.watch()
        watch.url = node.url
        return watch

    def names(self) -> list[str]:
        return [node.name for node in self.watcher.snapshot.nodes]

    def node(self, name: str) -> NodeSnapshot:
        node = self.watcher.snapshot.node(name)
        assert node is not None
        return node

    def polls(self, name: str) -> int:
        return self.nodes[name].count("GET", BOUNCE)

    def follow(self, *names: str, duration_s: int = 60) -> None:
        """A bounce of ours that these nodes list."""
        for name in names:
            self.nodes[name].directives = [
                self.nodes[name].list_entry("a", campaign="promo", remaining=f"{duration_s}s")
            ]
        acts = [NodeAct(name, ActState.ACCEPTED, "a") for name in names]
        since = self.clock.monotonic()
        self.watcher.track(
            operation(*acts, duration_s=duration_s), {name: ledger(yahoo=5) for name in names}, since
        )

    async def end(self, *names: str, seconds: float = 61) -> None:
        for name in names:
            self.nodes[name].directives = []
        await self.clock.advance(seconds)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    house.watcher.start()
    await settle()
    yield house
    await house.watcher.stop()


async def test_a_node_that_joins_is_read_at_once_and_takes_its_place_in_the_list(house: House) -> None:
    house.set_nodes("mta1", "mta3", "mta2")
    await settle()
    assert house.names() == ["mta1", "mta3", "mta2"]
    assert house.node("mta3").state is NodeState.OK
    assert house.watcher.snapshot.queues.total == 15
    assert house.watcher.clients["mta3"] is house.nodes["mta3"].client


async def test_a_node_that_leaves_is_read_no_more_and_its_connection_is_closed(house: House) -> None:
    house.set_nodes("mta1")
    await settle()
    assert house.names() == ["mta1"]
    before = house.polls("mta2")
    await house.clock.advance(30)
    assert house.polls("mta2") == before
    with pytest.raises(RuntimeError, match="closed"):
        await house.nodes["mta2"].client.list_directives()


async def test_of_a_node_that_left_nothing_can_be_asked_and_that_is_said(house: House) -> None:
    house.set_nodes("mta1")
    with pytest.raises(Refused, match="mta2 is not among the nodes any more"):
        house.watcher.clients["mta2"]
    assert house.watcher.clients.get("mta2") is None
    assert list(house.watcher.clients) == ["mta1"]


async def test_a_node_may_leave_in_the_middle_of_a_poll(house: House) -> None:
    house.nodes["mta2"].hold[BOUNCE] = asyncio.Event()
    await house.clock.advance(3)
    house.set_nodes("mta1")
    await house.clock.advance(30)
    assert house.names() == ["mta1"]


async def test_the_same_list_changes_nothing(house: House) -> None:
    clients, number = dict(house.watcher.clients), house.polls("mta1")
    house.set_nodes("mta1", "mta2")
    await settle()
    assert dict(house.watcher.clients) == clients
    assert house.polls("mta1") == number


async def test_a_list_whose_nodes_cannot_be_made_leaves_everything_as_it_was(house: House) -> None:
    def make(_node: NodeSettings) -> NodeWatch:
        raise ConfigError("mta3: there is no such file.")

    with pytest.raises(ConfigError):
        house.watcher.set_nodes([house.settings("mta3")], make)
    assert house.names() == ["mta1", "mta2"]


async def test_a_node_with_an_operation_of_ours_stays_until_that_is_over_and_is_no_target(house: House) -> None:
    house.follow("mta2")
    house.set_nodes("mta1")
    await house.clock.advance(10)
    assert house.names() == ["mta1", "mta2"]
    assert house.node("mta2").leaving
    assert [node.name for node in house.watcher.snapshot.targets] == ["mta1"]
    assert house.polls("mta2") >= 5
    await house.end("mta2")
    assert house.names() == ["mta1"]
    status = house.watcher.snapshot.operation(TAG)
    assert status is not None
    assert status.verdict.is_final


async def test_a_node_that_an_act_is_about_to_reach_stays_until_the_act_is_followed(house: House) -> None:
    with house.watcher.acting_on(["mta2"]):
        house.set_nodes("mta1")
        await house.clock.advance(5)
        house.follow("mta2")
    await house.clock.advance(5)
    assert house.node("mta2").leaving


async def test_a_node_that_is_listed_again_before_it_left_goes_on_as_before(house: House) -> None:
    house.follow("mta2")
    house.set_nodes("mta1")
    house.set_nodes("mta1", "mta2")
    await house.end("mta2")
    assert house.names() == ["mta1", "mta2"]
    assert not house.node("mta2").leaving


async def test_a_node_at_another_address_takes_the_place_of_the_old_one(house: House) -> None:
    moved = [house.settings("mta1"), house.settings("mta2", url="http://127.0.0.1:9000")]
    house.watcher.set_nodes(moved, house.make)
    await settle()
    assert [node.url for node in house.watcher.snapshot.nodes] == [
        house.nodes["mta1"].url,
        "http://127.0.0.1:9000",
    ]
    assert house.node("mta2").restarts == 0


async def test_while_something_of_ours_is_open_at_the_old_address_the_new_one_waits(house: House) -> None:
    house.follow("mta2")
    moved = [house.settings("mta1"), house.settings("mta2", url="http://127.0.0.1:9000")]
    for _again in range(2):
        house.watcher.set_nodes(moved, house.make)
        await house.clock.advance(4)
        assert house.node("mta2").leaving
        assert house.node("mta2").url == house.nodes["mta2"].url
    await house.end("mta2")
    assert house.node("mta2").url == "http://127.0.0.1:9000"
    assert not house.node("mta2").leaving


async def test_a_node_that_is_reached_another_way_keeps_what_is_known_of_it(house: House) -> None:
    before = house.watcher.clients["mta2"]
    house.set_nodes("mta1", "mta2")
    fresh = ScriptedNode(house.clock, "mta2")
    house.watcher.set_nodes(
        [house.settings("mta1"), house.settings("mta2", allow_plain_http=True)], lambda _node: fresh.watch()
    )
    assert house.watcher.clients["mta2"] is fresh.client is not before
    assert house.node("mta2").has_data
    await house.clock.advance(3)
    assert fresh.count("GET", BOUNCE) == 1


async def test_a_disabled_node_is_not_read_and_does_not_count(house: House) -> None:
    house.watcher.set_enabled("mta2", enabled=False)
    before = house.polls("mta2")
    await house.clock.advance(30)
    snapshot = await house.watcher.poll_once()
    assert house.polls("mta2") == before
    assert house.node("mta2").state is NodeState.DISABLED
    assert (snapshot.queues.total, snapshot.nodes_fresh, len(snapshot.servers)) == (5, 1, 2)
    assert [node.name for node in snapshot.targets] == ["mta1"]


async def test_a_node_that_is_enabled_again_is_read_at_once(house: House) -> None:
    house.watcher.set_enabled("mta2", enabled=False)
    await house.clock.advance(30)
    before = house.polls("mta2")
    house.watcher.set_enabled("mta2", enabled=True)
    await settle()
    assert house.polls("mta2") == before + 1
    assert house.node("mta2").state is NodeState.OK


async def test_a_node_with_something_of_ours_open_is_not_disabled(house: House) -> None:
    house.follow("mta2")
    with pytest.raises(Refused, match=f"mta2 stays enabled: operation {TAG} is open there"):
        house.watcher.set_enabled("mta2", enabled=False)
    assert house.node("mta2").enabled


async def test_a_node_that_hangs_may_be_disabled_in_the_middle_of_its_poll(house: House) -> None:
    house.nodes["mta2"].hold[BOUNCE] = asyncio.Event()
    await house.clock.advance(3)
    house.watcher.set_enabled("mta2", enabled=False)
    await settle()
    assert house.node("mta2").state is NodeState.DISABLED
    assert house.node("mta2").silent_s == 0


async def test_settings_that_say_another_thing_than_before_replace_what_the_operator_chose(house: House) -> None:
    house.set_nodes("mta1", "mta2")
    house.watcher.set_read_only("mta2", read_only=True)
    house.set_nodes("mta1", "mta2")
    assert house.node("mta2").read_only
    off = [house.settings("mta1", read_only=True), house.settings("mta2", enabled=False)]
    house.watcher.set_nodes(off, house.make)
    assert house.node("mta1").read_only
    assert not house.node("mta2").enabled


async def test_the_first_other_list_is_compared_with_the_settings_at_the_start(house: House) -> None:
    house.watcher.remember([house.settings("mta1"), house.settings("mta2")])
    listed = [house.settings("mta1", enabled=False), house.settings("mta2", read_only=True)]
    house.watcher.set_nodes(listed, house.make)
    assert house.node("mta2").read_only
    assert not house.node("mta1").enabled


async def test_what_a_list_orders_of_a_node_waits_until_what_is_ours_there_is_over(house: House) -> None:
    house.set_nodes("mta1", "mta2")
    house.follow("mta2")
    for _again in range(2):
        listed = [house.settings("mta1"), house.settings("mta2", enabled=False, read_only=True)]
        house.watcher.set_nodes(listed, house.make)
        await house.clock.advance(4)
        assert house.node("mta2").state is NodeState.OK
        assert not house.node("mta2").read_only
    await house.end("mta2")
    assert house.node("mta2").state is NodeState.DISABLED
    assert house.node("mta2").read_only
    before = house.polls("mta2")
    await house.clock.advance(30)
    assert house.polls("mta2") == before


async def test_a_node_that_is_switched_off_while_a_poll_waits_for_its_turn_is_not_asked(house: House) -> None:
    held = house.nodes["mta2"].hold[BOUNCE] = asyncio.Event()
    await house.clock.advance(3)
    looking = asyncio.create_task(house.watcher.poll_once())
    await settle()
    before = len(house.nodes["mta2"].asked)
    house.watcher.set_enabled("mta2", enabled=False)
    await settle()
    held.set()
    await looking
    assert len(house.nodes["mta2"].asked) == before


async def test_a_node_that_waited_for_a_place_in_vain_has_its_connection_closed(house: House) -> None:
    made: list[NodeWatch] = []

    def make(node: NodeSettings) -> NodeWatch:
        made.append(house.make(node))
        return made[-1]

    house.follow("mta2")
    for port in (9000, 9001):
        moved = [house.settings("mta1"), house.settings("mta2", url=f"http://127.0.0.1:{port}")]
        house.watcher.set_nodes(moved, make)
    house.watcher.set_nodes([house.settings("mta1")], make)
    await settle()
    assert len(made) == 2
    for watch in made:
        with pytest.raises(RuntimeError, match="closed"):
            await watch.client.list_directives()


async def test_a_refused_connection_of_a_node_that_has_left_tells_nothing_more(house: House) -> None:
    house.nodes["mta2"].answers["GET", BOUNCE] = httpx.ConnectError("refused")
    await house.clock.advance(3)
    assert house.node("mta2").state is NodeState.DOWN
    house.set_nodes("mta1")
    assert house.watcher.snapshot.nodes_fresh == len(house.watcher.snapshot.servers) == 1
