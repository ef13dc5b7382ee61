"""A stop from the command line: placed, said until when, kept from being placed twice; it sweeps nothing."""

from collections.abc import Callable

import pytest

from kumo_tui.sim import Fault
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

S1 = ("stop", "--tenant", "s1", "--reason", "look first")
STOP, STOP_PATH = "suspend/v1", "/api/admin/suspend/v1"


def test_a_stop_is_placed_once_and_nothing_is_swept(shared: Desk) -> None:
    answer = shared.json(*S1)
    ((method, path, body),) = shared.acts
    assert (shared.code, method, path) == (0, "POST", STOP)
    assert body == {"tenant": "s1", "reason": f"look first [kt:{answer['operation']}]", "duration": "1800s"}


def test_the_object_says_where_until_when_and_what_is_stopped(shared: Desk) -> None:
    answer = shared.json(*S1, "--duration", "10m")
    assert list(answer) == ["operation", "refused", "nodes", "stopped"]
    (node,) = answer["nodes"]
    assert list(node) == ["node", "state", "id", "error", "until_s", "relied"]
    assert (node["state"], node["error"], node["relied"]) == ("accepted", None, False)
    assert 590 < node["until_s"] <= 600
    assert (answer["refused"], answer["stopped"]) == (None, {"queues": 1, "messages": 30})


def test_for_people_it_says_until_when_and_both_ways_on(shared: Desk) -> None:
    assert shared.run(*S1) == 0
    head, node, sums, ways = shared.out.splitlines()
    assert head.endswith(": tenant=s1, stopped; nothing is bounced")
    assert node.startswith("mta1:8000 accepted: ")
    assert node.endswith(", until 12:30")
    assert sums.startswith("30 messages in 1 queue stopped; up to ")
    assert sums.endswith("wait in ready queues and come back at their turn")
    assert ways.startswith("bounce it with: `kumo-tui bounce --tenant s1`; end it with: `kumo-tui release ")


def test_a_dry_run_shows_the_request_and_sends_nothing(shared: Desk) -> None:
    answer = shared.json(*S1, "--duration", "5m", "--dry-run")
    assert (shared.code, shared.acts) == (0, [])
    (request,) = answer["requests"]
    assert (request["step"], request["body"]["tenant"], request["body"]["duration"]) == ("stop", "s1", "300s")
    assert answer["stopped"] == {"queues": 1, "messages": 30}
    shared.run(*S1, "--dry-run")
    assert "tenant=s1: would stop 30 messages in 1 queue" in shared.out
    assert shared.acts == []


def test_exact_queues_are_stopped_by_name_under_our_guard(shared: Desk) -> None:
    answer = shared.json("stop", "--queue", "one:s1@hold.example", "--reason", "x")
    ((_method, _path, body),) = shared.acts
    assert body["queue_names"] == ["one:s1@hold.example"]
    assert body["domain"] == f"kt-{answer['operation'].lower()}.kumo-tui-guard.invalid"
    assert "appear later" not in shared.err


def test_a_routing_domain_is_stopped_by_the_names_that_are_listed_and_what_comes_later_is_named(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(
        '[[node]]\nname = "mta1"\nversion = "2026.06.23-f3af1cd0"\n\n[[node.standing]]\n'
        'queues = ["a:t@x.example!r.example", "b:t@y.example"]\nmessages = 5\ndue_in = [86400, 86400]\n'
    )
    assert desk.run("stop", "--routing-domain", "r.example", "--reason", "x") == 0
    assert desk.acts[0][2]["queue_names"] == ["a:t@x.example!r.example"]
    assert "Matching queues that appear later are stopped only while the dashboard or `kumo-tui watch " in desk.err


def test_a_stop_before_its_mail_is_there_is_placed_with_a_question(shared: Desk) -> None:
    assert shared.run("stop", "--campaign", "nix", "--reason", "x") == 0
    assert "no listed queue matches, is it spelt right?" in shared.err
    assert [path for _method, path, _body in shared.acts] == [STOP]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Nothing is selected"),
        (("--everything",), "EVERYTHING is never stopped"),
        (("--tenant", "s1", "--duration", "2d"), "over the limit of 1d"),
        (("--routing-domain", "r.example"), "none is listed now"),
        (("--tenant", "s1", "--read-only"), "read-only"),
    ],
)
def test_what_may_not_be_stopped_is_4_and_nothing_is_sent(shared: Desk, words: tuple[str, ...], said: str) -> None:
    for more in ((), ("--dry-run",)):
        answer = shared.json("stop", "--reason", "x", *words, *more)
        assert (shared.code, shared.acts) == (4, [])
        assert list(answer) == ["operation", "refused", "nodes", "stopped"]
        assert said in answer["refused"]


