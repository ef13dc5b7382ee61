"""Dispatchers that remember their last look-up, suspension that does not (KUMOMTA.md 0, "The two defects")."""

import pytest
from sim_stage import HELD, NEW, SLOW, stage, standing, wait

from kumo_tui.sim import ManualClock, SimNode
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.engine.mail import Message
from kumo_tui.sim.engine.ready import ideal_connections

S1, S2 = "one:s1@slow.example", "two:s2@slow.example"
TENANT = Criteria(tenant="s1")
LAST_WITHOUT = "2025.03.19-1d3f1f67"
FIRST_WITH = "2025.05.06-b29689af"


def _mixed(version: str = NEW, first: str = S1, then: str = S2) -> tuple[SimNode, ManualClock]:
    """Two tenants wait in one throttled ready queue, one behind the other; one message is in the hand."""
    node, clock = stage(SLOW, version)
    node.inject(first, 1)
    wait(node, clock, 0.01)
    node.inject(first, 100)
    node.inject(then, 100)
    return node, clock


def test_after_a_hit_everything_behind_it_is_bounced_too() -> None:
    node, clock = _mixed()
    entry = acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 1.0)
    assert entry.bounced == {S1: 100, S2: 100}
    assert node.tally[S2].bounced == 100


def test_new_mail_is_bounced_too_until_the_idle_connection_ends() -> None:
    node, clock = _mixed()
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    for _ in range(60):
        wait(node, clock, 0.1)
        node.inject(S2, 1)
    wait(node, clock, 5.0)
    caught = node.tally[S2].bounced
    assert 100 + 45 < caught < 100 + 55
    assert node.tally[S2].delivered == 160 - caught


def test_after_a_miss_matching_mail_is_delivered_though_the_directive_lives() -> None:
    node, clock = _mixed(first=S2, then=S1)
    entry = acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 15.0)
    assert entry.bounced == {}
    assert (node.tally[S1].delivered, node.tally[S2].delivered) == (100, 101)


@pytest.mark.parametrize("change", ["cancel", "another"])
def test_adding_or_removing_a_directive_resets_what_dispatchers_remember(change: str) -> None:
    node, clock = _mixed()
    entry = acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 1.0)
    if change == "cancel":
        node.engine.bounces.remove(entry.id)
    else:
        acts.bounce(node.engine, Criteria(domain="nobody.invalid"), "other", 60.0, suppress_logging=False)
    node.inject(S2, 10)
    wait(node, clock, 2.0)
    assert node.tally[S2].bounced == 100
    assert node.tally[S2].delivered == 10


@pytest.mark.parametrize("version", ["2024.11.08-d383b033", LAST_WITHOUT])
@pytest.mark.parametrize(("first", "then"), [(S1, S2), (S2, S1)])
def test_versions_before_2025_05_06_bounce_exactly(version: str, first: str, then: str) -> None:
    node, clock = _mixed(version, first, then)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 15.0)
    assert node.tally[S2].bounced == 0
    assert node.tally[S1].bounced == 100


def test_the_defects_begin_with_2025_05_06() -> None:
    node, clock = _mixed(FIRST_WITH)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 1.0)
    assert node.tally[S2].bounced == 100


def test_a_remembered_hit_ends_with_its_directive() -> None:
    node, clock = _mixed()
    acts.bounce(node.engine, TENANT, "s1 only", 3.0, suppress_logging=False)
    wait(node, clock, 2.9)
    node.inject(S2, 5)
    wait(node, clock, 0.2)
    node.inject(S2, 5)
    wait(node, clock, 2.0)
    assert (node.tally[S2].bounced, node.tally[S2].delivered) == (105, 5)


def test_a_remembered_miss_outlives_everything_but_a_change() -> None:
    node, clock = _mixed(first=S2, then=S1)
    acts.bounce(node.engine, Criteria(tenant="nobody"), "other", 1.0, suppress_logging=False)
    wait(node, clock, 1.5)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 20.0)
    assert (node.tally[S1].delivered, node.tally[S1].bounced) == (100, 0)


@pytest.mark.parametrize("change", ["reading the list prunes an expired one", "a sweep of no duration"])
def test_whatever_adds_or_removes_an_entry_makes_dispatchers_look_again(change: str) -> None:
    node, clock = _mixed()
    acts.bounce(node.engine, Criteria(tenant="nobody"), "short", 2.0, suppress_logging=False)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 2.5)
    if change.startswith("reading"):
        node.engine.bounces.listed(node.engine.now)
    else:
        acts.bounce(node.engine, Criteria(tenant="nobody"), "sweep", 0.0, suppress_logging=False)
    node.inject(S2, 10)
    wait(node, clock, 2.0)
    assert (node.tally[S2].bounced, node.tally[S2].delivered) == (100, 10)


