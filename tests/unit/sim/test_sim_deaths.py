"""A node that dies in the middle of a bounce and comes back: when, how often, and what it forgets."""

import pytest
from sim_stage import HELD, NEW, standing, wait

from kumo_tui.sim import Fleet, ManualClock, ScenarioError, SimNode, load_scenario, parse_scenario
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.web.replies import Call

PLAN = f"""
[[node]]
name = "mta1"
version = "{NEW}"
sweep_rate = 10

[node.death]
after_bounce = 4
down_for = 15

[[node.standing]]
queues = ["promo:acme@hold.example"]
messages = 100
due_in = [3600, 3600]
{HELD}
"""


def mortal(*, deaths: bool = True) -> tuple[SimNode, ManualClock]:
    clock = ManualClock()
    return Fleet(parse_scenario(PLAN, "death.toml"), clock, deaths=deaths).nodes["mta1"], clock


def accept_a_bounce(node: SimNode, status: int = 200, method: str = "POST") -> None:
    """What the node's application does when a bounce has come and was answered."""
    if status == 200 and method == "POST":
        acts.bounce(node.engine, Criteria(campaign="promo"), "bad link", 60.0, suppress_logging=False)
    place = node.record(
        Call(method, "/api/admin/bounce/v1", (), {}, b"", "127.0.0.1:40000", "127.0.0.1:8000"), b""
    )
    node.note_status(place, status)


def test_it_dies_after_its_first_bounce_and_comes_back_without_the_directive_and_with_its_mail() -> None:
    node, clock = mortal()
    wait(node, clock, 10)
    accept_a_bounce(node)
    wait(node, clock, 3.9)
    assert node.alive
    wait(node, clock, 0.2)
    assert not node.alive
    bounced = node.tally["promo:acme@hold.example"].bounced
    assert 0 < bounced < 100
    wait(node, clock, 16)
    assert node.alive
    wait(node, clock, 1)
    assert node.engine.bounces.listed(node.engine.now) == []
    assert standing(node, "promo:acme@hold.example") == 100 - bounced


def test_it_dies_only_once() -> None:
    node, clock = mortal()
    accept_a_bounce(node)
    wait(node, clock, 25)
    accept_a_bounce(node)
    wait(node, clock, 25)
    assert node.alive
    assert len(node.engine.bounces.listed(node.engine.now)) == 1


@pytest.mark.parametrize(("status", "method"), [(500, "POST"), (400, "POST"), (200, "GET"), (200, "DELETE")])
def test_what_is_no_accepted_bounce_kills_nobody(status: int, method: str) -> None:
    node, clock = mortal()
    accept_a_bounce(node, status, method)
    wait(node, clock, 10)
    assert node.alive


def test_deaths_happen_only_where_they_are_wanted() -> None:
    node, clock = mortal(deaths=False)
    accept_a_bounce(node)
    wait(node, clock, 10)
    assert node.alive


def test_in_the_story_of_three_nodes_the_second_dies() -> None:
    plans = {plan.name: plan.death for plan in load_scenario("fleet").nodes}
    assert {name for name, death in plans.items() if death is not None} == {"mta2"}


def test_a_clock_may_be_wrong_from_the_start() -> None:
    plan = f'[[node]]\nname = "mta1"\nversion = "{NEW}"\nclock_offset = -3600\n'
    clock = ManualClock()
    node = Fleet(parse_scenario(plan, "wrong.toml"), clock).nodes["mta1"]
    assert (clock.utc() - node.utc()).total_seconds() == 3600


def test_a_death_without_an_end_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"death\.down_for"):
        parse_scenario(PLAN.replace("down_for = 15", ""), "death.toml")
