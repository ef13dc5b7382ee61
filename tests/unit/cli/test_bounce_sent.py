import asyncio
import json

import pytest

from kumo_tui.sim import Fault, SimNode
from kumo_tui.sim.faults import Kind
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk

PROMO = ("bounce", "--campaign", "promo", "--reason", "bad link", "--plain", "--yes", "--at-most", "100000")
S1 = ("bounce", "--tenant", "s1", "--reason", "x", "--plain", "--yes", "--at-most", "1000")
BOUNCE = "/api/admin/bounce/v1"
WATCH_NAMES = [
    *("at", "operation", "verdict", "partial", "bounced", "at_least", "beyond", "collateral", "collateral_grows"),
    *("leak_at_most", "in_flight", "baseline", "rate_per_s", "eta_s", "may_wait"),
    *("stop_left_s", "standing", "sweeps", "nodes"),
]
SHARED = """
[[node]]
name = "mta1"
version = "2026.06.23-f3af1cd0"
retry_interval = 60

[[node.provider]]
site = "slow.example"
domains = ["slow.q.example"]
rate = 20
connections = 1
latency = 0.02

[[node.standing]]
queues = ["one:s1@slow.q.example", "two:s2@slow.q.example"]
messages = 200
due_in = [0.25, 1]
attempts = 0
"""


def test_a_bounce_returns_when_it_is_answered(desk: Desk) -> None:
    answer = desk.json(*PROMO)
    assert desk.code == 0
    assert list(answer) == ["operation", "refused", "nodes", "baseline", "collateral", "leak_at_most"]
    (node,) = answer["nodes"]
    assert (node["node"], node["state"], node["error"]) == ("mta1:8000", "accepted", None)
    assert (answer["refused"], answer["baseline"]) == (None, {"queues": 2, "messages": 240})
    assert json.loads(desk.posts[0])["reason"] == f"bad link [kt:{answer['operation']}]"


