"""Queues that make a clean bounce hard: batches, connections, refusals, retries, floods of new queues."""

import pytest

from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import Kind
from kumo_tui.sim.engine import acts
from tests.unit.act.clean_cases import (
    BACKLOG,
    FLOW,
    MEANT,
    READY,
    WITHOUT_EXACT_NAMES,
    Story,
    exactly,
    promo,
    scenario,
)

TAIL = """
[[node.sender]] # few that are meant behind many others, and the ready queue is never empty
queues = ["news:zenith@slow.example"]
rate = 2000
stop = 0.1

[[node.sender]]
queues = ["promo:acme@slow.example"]
rate = 500
start = 0.2
stop = 0.21

[[node.sender]]
queues = ["news:zenith@slow.example"]
rate = 12
start = 0.3
"""


async def _over(story: Story, duration: str = "30s", at: float = 2.0) -> None:
    await story.begin(promo(duration), at)
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("sure: ")


@pytest.mark.parametrize(("batch", "connections"), [(2, 10), (10, 3), (30, 1), (40, 4)])
async def test_batches_in_the_hands_of_connections_end_nothing_too_early(batch: int, connections: int) -> None:
    provider = f"rate = 10\nlatency = 0.5\nmax_ready = 2000\nbatch = {batch}\nconnections = {connections}"
    story = Story(scenario(TAIL, provider=provider))
    await _over(story, "2s")
    story.check_exact(2.0)


async def test_what_batches_hold_at_the_stop_is_within_what_is_said_to_be_in_flight() -> None:
    provider = "rate = 10\nlatency = 2\nbatch = 20\nconnections = 4"
    story = Story(scenario(provider=provider))
    await _over(story, "5s")
    fates = story.check_exact(5.0, counted=0.8)
    assert fates.in_flight > 4


@pytest.mark.parametrize("connections", [1, 5, 40])
async def test_a_ready_queue_that_is_never_empty_turns_over(connections: int) -> None:
    provider = f"rate = 10\nlatency = 0.1\nmax_ready = 2000\nconnections = {connections}"
    story = Story(scenario(TAIL, provider=provider))
    await _over(story, "2s")
    story.check_exact(2.0)


async def test_connections_that_end_after_a_few_messages_lose_nothing() -> None:
    story = Story(scenario(provider="rate = 10\nconnections = 2\nlatency = 0.05\nmax_deliveries = 3"))
    await _over(story)
    story.check_exact()


@pytest.mark.parametrize("retry", [2, 45])
async def test_deferrals_come_back_to_where_the_sweeps_are(retry: int) -> None:
    provider = "rate = 10\nconnections = 3\nlatency = 0.2\ndeferred = 0.4"
    story = Story(scenario(provider=provider, retry=retry))
    await _over(story, at=8.0)
    story.check_exact()


async def test_a_campaign_of_which_every_delivery_is_deferred_is_gone_to_the_last_message() -> None:
    story = Story(scenario(provider='rate = 10\nconnections = 3\nlatency = 0.2\ndefers = ["promo"]', retry=3))
    await _over(story, at=8.0)
    assert story.check_exact().before == 0


@pytest.mark.parametrize("duration", ["3s", "20s"])
async def test_mail_that_falls_due_again_and_again_while_it_is_stopped_stays_stopped(duration: str) -> None:
    story = Story(scenario(retry=1))
    await _over(story, duration)
    story.check_exact(float(duration[:-1]))


@pytest.mark.parametrize("before", [True, False])
async def test_a_ready_queue_that_somebody_holds_gives_its_mail_back_to_the_sweeps(before: bool) -> None:
    story = Story(scenario())
    engine = story.world.node.engine
    if before:
        await story.world.play(1.0)
        acts.suspend_ready(engine, READY, "theirs", 40.0)
    await story.begin()
    if not before:
        await story.world.play(3.0)
        acts.suspend_ready(engine, READY, "theirs", 40.0)
    assert await story.finish() is Verdict.DONE
    story.check_exact()


async def test_mail_that_found_its_ready_queue_full_is_swept_where_it_waits() -> None:
    story = Story(scenario(provider="rate = 10\nconnections = 1\nmax_ready = 30", retry=5))
    await _over(story)
    assert story.world.count(Kind.TRANSIENT_FAILURE, queue=MEANT) > 0
    story.check_exact()


async def test_new_mail_that_waits_before_its_first_attempt_is_swept_there() -> None:
    story = Story(scenario(provider="rate = 10\nconnections = 1\nhold = 4", retry=5))
    await _over(story, at=7.0)
    story.check_exact()


async def test_a_ready_queue_that_the_node_forgets_in_between_has_turned_over() -> None:
    story = Story(scenario(BACKLOG, more="reap_interval = 2"))
    await _over(story)
    # Few messages: one that comes between the count and its sweep is some percent of them.
    story.check_exact(counted=0.8)


@pytest.mark.parametrize("version", ["2026.06.23-f3af1cd0", WITHOUT_EXACT_NAMES])
async def test_thousands_of_queues_that_appear_meanwhile_are_swept_as_they_come(version: str) -> None:
    story = Story(scenario(version=version))
    await story.begin()
    for turn in range(6):
        for number in range(400):
            story.world.node.inject(f"promo:t{turn}n{number}@d{number % 50}.example", 2)
        await story.world.play(2.0)
    assert await story.finish() is Verdict.DONE
    assert story.check_exact().bounced > 6 * 400 * 2


async def test_exactly_these_queues_means_no_others_of_the_campaign() -> None:
    story = Story(scenario())
    await story.begin(exactly(MEANT))
    await story.world.play(3.0)
    story.world.node.inject("promo:other@slow.example", 20)
    assert await story.finish() is Verdict.DONE
    assert story.note.startswith("sure: ")
    story.check_exact()
    assert story.world.count(Kind.DELIVERY, queue="promo:other@slow.example") == 20
    assert story.world.count(Kind.TRANSIENT_FAILURE, queue="promo:other@slow.example") == 0


async def test_a_ready_queue_that_does_not_move_keeps_the_mail_stopped_and_is_named() -> None:
    story = Story(scenario(BACKLOG, provider="rate = 0.001\nconnections = 1"))
    await story.begin(promo("10s"))
    await story.world.play(1200.0, 5.0)
    assert story.verdict is Verdict.RETURNING
    assert "nothing moves in ready queue" in story.note
    clean = story.world.progress(story.tag).clean
    assert clean is not None
    assert (clean.stop_left_s or 0.0) > 300.0
    await story.world.acts.clean.end(story.tag)
    assert story.verdict is Verdict.CANCELLED
    assert "had not come back" in story.note


async def test_the_longest_duration_ends_the_waiting_for_such_a_queue_as_lost() -> None:
    story = Story(scenario(BACKLOG, provider="rate = 0.001\nconnections = 1"))
    story.world.settings = Settings(act=ActSettings(max_duration="10m"))
    story.world.start_program()
    await story.begin(promo("10s"))
    await story.world.play(1500.0, 10.0)
    assert story.verdict is Verdict.LOST
    assert "ran out" in story.note
    assert "had not come back" in story.note


async def test_a_steady_flow_into_a_quiet_ready_queue_is_counted_nearly_in_full() -> None:
    story = Story(scenario(FLOW.format(rate=40), provider="rate = 200\nconnections = 10"))
    await _over(story)
    story.check_exact(counted=0.95)
