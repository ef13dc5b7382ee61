"""Stops of ours that stand with nobody sweeping are named by every command that reads, and left alone by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kumo_tui.journal.durable import open_journal
from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("--tenant", "s1", "--reason", "bad link")
CLEAN = ("bounce", *S1, "--clean", "--yes", "--at-most", "100000", "--duration", "20s")
READING = ("status", "queues", "directives")


@pytest.mark.parametrize("command", READING)
def test_a_confirmed_one_is_named_and_never_swept(shared: Desk, command: str) -> None:
    operation = shared.lines(*CLEAN, "--detach")[0]["operation"]
    sent = len(shared.acts)
    shared.clock.jump(120)
    assert shared.run(command) == 0
    assert shared.err == (
        f"op {operation}: tenant=s1 is stopped on mta1:8000 until 12:15, nobody sweeps: "
        f"`kumo-tui watch {operation}` goes on, `kumo-tui release {operation}` ends it\n"
    )
    assert len(shared.acts) == sent


@pytest.mark.parametrize("command", READING)
def test_one_that_waits_is_named_with_what_would_bounce_it(shared: Desk, command: str) -> None:
    operation = shared.json("stop", *S1)["operation"]
    shared.clock.jump(1600)
    assert shared.run(command, "--json") == 0
    assert f"op {operation}: tenant=s1 is stopped on mta1:8000 until 12:30, nobody sweeps it" in shared.err
    assert f"`kumo-tui bounce --tenant s1` bounces it, `kumo-tui release {operation}` ends it" in shared.err
    assert len(shared.acts) == 1


def test_a_dry_run_and_a_refused_bounce_name_it_too(shared: Desk) -> None:
    operation = shared.json("stop", *S1)["operation"]
    for words in (("--dry-run",), ("--plain", "--yes", "--expect", "1")):
        shared.run("bounce", "--tenant", "s2", "--reason", "x", *words)
        assert f"op {operation}: tenant=s1 is stopped" in shared.err
    assert len(shared.acts) == 1


def test_what_another_kumo_tui_sweeps_needs_no_word(shared: Desk, state_folder: Path) -> None:
    operation = shared.lines(*CLEAN, "--detach")[0]["operation"]
    other = open_journal(state_folder / "kumo-tui" / "journal.db", shared.clock)
    assert other.claim(operation)
    assert shared.run("status") == 0
    assert shared.err == ""
    other.close()


def test_looking_takes_the_sweeping_from_nobody(shared: Desk, state_folder: Path) -> None:
    operation = shared.lines(*CLEAN, "--detach")[0]["operation"]
    shared.run("status")
    other = open_journal(state_folder / "kumo-tui" / "journal.db", shared.clock)
    assert other.claim(operation)
    other.close()


def test_a_stop_that_is_over_is_named_no_more(shared: Desk) -> None:
    shared.json("stop", *S1, "--duration", "30s")
    shared.clock.jump(60)
    shared.run("status")
    assert "is stopped" not in shared.err


def test_a_stop_that_the_list_misses_is_named_no_more(shared: Desk) -> None:
    stop_id = shared.json("stop", *S1)["nodes"][0]["id"]
    shared.node.engine.suspensions.remove(stop_id)
    shared.run("status")
    assert "is stopped" not in shared.err


def test_each_node_is_named_with_its_own_end(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.json("stop", "--campaign", "promo", "--reason", "x")
    desk.fleet.nodes["mta2"].faults.add(Fault("error", "/api/admin/suspend/v1", "GET"))
    desk.run("status")
    assert "on mta1:8000 until 12:30, mta2:8000 until 12:30, mta3:8000 until 12:30" in desk.err


def test_status_counts_clean_operations_and_lists_stops(shared: Desk, another_user: Callable[[], None]) -> None:
    answer = shared.json("stop", *S1)
    status = shared.json("status")
    assert (status["directives"], status["operations"]) == (0, 1)
    (stop,) = status["stops"]
    assert (stop["node"], stop["id"], stop["scope"]) == ("mta1:8000", answer["nodes"][0]["id"], "tenant=s1")
    assert (stop["operation"], stop["reason"]) == (answer["operation"], f"bad link [kt:{answer['operation']}]")
    assert 0 < stop["remaining_s"] <= 1800
    short = stop["id"][:8]
    shared.run("status")
    assert "0 directives, 1 operation of kumo-tui" in shared.out
    assert f"mta1:8000: 1 stop: {short} tenant=s1 until 12:30 (op {answer['operation']})" in shared.out
    another_user()
    shared.run("status")
    assert f"{short} tenant=s1 until 12:30 (op {answer['operation']} of another kumo-tui)" in shared.out
    assert shared.err == ""


def test_somebody_elses_stops_are_listed_and_are_no_operations_of_ours(make_desk: MakeDesk) -> None:
    desk = make_desk("demo")
    status = desk.json("status")
    assert [stop["scope"] for stop in status["stops"]] == ["tenant=lumen"]
    assert status["stops"][0]["operation"] is None
    assert status["operations"] == 0
    desk.run("status")
    assert "tenant=lumen until 14:00 (not ours)" in desk.out


def test_a_name_in_a_stop_never_acts_on_the_terminal(make_desk: MakeDesk) -> None:
    desk = make_desk(
        '[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\n\n[[node.suspend]]\n'
        'tenant = "e\\u001b[2Jvil"\nreason = "x"\nseconds = 7200\n'
    )
    desk.run("status")
    assert "\x1b" not in desk.out
    assert "tenant=e\\x1b[2Jvil" in desk.out


def test_no_readable_list_is_null(shared: Desk) -> None:
    shared.node.faults.add(Fault("error", "/api/admin/suspend/v1", "GET"))
    assert shared.json("status")["stops"] is None
