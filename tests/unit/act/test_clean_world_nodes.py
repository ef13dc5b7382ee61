"""Nodes that make a clean bounce hard: restarts, silence, lost answers, wrong clocks, several of them."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Fault, Kind
from tests.unit.act.clean_cases import FLOW, RELEASE, WITHOUT_EXACT_NAMES, Story, scenario

STOP, SWEEP = "/api/admin/suspend/v1", "/api/admin/bounce/v1"
LOST_ANSWERS = ("cut_reply", "error_after")
NEVER_ARRIVED = ("cut", "error", "html", "empty")


def _verdict_on(story: Story, name: str) -> Verdict:
    nodes = story.world.status(story.tag).nodes
    return next(node.verdict for node in nodes if node.act.node == name)


async def _finished(story: Story) -> None:
    await story.begin()
    assert await story.finish() is Verdict.DONE


async def test_two_nodes_end_each_in_its_own_time() -> None:
    story = Story(scenario(names=("mta1", "mta2")))
    story.world.fleet.nodes["mta2"].inject("news:zenith@slow.example", 400)
    await story.begin()
    await story.until(lambda: _verdict_on(story, "mta1") is Verdict.DONE)
    assert _verdict_on(story, "mta2") is Verdict.RETURNING
    assert await story.finish() is Verdict.DONE
    for name in ("mta1", "mta2"):
        fates = story.fates(name=name)
        assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
        assert 0.9 * fates.real <= fates.counted <= fates.real


async def test_a_node_that_restarts_loses_it_there_and_it_goes_on_elsewhere() -> None:
    story = Story(scenario(names=("mta1", "mta2")))
    await story.begin()
    await story.world.play(6.0)
    story.world.fleet.nodes["mta1"].restart()
    await story.finish()
    assert (_verdict_on(story, "mta1"), _verdict_on(story, "mta2")) == (Verdict.LOST, Verdict.DONE)
    assert story.verdict is Verdict.PARTIAL
    fates = story.fates(name="mta2")
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)


@pytest.mark.parametrize("version", [RELEASE, WITHOUT_EXACT_NAMES])
@pytest.mark.parametrize("down_s", [0.0, 1.0, 30.0])
async def test_a_restart_in_the_middle_is_lost_and_nothing_more_is_swept(version: str, down_s: float) -> None:
    story = Story(scenario(version=version))
    await story.begin()
    await story.world.play(6.0)
    story.world.node.kill()
    await story.world.play(down_s)
    bounced = story.world.count(Kind.ADMIN_BOUNCE)
    story.world.node.restart()
    assert await story.finish() is Verdict.LOST
    assert "restarted" in story.note
    assert story.world.count(Kind.ADMIN_BOUNCE) == bounced
    fates = story.fates()
    assert (fates.others_bounced, fates.counted <= fates.real) == (0, True)


async def test_a_restart_just_before_the_end_is_not_called_done() -> None:
    story = Story(scenario())
    await story.begin()
    await story.until(lambda: story.world.time.monotonic() >= story.began_at + 28.5)
    story.world.node.restart()
    assert await story.finish() is Verdict.LOST


@pytest.mark.parametrize("kind", LOST_ANSWERS)
async def test_a_stop_without_an_answer_is_found_in_the_list_and_gone_on_with(kind: str) -> None:
    story = Story(scenario())
    story.world.node.faults.add(Fault(kind, STOP, "POST", times=1))
    await _finished(story)
    story.check_exact()


@pytest.mark.parametrize("kind", NEVER_ARRIVED)
async def test_a_stop_that_never_arrived_bounces_nothing(kind: str) -> None:
    story = Story(scenario())
    story.world.node.faults.add(Fault(kind, STOP, "POST", times=1))
    await story.begin()
    assert await story.finish() is Verdict.REJECTED
    assert story.world.count(Kind.ADMIN_BOUNCE) == story.world.count(Kind.TRANSIENT_FAILURE) == 0


@pytest.mark.parametrize("kind", [*LOST_ANSWERS, *NEVER_ARRIVED])
@pytest.mark.parametrize("version", [RELEASE, WITHOUT_EXACT_NAMES])
async def test_sweeps_without_an_answer_leave_nothing_behind(kind: str, version: str) -> None:
    story = Story(scenario(version=version))
    story.world.node.faults.add(Fault(kind, SWEEP, "POST", times=4))
    await _finished(story)
    story.check_exact()


async def test_where_no_sweep_is_taken_it_does_not_end_and_says_why() -> None:
    story = Story(scenario())
    story.world.node.faults.add(Fault("error", SWEEP, "POST"))
    await story.begin()
    await story.world.play(120.0)
    assert not story.verdict.is_final
    clean = story.world.progress(story.tag).clean
    assert clean is not None
    assert clean.unanswered > 0
    story.world.node.faults.clear()
    assert await story.finish() is Verdict.DONE
    assert (story.fates().leaked, story.fates().left) == (0, 0)


@pytest.mark.parametrize("path", ["/metrics", SWEEP, "/"])
async def test_a_node_that_cannot_be_read_for_a_while_keeps_the_mail_stopped(path: str) -> None:
    story = Story(scenario())
    await story.begin()
    await story.world.play(4.0)
    story.world.node.faults.add(Fault("cut", path, "GET"))
    await story.world.play(60.0)
    assert not story.verdict.is_final
    story.world.node.faults.clear()
    assert await story.finish() is Verdict.DONE
    fates = story.fates()
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
    assert fates.counted <= fates.real


@pytest.mark.parametrize("stands", [True, False])
async def test_where_stops_cannot_be_read_the_release_tells_whether_ours_stood(stands: bool) -> None:
    story = Story(scenario())
    await story.begin()
    await story.world.play(15.0)
    story.world.node.faults.add(Fault("cut", STOP, "GET"))
    await story.world.play(4.0)
    engine = story.world.node.engine
    (ours,) = engine.suspensions.listed(engine.now)
    if not stands:
        engine.suspensions.remove(ours.id)
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("sure: " if stands else "not sure: the stop was gone before it was released")
    assert (story.fates().leaked == 0) is stands


@pytest.mark.parametrize("kind", [*LOST_ANSWERS, *NEVER_ARRIVED])
async def test_a_release_without_an_answer_is_tried_again_and_taken_for_nobody_elses(kind: str) -> None:
    story = Story(scenario())
    story.world.node.faults.add(Fault(kind, STOP, "DELETE", times=3))
    await _finished(story)
    assert story.note.startswith("sure: ")
    story.check_exact()
    assert not story.world.node.engine.suspensions.listed(story.world.node.engine.now)


async def test_half_an_answer_of_the_metrics_counts_as_none() -> None:
    story = Story(scenario())
    await story.begin()
    for _turn in range(8):
        story.world.node.faults.add(Fault("truncate", "/metrics", times=1))
        await story.world.play(2.0)
    assert await story.finish() is Verdict.DONE
    story.check_exact(counted=0.5)


@pytest.mark.parametrize("step_s", [-7200.0, 7200.0])
async def test_a_node_whose_clock_is_set_does_not_change_when_it_is_over(step_s: float) -> None:
    story = Story(scenario())
    await story.begin()
    await story.world.play(4.0)
    story.world.node.clock_offset = step_s
    assert await story.finish() is Verdict.DONE
    story.check_exact()


@pytest.mark.parametrize("step_s", [-7200.0, 7200.0])
async def test_our_own_clock_that_is_set_between_two_runs_lets_nothing_out(step_s: float, tmp_path: Path) -> None:
    story = Story(scenario())
    world = story.world
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    await story.begin()
    await world.play(5.0)
    await world.acts.clean.stop_running()
    now = world.clock.now
    world.clock.now = lambda: now() + timedelta(seconds=step_s)  # type: ignore[method-assign] # a clock that was set
    world.start_program()
    world.acts.clean.start()
    if step_s < 0:
        await world.play(60.0)
        await world.acts.clean.end(story.tag)
    assert await story.finish() is Verdict.DONE
    fates = story.fates(5.0)
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
    assert fates.counted <= fates.real


async def _patiently(story: Story, work: Coroutine[Any, Any, object]) -> None:
    """Let time pass until this is done: a silent node answers when its time has come."""
    task = asyncio.create_task(work)
    while not task.done():
        for _turn in range(40):
            await asyncio.sleep(0)
        if not task.done():
            story.world.time.advance(0.1)
            story.world.fleet.catch_up()
    await task


async def test_a_node_that_each_sweep_silences_takes_all_and_is_counted_no_more_than_it_took() -> None:
    story = Story(scenario(FLOW.format(rate=20), more="silence_per_queue = 1.5"))
    await _patiently(story, story.begin())
    while not story.verdict.is_final:
        story.world.time.advance(0.5)
        await _patiently(story, story.world.poll())
    story.world.time.advance(60.0)
    story.world.fleet.catch_up()
    assert story.verdict is Verdict.DONE
    fates = story.fates()
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
    assert 0 < fates.counted <= fates.real
