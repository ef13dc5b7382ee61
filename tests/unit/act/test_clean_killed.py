"""A clean bounce that is killed at any step of its life is safe, and the next start goes on with it."""

import contextlib
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from kumo_tui.sim.faults import Fault
from tests.unit.act.killable import Killed
from tests.unit.act.killed_life import Life, Operator, Story

MOMENTS = 200
LIVES = [
    Life(story, nodes, exact)
    for story in (Story.BOUNCED, Story.LET_GO, Story.CONFIRMED_LATER)
    for nodes, exact in ((1, False), (1, True), (2, False))
]
NODE_BY_NODE = [Life(Story.NODE_BY_NODE, 2, exact) for exact in (False, True)]

UNDISTURBED: dict[Life, list[str]] = {}


async def steps_of(life: Life, folder: Path) -> list[str]:
    """The steps of this life when nobody is killed."""
    if life not in UNDISTURBED:
        (folder / "undisturbed").mkdir()
        operator = Operator(life, folder / "undisturbed")
        await operator.live()
        operator.check()
        UNDISTURBED[life] = operator.world.fates[0].steps
    return UNDISTURBED[life]


async def disturbed(seed: int, folder: Path, lives: Sequence[Life] = LIVES) -> Life:
    """One of these lives that is killed at a step chosen by the seed, some more than once, most while acting."""
    chance = random.Random(seed)
    life = chance.choice(lives)
    steps = await steps_of(life, folder)
    acts = [number for number, what in enumerate(steps, start=1) if " GET " not in what]
    moment = chance.choice(acts if chance.random() < 0.6 else range(1, len(steps) + 1))
    more = [chance.randint(1, 60) for _kill in range(chance.choice((0, 0, 0, 1, 2)))]
    return replace(life, kills=(moment, *more), down_s=chance.choice((0.7, 0.7, 0.7, 6, 130, 1000)))


async def killed_at(life: Life, what: str, number: int, folder: Path) -> Operator:
    """This life, killed at the step of this name (the last, -1, or the first, 0), to its end, checked."""
    steps = await steps_of(life, folder)
    places = [place for place, step in enumerate(steps, start=1) if step == what]
    operator = Operator(replace(life, kills=(places[number],)), folder)
    await operator.live()
    operator.check()
    assert operator.deaths == 1
    return operator


def last_words(operator: Operator) -> str:
    recorded = operator.world.written()
    assert recorded is not None
    return recorded.operation.events[-1].text


@pytest.mark.parametrize("seed", range(MOMENTS))
async def test_killed_at_any_moment_it_harms_nothing_and_the_next_start_goes_on(seed: int, tmp_path: Path) -> None:
    operator = Operator(await disturbed(seed, tmp_path), tmp_path)
    await operator.live()
    operator.check()


