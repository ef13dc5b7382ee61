"""The same server twice in a list: found by what it tells, counted and acted on once, and no flapping."""

from collections.abc import AsyncIterator

import httpx
import pytest

from kumo_tui.errors import Refused
from kumo_tui.model.operation import ActState
from kumo_tui.node.client import MACHINE_INFO
from kumo_tui.profiles import NodeSettings
from kumo_tui.watch.node_watch import INFO_EVERY_S
from tests.scripted import ScriptedNode
from tests.unit.act.house import House, posts


def twin(house: House) -> None:
    """Let both names lead to one server from now on."""
    first, second = house.nodes
    second.node_id, second.online_since = first.node_id, first.online_since


def same(house: House) -> list[str]:
    return [node.same_as for node in house.watcher.snapshot.nodes]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def reread(house: House, times: int = 1) -> None:
    """Let the nodes tell who they are once more."""
    for _time in range(times):
        house.clock.jump(INFO_EVERY_S)
        await house.watcher.poll_once()


async def test_one_id_and_one_start_are_one_server_which_counts_once(house: House) -> None:
    twin(house)
    snapshot = await house.watcher.poll_once()
    assert same(house) == ["", "mta1"]
    assert (snapshot.queues.total, len(snapshot.servers), snapshot.nodes_fresh) == (57, 1, 1)
    assert [node.name for node in snapshot.targets] == ["mta1"]


async def test_one_id_and_two_starts_are_two_servers(house: House) -> None:
    house.nodes[1].node_id = house.nodes[0].node_id
    house.nodes[1].online_since = "2026-11-20T00:00:00Z"
    snapshot = await house.watcher.poll_once()
    assert same(house) == ["", ""]
    assert snapshot.queues.total == 114


async def test_builds_that_do_not_tell_who_they_are_are_taken_for_two(house: House) -> None:
    for node in house.nodes:
        node.answers["GET", MACHINE_INFO] = httpx.Response(404)
    await house.watcher.poll_once()
    assert same(house) == ["", ""]


async def test_exactly_one_post_leaves_for_a_server_that_is_there_twice(house: House) -> None:
    twin(house)
    operation = await house.acts.bounce(await house.confirmed())
    assert [(act.node, act.state) for act in operation.acts] == [("mta1", ActState.ACCEPTED)]
    assert [posts([node]) for node in house.nodes] == [1, 0]


async def test_what_is_found_out_after_the_preview_refuses_the_act(house: House) -> None:
    confirmed = await house.confirmed()
    twin(house)
    await reread(house)
    assert "mta2 is the same server as mta1" in await house.refused(confirmed)
    assert [node.node for node in (await house.confirmed()).preview.nodes] == ["mta1"]


async def test_what_was_switched_off_after_the_preview_refuses_the_act(house: House) -> None:
    confirmed = await house.confirmed()
    house.watcher.set_enabled("mta2", enabled=False)
    assert "mta2 is disabled" in await house.refused(confirmed)
    with pytest.raises(Refused, match="mta2 is disabled"):
        await house.acts.clean.bounce(confirmed)


async def test_a_restart_that_one_reading_shows_before_the_other_parts_nothing(house: House) -> None:
    twin(house)
    await house.watcher.poll_once()
    house.nodes[0].online_since = "2026-11-21T12:00:00Z"
    await reread(house)
    assert same(house) == ["", "mta1"]
    house.nodes[1].online_since = "2026-11-21T12:00:00Z"
    await reread(house)
    assert same(house) == ["", "mta1"]


async def test_two_that_have_both_told_since_that_they_differ_are_two_again(house: House) -> None:
    twin(house)
    await house.watcher.poll_once()
    house.nodes[1].node_id = "another"
    await reread(house, 3)
    assert same(house) == ["", ""]


async def test_one_of_two_names_that_cannot_be_reached_stays_the_same_server(house: House) -> None:
    twin(house)
    await house.watcher.poll_once()
    house.nodes[1].fail(httpx.ConnectError("refused"))
    await reread(house, 3)
    assert same(house) == ["", "mta1"]
    assert house.watcher.snapshot.nodes_fresh == len(house.watcher.snapshot.servers) == 1


async def test_where_the_first_of_two_is_switched_off_the_other_counts(house: House) -> None:
    twin(house)
    await house.watcher.poll_once()
    house.watcher.set_enabled("mta1", enabled=False)
    assert same(house) == ["mta2", ""]
    assert len(house.watcher.snapshot.servers) == 1
    assert [node.name for node in house.watcher.snapshot.targets] == ["mta2"]
    house.watcher.set_enabled("mta1", enabled=True)
    await reread(house)
    assert same(house) == ["", "mta1"]


async def test_a_name_that_the_list_has_at_another_address_is_another_server(house: House) -> None:
    twin(house)
    await house.watcher.poll_once()
    other = ScriptedNode(house.clock, "mta2")
    other.url, other.queues = "http://127.0.0.1:9000", {"news:zenith@aol.com": 4}
    other.answers["GET", MACHINE_INFO] = httpx.Response(404)
    listed = [NodeSettings(url=house.nodes[0].url, name="mta1"), NodeSettings(url=other.url, name="mta2")]
    house.watcher.set_nodes(listed, lambda _node: other.watch())
    assert same(house) == ["", ""]
    snapshot = await house.watcher.poll_once()
    assert same(house) == ["", ""]
    assert [node.name for node in snapshot.targets] == ["mta1", "mta2"]
    assert snapshot.queues.total == 57 + 4


async def test_two_spellings_of_this_machine_are_one_server_until_they_tell_otherwise(house: House) -> None:
    watches = house.watcher._roster.nodes
    watches[0].url, watches[1].url = "http://localhost:8000", "http://127.0.0.1:8000"
    silent: ScriptedNode
    for silent in house.nodes:
        silent.answers["GET", MACHINE_INFO] = httpx.Response(404)
    await house.watcher.poll_once()
    assert same(house) == ["", "mta1"]
    for told in house.nodes:
        told.answers.clear()
    await reread(house, 8)
    assert same(house) == ["", ""]
