"""Fleets, scenarios and the command: same seed, same mail; clear errors; a clean end."""

import asyncio
import json
import signal
import sys
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sim_stage import HELD, stage, standing, wait

from kumo_tui.sim import Fleet, ManualClock, ScenarioError, load_scenario, parse_scenario, scenario_names, serving
from kumo_tui.sim.engine.identity import message_id, message_number

SMALL = [name for name in scenario_names() if name != "million"]


def test_the_scenarios_that_others_rely_on_are_there() -> None:
    wanted = {"demo", "quiet", "fleet", "old", "hostile", "million", "shared-backlog", "growing"}
    wanted |= {"two-tenants", "two-sources", "behind-other-mail", "campaign-500"}
    assert wanted <= set(scenario_names())


@pytest.mark.parametrize("name", SMALL)
def test_every_scenario_runs_and_loses_no_message(name: str) -> None:
    clock = ManualClock()
    fleet = Fleet(load_scenario(name), clock)
    clock.advance(30)
    fleet.catch_up()
    for node in fleet.nodes.values():
        standing_now = {queue.name: queue.count for queue in node.engine.book}
        injected = sum(node.tally[queue].injected for queue in standing_now)
        gone = sum(node.tally[queue].delivered + node.tally[queue].bounced for queue in standing_now)
        assert node.engine.message_count == injected - gone
        assert node.engine.book.total == sum(standing_now.values())


def test_the_million_is_as_big_as_its_name() -> None:
    (plan,) = load_scenario("million").nodes
    (generated,) = plan.generated
    assert generated.queues == 1_000_000
    names = {
        generated.pattern.format(i=i, **{key: i % number for key, number in generated.modulo.items()})
        for i in range(0, 1_000_000, 37)
    }
    assert len(names) == len(range(0, 1_000_000, 37))


def test_same_seed_same_mail_whatever_the_steps() -> None:
    states = []
    for step, seed in ((20.0, 1), (0.13, 1), (20.0, 2)):
        clock = ManualClock()
        node = Fleet(load_scenario("demo"), clock, seed).nodes["mta1"]
        while clock.monotonic() < 20.0:
            wait(node, clock, min(step, 20.0 - clock.monotonic()))
        states.append({queue.name: queue.count for queue in node.engine.book})
    assert states[0] == states[1]
    assert states[0] != states[2]


def test_demo_tells_its_story() -> None:
    clock = ManualClock()
    node = Fleet(load_scenario("demo"), clock).nodes["mta1"]
    wait(node, clock, 5)
    before = sum(q.count for q in node.engine.book if q.name.startswith("promo:"))
    wait(node, clock, 10)
    after = sum(q.count for q in node.engine.book if q.name.startswith("promo:"))
    assert 40_000 < before < after
    assert sum(len(ready.messages) for ready in node.engine.ready.values()) > 300
    reasons = [entry.reason for entry in node.engine.bounces.listed(node.engine.now)]
    assert sum("(rule_hash=" in reason for reason in reasons) == 1
    assert len(reasons) == 2
    assert len(node.engine.suspensions.listed(node.engine.now)) == 1
    assert 35 <= len(node.engine.book.by_name) <= 50


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.toml: node: expected at least one [[node]]"),
        ("nonsense = ", "x.toml: "),
        ('[[node]]\nversion = "2026.06.23"', "x.toml: node[0].name: expected a string"),
        ('[[node]]\nname = "a"\nversion = "new"', "x.toml: node[0].version: expected YYYY.MM.DD-hash"),
        (
            '[[node]]\nname = "a"\nversion = "2026.06.23"\nsped = 1',
            "x.toml: node[0].sped: expected no such key here",
        ),
        (
            '[[node]]\nname = "a"\nversion = "2026.06.23"\n[[node.sender]]\nqueues = ["q"]\nrate = 0',
            "x.toml: node[0].sender[0].rate: expected a positive number",
        ),
        (
            '[[node]]\nname = "a"\nversion = "2026.06.23"\n[[node.standing]]\nqueues = []\nmessages = 1',
            "x.toml: node[0].standing[0].queues: expected a list of strings, not empty",
        ),
        (
            '[[node]]\nname = "a"\nversion = "2026.06.23"\n[[node.user]]\nname = "a"\nrole = "king"',
            "x.toml: node[0].user[0].role: expected one of nobody, viewer, admin",
        ),
        (
            f'[[node]]\nname = "{"m" * 41}"\nversion = "2026.06.23"',
            "x.toml: node[0].name: expected 1 to 40 printable",
        ),
        (
            '[[node]]\nname = "a\\u0007b"\nversion = "2026.06.23"',
            "x.toml: node[0].name: expected 1 to 40 printable",
        ),
        ('[[node]]\nname = " a"\nversion = "2026.06.23"', "x.toml: node[0].name: expected 1 to 40 printable"),
        ('[[node]]\nname="a"\nversion="2026.06.23"\n' * 2, "x.toml: node.name: expected different names"),
    ],
)
def test_a_wrong_scenario_names_file_key_and_what_is_expected(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, "x.toml")
    assert str(caught.value).startswith(message)


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"known: .*quiet"):
        load_scenario("nowhere")


