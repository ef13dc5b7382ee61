"""Stops and directives of somebody else in the way of a clean bounce: before it, in the middle, and their ends."""

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria
from tests.slow_world import moment_of
from tests.unit.act.clean_cases import (
    BACKLOG,
    FLOW,
    MEANT,
    OTHER,
    PROMO,
    RELEASE,
    WITHOUT_EXACT_NAMES,
    Story,
    exactly,
    promo,
    scenario,
)

THEIRS = "their stop"


def _stops(story: Story) -> list[str]:
    engine = story.world.node.engine
    return [entry.reason for entry in engine.suspensions.listed(engine.now)]


async def _begin_relying(story: Story, theirs_s: float, duration: str) -> None:
    """Begin where somebody else's stop stands already: it is then that nothing more goes out."""
    await story.world.play(2.0)
    engine = story.world.node.engine
    acts.suspend(engine, PROMO, THEIRS, theirs_s)
    story.world.moments["mta1"] = moment_of(story.world.node)
    story.tag = (await story.world.bounce(promo(duration))).tag


@pytest.mark.parametrize("version", [RELEASE, WITHOUT_EXACT_NAMES])
async def test_somebody_elses_stop_is_relied_on_and_never_released(version: str) -> None:
    story = Story(scenario(version=version))
    await _begin_relying(story, 500.0, "30s")
    assert await story.finish() is Verdict.DONE
    assert _stops(story) == [THEIRS]
    fates = story.fates()
    assert (fates.others_bounced, fates.leaked, fates.left) == (0, 0, 0)
    assert not any("suspend" in request.path and request.method != "GET" for request in story.world.node.requests)


async def test_names_hold_the_mail_before_somebody_elses_stop_runs_out() -> None:
    story = Story(scenario(retry=5))
    await _begin_relying(story, 15.0, "40s")
    assert await story.finish() is Verdict.DONE
    fates = story.fates(40.0)
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)
    assert "queues that were new then were stopped a moment later" in story.note


async def test_what_went_into_ready_queues_between_their_stop_and_ours_comes_back_before_the_end() -> None:
    fast = "rate = 30\nconnections = 1"
    story = Story(scenario(BACKLOG + FLOW.format(rate=6), version=WITHOUT_EXACT_NAMES, provider=fast))
    await _begin_relying(story, 10.0, "14s")
    await story.until(lambda: story.verdict is Verdict.CATCHING)
    await story.world.play(2.0)
    story.world.node.inject(OTHER, 450)
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("not sure: somebody else's stop ended")
    fates = story.fates(14.0)
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)


async def test_somebody_elses_stop_in_the_place_of_ours_holds_the_mail_on() -> None:
    story = Story(scenario())
    await story.begin()
    await story.world.play(6.0)
    acts.suspend(story.world.node.engine, PROMO, THEIRS, 500.0)
    assert await story.finish() is Verdict.DONE
    assert story.note == "not sure: somebody else's stop took the place of ours"
    assert _stops(story) == [THEIRS]
    fates = story.fates()
    assert (fates.leaked, fates.left, fates.others_bounced) == (0, 0, 0)


@pytest.mark.parametrize("version", [RELEASE, WITHOUT_EXACT_NAMES])
async def test_a_stop_that_is_released_in_the_place_of_ours_is_followed_by_ours_and_not_called_sure(
    version: str,
) -> None:
    story = Story(scenario(version=version))
    await story.begin(promo("60s"))
    await story.world.play(6.0)
    theirs = acts.suspend(story.world.node.engine, PROMO, THEIRS, 500.0)
    await story.world.play(6.0)
    story.world.node.engine.suspensions.remove(theirs.id)
    await story.world.play(6.0)
    assert all(reason.startswith("bad link") for reason in _stops(story))
    assert _stops(story)
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("not sure: ")
    assert (story.fates(60.0).left, story.fates(60.0).others_bounced) == (0, 0)
    assert _stops(story) == []