def test_a_connection_that_finds_nothing_to_send_is_never_opened_and_remembers_nothing() -> None:
    node, clock = stage(SLOW)
    acts.suspend(node.engine, TENANT, "stop s1", 60.0)
    ready = node.engine.ready_queues_for(S1)[0]
    ready.push([Message(S1, node.engine.number(1), 0.0, 0)], 0.0)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 0.5)
    assert (node.tally[S1].bounced, ready.connections_made) == (1, 0)
    node.inject(S2, 3)
    wait(node, clock, 1.0)
    assert (node.tally[S2].delivered, ready.connections_made) == (3, 1)


def test_every_connection_has_a_memory_of_its_own() -> None:
    node, clock = stage(SLOW.replace("connections = 1", "connections = 8"))
    node.inject(S2, 100)
    wait(node, clock, 0.01)
    ready = node.engine.ready_queues_for(S1)[0]
    assert (len(ready.dispatchers), ready.held) == (8, 8)
    assert len({id(dispatcher.lookup) for dispatcher in ready.dispatchers}) == 8


@pytest.mark.parametrize(("waiting", "wanted"), [(0, 0), (1, 1), (4, 3), (20, 12), (128, 31), (1024, 32)])
def test_connections_grow_with_the_backlog_as_the_servers(waiting: int, wanted: int) -> None:
    assert ideal_connections(waiting, 32) == wanted


def test_what_a_connection_has_in_its_hands_is_delivered() -> None:
    node, clock = stage(SLOW + "batch = 4")
    node.inject(S1, 50)
    wait(node, clock, 0.01)
    acts.suspend(node.engine, TENANT, "stop s1", 60.0)
    wait(node, clock, 5.0)
    assert (node.tally[S1].delivered, node.tally[S1].transfailed, standing(node, S1)) == (4, 46, 46)


def test_a_connection_ends_after_its_number_of_messages_and_another_looks_for_itself() -> None:
    node, clock = stage(SLOW + "max_deliveries = 30")
    node.inject(S2, 60)
    node.inject(S1, 40)
    wait(node, clock, 0.2)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 10.0)
    assert node.engine.ready_queues_for(S1)[0].connections_made == 2
    assert (node.tally[S2].delivered, node.tally[S1].bounced) == (60, 40)


def test_a_suspension_looks_every_message_up_by_its_own_queue() -> None:
    node, clock = _mixed()
    acts.suspend(node.engine, TENANT, "stop s1", 60.0)
    wait(node, clock, 7.0)
    assert standing(node, S1) == 100
    assert node.tally[S1].transfailed == 100
    assert node.tally[S2].delivered == 100


def test_stop_and_zero_length_sweeps_take_all_that_is_meant_and_nothing_else() -> None:
    node, clock = _mixed()
    acts.suspend(node.engine, TENANT, "stop s1", 60.0)
    for _ in range(20):
        wait(node, clock, 0.5)
        acts.bounce(node.engine, TENANT, "sweep", 0.0, suppress_logging=False)
    wait(node, clock, 1.0)
    assert node.tally[S1].bounced == 100
    assert node.tally[S1].delivered == 1
    assert (node.tally[S2].bounced, node.tally[S2].delivered) == (0, 100)


def test_a_live_directive_right_after_a_stop_still_takes_others() -> None:
    node, clock = _mixed()
    acts.suspend(node.engine, TENANT, "stop s1", 60.0)
    acts.bounce(node.engine, TENANT, "s1 only", 60.0, suppress_logging=False)
    wait(node, clock, 1.0)
    assert node.tally[S2].bounced == 100


def test_suspended_mail_is_deferred_with_one_more_attempt_and_waits_its_retry() -> None:
    node, clock = stage(HELD, head="retry_interval = 100")
    acts.suspend(node.engine, Criteria(tenant="t"), "stop", 1000.0)
    node.inject("t@elsewhere.example", 3)
    (run,) = node.engine.book.obtain("t@elsewhere.example", 0.0).runs
    assert (run.count, run.attempts, run.due) == (3, 1, 100.0)
    wait(node, clock, 101.0)
    (run,) = node.engine.book.obtain("t@elsewhere.example", 0.0).runs
    assert (run.attempts, run.due) == (2, 300.0)
    assert node.tally["t@elsewhere.example"].transfailed == 6


def test_holding_a_ready_queue_returns_its_mail_and_another_source_takes_it() -> None:
    sources = SLOW.replace("rate = 20", 'rate = 20\nsources = ["a", "b"]')
    node, clock = stage(sources, head="retry_interval = 100")
    node.inject(S1, 200)
    acts.suspend_ready(node.engine, "a->slow.example@smtp_client", "hold", 60.0)
    wait(node, clock, 1.5)
    assert len(node.engine.ready["a->slow.example@smtp_client"].messages) == 0
    assert len(node.engine.ready["b->slow.example@smtp_client"].messages) > 100
    acts.suspend_ready(node.engine, "b->slow.example@smtp_client", "hold", 60.0)
    wait(node, clock, 1.5)
    assert standing(node, S1) > 100
    delivered = node.tally[S1].delivered
    acts.rebind(node.engine, TENANT, {}, always_flush=True)
    wait(node, clock, 30.0)
    assert node.tally[S1].delivered == delivered
