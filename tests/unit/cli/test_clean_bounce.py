"""A clean bounce from the command line: stop, sweeps, release; followed, left, interrupted, gone on with."""

import asyncio
import json
import signal
from collections.abc import Callable

import pytest

from kumo_tui.sim import Fault, SimNode
from kumo_tui.sim.faults import Kind
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("bounce", "--tenant", "s1", "--reason", "bad link", "--clean", "--yes", "--at-most", "100000")
STOP, BOUNCE = "suspend/v1", "bounce/v1"
STOP_PATH = "/api/admin/suspend/v1"


def methods(desk: Desk) -> list[tuple[str, str]]:
    """What was sent, the sweeps in between being one."""
    sent = [(method, path) for method, path, _body in desk.acts]
    return [act for place, act in enumerate(sent) if place == 0 or act != sent[place - 1]]


def test_it_stops_sweeps_what_comes_back_and_releases(shared: Desk) -> None:
    answer, *lines = shared.lines(*S1, "--duration", "20s")
    assert shared.code == 0
    assert methods(shared) == [("POST", STOP), ("POST", BOUNCE), ("DELETE", STOP)]
    last = lines[-1]
    assert (last["verdict"], last["collateral"], last["baseline"]) == ("done", 0, 30)
    # 100 were on their way to the throttled ready queue; some went out before the stop.
    assert last["bounced"] > 60
    assert last["bounced"] == 30 + last["beyond"]
    assert {line["operation"] for line in lines} == {answer["operation"]}


def test_every_sweep_takes_exact_names_under_our_guard_and_lasts_no_time(shared: Desk) -> None:
    answer, *_lines = shared.lines(*S1, "--duration", "20s")
    sweeps = [body for _method, path, body in shared.acts if path == BOUNCE]
    assert len(sweeps) > 1
    for body in sweeps:
        assert set(body["queue_names"]) <= {"one:s1@hold.example", "one:s1@slow.q.example"}
        assert body["domain"] == f"kt-{answer['operation'].lower()}.kumo-tui-guard.invalid"
        assert (body["duration"], body["reason"]) == ("0s", f"bad link [kt:{answer['operation']}]")


def test_the_first_object_says_what_was_stopped_and_that_there_is_no_collateral(shared: Desk) -> None:
    answer, *_lines = shared.lines(*S1, "--duration", "20s")
    assert list(answer) == ["operation", "refused", "nodes", "baseline", "collateral", "leak_at_most"]
    (node,) = answer["nodes"]
    assert list(node) == ["node", "state", "id", "error"]
    assert (node["state"], node["id"]) == ("accepted", shared.acts[-1][2]["id"])
    assert (answer["refused"], answer["baseline"], answer["collateral"]) == (
        None,
        {"queues": 1, "messages": 30},
        0,
    )


def test_the_lines_tell_what_a_script_needs(shared: Desk) -> None:
    _answer, *lines = shared.lines(*S1, "--duration", "20s")
    first, last = lines[0], lines[-1]
    assert first["at_least"] is True
    assert first["may_wait"] > 0
    assert 0 < first["stop_left_s"] <= 920
    assert [line["sweeps"] for line in lines] == sorted(line["sweeps"] for line in lines)
    assert {"sweeping", "returning", "done"} <= {line["verdict"] for line in lines}
    assert (last["may_wait"], last["standing"], last["stop_left_s"]) == (0, 0, None)
    assert last["leak_at_most"] >= 0
    node = last["nodes"]["mta1:8000"]
    assert (node["verdict"], node["sweeps"]) == ("done", last["sweeps"])
    assert node["note"].startswith("sure: ")


def test_text_says_at_least_and_why_it_is_sure(shared: Desk) -> None:
    assert shared.run(*S1, "--duration", "20s") == 0
    assert "SWEEPING  at least 0 of 30 bounced" in shared.out
    assert "the stop ends in" in shared.out
    assert "DONE      at least 30 of 30 bounced, +" in shared.out
    assert "mta1:8000: sure: every ready queue that held mail at the stop has turned over" in shared.out
    assert "nobody can say whose" in shared.err


def test_nothing_standing_means_no_sweep(shared: Desk) -> None:
    shared.run("bounce", "--campaign", "three", *S1[3:], "--duration", "10s")
    assert methods(shared) == [("POST", STOP), ("DELETE", STOP)]


