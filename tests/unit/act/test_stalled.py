"""A bounce that stands still: STALLED within three polls, with the cause where a metric names one."""

from collections.abc import Callable

import pytest

from kumo_tui.act.draft import Draft, How
from kumo_tui.model.verdict import Verdict
from kumo_tui.sim import SimNode
from kumo_tui.sim.scenario import parse_scenario
from kumo_tui.ui.operation_words import verdict_words
from tests.clean_world import World

SCENARIO = parse_scenario(
    """
    [[node]]
    name = "mta1"
    version = "2026.06.23-f3af1cd0"
    sweep_rate = 1000

    [[node.standing]]
    queues = ["promo:acme@hold.example"]
    messages = 10000
    due_in = [86400, 86400]
    """,
    "stalled.toml",
)
DRAFT = Draft(campaign="promo", reason="bad link", duration="5m", how=How.PLAIN)


@pytest.mark.parametrize(
    ("begin", "cause"),
    [
        (lambda node: node.shed_load(active=True), "spool /var/spool/kumomta/data sheds load"),
        (lambda node: node.stop_writing(active=True), "spool /var/spool/kumomta/data has stopped writing"),
        (
            lambda node: node.fill_hook(1),
            "log hook webhook is full: logging had to wait for it 1 time, last seen 4s ago",
        ),
    ],
)
async def test_the_cause_is_named_within_three_polls_and_the_rest_is_bounced_when_it_is_over(
    begin: Callable[[SimNode], None], cause: str
) -> None:
    world = World(SCENARIO)
    await world.poll()
    operation = await world.acts.bounce(world.confirmed(DRAFT))
    await world.play(4.0)
    begin(world.node)
    for _poll in range(3):
        world.time.advance(2.0)
        world.fleet.catch_up()
        await world.watcher.poll_once()
    status = world.status(operation.tag)
    assert 0.3 < status.ledger.progress.bounced / 10_000 < 0.7
    assert (status.verdict, status.nodes[0].note) == (Verdict.STALLED, cause)
    words = verdict_words(status, world.snapshot)
    assert words == "no total rises, mail is still held."
    world.node.shed_load(active=False)
    world.node.stop_writing(active=False)
    world.node.fill_hook(0)
    await world.play_until(lambda: world.status(operation.tag).verdict is Verdict.SWEPT)
    assert world.status(operation.tag).ledger.progress.bounced == 10_000
    assert [request.method for request in world.node.requests if "bounce" in request.path].count("POST") == 1
