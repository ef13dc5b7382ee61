"""The preview is frozen, and says when the world has moved."""

from dataclasses import replace

import pytest

from kumo_tui.model.names import Part
from kumo_tui.model.preview import NodePreview, Preview, drift, repr_selector
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues

PROMO = Criteria(campaign="promo")


def node(name: str = "mta1", at: float = 10.0, waiting: int = 0, **counts: int) -> NodePreview:
    table = QueueTable.of({f"promo:{queue}@yahoo.com": count for queue, count in counts.items()})
    return NodePreview(name, table, 500, waiting, 1 if waiting else 0, at)


def test_a_preview_sums_its_nodes_largest_first() -> None:
    preview = Preview(PROMO, (node(a=1, b=5), node("mta2", a=9, waiting=7)))
    assert list(preview.matched) == [("promo:a@yahoo.com", 10), ("promo:b@yahoo.com", 5)]
    assert (preview.queues, preview.messages, preview.node_messages) == (2, 15, 1000)
    assert (preview.ready_upper_bound, preview.ready_queues) == (7, 1)
    assert (preview.distinct(Part.TENANT), preview.distinct(Part.DOMAIN)) == (2, 1)


def test_a_preview_is_as_old_as_its_oldest_reading() -> None:
    assert Preview(PROMO, (node(at=10), node("mta2", at=4))).age_s(11) == 7
    assert Preview(PROMO, ()).age_s(11) == 0


def test_the_same_preview_has_the_same_digest_in_whatever_order_queues_came() -> None:
    assert Preview(PROMO, (node(a=1, b=2),)).digest == Preview(PROMO, (node(b=2, a=1),)).digest
    assert len(Preview(PROMO, ()).digest) == 12


@pytest.mark.parametrize(
    "other",
    [
        Preview(PROMO, (node(a=1, b=3),)),
        Preview(PROMO, (node(a=1),)),
        Preview(PROMO, (node("mta2", a=1, b=2),)),
        Preview(PROMO, (node(a=1, b=2, waiting=1),)),
        Preview(Everything(), (node(a=1, b=2),)),
    ],
)
def test_whatever_differs_changes_the_digest(other: Preview) -> None:
    assert other.digest != Preview(PROMO, (node(a=1, b=2),)).digest


def test_a_name_that_cannot_be_encoded_has_a_digest_too() -> None:
    assert Preview(ExactQueues.of(["\ud800"]), (node(**{"\ud800": 1}),)).digest


def test_equal_selectors_have_one_text_and_others_another() -> None:
    assert repr_selector(ExactQueues.of(["b", "a"])) == repr_selector(ExactQueues.of(["a", "b"]))
    assert repr_selector(Criteria(tenant="x")) != repr_selector(Criteria(campaign="x"))
    assert repr_selector(Everything()) != repr_selector(Criteria(tenant="x"))


def test_nothing_moved_is_no_drift() -> None:
    preview = Preview(PROMO, (node(a=1, b=2),))
    assert drift(preview, replace(preview)).is_none


def test_drift_names_queues_that_came_and_went_and_counts_messages() -> None:
    moved = drift(Preview(PROMO, (node(a=1, b=2),)), Preview(PROMO, (node(b=5, c=1),)))
    assert moved.appeared == ["promo:c@yahoo.com"]
    assert moved.vanished == ["promo:a@yahoo.com"]
    assert moved.messages == 3
    assert not moved.is_none


def test_the_servers_own_queues_are_named_wherever_they_are_meant() -> None:
    table = QueueTable.of({"webhook.log_hook": 3, "a@b": 1})
    nodes = (NodePreview("mta1", table, 4, 0, 0, 0.0),)
    assert Preview(Everything(), nodes).internal == ("webhook.log_hook",)
    own = ExactQueues.of(["webhook.log_hook"])
    assert Preview(own, nodes).internal == ("webhook.log_hook",)
    assert Preview(PROMO, (NodePreview("mta1", table.select(PROMO), 4, 0, 0, 0.0),)).internal == ()
