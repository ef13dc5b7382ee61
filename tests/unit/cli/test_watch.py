import asyncio
from pathlib import Path

import pytest

from kumo_tui.sim import Fault, SimNode
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

YES = ("--reason", "x", "--plain", "--yes", "--at-most", "100000")
PROMO = ("bounce", "--campaign", "promo", *YES)
WAITING = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 5
connections = 1

[[node.standing]]
queues = ["two:s2@slow.q.example"]
messages = 300
due_in = [0.25, 1]
attempts = 0

[[node.standing]]
queues = ["one:s1@hold.example"]
messages = 40
due_in = [86400, 86400]
"""

SLOW_SWEEP = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
sweep_rate = 5

[[node.standing]]
queues = ["one:s1@hold.example"]
messages = 400
due_in = [86400, 86400]
"""
FOREIGN = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"

[[node.bounce]]
tenant = "orbit"
reason = "too many unknown recipients (rule_hash=9f2c41d07be63a58)"
seconds = 60
bounced = { "receipt:orbit@t-online.de" = 312 }

[[node.bounce]]
campaign = "survey"
reason = "wrong price list"
seconds = 60
bounced = {}
"""


def leave(state_folder: Path) -> None:
    """Go on as another user: with a journal that knows nothing of this one's operations."""
    (state_folder / "kumo-tui").rename(state_folder / "somebody-else")


def test_an_operation_of_another_process_is_found_by_its_tag_and_followed_to_its_end(desk: Desk) -> None:
    operation = desk.json(*PROMO)["operation"]
    lines = desk.lines("watch", operation.lower())
    assert desk.code == 0
    assert [line["verdict"] for line in lines if line["bounced"] == 240] == ["swept", "done"]
    assert {line["operation"] for line in lines} == {operation}


def test_the_journal_gives_the_baseline_of_another_process(desk: Desk) -> None:
    operation = desk.json(*PROMO)["operation"]
    last = desk.lines("watch", operation)[-1]
    assert (last["baseline"], last["bounced"], last["beyond"], last["collateral"]) == (240, 240, 0, 0)


def test_an_operation_that_has_ended_is_not_followed_again(desk: Desk) -> None:
    operation = desk.json(*PROMO)["operation"]
    assert desk.run("watch", operation) == 0
    assert desk.run("watch", operation) == 2
    assert "no node lists" in desk.err


def test_a_baseline_that_only_another_user_knows_is_null(desk: Desk, state_folder: Path) -> None:
    operation = desk.json(*PROMO)["operation"]
    leave(state_folder)
    last = desk.lines("watch", operation)[-1]
    assert (last["operation"], last["verdict"]) == (operation, "done")
    assert (last["baseline"], last["beyond"], last["eta_s"], last["collateral"]) == (None, None, None, 0)


def test_somebody_elses_directive_is_found_by_the_beginning_of_its_id(make_desk: MakeDesk) -> None:
    desk = make_desk(FOREIGN)
    first, second = (directive["id"] for directive in desk.json("directives")["directives"])
    length = next(n for n in range(1, 36) if first[:n] != second[:n])
    *_, last = desk.lines("watch", first[:length], "--until", "swept")
    assert (desk.code, last["operation"], last["verdict"], last["bounced"]) == (0, None, "swept", 312)
    assert last["nodes"]["mta1:8000"]["id"] == first


def test_without_a_baseline_swept_waits_until_the_totals_stand_still(desk: Desk, state_folder: Path) -> None:
    operation = desk.json(*PROMO)["operation"]
    leave(state_folder)
    began = desk.clock.monotonic()
    *_, last = desk.lines("watch", operation, "--until", "swept")
    assert (last["verdict"], last["bounced"]) == ("swept", 240)
    assert desk.clock.monotonic() - began >= 10


