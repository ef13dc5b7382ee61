"""The scenario two-tenants accounts for every message as the lab did: accounting.json."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kumo_tui.sim import Fleet, Kind, ManualClock, SimNode, load_scenario
from tests.contract.ready_lab import ACCOUNTING_TOLERANCE
from tests.contract.replay import DATA, client_of, scheduled_counts

ACT_AT = 2.5
LASTS_S = 20
GUARD = "kumo-tui-guard.invalid"
MEANT, OTHER = "one:s1@slow.q.example", "two:s2@slow.q.example"
BY_CRITERIA: dict[str, Any] = {"tenant": "s1"}
BY_NAMES: dict[str, Any] = {"queue_names": [MEANT], "domain": GUARD}
WAYS = [
    ("stop and sweep by criteria", BY_CRITERIA),
    ("stop and sweep by exact names with a guard domain", BY_NAMES),
]


@dataclass
class Desk:
    """The node, its clock, and an operator's client."""

    node: SimNode
    clock: ManualClock
    client: httpx.AsyncClient

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.node.catch_up()

    async def post(self, path: str, selector: dict[str, Any], seconds: float) -> None:
        body = {**selector, "reason": "s1 only", "duration": f"{seconds:g}s"}
        assert (await self.client.post(f"/api/admin/{path}/v1", json=body)).status_code == 200


def _recorded(run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "accounting.json").read_text("utf-8"))[run]
    return found


def _desk() -> Desk:
    clock = ManualClock()
    node = Fleet(load_scenario("two-tenants"), clock).nodes["mta1"]
    return Desk(node, clock, client_of(node))


def _compare(node: SimNode, recorded: dict[str, Any]) -> None:
    """Compare the lab's account with the log; every message must have come and ended exactly once."""
    for tenant in ("s1", "s2"):
        received = node.log.messages(Kind.RECEPTION, tenant=tenant)
        bounced = node.log.messages(Kind.ADMIN_BOUNCE, tenant=tenant)
        delivered = node.log.messages(Kind.DELIVERY, tenant=tenant)
        ends = node.log.count(Kind.ADMIN_BOUNCE, tenant=tenant) + node.log.count(Kind.DELIVERY, tenant=tenant)
        assert bounced | delivered == received
        assert ends == len(received)
        assert len(received) == pytest.approx(recorded["sent"][tenant], abs=ACCOUNTING_TOLERANCE)
        assert len(bounced) == pytest.approx(recorded["AdminBounce"][tenant], abs=ACCOUNTING_TOLERANCE)
        assert len(delivered) == pytest.approx(recorded["Delivery"][tenant], abs=ACCOUNTING_TOLERANCE)


async def test_a_plain_bounce_takes_the_other_tenants_mail_too() -> None:
    desk = _desk()
    desk.wait(ACT_AT)
    await desk.post("bounce", BY_CRITERIA, LASTS_S)
    desk.wait(30.0)
    _compare(desk.node, _recorded("plain"))
    assert desk.node.log.count(Kind.TRANSIENT_FAILURE) == 0


@pytest.mark.parametrize(("run", "selector"), WAYS)
async def test_stop_and_sweeps_take_none_of_the_other_tenants_mail(run: str, selector: dict[str, Any]) -> None:
    desk = _desk()
    desk.wait(ACT_AT)
    await desk.post("suspend", selector, LASTS_S)
    counted = 0
    for _round in range(LASTS_S - 1):
        standing = scheduled_counts((await desk.client.get("/metrics")).text).get(MEANT, 0)
        counted += standing
        if standing:
            await desk.post("bounce", selector, 0)
        desk.wait(1.0)
    log = desk.node.log
    _compare(desk.node, _recorded(run))
    assert log.count(Kind.ADMIN_BOUNCE, queue=OTHER) == log.count(Kind.TRANSIENT_FAILURE, queue=OTHER) == 0
    assert log.messages(Kind.TRANSIENT_FAILURE) == log.messages(Kind.ADMIN_BOUNCE)
    assert log.count(Kind.TRANSIENT_FAILURE) == log.count(Kind.ADMIN_BOUNCE)
    assert counted == log.count(Kind.ADMIN_BOUNCE)


async def test_the_other_tenant_waits_no_longer_than_without_the_act() -> None:
    ends = []
    for stopped in (False, True):
        desk = _desk()
        desk.wait(ACT_AT)
        if stopped:
            await desk.post("suspend", BY_CRITERIA, LASTS_S)
        desk.wait(60.0)
        others = [r for r in desk.node.log.records if r.kind is Kind.DELIVERY and r.queue == OTHER]
        ends.append({record.message: record.at for record in others})
    untouched, beside = ends
    assert untouched.keys() == beside.keys()
    assert all(beside[message] <= untouched[message] + 1e-9 for message in untouched)