def test_a_sender_keeps_its_rate_and_its_end() -> None:
    sender = (
        HELD + '[[node.sender]]\nqueues = ["a@hold.example", "b@hold.example"]\nrate = 30\nstart = 1\nstop = 3'
    )
    node, clock = stage(sender)
    wait(node, clock, 2.0)
    assert standing(node, "a@hold.example") + standing(node, "b@hold.example") == 30
    wait(node, clock, 10.0)
    assert standing(node, "a@hold.example") == standing(node, "b@hold.example") == 30


def test_empty_idle_queues_are_reaped_with_their_series() -> None:
    node, clock = stage(HELD, head="reap_interval = 60")
    node.inject("t@hold.example", 3)
    node.inject("t@gone.example", 3)
    wait(node, clock, 1.0)
    assert node.engine.book.get("t@gone.example")
    wait(node, clock, 90.0)
    assert node.engine.book.get("t@gone.example") is None
    assert standing(node, "t@hold.example") == 3


def test_a_queue_that_only_passes_mail_on_has_no_gauge() -> None:
    node, clock = stage()
    node.inject("t@passing.example", 3)
    wait(node, clock, 1.0)
    assert node.tally["t@passing.example"].delivered == 3
    assert node.engine.book.gauged == []
    assert "t@passing.example" in node.engine.book.by_name


def test_message_ids_are_v1_uuids_that_hold_time_and_number() -> None:
    created = datetime(2026, 11, 21, 0, 1, 2, 345_000, tzinfo=UTC)
    made = uuid.UUID(message_id(12_345_678_901, created))
    assert made.version == 1
    assert datetime(1582, 10, 15, tzinfo=UTC) + timedelta(microseconds=made.time // 10) == created
    assert message_number(made.hex) == 12_345_678_901


async def test_a_fleet_is_served_on_a_port_per_node() -> None:
    fleet = Fleet(load_scenario("fleet"), ManualClock())
    async with serving(fleet) as running, httpx.AsyncClient() as client:
        names = [(await client.get(f"{url}/api/machine-info")).json()["hostname"] for url in running.urls.values()]
    assert names == list(running.urls) == ["mta1", "mta2", "mta3"]


@pytest.mark.parametrize("ending", ["stdin", "sigterm"])
async def test_the_command_names_its_nodes_and_ends_cleanly(ending: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kumo_tui.sim", "quiet", "--until-stdin-closes"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    (node,) = json.loads(await process.stdout.readline())["nodes"]
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{node['url']}/api/check-liveness/v1")).text == "OK"
    if ending == "stdin":
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
