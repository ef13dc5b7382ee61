"""One node looked at alone."""

from dataclasses import replace

from kumo_tui.model.alone import after, alone
from kumo_tui.model.snapshot import NodeState
from kumo_tui.model.verdict import Verdict
from tests.ui.worlds import fleet, node, operation, snapshot


def test_its_queues_are_its_own() -> None:
    world = snapshot(node("mta1", {"a@x": 5, "b@x": 1}), node("mta2", {"a@x": 2}))
    assert dict(alone(world, "mta2").queues.as_counts()) == {"a@x": 2}
    assert [each.name for each in alone(world, "mta2").nodes] == ["mta2"]


def test_of_an_operation_only_its_part_is_left_and_one_without_a_part_goes() -> None:
    here = operation("7F3A2C", baseline={"a@x": 10}, bounced={"a@x": 4}, nodes=("mta1", "mta2"))
    elsewhere = operation("0C11AA", baseline={"a@x": 10}, bounced={"a@x": 4}, nodes=("mta1",))
    world = snapshot(node("mta1", {}), node("mta2", {}), operations=(here, elsewhere))
    (status,) = alone(world, "mta2").operations
    assert [each.act.node for each in status.nodes] == ["mta2"]
    assert status.ledger.progress.bounced == 0
    assert world.operations[0].ledger.progress.bounced == 4


def test_its_verdict_is_that_of_its_part() -> None:
    both = operation(verdict=Verdict.RUNNING, baseline={"a@x": 10}, bounced={}, nodes=("mta1", "mta2"))
    lost = replace(both, nodes=(both.nodes[0], replace(both.nodes[1], verdict=Verdict.LOST)))
    world = snapshot(node("mta1", {}), node("mta2", {}), operations=(lost,))
    assert alone(world, "mta2").operations[0].verdict is Verdict.LOST


def test_an_unknown_node_leaves_nothing() -> None:
    assert alone(fleet(), "mta9").nodes == ()


def test_nodes_come_round_without_those_that_are_off_or_the_same_server_once_more() -> None:
    world = snapshot(
        node("mta1", {}),
        node("mta2", {}, state=NodeState.DISABLED, enabled=False),
        node("mta3", {}, state=NodeState.DOWN),
        node("mta4", {}, same_as="mta1"),
    )
    assert [after(world, name) for name in ("", "mta1", "mta3", "gone")] == ["mta1", "mta3", "", ""]