def test_it_is_sent_exactly_once_to_each_node(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    answer = desk.json(*PROMO)
    assert [node["state"] for node in answer["nodes"]] == ["accepted"] * 3
    assert len(desk.posts) == 3


def test_exact_queues_go_with_a_guard_domain(desk: Desk) -> None:
    queue = "promo:acme@gmail.com"
    answer = desk.json("bounce", "--queue", queue, *PROMO[3:])
    body = json.loads(desk.posts[0])
    assert body["queue_names"] == [queue]
    assert body["domain"] == f"kt-{answer['operation'].lower()}.kumo-tui-guard.invalid"


def test_everything_is_chosen_as_such(desk: Desk) -> None:
    answer = desk.json("bounce", "--everything", "--i-mean-everything", *PROMO[3:])
    assert answer["baseline"] == {"queues": 6, "messages": 360}
    assert set(json.loads(desk.posts[0])) == {"reason", "duration"}


def test_for_people_it_says_what_was_accepted_and_how_to_follow_it(desk: Desk) -> None:
    assert desk.run(*PROMO) == 0
    first, second, last = desk.out.splitlines()
    assert "campaign=promo, 240 messages in 2 queues, new mail for 5m" in first
    assert second.startswith("mta1:8000 accepted: ")
    assert last.startswith("follow it with: kumo-tui watch ")
    assert "a plain bounce may then take other queues' mail" in desk.err


def test_following_prints_a_line_an_event_and_ends_when_the_directive_has_ended(desk: Desk) -> None:
    answer, *lines = desk.lines(*PROMO, "--follow", "--duration", "30s")
    assert desk.code == 0
    assert all(list(line) == WATCH_NAMES for line in lines)
    assert [lines[0]["verdict"], lines[-1]["verdict"]] == ["running", "done"]
    assert "swept" in [line["verdict"] for line in lines]
    last = lines[-1]
    assert (last["operation"], last["bounced"], last["baseline"]) == (answer["operation"], 240, 240)
    assert (last["beyond"], last["collateral"]) == (0, 0)
    assert last["nodes"]["mta1:8000"]["verdict"] == "done"


def test_until_swept_ends_while_the_directive_stands(desk: Desk) -> None:
    *_, last = desk.lines(*PROMO, "--follow", "--until", "swept")
    assert (desk.code, last["verdict"], last["bounced"]) == (0, "swept", 240)
    assert len(desk.json("directives")["directives"]) == 1


@pytest.mark.parametrize("kind", ["error_after", "cut_reply", "half_reply"])
def test_a_bounce_that_met_a_late_error_is_found_by_its_tag_and_not_sent_again(desk: Desk, kind: Kind) -> None:
    desk.node.faults.add(Fault(kind, BOUNCE, "POST"))
    answer = desk.json(*PROMO)
    assert (desk.code, answer["nodes"][0]["state"], len(desk.posts)) == (0, "accepted", 1)
    assert answer["nodes"][0]["id"] == desk.node.engine.bounces.listed(desk.node.engine.now)[0].id
    assert "not known" in desk.err


def test_a_bounce_that_never_arrived_is_rejected_and_not_sent_again(desk: Desk) -> None:
    desk.node.faults.add(Fault("cut", BOUNCE, "POST", times=1))
    answer = desk.json(*PROMO, "--follow")
    assert (desk.code, answer["nodes"][0]["state"], len(desk.posts)) == (5, "rejected", 1)
    assert "not in the node's list" in answer["nodes"][0]["error"]


def test_an_outcome_that_cannot_be_settled_is_unknown_when_the_settle_time_is_over(desk: Desk) -> None:
    desk.node.faults.add(Fault("error_after", BOUNCE, "POST"))
    desk.after_post = lambda node: node.faults.add(Fault("error", BOUNCE, "GET"))
    began = desk.clock.monotonic()
    answer = desk.json(*PROMO, "--settle", "45s")
    assert (desk.code, answer["nodes"][0]["state"], len(desk.posts)) == (6, "unknown", 1)
    assert desk.clock.monotonic() - began == 45
    assert (answer["collateral"], answer["leak_at_most"]) == (None, None)


def test_a_node_that_refuses_the_request_makes_the_bounce_rejected(desk: Desk) -> None:
    desk.node.faults.add(Fault("html", BOUNCE, "POST", times=1))
    answer = desk.json(*PROMO)
    assert (desk.code, answer["nodes"][0]["state"]) == (5, "rejected")


def test_some_nodes_accepting_and_some_not_is_partly_done(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta2"].faults.add(Fault("cut", BOUNCE, "POST", times=1))
    answer = desk.json(*PROMO)
    assert desk.code == 7
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "rejected", "accepted"]


def test_partial_leaves_out_a_node_that_cannot_be_read_and_says_so(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta3"].kill()
    answer = desk.json(*PROMO, "--partial")
    assert desk.code == 7
    assert [node["state"] for node in answer["nodes"]] == ["accepted", "accepted", "rejected"]
    assert "left out" in answer["nodes"][2]["error"]
    assert not [request for request in desk.fleet.nodes["mta3"].requests if request.method == "POST"]


def test_partial_previews_only_the_nodes_that_will_be_bounced(make_desk: MakeDesk) -> None:
    desk = make_desk("fleet")
    desk.fleet.nodes["mta3"].kill()
    answer = desk.json(*PROMO[:6], "--dry-run", "--partial")
    assert desk.code == 7
    assert [request["node"] for request in answer["requests"]] == ["mta1:8000", "mta2:8000"]


@pytest.fixture
def shared(make_desk: MakeDesk) -> Desk:
    """Two tenants whose mail waits in one throttled ready queue."""
    desk = make_desk(SHARED)
    desk.clock.jump(3)
    return desk


def test_collateral_is_counted_named_and_exit_9(shared: Desk) -> None:
    _answer, *lines = shared.lines(*S1, "--follow", "--duration", "1m")
    assert shared.code == 9
    assert lines[-1]["collateral"] > 0


def test_collateral_is_an_alarm_in_text(shared: Desk) -> None:
    shared.run(*S1, "--follow", "--duration", "1m")
    assert shared.code == 9
    assert "COLLATERAL" in shared.out
    assert "two:s2@slow.q.example" in shared.out


def test_a_directive_that_is_lost_with_a_restart_is_exit_8(desk: Desk) -> None:
    async def restart(node: SimNode) -> None:
        await desk.clock.sleep(12)
        node.restart()

    desk.after_post = lambda node: desk.tasks.append(asyncio.ensure_future(restart(node)))
    *_, last = desk.lines(*PROMO, "--follow")
    assert (desk.code, last["verdict"]) == (8, "lost")


def test_a_directive_that_somebody_cancels_is_exit_8(desk: Desk) -> None:
    async def cancel(node: SimNode) -> None:
        await desk.clock.sleep(12)
        node.engine.bounces.remove(node.engine.bounces.listed(node.engine.now)[0].id)

    desk.after_post = lambda node: desk.tasks.append(asyncio.ensure_future(cancel(node)))
    desk.run(*PROMO, "--follow")
    assert desk.code == 8
    assert "cancelled by somebody else" in desk.out