async def test_a_stop_of_ours_that_somebody_releases_ends_it_as_lost_and_sweeps_no_more() -> None:
    story = Story(scenario())
    await story.begin()
    await story.world.play(6.0)
    engine = story.world.node.engine
    (ours,) = engine.suspensions.listed(engine.now)
    engine.suspensions.remove(ours.id)
    assert await story.finish() is Verdict.LOST
    assert "somebody released the stop" in story.note
    assert story.fates().others_bounced == 0
    bounced = story.world.count(Kind.ADMIN_BOUNCE)
    await story.world.play(60.0)
    assert story.world.count(Kind.ADMIN_BOUNCE) == bounced


async def test_one_of_several_exact_stops_that_vanishes_is_placed_anew_and_not_called_sure() -> None:
    story = Story(scenario())
    await story.begin(exactly(MEANT, duration="40s"))
    await story.world.play(3.0)
    engine = story.world.node.engine
    (ours,) = engine.suspensions.listed(engine.now)
    double = acts.suspend(engine, Criteria(queue_names=frozenset({OTHER, "x"})), ours.reason, 900.0)
    await story.world.play(4.0)
    engine.suspensions.remove(ours.id)
    await story.world.play(6.0)
    assert any(MEANT in entry.criteria.queue_names for entry in engine.suspensions.listed(engine.now))
    assert await story.finish() is Verdict.DONE
    assert "one of our stops ended before its time" in story.note
    assert double.id not in {entry.id for entry in engine.suspensions.listed(engine.now)}


@pytest.mark.parametrize("version", [RELEASE, WITHOUT_EXACT_NAMES])
async def test_somebody_elses_directive_with_the_same_criteria_is_left_alone(version: str) -> None:
    story = Story(scenario(version=version))
    await story.begin()
    await story.world.play(4.0)
    engine = story.world.node.engine
    theirs = acts.bounce(engine, PROMO, "theirs", 20.0, suppress_logging=False)
    await story.world.play(10.0)
    assert theirs.id in {entry.id for entry in engine.bounces.listed(engine.now)}
    assert await story.finish() is Verdict.DONE
    fates = story.fates()
    assert (fates.leaked, fates.left) == (0, 0)
    assert fates.counted <= fates.real


async def test_where_exact_names_are_not_known_a_sweep_waits_for_the_end_of_such_a_directive() -> None:
    story = Story(scenario(version=WITHOUT_EXACT_NAMES))
    await story.world.play(2.0)
    engine = story.world.node.engine
    acts.bounce(engine, Criteria(campaign="promo"), "theirs", 0.5, suppress_logging=False)
    story.tag = (await story.world.bounce(promo())).tag
    await story.world.play(3.0)
    standing = story.world.progress(story.tag).clean
    assert standing is not None
    assert standing.waits_for == "" or "same criteria" in standing.waits_for
    assert await story.finish() is Verdict.DONE
    assert story.fates().left == 0


async def test_a_routing_domain_is_never_called_sure_for_its_queues_without_delayed_mail_are_not_stopped() -> None:
    mail = BACKLOG.replace("promo:acme@slow.example", "promo:acme@gmail.example!relay.example")
    standing = """
[[node.standing]]
queues = ["promo:acme@yahoo.example!relay.example"]
messages = 20
due_in = [300, 600]
attempts = 1
"""
    story = Story(scenario(mail + standing))
    await story.begin(Draft(routing_domain="relay.example", reason="bad link", duration="10s"))
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("not sure: a routing domain is stopped by the names of its queues")
    fates = story.fates(10.0)
    assert fates.others_bounced == 0
    assert fates.bounced == 20
    assert fates.leaked > 0


async def test_a_routing_domain_is_stopped_in_queues_that_show_later_too() -> None:
    mail = """
[[node.standing]]
queues = ["promo:acme@yahoo.example!relay.example"]
messages = 20
due_in = [300, 600]
attempts = 1
"""
    story = Story(scenario(mail, provider="rate = 10\nconnections = 1\nmax_ready = 90"))
    await story.begin(Draft(routing_domain="relay.example", reason="bad link", duration="5s"))
    await story.until(lambda: story.verdict is Verdict.CATCHING)
    story.world.node.inject(OTHER, 80)
    # The last of these find the ready queue full, so that their queue shows; the first wait behind other mail.
    story.world.node.inject("promo:acme@gmail.example!relay.example", 60)
    assert await story.finish() is Verdict.DONE
    fates = story.fates(5.0)
    assert (fates.meant, fates.leaked, fates.left, fates.others_bounced) == (80, 0, 0, 0)