def test_an_operation_is_followed_on_every_node_that_lists_it(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    answer = desk.json(*PROMO)
    *_, last = desk.lines("watch", answer["operation"], "--until", "swept")
    assert list(last["nodes"]) == ["mta1:8000", "mta2:8000", "mta3:8000"]
    assert last["bounced"] == sum(node["bounced"] for node in last["nodes"].values())


@pytest.mark.parametrize("wanted", ["7F3A2C", "no-such-thing", "\x1b[2J"])
def test_what_no_node_lists_is_said_so(desk: Desk, wanted: str) -> None:
    assert desk.run("watch", wanted, "--json") == 2
    assert (desk.out, desk.err.count("\n")) == ("", 1)
    assert "\x1b" not in desk.err


def test_the_beginning_of_several_ids_is_not_guessed(make_desk: MakeDesk) -> None:
    desk = make_desk(FOREIGN)
    for number, entry in enumerate(desk.node.engine.bounces.listed(desk.node.engine.now)):
        object.__setattr__(entry, "id", f"aa{number}{entry.id[3:]}")
    assert desk.run("watch", "AA") == 2
    assert "several directives" in desk.err


def test_exact_queues_of_another_user_have_no_collateral_to_tell(desk: Desk, state_folder: Path) -> None:
    operation = desk.json("bounce", "--queue", "promo:acme@gmail.com", *YES)["operation"]
    leave(state_folder)
    *_, last = desk.lines("watch", operation)
    assert (desk.code, last["verdict"], last["bounced"], last["collateral"]) == (0, "done", 120, None)


def test_a_directive_that_leaves_the_list_early_is_exit_8(desk: Desk) -> None:
    operation = desk.json(*PROMO)["operation"]
    bounces = desk.node.engine.bounces
    read = desk.node.catch_up

    def catching_up() -> None:
        read()
        if desk.clock.monotonic() > 1030:
            for entry in bounces.listed(desk.node.engine.now):
                bounces.remove(entry.id)

    desk.node.catch_up = catching_up  # type: ignore[method-assign]  # somebody else at work on the node
    assert desk.run("watch", operation) == 8
    assert "cancelled by somebody else" in desk.out


def test_mail_that_may_still_wait_in_ready_queues_at_the_end_is_exit_8(make_desk: MakeDesk) -> None:
    desk = make_desk(WAITING)
    desk.clock.jump(3)
    code = desk.run("bounce", "--tenant", "s1", *YES, "--follow", "--duration", "10s")
    assert code == 8
    assert "DONE      40 of 40 bounced" in desk.out
    assert "that waited in ready queues may wait there still" in desk.err


def test_a_directive_that_ends_before_its_sweep_is_exit_8(make_desk: MakeDesk) -> None:
    desk = make_desk(SLOW_SWEEP)
    *_, last = desk.lines("bounce", "--tenant", "s1", *YES, "--follow", "--duration", "20s")
    assert (desk.code, last["verdict"]) == (8, "done")
    assert last["bounced"] < last["baseline"] == 400
    assert "mail already taken from its queues still bounces" in desk.err


def test_text_says_verdicts_at_once_and_counts_now_and_then(make_desk: MakeDesk) -> None:
    desk = make_desk("demo")
    code = desk.run(*PROMO, "--follow", "--until", "swept")
    lines = [line for line in desk.out.splitlines() if "RUNNING" in line]
    assert code in (0, 9)
    assert 2 <= len(lines) <= 4
    assert "done in" in lines[-1]


def test_a_silent_node_is_busy_not_lost(desk: Desk) -> None:
    async def fall_silent(node: SimNode) -> None:
        await desk.clock.sleep(1)
        node.faults.add(Fault("delay", "/", seconds=40, times=1))

    desk.after_post = lambda node: desk.tasks.append(asyncio.ensure_future(fall_silent(node)))
    assert desk.run(*PROMO, "--follow") == 0
    assert "mta1:8000 is busy: no answer for a while" in desk.out
    assert "mta1:8000 is ok" in desk.out


def test_plain_and_json_exclude_each_other(desk: Desk) -> None:
    assert desk.run("watch", "7F3A", "--plain", "--json") == 2
