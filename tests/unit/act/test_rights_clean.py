"""A clean bounce that meets 401 on its way: it says why it cannot go on, asks once, and its stop stands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.act.steps import Came
from kumo_tui.errors import Refused
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE, SUSPEND
from kumo_tui.sim.web.access import Access
from tests.clean_world import World

DRAFT = Draft(tenant="s1", reason="bad link", duration="60s")
SWEEP, STOP, RELEASE = f"POST {BOUNCE}", f"POST {SUSPEND}", f"DELETE {SUSPEND}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World("two-tenants")
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    await world.play(1.0)
    yield world
    await world.acts.clean.stop_running()
    await world.watcher.stop()


def deny(world: World, *acts: str) -> None:
    world.node.access = Access(denied=frozenset(acts))


def asked(world: World) -> list[str]:
    return [f"{entry.method} {entry.path}" for entry in world.node.requests if entry.method != "GET"]


def events(world: World, tag: str) -> str:
    return "\n".join(event.text for event in world.status(tag).operation.events)


async def test_a_sweep_that_is_refused_is_not_sent_again_and_the_stop_stands(world: World) -> None:
    deny(world, SWEEP)
    tag = (await world.bounce(DRAFT)).tag
    await world.play(120.0)
    assert asked(world) == [STOP, SWEEP]
    assert "mta1 refuses acts: POST /api/admin/bounce/v1 (401): " in events(world, tag)
    assert events(world, tag).count("Its stop stands until its own end.") == 1
    clean = world.progress(tag).clean
    assert clean is not None
    assert clean.stop_left_s is not None
    assert "refuses acts" in clean.waits_for
    assert not world.progress(tag).verdict.is_final


async def test_its_stop_is_never_placed_again_and_ends_by_itself(world: World) -> None:
    deny(world, SWEEP)
    await world.bounce(DRAFT)
    await world.play(1200.0, poll_every=30.0)
    assert asked(world) == [STOP, SWEEP]


async def test_it_may_still_be_let_go(world: World) -> None:
    deny(world, SWEEP)
    tag = (await world.bounce(DRAFT)).tag
    await world.play(10.0)
    (outcome,) = await world.acts.clean.end(tag)
    assert outcome.came is Came.DONE
    await world.play(5.0)
    assert asked(world) == [STOP, SWEEP, RELEASE]
    assert world.progress(tag).verdict is Verdict.CANCELLED


async def test_a_release_that_is_refused_is_not_sent_again_and_that_is_said(world: World) -> None:
    deny(world, SWEEP, RELEASE)
    tag = (await world.bounce(DRAFT)).tag
    await world.play(10.0)
    (outcome,) = await world.acts.clean.end(tag)
    assert outcome.came is Came.REFUSED
    assert "it is tried again" not in outcome.text
    await world.play(60.0)
    (again,) = await world.acts.clean.end(tag)
    assert again.came is Came.REFUSED
    assert asked(world).count(RELEASE) == 1
    assert "the release is refused, the stop stands until its own end" in events(world, tag)


async def test_a_kumo_tui_that_is_started_once_it_is_allowed_goes_on(world: World) -> None:
    deny(world, SWEEP)
    tag = (await world.bounce(DRAFT)).tag
    await world.play(10.0)
    world.node.access = Access()
    await world.play(20.0)
    assert asked(world) == [STOP, SWEEP]
    later = world.beside()
    later.acts.clean.start()
    await later.play_until(lambda: asked(world).count(SWEEP) == 2)
    assert later.acts.clean.sweeper.holds(tag)
    assert not world.acts.clean.sweeper.holds(tag)
    await world.play(10.0)
    assert not world.acts.clean.sweeper.holds(tag)
    await later.acts.clean.stop_running()
    await later.watcher.stop()


async def test_nothing_new_is_begun_on_the_node(world: World) -> None:
    deny(world, SWEEP)
    await world.bounce(DRAFT)
    await world.play(10.0)
    other = world.confirmed(Draft(tenant="s2", reason="x", duration="60s"))
    with pytest.raises(Refused, match="mta1 refuses acts"):
        await world.acts.clean.stop(other.preview, other.checked, other.tag)
    with pytest.raises(Refused, match="mta1 refuses acts"):
        await world.acts.clean.release_other("mta1", "77aa10c2")
    assert asked(world) == [STOP, SWEEP]


async def test_a_session_that_is_read_only_by_order_leaves_a_confirmed_bounce_to_others(world: World) -> None:
    await world.bounce(DRAFT)
    await world.acts.clean.stop_running()
    before = asked(world)
    reader = world.beside()
    reader.settings = reader.settings.under_read_only()
    reader.start_program()
    reader.acts.clean.start()
    reader.acts.guardian.start()
    await reader.play(900.0, poll_every=30.0)
    assert asked(world) == before
    await reader.watcher.stop()


async def test_a_read_only_session_shows_what_another_one_sweeps_and_writes_nothing_of_it(world: World) -> None:
    tag = (await world.bounce(DRAFT)).tag
    reader = world.beside()
    reader.settings = reader.settings.under_read_only()
    reader.start_program()
    reader.acts.clean.start()
    for _look in range(60):
        await world.play(3.0)
        await reader.poll()
    assert world.progress(tag).verdict is Verdict.DONE
    assert reader.progress(tag).verdict is Verdict.DONE
    assert reader.status(tag).ledger.bounced == world.status(tag).ledger.bounced
    later = world.beside()
    (recorded,) = later.acts.clean._desk.recall(tag).rulings.values()
    assert recorded.verdict is Verdict.DONE
    await reader.watcher.stop()
    await later.watcher.stop()