def test_the_count_is_compared_before_anything_is_stopped(shared: Desk) -> None:
    assert shared.run(*S1[:7], "--expect", "30", "--duration", "5s", "--detach") == 0
    assert shared.acts[0][1] == STOP


def test_leaving_after_the_first_sweep_says_that_the_stop_stands_and_until_when(shared: Desk) -> None:
    answer, *lines = shared.lines(*S1, "--duration", "5m", "--detach")
    assert shared.code == 0
    assert methods(shared) == [("POST", STOP), ("POST", BOUNCE)]
    assert len(shared.acts) == 2
    assert lines[-1]["sweeps"] == 1
    tag = answer["operation"]
    assert f"op {tag}: tenant=s1 is stopped on mta1:8000 until 12:20, nobody sweeps" in shared.err
    assert f"`kumo-tui watch {tag}` goes on, `kumo-tui release {tag}` ends it" in shared.err


def test_leaving_where_nothing_stands_yet_is_after_the_stop(shared: Desk) -> None:
    assert shared.run("bounce", "--campaign", "three", *S1[3:], "--detach") == 0
    assert [path for _method, path, _body in shared.acts] == [STOP]
    assert "is stopped on mta1:8000 until" in shared.err


def test_another_process_goes_on_with_what_was_left(shared: Desk) -> None:
    operation = shared.lines(*S1, "--duration", "20s", "--detach")[0]["operation"]
    *_, last = shared.lines("watch", operation)
    assert (shared.code, last["verdict"], last["standing"]) == (0, "done", 0)
    assert last["bounced"] > 60
    assert f"goes on sweeping op {operation}" in shared.err
    assert methods(shared)[-1] == ("DELETE", STOP)


def test_a_stop_that_waits_is_gone_on_with_under_its_own_tag(shared: Desk) -> None:
    operation = shared.json("stop", "--tenant", "s1", "--reason", "look first")["operation"]
    dry = shared.json(*S1[:6], "--dry-run")
    assert (dry["mode"], dry["why"]) == ("clean", f"goes on with the stop of operation {operation}")
    assert [request["step"] for request in dry["requests"]] == ["sweep", "release"]
    answer, *lines = shared.lines("bounce", "--tenant", "s1", *S1[3:5], *S1[6:], "--duration", "20s")
    assert (shared.code, answer["operation"], lines[-1]["verdict"]) == (0, operation, "done")
    assert [path for _method, path, _body in shared.acts].count(STOP) == 2


def test_a_stop_of_another_selector_is_not_gone_on_with(shared: Desk) -> None:
    operation = shared.json("stop", "--campaign", "one", "--reason", "look first")["operation"]
    answer, *_lines = shared.lines(*S1, "--duration", "10s")
    assert answer["operation"] != operation
    assert f"op {operation}: campaign=one is stopped on mta1:8000" in shared.err


def test_a_second_clean_bounce_of_the_same_mail_is_refused(shared: Desk) -> None:
    operation = shared.lines(*S1, "--detach")[0]["operation"]
    sent = len(shared.acts)
    for words in (S1, [word for word in S1 if word != "--clean"]):
        answer = shared.json(*words)
        assert (shared.code, len(shared.acts)) == (4, sent)
        assert f"Operation {operation} of this kumo-tui holds this mail already" in answer["refused"]
        assert f"`kumo-tui watch {operation}` follows it" in answer["refused"]


def test_somebody_elses_stop_of_the_same_mail_is_relied_on_and_never_released(
    shared: Desk, another_user: Callable[[], None]
) -> None:
    shared.json("stop", "--tenant", "s1", "--reason", "mine")
    another_user()
    answer, *lines = shared.lines(*S1, "--duration", "20s")
    assert (shared.code, answer["nodes"][0]["id"], lines[-1]["verdict"]) == (0, None, "done")
    assert methods(shared) == [("POST", STOP), ("POST", BOUNCE)]


@pytest.mark.parametrize("kind", ["error_after", "cut_reply"])
def test_a_stop_that_met_a_late_error_is_found_by_its_tag_and_not_sent_again(shared: Desk, kind: Kind) -> None:
    shared.node.faults.add(Fault(kind, STOP_PATH, "POST"))
    answer, *lines = shared.lines(*S1, "--duration", "10s")
    assert (shared.code, answer["nodes"][0]["state"], lines[-1]["verdict"]) == (0, "accepted", "done")
    assert methods(shared) == [("POST", STOP), ("POST", BOUNCE), ("DELETE", STOP)]
    assert "not known on every node" in shared.err


