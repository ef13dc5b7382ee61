"""Letting go from the command line: ours by tag or id, others' only where that is said."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kumo_tui.sim import Fault, SimNode
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("stop", "--tenant", "s1", "--reason", "look first")
STOP, REBIND = "suspend/v1", "rebind/v1"
STOP_PATH = "/api/admin/suspend/v1"


def stopped(desk: Desk, *words: str) -> tuple[str, str]:
    """A stop of ours: its tag, and the id of the node's entry."""
    answer = desk.json(*(words or S1))
    return answer["operation"], answer["nodes"][0]["id"]


def standing(node: SimNode) -> int:
    return len(node.engine.suspensions.listed(node.engine.now))


def test_a_stop_is_ended_by_its_tag_and_its_mail_waits_for_its_retry(shared: Desk) -> None:
    operation, stop_id = stopped(shared)
    answer = shared.json("release", operation.lower())
    assert (shared.code, standing(shared.node)) == (0, 0)
    assert shared.acts[-1] == ("DELETE", STOP, {"id": stop_id})
    assert answer["operation"] == operation
    (node,) = answer["nodes"]
    assert list(node) == ["node", "state", "text", "left_alone"]
    assert (node["node"], node["state"], node["left_alone"]) == ("mta1:8000", "released", [])
    assert "next retry, in 20 minutes or more" in node["text"]


def test_it_is_found_by_the_beginning_of_the_id_too(shared: Desk) -> None:
    operation, stop_id = stopped(shared)
    assert shared.json("release", stop_id[:8].upper())["operation"] == operation
    assert (shared.code, standing(shared.node)) == (0, 0)


