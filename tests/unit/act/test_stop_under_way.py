"""A stop whose POST is not answered yet: its tag in the list tells, and sweeps need not wait for the answer."""

import asyncio

import pytest

from kumo_tui.act.clean_requests import SUSPEND_PATH
from kumo_tui.act.draft import Draft
from kumo_tui.model.operation import ActState, Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from kumo_tui.sim.faults import Fault
from tests.clean_world import World
from tests.fakes import settle

DRAFT = Draft(tenant="s1", reason="bad link", duration="20s")
LATE_S = 20.0


@pytest.fixture
async def world() -> World:
    world = World("shared-backlog")
    await world.poll()
    await world.play(3.0)
    world.acts.clean.start()
    return world


def late(world: World, kind: str) -> "asyncio.Task[Operation]":
    world.node.faults.add(Fault(kind, SUSPEND_PATH, "POST", seconds=LATE_S, times=1))
    return asyncio.create_task(world.acts.clean.bounce(world.confirmed(DRAFT)))


async def pass_by(world: World, seconds: float) -> None:
    for _step in range(round(seconds / 0.5)):
        await settle(100)
        world.time.advance(0.5)
        world.fleet.catch_up()
    await settle(100)


def stops(world: World) -> int:
    return sum((seen.method, seen.path) == ("POST", SUSPEND_PATH) for seen in world.node.requests)


async def test_a_stop_that_stands_before_its_answer_is_swept_under_and_the_answer_changes_nothing(
    world: World,
) -> None:
    sending = late(world, "delay_reply")
    await pass_by(world, 10.0)
    (status,) = world.snapshot.operations
    assert not sending.done()
    assert status.operation.acts[0].state is ActState.ACCEPTED
    assert status.nodes[0].clean is not None
    assert status.nodes[0].clean.stop_ids == (status.operation.acts[0].id,)
    assert status.nodes[0].clean.sweeps > 0
    await pass_by(world, LATE_S)
    operation = await sending
    assert operation.acts[0].id == status.operation.acts[0].id
    await world.play_until(lambda: world.progress(operation.tag).verdict.is_final)
    assert world.progress(operation.tag).verdict is Verdict.DONE
    assert world.count(Kind.ADMIN_BOUNCE, tenant="s2") == 0
    assert stops(world) == 1


async def test_while_no_list_has_it_nothing_is_swept_and_nothing_concluded(world: World) -> None:
    sending = late(world, "delay")
    await pass_by(world, 10.0)
    (status,) = world.snapshot.operations
    assert (status.operation.acts[0].state, status.verdict) == (ActState.INTENT, Verdict.UNKNOWN)
    assert status.nodes[0].note == "sent, not answered yet"
    assert world.count(Kind.ADMIN_BOUNCE) == 0
    await pass_by(world, LATE_S)
    operation = await sending
    assert operation.acts[0].state is ActState.ACCEPTED
    await world.play_until(lambda: world.progress(operation.tag).verdict.is_final)
    assert stops(world) == 1