def test_a_stop_that_never_arrived_is_5_and_nothing_is_swept(shared: Desk) -> None:
    shared.node.faults.add(Fault("cut", STOP_PATH, "POST", times=1))
    answer = shared.json(*S1)
    assert (shared.code, answer["nodes"][0]["state"]) == (5, "rejected")
    assert methods(shared) == [("POST", STOP)]


def test_a_stop_that_nobody_can_tell_of_is_6_and_nothing_is_swept(shared: Desk) -> None:
    shared.node.faults.add(Fault("error_after", STOP_PATH, "POST"))
    shared.after_post = lambda node: node.faults.add(Fault("error", STOP_PATH, "GET"))
    answer = shared.json(*S1, "--settle", "20s")
    assert (shared.code, answer["nodes"][0]["state"]) == (6, "unknown")
    assert methods(shared) == [("POST", STOP)]


def test_some_nodes_stopped_and_some_not_is_7(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta2"].faults.add(Fault("cut", STOP_PATH, "POST", times=1))
    answer, *lines = desk.lines("bounce", "--campaign", "promo", *S1[3:], "--duration", "5s", "--detach")
    assert desk.code == 7
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "rejected", "accepted"]
    assert lines[-1]["nodes"]["mta2:8000"]["verdict"] == "rejected"


def test_a_restart_that_forgets_the_stop_is_lost_and_8(shared: Desk) -> None:
    async def restart(node: SimNode) -> None:
        await shared.clock.sleep(6)
        node.restart()

    def once(node: SimNode) -> None:
        if not shared.tasks:
            shared.tasks.append(asyncio.ensure_future(restart(node)))

    shared.after_post = once
    *_, last = shared.lines(*S1)
    assert (shared.code, last["verdict"]) == (8, "lost")
    assert "the stop was lost" in shared.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_while_following_leaves_the_stop_and_says_so(
    shared: Desk, number: signal.Signals, code: int
) -> None:
    async def strike() -> None:
        await shared.clock.sleep(5)
        signal.raise_signal(number)

    def once(_node: SimNode) -> None:
        if not shared.tasks:
            shared.tasks.append(asyncio.ensure_future(strike()))

    shared.after_post = once
    assert shared.run(*S1, "--json") == code
    operation = json.loads(shared.out.splitlines()[0])["operation"]
    words = f"Interrupted: op {operation}: tenant=s1 is stopped on mta1:8000 until 12:20, nobody sweeps"
    assert words in shared.err
    assert f"`kumo-tui release {operation}` ends it" in shared.err
    assert ("DELETE", STOP) not in methods(shared)
    assert len(shared.node.engine.suspensions.listed(shared.node.engine.now)) == 1


def test_an_end_that_is_not_sure_is_8(shared: Desk, another_user: Callable[[], None]) -> None:
    stop_id = shared.json("stop", "--tenant", "s1", "--reason", "somebody else's")["nodes"][0]["id"]
    another_user()

    async def end_it(node: SimNode) -> None:
        await shared.clock.sleep(6)
        node.engine.suspensions.remove(stop_id)

    def once(node: SimNode) -> None:
        if not shared.tasks:
            shared.tasks.append(asyncio.ensure_future(end_it(node)))

    shared.after_post = once
    *_, last = shared.lines(*S1, "--duration", "40s")
    assert (shared.code, last["verdict"]) == (8, "done")
    assert last["nodes"]["mta1:8000"]["note"].startswith("not sure: somebody else's stop ended")
    assert "it is not sure that all that was meant is gone" in shared.err


def test_a_stop_that_was_left_on_a_node_which_is_not_here_is_named(shared: Desk) -> None:
    answer, *_lines = shared.lines(*S1, "--duration", "5m", "--detach")
    shared.run("--endpoint", "http://mta9:8000", "status")
    assert (
        f"op {answer['operation']}: a stop of ours stands until 12:20 UTC on mta1:8000, "
        "which is not among the nodes here: add it to settle it"
    ) in shared.err
