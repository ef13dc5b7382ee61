"""Watching clean bounces and stops: gone on with, only followed, or waiting for somebody's decision."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kumo_tui.journal.durable import open_journal
from kumo_tui.sim import Fault, SimNode
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("--tenant", "s1", "--reason", "bad link")
CLEAN = ("bounce", *S1, "--clean", "--yes", "--at-most", "100000")
STOP, BOUNCE = "suspend/v1", "bounce/v1"
STOP_PATH = "/api/admin/suspend/v1"


def later(desk: Desk, seconds: float, act: Callable[[SimNode], object]) -> Callable[[], None]:
    """Let something happen on the node so many seconds after the next poll of the command that runs then."""
    read = desk.node.catch_up
    at = desk.clock.monotonic() + seconds

    def catching_up() -> None:
        read()
        if desk.clock.monotonic() >= at and not desk.tasks:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            done.set_result(None)
            desk.tasks.append(done)
            act(desk.node)

    desk.node.catch_up = catching_up  # type: ignore[method-assign]  # somebody else at work on the node
    return lambda: setattr(desk.node, "catch_up", read)


def remove_stops(node: SimNode) -> None:
    for entry in node.engine.suspensions.listed(node.engine.now):
        node.engine.suspensions.remove(entry.id)


def test_a_stop_that_waits_is_followed_and_never_swept(shared: Desk) -> None:
    operation = shared.json("stop", *S1, "--duration", "30s")["operation"]
    lines = shared.lines("watch", operation)
    assert (shared.code, lines[0]["verdict"], lines[-1]["verdict"]) == (8, "stopped", "released")
    assert [path for _method, path, _body in shared.acts] == [STOP]
    assert f"op {operation} is not confirmed, nothing is swept" in shared.err
    assert "`kumo-tui bounce --tenant s1` bounces it" in shared.err
    assert f"`kumo-tui release {operation}` ends it" in shared.err
    assert "nothing was bounced" in shared.err


def test_text_of_a_stop_that_waits_says_what_stands_and_for_how_long(shared: Desk) -> None:
    operation = shared.json("stop", *S1, "--duration", "30s")["operation"]
    shared.run("watch", operation)
    first, *_, last = shared.out.splitlines()
    assert "STOPPED   30 messages stand, up to " in first
    assert "the stop ends in 00:30" in first
    assert "at least" not in shared.out
    assert last.endswith("the stop's time ran out: what stands there goes out at its next retry")


def test_it_is_found_by_the_beginning_of_its_stops_id(shared: Desk) -> None:
    answer = shared.json("stop", *S1, "--duration", "10s")
    *_, last = shared.lines("watch", answer["nodes"][0]["id"][:8])
    assert (last["operation"], last["verdict"]) == (answer["operation"], "released")


def test_what_another_kumo_tui_sweeps_is_only_followed(shared: Desk, state_folder: Path) -> None:
    operation = shared.lines(*CLEAN, "--duration", "20s", "--detach")[0]["operation"]
    sent = len(shared.acts)
    other = open_journal(state_folder / "kumo-tui" / "journal.db", shared.clock)
    assert other.claim(operation)
    later(shared, 15, lambda _node: signal.raise_signal(signal.SIGTERM))
    assert shared.run("watch", operation) == 143
    assert len(shared.acts) == sent
    assert f"another kumo-tui sweeps op {operation}: this one only follows" in shared.err
    assert f"Interrupted: another kumo-tui goes on sweeping op {operation}." in shared.err
    other.close()


def test_it_takes_over_when_the_other_kumo_tui_is_gone(shared: Desk, state_folder: Path) -> None:
    operation = shared.lines(*CLEAN, "--duration", "30s", "--detach")[0]["operation"]
    other = open_journal(state_folder / "kumo-tui" / "journal.db", shared.clock)
    assert other.claim(operation)
    later(shared, 10, lambda _node: other.close())
    *_, last = shared.lines("watch", operation)
    assert (shared.code, last["verdict"], last["standing"]) == (0, "done", 0)
    follows, takes = shared.err.index("only follows"), shared.err.index(f"goes on sweeping op {operation}")
    assert follows < takes


def test_watching_one_goes_on_with_the_others_and_says_so(shared: Desk) -> None:
    first = shared.lines(*CLEAN, "--duration", "15s", "--detach")[0]["operation"]
    s2 = ("bounce", "--tenant", "s2", *CLEAN[3:], "--duration", "30s", "--detach")
    second = shared.lines(*s2)[0]["operation"]
    assert f"goes on sweeping op {first} too, while this runs: tenant=s1" in shared.err
    shared.lines("watch", second)
    assert shared.code == 0
    assert f"goes on sweeping op {first} too" in shared.err
    assert len([path for method, path, _body in shared.acts if method == "DELETE"]) == 2


def test_a_read_only_session_only_follows(shared: Desk) -> None:
    operation = shared.lines(*CLEAN, "--duration", "20s", "--detach")[0]["operation"]
    sent = len(shared.acts)
    later(shared, 10, lambda _node: signal.raise_signal(signal.SIGINT))
    assert shared.run("watch", operation, "--read-only") == 130
    assert len(shared.acts) == sent
    assert f"read-only (--read-only): op {operation} is only followed" in shared.err


def test_until_swept_leaves_the_stop_and_says_so(shared: Desk) -> None:
    operation = shared.lines(*CLEAN, "--duration", "5m", "--detach")[0]["operation"]
    *_, last = shared.lines("watch", operation, "--until", "swept")
    assert (shared.code, last["verdict"]) == (0, "catching")
    assert f"op {operation}: tenant=s1 is stopped on mta1:8000 until 12:20, nobody sweeps" in shared.err


def test_a_stop_that_somebody_released_is_lost_and_8(shared: Desk) -> None:
    operation = shared.lines(*CLEAN, "--duration", "5m", "--detach")[0]["operation"]
    later(shared, 6, remove_stops)
    *_, last = shared.lines("watch", operation)
    assert (shared.code, last["verdict"]) == (8, "lost")
    assert "somebody released the stop" in last["nodes"]["mta1:8000"]["note"]
    assert "the stop was lost" in shared.err


def test_what_is_over_is_not_followed_again(shared: Desk) -> None:
    operation = shared.lines(*CLEAN, "--duration", "15s")[0]["operation"]
    assert shared.run("watch", operation) == 2
    assert "no node lists" in shared.err


def test_another_kumo_tuis_clean_bounce_is_named_as_such(shared: Desk, another_user: Callable[[], None]) -> None:
    operation = shared.lines(*CLEAN, "--detach")[0]["operation"]
    another_user()
    assert shared.run("watch", operation) == 2
    assert "only its own journal tells what was swept" in shared.err


def test_a_stop_of_unknown_outcome_is_looked_for_first(shared: Desk) -> None:
    shared.node.faults.add(Fault("error_after", STOP_PATH, "POST"))
    shared.after_post = lambda node: node.faults.add(Fault("error", STOP_PATH, "GET"))
    operation = shared.json("stop", *S1, "--duration", "40s", "--settle", "1s")["operation"]
    assert shared.code == 6
    shared.node.faults.active = [Fault("error", STOP_PATH, "GET", times=1)]
    lines = shared.lines("watch", operation)
    assert (shared.code, lines[0]["verdict"], lines[-1]["verdict"]) == (8, "stopped", "released")
    assert "looking for it in the lists" in shared.err


def test_lines_of_several_nodes_say_which(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    operation = desk.json("stop", "--campaign", "promo", "--reason", "x", "--duration", "10s")["operation"]
    *_, last = desk.lines("watch", operation)
    assert {node["verdict"] for node in last["nodes"].values()} == {"released"}
    assert list(last["nodes"]) == ["mta1:8000", "mta2:8000", "mta3:8000"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_leaving_a_stop_that_waits_says_that_it_stands(shared: Desk, number: signal.Signals) -> None:
    operation = shared.json("stop", *S1)["operation"]
    later(shared, 4, lambda _node: signal.raise_signal(number))
    assert shared.run("watch", operation) in (130, 143)
    assert f"Interrupted: op {operation}: tenant=s1 is stopped on mta1:8000 until 12:30" in shared.err
    assert "Traceback" not in shared.err
