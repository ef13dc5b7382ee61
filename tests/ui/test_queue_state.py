"""What is going on with a queue."""

import pytest

from kumo_tui.model.directives import Suspension
from kumo_tui.model.names import Part
from kumo_tui.model.selector import Everything, ExactQueues
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.model.tags import guard_domain
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.queue_state import QueueState, StateReader, is_growing
from kumo_tui.ui.theme import QueueCondition
from tests.ui.clean_world import own_stop, stopped, sweeping
from tests.ui.worlds import START, directive, node, operation, snapshot

NAME = "promo:acme@yahoo.com"


def state(world: Snapshot, name: str = NAME, *, now: float = START, rate: float | None = None) -> QueueState:
    return StateReader(world, now).of_queue(name, 1000, rate)


def stop(**criteria: str | None) -> Suspension:
    values = {"campaign": None, "tenant": None, "domain": None, **criteria}
    return Suspension("s1", values["campaign"], values["tenant"], values["domain"], "hold", 720.0)


def test_a_queue_that_nothing_concerns_is_calm() -> None:
    assert state(snapshot(node("mta1", {NAME: 1}))).condition is QueueCondition.CALM


def test_criteria_of_anybodys_directive_make_it_bouncing_until_its_end() -> None:
    world = snapshot(node("mta1", {NAME: 1}, directives=(directive(remaining_s=48.0),)))
    assert state(world).condition is QueueCondition.BOUNCING
    assert state(world, "news:acme@yahoo.com").condition is QueueCondition.CALM
    assert state(world, now=START + 48).condition is QueueCondition.CALM


def test_exact_names_of_others_are_known_only_by_what_they_bounced() -> None:
    exact = directive(campaign=None, domain=guard_domain("ABCDEF"), bounced={NAME: 5})
    world = snapshot(node("mta1", {NAME: 1}, directives=(exact,)))
    assert state(world).condition is QueueCondition.BOUNCING
    assert state(world, "other@yahoo.com").condition is QueueCondition.CALM


def test_our_operations_count_by_their_selector_while_they_run() -> None:
    running = operation(baseline={NAME: 1}, bounced={}, selector=ExactQueues.of([NAME]))
    over = operation(baseline={NAME: 1}, bounced={}, selector=ExactQueues.of([NAME]), verdict=Verdict.DONE)
    assert state(snapshot(node("mta1", {NAME: 1}), operations=(running,))).condition is QueueCondition.BOUNCING
    assert state(snapshot(node("mta1", {NAME: 1}), operations=(over,))).condition is QueueCondition.CALM


def test_a_stop_tells_what_is_left_of_it() -> None:
    world = snapshot(node("mta1", {NAME: 1}, suspensions=(stop(tenant="acme"),)))
    assert state(world, now=START + 20) == QueueState(QueueCondition.STOPPED, 700.0)


def test_a_stop_without_criteria_claims_no_queue() -> None:
    world = snapshot(node("mta1", {NAME: 1}, suspensions=(stop(),)))
    assert state(world).condition is QueueCondition.CALM


def test_bouncing_outranks_stopped_outranks_growing() -> None:
    stopped = snapshot(node("mta1", {NAME: 1}, suspensions=(stop(tenant="acme"),)))
    both = snapshot(node("mta1", {NAME: 1}, suspensions=(stop(tenant="acme"),), directives=(directive(),)))
    assert state(stopped, rate=500).condition is QueueCondition.STOPPED
    assert state(both, rate=500).condition is QueueCondition.BOUNCING


@pytest.mark.parametrize(
    ("messages", "rate", "growing"),
    [(100, 9.9, False), (100, 10, True), (5000, 49, False), (5000, 50, True), (0, None, False), (10, -50, False)],
)
def test_growing_is_ten_messages_and_one_percent_a_minute(
    messages: int, rate: float | None, growing: bool
) -> None:
    assert is_growing(messages, rate) is growing


def test_a_group_is_bouncing_only_when_all_of_it_is() -> None:
    by_campaign = StateReader(snapshot(node("mta1", {NAME: 1}, directives=(directive(),))), START)
    assert by_campaign.of_group(Part.CAMPAIGN, "promo", 1, None).condition is QueueCondition.BOUNCING
    assert by_campaign.of_group(Part.DOMAIN, "yahoo.com", 1, None).condition is QueueCondition.CALM
    assert by_campaign.of_group(Part.CAMPAIGN, None, 1, None).condition is QueueCondition.CALM
    everything = operation(baseline={NAME: 1}, bounced={}, selector=Everything())
    all_of_it = StateReader(snapshot(node("mta1", {NAME: 1}), operations=(everything,)), START)
    assert all_of_it.of_group(Part.DOMAIN, "yahoo.com", 1, None).condition is QueueCondition.BOUNCING


def test_a_stop_of_ours_that_waits_stops_its_queues_by_its_selector_and_counts_down() -> None:
    exact = stopped(selector=ExactQueues.of([NAME]))
    world = snapshot(node("mta1", {NAME: 1}), operations=(exact,))
    assert state(world, now=START + 60) == QueueState(QueueCondition.STOPPED, 700.0)
    assert state(world, "promo:acme@gmail.com").condition is QueueCondition.CALM


@pytest.mark.parametrize("verdict", [Verdict.SWEEPING, Verdict.RETURNING, Verdict.CATCHING])
def test_a_clean_bounce_that_runs_is_bouncing_although_its_queues_are_stopped(verdict: Verdict) -> None:
    world = snapshot(node("mta1", {NAME: 1}, suspensions=(own_stop(),)), operations=(sweeping(verdict),))
    assert state(world).condition is QueueCondition.BOUNCING


@pytest.mark.parametrize("verdict", [Verdict.RELEASED, Verdict.LOST, Verdict.CANCELLED])
def test_a_clean_bounce_that_is_over_concerns_no_queue(verdict: Verdict) -> None:
    world = snapshot(node("mta1", {NAME: 1}), operations=(sweeping(verdict),))
    assert state(world).condition is QueueCondition.CALM


def test_a_group_is_stopped_by_our_stop_of_just_that_group() -> None:
    world = snapshot(node("mta1", {NAME: 1}), operations=(stopped(),))
    reader = StateReader(world, START)
    assert reader.of_group(Part.CAMPAIGN, "promo", 1, None) == QueueState(QueueCondition.STOPPED, 760.0)
    assert reader.of_group(Part.CAMPAIGN, "news", 1, None).condition is QueueCondition.CALM
