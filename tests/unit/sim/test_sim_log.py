"""The delivery log: one record per message and event, as the server writes them (KUMOMTA.md 2.12)."""

import httpx
import pytest
from sim_stage import HELD, SLOW, stage, standing, wait

from kumo_tui.sim import Fleet, Kind, LogOffError, ManualClock, SimNode, load_scenario
from kumo_tui.sim.engine import acts
from kumo_tui.sim.engine.directives import Criteria

A, B = "one:s1@slow.example", "two:s2@slow.example"
HOLD = "t@hold.example"
LOGGED = "log = true"


async def _asked(node: SimNode, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(node.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return await client.get(path)


def test_a_delivered_message_has_a_reception_and_a_delivery_with_its_ready_queue() -> None:
    node, clock = stage(SLOW, head=LOGGED)
    node.inject(A, 2)
    wait(node, clock, 1.0)
    first, second = sorted(node.log.messages(Kind.RECEPTION))
    for message in (first, second):
        reception, delivery = node.log.of(message)
        assert (reception.kind, reception.at, reception.queue) == (Kind.RECEPTION, 0.0, A)
        assert (delivery.kind, delivery.ready_queue) == (Kind.DELIVERY, "unspecified->slow.example@smtp_client")
    assert node.log.of(second)[1].at - node.log.of(first)[1].at == pytest.approx(0.05)


def test_a_sweep_logs_every_message_once_at_its_pace() -> None:
    node, clock = stage(HELD, head="log = true\nsweep_rate = 1000")
    node.inject(HOLD, 1000)
    acts.bounce(node.engine, Criteria(tenant="t"), "purge", 0.0, suppress_logging=False)
    wait(node, clock, 0.5)
    assert node.log.count(Kind.ADMIN_BOUNCE, queue=HOLD) == 500
    wait(node, clock, 1.0)
    assert node.log.messages("AdminBounce") == node.log.messages("Reception")
    assert node.log.count("AdminBounce") == 1000
    assert {record.reason for record in node.log.records if record.kind is Kind.ADMIN_BOUNCE} == {"purge"}


def test_counts_are_by_queue_by_tenant_or_of_all() -> None:
    node, clock = stage(SLOW, head=LOGGED)
    node.inject(A, 3)
    node.inject(B, 4)
    wait(node, clock, 1.0)
    assert node.log.count(Kind.DELIVERY) == 7
    assert node.log.count(Kind.DELIVERY, queue=A) == node.log.count("Delivery", tenant="s1") == 3
    assert len(node.log.messages("Delivery", tenant="s2")) == len(node.log.messages("Delivery", queue=B)) == 4
    assert node.log.summary()["Delivery"] == {A: 3, B: 4}


def test_a_stopped_message_logs_one_failure_a_turn_and_one_end() -> None:
    node, clock = stage(SLOW, head="log = true\nretry_interval = 10")
    acts.suspend(node.engine, Criteria(tenant="s1"), "stop s1", 15.0)
    node.inject(A, 1)
    wait(node, clock, 60.0)
    (message,) = node.log.messages(Kind.RECEPTION)
    life = [(record.kind, record.at) for record in node.log.of(message)]
    failed = Kind.TRANSIENT_FAILURE
    assert [kind for kind, _ in life] == [Kind.RECEPTION, failed, failed, Kind.DELIVERY]
    assert [at for _, at in life[:3]] == [0.0, 0.0, 10.0]
    assert life[3][1] == pytest.approx(30.02)
    assert node.log.of(message)[1].reason == "scheduled queue is suspended: stop s1"


def test_what_the_server_would_not_write_is_marked() -> None:
    node, _ = stage(HELD, head=LOGGED)
    acts.bounce(node.engine, Criteria(tenant="t"), "quiet", 60.0, suppress_logging=True)
    node.inject(HOLD, 2)
    assert [r.suppressed for r in node.log.records] == [False, False, True, True]


def test_mail_that_stood_at_the_start_was_received_before_it() -> None:
    body = HELD + f'[[node.standing]]\nqueues = ["{HOLD}"]\nmessages = 5\nage = 600'
    node, _ = stage(body, head=LOGGED)
    assert node.log.count(Kind.RECEPTION, queue=HOLD) == standing(node, HOLD) == 5
    assert all(-720 <= record.at <= -480 for record in node.log.records)


def test_the_log_and_the_numbers_of_messages_go_on_after_a_restart() -> None:
    node, clock = stage(SLOW + HELD, head=LOGGED)
    node.inject(A, 3)
    wait(node, clock, 1.0)
    node.restart()
    node.inject(A, 2)
    wait(node, clock, 2.0)
    assert node.log.count(Kind.DELIVERY) == len(node.log.messages(Kind.DELIVERY)) == 5


def test_a_node_without_a_log_says_so_instead_of_counting_nothing() -> None:
    node, _ = stage(HELD)
    node.inject(HOLD, 1)
    with pytest.raises(LogOffError, match="log = true"):
        node.log.count(Kind.RECEPTION)
    with pytest.raises(LogOffError):
        node.log.of(1)


def test_a_fleet_turns_the_logs_of_its_nodes_on_or_off() -> None:
    for wanted in (True, False):
        fleet = Fleet(load_scenario("fleet"), ManualClock(), log=wanted)
        assert [node.log.kept for node in fleet.nodes.values()] == [wanted] * 3


async def test_the_control_api_tells_counts_and_on_request_every_record() -> None:
    node, clock = stage(SLOW, head=LOGGED)
    node.inject(A, 2)
    wait(node, clock, 1.0)
    told = (await _asked(node, "/_sim/log")).json()
    assert told == {"counts": {"Reception": {A: 2}, "Delivery": {A: 2}, "TransientFailure": {}, "AdminBounce": {}}}
    records = (await _asked(node, "/_sim/log?records=true")).json()["records"]
    assert [record["kind"] for record in records] == ["Reception", "Reception", "Delivery", "Delivery"]
    assert [r.kind for r in node.log.of(records[0]["id"])] == [Kind.RECEPTION, Kind.DELIVERY]
    assert records[2]["ready_queue"] == "unspecified->slow.example@smtp_client"


async def test_the_control_api_refuses_when_there_is_no_log() -> None:
    node, _ = stage(HELD)
    answer = await _asked(node, "/_sim/log")
    assert answer.status_code == 400
    assert "log = true" in answer.text
