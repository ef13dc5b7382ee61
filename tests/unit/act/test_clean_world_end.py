"""When a clean bounce is over: what came back last, and what came in time, is gone before the stop is released."""

from dataclasses import replace

from kumo_tui.act.draft import Draft
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind, parse_scenario
from kumo_tui.watch.clean_end import ended, is_finished
from kumo_tui.watch.clean_track import swept
from tests.slow_world import SlowWorld
from tests.unit.watch.clean_worlds import clean_track, follow, seen
from tests.unit.watch.worlds import YAHOO

QUIET_S = 60.0
MEANT, OTHER = "promo:acme@slow.example", "news:zenith@slow.example"
NODE = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 20
log = true

[[node.provider]]
site = "mx.slow.example"
domains = ["slow.example"]
rate = 10
connections = 1
latency = 0.02

[[node.sender]] # mail that is meant behind other mail
queues = ["news:zenith@slow.example"]
rate = 1000
stop = 0.1

[[node.sender]]
queues = ["promo:acme@slow.example"]
rate = 500
start = 0.2
stop = 0.3

[[node.sender]]
queues = ["news:zenith@slow.example"]
rate = 12
start = 0.3
"""


async def _bounced(duration: str) -> tuple[SlowWorld, str]:
    world = SlowWorld(parse_scenario(NODE, "end.toml"))
    await world.play(1.0)
    operation = await world.bounce(Draft(campaign="promo", reason="bad link", duration=duration))
    return world, operation.tag


async def test_what_comes_back_after_the_time_is_over_is_swept_before_the_release() -> None:
    world, tag = await _bounced("1s")
    await world.play_until(lambda: world.status(tag).verdict.is_final)
    await world.play(60.0)
    assert world.status(tag).verdict is Verdict.DONE
    assert world.count(Kind.ADMIN_BOUNCE, queue=MEANT) == 50
    assert world.count(Kind.DELIVERY, queue=MEANT) == 0


def test_what_the_reading_shows_that_completes_the_return_is_swept_first() -> None:
    start = replace(clean_track(), backlog=None, wanted_until=110.0)
    returning = follow(start, seen(101, {YAHOO: 5}, waiting=40, connections=1, handled=100))
    early = follow(swept(returning, returning.standing, 111.0, 111.1), seen(112, waiting=20, handled=120))
    complete = follow(early, seen(114, {YAHOO: 3}, waiting=0, handled=140))
    assert complete.return_is_complete
    assert not is_finished(complete, 114, QUIET_S)
    over = follow(swept(complete, complete.standing, 114.1, 114.2), seen(115))
    assert is_finished(over, 115, QUIET_S)


def test_a_reading_from_before_the_time_is_over_does_not_end_it() -> None:
    track = follow(clean_track(), seen(399))
    assert not is_finished(track, 401, 600.0)
    assert is_finished(follow(track, seen(402)), 402, 600.0)


async def test_one_that_is_ended_by_hand_after_the_return_is_done_and_not_cut_short() -> None:
    world, tag = await _bounced("5m")
    await world.play_until(lambda: world.status(tag).verdict is Verdict.CATCHING)
    await world.play(4.0)
    await world.acts.clean.end(tag)
    await world.play(60.0)
    assert world.status(tag).verdict is Verdict.DONE
    assert "ended by hand before its time" in world.progress(tag).note
    assert world.count(Kind.DELIVERY, queue=MEANT) == 0


async def test_one_that_is_ended_by_hand_while_mail_comes_back_is_cut_short_and_says_what_may_go_out() -> None:
    world, tag = await _bounced("5m")
    await world.play(2.0)
    await world.acts.clean.end(tag)
    await world.play(60.0)
    assert world.status(tag).verdict is Verdict.CANCELLED
    assert "ended by hand before the return was complete" in world.progress(tag).note
    assert "had not come back" in world.progress(tag).note
    assert world.count(Kind.DELIVERY, queue=MEANT) == 50


def test_mail_that_came_last_and_was_not_swept_when_it_is_ended_by_hand_is_said_to_stand() -> None:
    cut = ended(follow(clean_track(), seen(101), seen(103, {YAHOO: 7})), 103, QUIET_S)
    assert cut.verdict is Verdict.CANCELLED
    assert cut.note == "ended by hand; 7 messages stood: released mail goes out at its next retry"
