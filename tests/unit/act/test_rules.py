"""The rules that forbid a bounce before anything is sent."""

from dataclasses import replace

import pytest

from kumo_tui.act.preview import take_preview
from kumo_tui.act.requests import PlannedRequest, bounce_body
from kumo_tui.act.rules import refusals
from kumo_tui.config import Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, OperationStatus, Snapshot
from tests.ui.worlds import operation
from tests.unit.act.worlds import ABLE, EXACT_PLAIN, FIELDS, entry, node, snapshot

PROMO = Criteria(campaign="promo")
EXACT = ExactQueues.of(["aol.com"])
LAX = Capability("2024.11.08-d383b033", FIELDS, False, FIELDS, frozenset())
OLD = Capability("2023.06.22-x", frozenset({"campaign"}), False, frozenset(), frozenset())


def refused(shot: Snapshot, selector: Selector = PROMO, settings: Settings | None = None) -> str:
    body = bounce_body(selector, "x", 60, "7F3A2C")
    plan = [PlannedRequest("bounce", each.name, "POST", each.url, body) for each in shot.nodes]
    return " ".join(refusals(take_preview(shot, selector), shot, settings or Settings(), plan))


@pytest.mark.parametrize("selector", [PROMO, EXACT, Everything(), Criteria(domain="aol.com", routing_domain="r")])
def test_a_bounce_that_every_node_can_do_is_not_refused(selector: Selector) -> None:
    assert refused(snapshot(node(counts={"aol.com": 1, "aol.com!r": 1, "promo:a@b": 1})), selector) == ""


def test_a_read_only_session_sends_nothing() -> None:
    assert "read-only" in refused(snapshot(), settings=Settings(read_only=True))


def test_what_was_never_read_is_not_bounced() -> None:
    never = NodeSnapshot("mta1", "http://mta1:8000", NodeState.STARTING)
    assert "No node was read yet" in refused(snapshot(never))


def test_nothing_to_hit_is_refused_unless_ready_queues_hold_mail() -> None:
    nobody = Criteria(tenant="nobody")
    assert "Nothing matches" in refused(snapshot(), nobody)
    assert refused(snapshot(node(ready={"a->b@smtp_client": 1})), nobody) == ""


def test_a_live_bounce_of_ours_is_renewed_though_nothing_stands_because_it_catches_everything() -> None:
    swept = node(counts={"news:zenith@yahoo.com": 30}, directives=[entry("552016f1", campaign="promo")])
    assert "Nothing matches" in refused(snapshot(swept))
    ours = operation(baseline={}, bounced={}).operation.with_act(NodeAct("mta1", ActState.ACCEPTED, "552016f1"))
    renewing = replace(snapshot(swept), operations=(OperationStatus(ours, ()),))
    assert refused(renewing) == ""
    assert "Nothing matches" in refused(renewing, Criteria(campaign="promo", tenant="acme"))


@pytest.mark.parametrize("capability", [None, LAX, EXACT_PLAIN, OLD])
def test_exact_queues_go_only_to_nodes_that_list_the_field_and_forbid_unknown_ones(
    capability: Capability | None,
) -> None:
    words = refused(snapshot(node(), node("mta2", capability=capability)), EXACT)
    assert words.startswith("mta2 cannot bounce exact queues")
    assert refused(snapshot(node(), node("mta2", capability=capability)), PROMO) == ""


@pytest.mark.parametrize("capability", [None, OLD])
def test_a_routing_domain_goes_only_to_nodes_that_know_it(capability: Capability | None) -> None:
    narrowed = Criteria(domain="aol.com", routing_domain="r")
    shot = snapshot(node(counts={"aol.com!r": 1}, capability=capability))
    assert "mta1 cannot bounce by routing domain" in refused(shot, narrowed)
    assert refused(snapshot(node(counts={"aol.com!r": 1}, capability=ABLE)), narrowed) == ""


def test_more_names_than_a_request_holds_are_refused_and_never_cut() -> None:
    names = ExactQueues.of(["aol.com", *(f"campaign{n}:tenant@example.com" for n in range(80_000))])
    assert "80,001 queue names are more than one request may hold" in refused(snapshot(), names)
