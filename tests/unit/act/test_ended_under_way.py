"""What is let go while a sweep is on its way to leave: it does not leave any more."""

import asyncio
from collections.abc import Callable

from kumo_tui.act.requests import BOUNCE_PATH
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim.faults import Fault
from tests.clean_world import World
from tests.fakes import settle
from tests.unit.act.clean_cases import BACKLOG, FLOW, WITHOUT_EXACT_NAMES, promo, scenario

LATE_S = 3.0


def sweeps(world: World) -> int:
    return sum((seen.method, seen.path) == ("POST", BOUNCE_PATH) for seen in world.node.requests)


async def until(world: World, done: Callable[[], bool]) -> None:
    """Let time pass without waiting for what the sweeper has begun."""
    for _step in range(60):
        if done():
            return
        await settle(50)
        world.time.advance(0.5)
        world.fleet.catch_up()
    raise AssertionError("not within 30 s")


async def test_a_sweep_that_waits_for_the_list_of_directives_does_not_leave_once_it_is_let_go() -> None:
    world = World(scenario(BACKLOG + FLOW.format(rate=12), version=WITHOUT_EXACT_NAMES))
    await world.play(2.0)
    tag = (await world.bounce(promo("5m"))).tag
    await world.play_until(lambda: world.progress(tag).verdict is Verdict.CATCHING)
    world.node.faults.add(Fault("delay", BOUNCE_PATH, "GET", seconds=LATE_S))
    looking = asyncio.create_task(world.watcher.poll_once())
    await until(world, looking.done)
    before = sweeps(world)
    await settle(50)
    assert world.acts.clean.sweeper._tasks
    ending = asyncio.create_task(world.acts.clean.end(tag))
    await until(world, ending.done)
    assert world.progress(tag).verdict.is_final
    assert sweeps(world) == before