def test_flushed_mail_is_due_now(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    answer = shared.json("release", operation, "--flush")
    assert (shared.code, answer["nodes"][0]["text"]) == (0, "let go and due now")
    method, path, body = shared.acts[-1]
    assert (method, path, body["tenant"], body["always_flush"], body["data"]) == ("POST", REBIND, "s1", True, {})


def test_queues_that_a_flush_would_not_tell_apart_are_named(make_desk: MakeDesk) -> None:
    desk = make_desk(
        '[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\n\n[[node.standing]]\n'
        'queues = ["x.example", "a:t@x.example"]\nmessages = 5\ndue_in = [86400, 86400]\n'
    )
    operation, _stop_id = stopped(desk, "stop", "--queue", "x.example", "--reason", "x")
    answer = desk.json("release", operation, "--flush")
    assert (desk.code, answer["nodes"][0]["left_alone"]) == (0, ["x.example"])
    assert "1 queue left alone" in answer["nodes"][0]["text"]
    assert [path for _method, path, _body in desk.acts] == [STOP, STOP]


def test_what_is_over_is_gone_and_0(shared: Desk) -> None:
    operation, stop_id = stopped(shared)
    shared.run("release", operation)
    sent = len(shared.acts)
    for wanted in (operation, stop_id):
        answer = shared.json("release", wanted)
        assert (shared.code, answer["operation"], answer["nodes"][0]["state"]) == (0, operation, "gone")
    assert len(shared.acts) == sent


def test_a_stop_that_somebody_released_is_gone_and_0(shared: Desk) -> None:
    operation, stop_id = stopped(shared)
    shared.node.engine.suspensions.remove(stop_id)
    answer = shared.json("release", operation)
    assert (shared.code, answer["nodes"][0]["state"]) == (0, "gone")
    assert answer["nodes"][0]["text"].startswith("already gone")


def test_a_clean_bounce_is_ended_before_its_time(shared: Desk) -> None:
    clean = ("bounce", *S1[1:], "--clean", "--yes", "--at-most", "100", "--detach")
    operation = shared.lines(*clean)[0]["operation"]
    assert shared.run("release", operation) == 0
    assert standing(shared.node) == 0
    assert shared.run("status") == 0
    assert shared.err == ""


def test_what_is_nowhere_is_a_slip(shared: Desk) -> None:
    for wanted in ("7F3A2C", "no-such-thing", "\x1b[2J"):
        assert shared.run("release", wanted, "--json") == 2
        assert (shared.out, shared.err.count("\n"), "\x1b" in shared.err) == ("", 1, False)
    assert shared.acts == []


def test_a_plain_bounce_has_nothing_to_release(desk: Desk) -> None:
    plain = ("bounce", "--campaign", "promo", "--reason", "x", "--plain", "--yes", "--at-most", "1000")
    operation = desk.json(*plain)["operation"]
    assert desk.run("release", operation) == 2
    assert "is a plain bounce: it has no stop" in desk.err


def test_a_stop_that_the_journal_does_not_have_is_refused_and_its_kumo_tui_is_named(
    shared: Desk, another_user: Callable[[], None]
) -> None:
    operation, stop_id = stopped(shared)
    another_user()
    for wanted in (stop_id, stop_id[:6], operation):
        answer = shared.json("release", wanted)
        assert (shared.code, standing(shared.node), answer["operation"], answer["nodes"]) == (4, 1, None, [])
        assert f"of another kumo-tui (op {operation})" in answer["refused"]
        assert "--other ends it all the same" in answer["refused"]


def test_another_kumo_tuis_stop_is_ended_where_that_is_said(
    shared: Desk, another_user: Callable[[], None]
) -> None:
    operation, stop_id = stopped(shared)
    another_user()
    answer = shared.json("release", stop_id[:8], "--other")
    assert (shared.code, standing(shared.node)) == (0, 0)
    assert (answer["operation"], answer["nodes"][0]["state"]) == (operation, "released")
    assert "not ours" in shared.err


def test_an_id_that_may_be_several_is_not_guessed(shared: Desk, another_user: Callable[[], None]) -> None:
    stopped(shared)
    stopped(shared, "stop", "--tenant", "s2", "--reason", "x")
    for number, entry in enumerate(shared.node.engine.suspensions.listed(shared.node.engine.now)):
        object.__setattr__(entry, "id", f"aaaa{number}{entry.id[5:]}")
    another_user()
    assert shared.run("release", "AAAA", "--other") == 2
    assert "may be several stops" in shared.err
    assert standing(shared.node) == 2


def test_a_read_only_session_releases_nothing(shared: Desk, another_user: Callable[[], None]) -> None:
    operation, stop_id = stopped(shared)
    assert shared.run("release", operation, "--read-only") == 4
    another_user()
    assert shared.run("release", stop_id, "--other", "--read-only") == 4
    assert standing(shared.node) == 1


def test_a_release_without_an_answer_is_tried_again(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    shared.node.faults.add(Fault("cut", STOP_PATH, "DELETE", times=2))
    answer = shared.json("release", operation)
    assert (shared.code, answer["nodes"][0]["state"], standing(shared.node)) == (0, "released", 0)


def test_a_release_that_was_carried_out_without_an_answer_is_released(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    shared.node.faults.add(Fault("cut_reply", STOP_PATH, "DELETE", times=1))
    answer = shared.json("release", operation)
    assert (shared.code, answer["nodes"][0]["state"]) == (0, "released")


def test_a_release_that_is_not_answered_for_the_node_restarts_is_over_once_that_shows(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    serve = shared.node.app

    async def restarting(scope: Any, receive: Any, send: Any) -> None:
        try:
            await serve(scope, receive, send)
        finally:
            if scope["method"] == "DELETE":
                shared.node.restart()

    shared.node.faults.add(Fault("cut_reply", STOP_PATH, "DELETE"))
    app: Any = restarting
    shared.node.app = app
    began = shared.clock.monotonic()
    (node,) = shared.json("release", operation)["nodes"]
    assert (shared.code, node["state"], node["text"]) == (0, "gone", "it is over meanwhile, nothing of it stands")
    assert shared.clock.monotonic() - began < 30


def test_a_release_that_nobody_can_tell_of_is_6_when_the_time_is_over(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    shared.node.faults.add(Fault("error", STOP_PATH, "DELETE"))
    began = shared.clock.monotonic()
    answer = shared.json("release", operation, "--settle", "10s")
    assert (shared.code, answer["nodes"][0]["state"]) == (6, "unknown")
    assert 8 <= shared.clock.monotonic() - began <= 10
    assert shared.run("release", operation, "--settle", "1s") == 6


def test_a_node_that_is_down_releases_nothing_and_is_5_or_7(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    operation, _stop_id = stopped(desk, "stop", "--campaign", "promo", "--reason", "x")
    desk.fleet.nodes["mta2"].kill()
    answer = desk.json("release", operation, "--settle", "1s")
    assert [node["state"] for node in answer["nodes"]] == ["released", "unknown", "released"]
    assert desk.code == 6


def test_for_people_each_node_is_a_line(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    assert shared.run("release", operation) == 0
    assert shared.out.startswith(f"op {operation} on mta1:8000 released: let go; ")


@pytest.mark.parametrize("words", [("",), ("7F3A2C", "--settle", "soon"), ()])
def test_wrong_usage_is_2(shared: Desk, words: tuple[str, ...]) -> None:
    assert shared.run("release", *words) == 2
    assert shared.node.requests == []


def test_a_refusal_is_one_object_on_standard_output(shared: Desk) -> None:
    operation, _stop_id = stopped(shared)
    shared.run("release", operation, "--read-only", "--json")
    assert json.loads(shared.out) == {
        "operation": None,
        "refused": "This is a read-only session (--read-only). It cannot release.",
        "nodes": [],
    }