@pytest.mark.parametrize(
    "words",
    [
        ("--tenant", "s1"),
        ("--tenant", " ", "--reason", "x"),
        ("--tenant", "s1", "--reason", "x", "--duration", "30"),
        ("--tenant", "s1", "--reason", "x", "--duration", "0s"),
        ("--tenant", "s1", "--queue", "a", "--reason", "x"),
    ],
)
def test_what_the_command_line_shows_to_be_wrong_is_2(shared: Desk, words: tuple[str, ...]) -> None:
    assert shared.run("stop", *words) == 2
    assert shared.node.requests == []


def test_mail_that_is_stopped_already_is_not_stopped_twice(shared: Desk) -> None:
    operation = shared.json(*S1)["operation"]
    answer = shared.json(*S1)
    assert (shared.code, len(shared.acts)) == (4, 1)
    assert f"Operation {operation} of this kumo-tui holds this mail already" in answer["refused"]


def test_relying_on_somebody_elses_stop_is_said(shared: Desk, another_user: Callable[[], None]) -> None:
    shared.json(*S1, "--duration", "10m")
    another_user()
    answer = shared.json(*S1)
    assert (shared.code, len(shared.acts)) == (0, 1)
    (node,) = answer["nodes"]
    assert (node["id"], node["relied"]) == (None, True)
    assert 590 < node["until_s"] <= 600
    shared.run("release", answer["operation"])
    assert "somebody else's stop still holds it: that is left alone" in shared.out
    assert len(shared.acts) == 1


def test_a_node_that_cannot_be_read_is_refused_without_partial(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta3"].kill()
    stop = ("stop", "--campaign", "promo", "--reason", "x")
    assert "mta3" in desk.json(*stop)["refused"]
    assert (desk.code, desk.acts) == (4, [])
    answer = desk.json(*stop, "--partial")
    assert desk.code == 7
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "accepted", "rejected"]


def test_a_stop_of_unknown_outcome_is_looked_for_and_never_sent_again(shared: Desk) -> None:
    shared.node.faults.add(Fault("cut_reply", STOP_PATH, "POST"))
    answer = shared.json(*S1)
    assert (shared.code, answer["nodes"][0]["state"], len(shared.acts)) == (0, "accepted", 1)


def test_a_stop_that_nobody_can_tell_of_is_6(shared: Desk) -> None:
    shared.node.faults.add(Fault("error_after", STOP_PATH, "POST"))
    shared.after_post = lambda node: node.faults.add(Fault("error", STOP_PATH, "GET"))
    answer = shared.json(*S1, "--settle", "20s")
    assert (shared.code, answer["nodes"][0]["state"], answer["nodes"][0]["until_s"]) == (6, "unknown", None)
    shared.run("status")
    assert f"op {answer['operation']}: not known whether tenant=s1 is stopped on mta1:8000" in shared.err


def test_a_stop_that_is_refused_is_5(shared: Desk) -> None:
    shared.node.faults.add(Fault("cut", STOP_PATH, "POST", times=1))
    answer = shared.json(*S1)
    assert (shared.code, answer["nodes"][0]["state"]) == (5, "rejected")
    assert answer["stopped"] == {"queues": 0, "messages": 0}


def test_no_readable_node_is_3(shared: Desk) -> None:
    answer = shared.json(*S1, "--endpoint", "http://gone:8000")
    assert (shared.code, answer["operation"]) == (3, None)
    assert "No node could be read" in answer["refused"]
