"""Whose numbers count: each server once, and none that is off."""

from dataclasses import replace
from datetime import UTC, datetime

from kumo_tui.act.preview import take_preview
from kumo_tui.model.names import Part
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import Metrics, NodeSnapshot, NodeState, Snapshot, Timed

PROMO = "promo:acme@example.com"


def node(name: str, messages: int) -> NodeSnapshot:
    table = QueueTable([PROMO], [messages])
    return NodeSnapshot(name, f"http://{name}:8000", NodeState.OK, Timed(Metrics(table), 10.0))


def fleet(*nodes: NodeSnapshot) -> Snapshot:
    return Snapshot(1, 10.0, datetime(2026, 8, 4, tzinfo=UTC), "prod", False, 2.0, nodes)


def test_a_node_that_is_the_same_server_as_another_is_counted_once() -> None:
    seen = fleet(node("mta1", 7), node("mta2", 5), replace(node("twin", 7), same_as="mta1"))
    assert seen.queues.total == 12
    assert [each.name for each in seen.servers] == ["mta1", "mta2"]
    assert seen.nodes_fresh == 2


def test_a_disabled_node_counts_nowhere_but_among_those_that_a_sum_would_be_whole_over() -> None:
    seen = fleet(node("mta1", 7), replace(node("mta2", 5), enabled=False, state=NodeState.DISABLED))
    assert (seen.queues.total, seen.nodes_fresh, len(seen.servers)) == (7, 1, 2)


def test_nothing_new_is_meant_for_a_node_that_is_leaving() -> None:
    seen = fleet(node("mta1", 7), replace(node("mta2", 5), leaving=True))
    preview = take_preview(seen, Criteria(campaign="promo"))
    assert seen.queues.total == 12
    assert [each.node for each in preview.nodes] == ["mta1"]
    assert preview.messages == 7
    assert preview.distinct(Part.CAMPAIGN) == 1
