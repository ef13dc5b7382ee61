"""Sweeps: gauges at once, totals at a pace, and what goes on when the directive is gone (KUMOMTA.md 2.5, 2.8)."""

from collections.abc import Callable

import pytest
from sim_stage import HELD, OLD, stage, standing, wait

from kumo_tui.sim import SimNode
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria

PROMO = Criteria(campaign="promo")
QUEUES = ("promo:a@hold.example", "promo:b@hold.example")


def test_gauges_fall_at_once_and_totals_rise_at_the_rate_of_the_node() -> None:
    node, clock = stage(HELD, head="sweep_rate = 1000")
    for queue in QUEUES:
        node.inject(queue, 600)
    entry = acts.bounce(node.engine, PROMO, "x", 60.0, suppress_logging=False)
    assert node.engine.book.total == 0
    assert node.engine.message_count == 1200
    wait(node, clock, 0.5)
    assert sum(entry.bounced.values()) == 500
    assert entry.bounced[QUEUES[0]] == entry.bounced[QUEUES[1]]
    assert node.engine.message_count == 700
    wait(node, clock, 1.0)
    assert entry.bounced == dict.fromkeys(QUEUES, 600)
    assert node.engine.message_count == 0


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (lambda node: node.shed_load(active=True), lambda node: node.shed_load(active=False)),
        (lambda node: node.stop_writing(active=True), lambda node: node.stop_writing(active=False)),
        (lambda node: node.fill_hook(70), lambda node: node.fill_hook(0)),
    ],
)
def test_a_sweep_stands_still_while_the_node_is_held_up_and_then_goes_on_at_its_pace(
    begin: Callable[[SimNode], None], end: Callable[[SimNode], None]
) -> None:
    node, clock = stage(HELD, head="sweep_rate = 1000")
    node.inject(QUEUES[0], 1200)
    entry = acts.bounce(node.engine, PROMO, "x", 60.0, suppress_logging=False)
    wait(node, clock, 0.5)
    begin(node)
    wait(node, clock, 5.0)
    assert (sum(entry.bounced.values()), node.engine.message_count) == (500, 700)
    end(node)
    wait(node, clock, 0.5)
    assert sum(entry.bounced.values()) == pytest.approx(1000, abs=10)
    wait(node, clock, 0.5)
    assert (sum(entry.bounced.values()), node.engine.message_count) == (1200, 0)


@pytest.mark.parametrize("ending", ["cancel", "expiry", "replacement"])
def test_a_sweep_goes_on_out_of_sight_when_its_directive_is_gone(ending: str) -> None:
    node, clock = stage(HELD, head="sweep_rate = 1000")
    node.inject(QUEUES[0], 1000)
    entry = acts.bounce(node.engine, PROMO, "x", 0.2, suppress_logging=False)
    wait(node, clock, 0.1)
    if ending == "cancel":
        assert node.engine.bounces.remove(entry.id)
    elif ending == "expiry":
        wait(node, clock, 0.2)
    else:
        fresh = acts.bounce(node.engine, PROMO, "again", 60.0, suppress_logging=False)
    wait(node, clock, 2.0)
    listed = node.engine.bounces.listed(node.engine.now)
    assert [e.id for e in listed] == ([fresh.id] if ending == "replacement" else [])
    assert all(not e.bounced for e in listed)
    assert node.tally[QUEUES[0]].bounced == 1000


def test_a_zero_duration_sweeps_is_never_listed_and_catches_nothing_new() -> None:
    node, clock = stage(HELD)
    node.inject(QUEUES[0], 50)
    acts.bounce(node.engine, PROMO, "sweep", 0.0, suppress_logging=False)
    assert node.engine.bounces.listed(node.engine.now) == []
    node.inject(QUEUES[0], 7)
    wait(node, clock, 1.0)
    assert standing(node, QUEUES[0]) == 7
    assert node.tally[QUEUES[0]].bounced == 50


def test_a_zero_duration_for_everything_goes_on_catching_until_the_list_is_read() -> None:
    node, clock = stage(HELD)
    acts.bounce(node.engine, Criteria(), "purge", 0.0, suppress_logging=False)
    node.inject(QUEUES[0], 5)
    node.engine.bounces.listed(node.engine.now)
    node.inject(QUEUES[0], 3)
    wait(node, clock, 0.1)
    assert (node.tally[QUEUES[0]].bounced, standing(node, QUEUES[0])) == (5, 3)


def test_new_mail_is_caught_while_the_directive_lives_and_gathers_after() -> None:
    node, clock = stage(HELD)
    entry = acts.bounce(node.engine, PROMO, "x", 10.0, suppress_logging=False)
    node.inject(QUEUES[0], 5)
    node.inject("news:a@hold.example", 5)
    assert entry.bounced == {QUEUES[0]: 5}
    assert standing(node, "news:a@hold.example") == 5
    wait(node, clock, 11.0)
    node.inject(QUEUES[0], 4)
    assert standing(node, QUEUES[0]) == 4


def test_all_four_criteria_sweep_but_miss_new_mail_unless_the_server_is_older() -> None:
    four = Criteria("c", "t", "hold.example", "hold.example")
    queue = "c:t@hold.example!hold.example"
    for version, caught in (("2026.06.23-f3af1cd0", 0), (OLD, 4)):
        node, clock = stage(HELD, version)
        node.inject(queue, 10)
        entry = acts.bounce(node.engine, four, "x", 60.0, suppress_logging=False)
        wait(node, clock, 1.0)
        node.inject(queue, 4)
        assert entry.bounced[queue] == 10 + caught


def test_drained_mail_that_was_not_removed_comes_back_after_a_restart() -> None:
    node, clock = stage(HELD, head="sweep_rate = 1000")
    node.inject(QUEUES[0], 1000)
    acts.bounce(node.engine, PROMO, "x", 60.0, suppress_logging=False)
    wait(node, clock, 0.3)
    node.restart()
    assert standing(node, QUEUES[0]) == 0
    wait(node, clock, 1.0)
    assert standing(node, QUEUES[0]) == 700
    assert node.tally[QUEUES[0]].bounced == 300
    assert node.engine.bounces.listed(node.engine.now) == []


def test_a_sweep_silences_the_node_in_proportion_to_the_queues_swept() -> None:
    node, _ = stage(HELD, head="silence_per_queue = 0.5")
    for queue in QUEUES:
        node.inject(queue, 1)
    node.inject("news:a@hold.example", 1)
    acts.bounce(node.engine, PROMO, "x", 60.0, suppress_logging=False)
    assert node.engine.silent_until == 1.0