@pytest.mark.parametrize("seed", range(MOMENTS // 5))
async def test_killed_at_any_moment_each_node_is_bounced_only_where_it_was_confirmed(
    seed: int, tmp_path: Path
) -> None:
    operator = Operator(await disturbed(seed, tmp_path, NODE_BY_NODE), tmp_path)
    await operator.live()
    operator.check()


async def test_where_nobody_is_killed_both_nodes_are_bounced_one_after_the_other(tmp_path: Path) -> None:
    operator = Operator(NODE_BY_NODE[0], tmp_path)
    await operator.live()
    recorded = operator.world.written()
    assert recorded is not None
    assert [(each.node, each.confirmed_at is not None) for each in recorded.operation.apart] == [("mta2", True)]
    assert {ruling.verdict for ruling in recorded.rulings.values()} == {Verdict.DONE}


async def test_a_stop_that_left_without_an_answer_is_found_by_its_tag_and_swept_when_it_was_confirmed(
    tmp_path: Path,
) -> None:
    operator = await killed_at(Life(Story.BOUNCED), "after POST /api/admin/suspend/v1", 0, tmp_path)
    assert operator.world.count(Kind.ADMIN_BOUNCE) > 0


async def test_a_stop_that_left_without_an_answer_is_only_offered_when_it_was_not_confirmed(
    tmp_path: Path,
) -> None:
    operator = await killed_at(Life(Story.LET_GO), "after POST /api/admin/suspend/v1", 0, tmp_path)
    assert last_words(operator).startswith("mta1 RELEASED: let go, nothing was bounced")


async def test_a_stop_that_was_written_down_and_never_left_is_told_so_and_never_sent(tmp_path: Path) -> None:
    operator = await killed_at(Life(Story.BOUNCED), "before POST /api/admin/suspend/v1", 0, tmp_path)
    assert last_words(operator).endswith("nothing was stopped, nothing was bounced")
    assert [request for request in operator.world.node.requests if request.method != "GET"] == []


async def test_a_release_that_was_not_written_down_is_told_as_one(tmp_path: Path) -> None:
    after = "after DELETE /api/admin/suspend/v1"
    operator = await killed_at(Life(Story.BOUNCED), after, -1, tmp_path)
    assert "DONE: not sure: kumo-tui ended while it let go, after the return was complete" in last_words(operator)


async def test_a_release_after_which_nothing_more_was_written_is_no_stop_of_others_that_ended(
    tmp_path: Path,
) -> None:
    operator = await killed_at(Life(Story.LET_GO), "after record_step", -1, tmp_path)
    assert last_words(operator).startswith("mta1 RELEASED: let go")


async def test_what_was_let_go_by_hand_before_the_return_was_complete_is_not_told_as_done(tmp_path: Path) -> None:
    life = Life(Story.BOUNCED)
    operator = Operator(life, tmp_path)
    world = operator.world
    world.acts.clean.start()
    await world.play(1)
    operation = await world.bounce(life.bounce)
    assert world.status(operation.tag).verdict is Verdict.RETURNING
    world.fates[-1].die_at("after DELETE /api/admin/suspend/v1")
    with pytest.raises(Killed):
        await world.acts.clean.end(operation.tag)
    await world.bury()
    world.time.advance(life.down_s)
    world.start_program()
    world.acts.clean.start()
    await world.play_until(lambda: world.status(operation.tag).verdict.is_final)
    assert world.status(operation.tag).verdict is Verdict.CANCELLED
    assert "let go before the return was complete" in last_words(operator)


async def test_a_node_that_lost_its_stop_does_not_keep_the_others_from_being_gone_on_with(tmp_path: Path) -> None:
    life = Life(Story.BOUNCED, nodes=2)
    operator = Operator(life, tmp_path)
    world = operator.world
    world.acts.clean.start()
    await world.play(1)
    operation = await world.bounce(life.bounce)
    world.fleet.nodes["mta2"].restart()
    await world.play_until(lambda: world.status(operation.tag).nodes[1].verdict is Verdict.LOST)
    assert not world.status(operation.tag).verdict.is_final
    await world.bury()
    world.start_program()
    world.acts.clean.start()
    await world.play_until(lambda: world.status(operation.tag).verdict.is_final)
    ends = [node.verdict for node in world.status(operation.tag).nodes]
    assert ends == [Verdict.DONE, Verdict.LOST]


async def test_no_sweep_leaves_that_cannot_be_written_down_first(tmp_path: Path) -> None:
    life = Life(Story.BOUNCED)
    operator = Operator(life, tmp_path)
    world = operator.world
    world.acts.clean.start()
    await world.play(1)
    operation = await world.bounce(life.bounce)
    swept = len(sweeps(operator))
    with locked(tmp_path / "journal.db"):
        await world.play(8)
        assert len(sweeps(operator)) == swept
        clean = world.progress(operation.tag).clean
        assert clean is not None
        assert "nothing can be written down" in clean.waits_for
        assert world.snapshot.journal_problem is not None
    await world.play_until(lambda: world.status(operation.tag).verdict.is_final)
    operator.check()
    assert len(sweeps(operator)) > swept


async def test_a_sweep_that_the_node_did_not_take_is_not_the_last_one(tmp_path: Path) -> None:
    life = Life(Story.BOUNCED)
    operator = Operator(life, tmp_path)
    world = operator.world
    world.acts.clean.start()
    await world.play(1)
    operation = await world.bounce(life.bounce)
    world.node.faults.add(Fault("error", path="/api/admin/bounce/v1", method="POST"))
    await world.play(12)
    assert not world.status(operation.tag).verdict.is_final
    world.node.faults.clear()
    await world.play_until(lambda: world.status(operation.tag).verdict.is_final)
    operator.check()


async def test_a_release_without_an_answer_is_no_loss(tmp_path: Path) -> None:
    life = Life(Story.BOUNCED)
    operator = Operator(life, tmp_path)
    world = operator.world
    world.acts.clean.start()
    await world.play(1)
    operation = await world.bounce(life.bounce)
    world.node.faults.add(Fault("error_after", path="/api/admin/suspend/v1", method="DELETE", times=1))
    await world.play_until(lambda: world.status(operation.tag).verdict.is_final)
    await world.poll()
    operator.check()
    assert last_words(operator).startswith("mta1 DONE: sure")


def sweeps(operator: Operator) -> list[str]:
    return [each.body for each in operator.world.node.requests if each.method == "POST" and "bounce" in each.path]


@contextlib.contextmanager
def locked(journal: Path) -> Iterator[None]:
    """Another program holds the journal's file, and nothing can be written."""
    other = sqlite3.connect(journal, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()
