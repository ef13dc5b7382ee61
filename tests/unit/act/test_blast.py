"""How far a bounce reaches, in words that do not claim more nodes than were looked at."""

import pytest

from kumo_tui.act.blast import blast_words, part_words
from kumo_tui.act.preview import take_preview
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeState
from tests.ui.worlds import node, snapshot

PROMO = Criteria(campaign="promo")


@pytest.mark.parametrize(
    ("chosen", "whole"), [((), "2 of 3 nodes"), (("mta2",), "mta2"), (("mta1", "mta2"), "2 of 3 nodes")]
)
def test_a_share_is_of_the_nodes_that_it_was_taken_of(chosen: tuple[str, ...], whole: str) -> None:
    counts = {"promo:acme@x": 30, "news:acme@x": 70}
    world = snapshot(node("mta1", counts), node("mta2", counts), node("mta3", None, state=NodeState.DOWN))
    assert part_words(take_preview(world, PROMO, chosen), len(world.servers)) == whole
    share = blast_words(take_preview(world, PROMO, chosen), "prod", len(world.servers))[0]
    assert share == ("30% of mta2" if len(chosen) == 1 else "30% of what 2 of 3 nodes hold")


def test_of_a_whole_fleet_it_is_of_the_target() -> None:
    world = snapshot(node("mta1", {"promo:acme@x": 30}), node("mta2", {"news:acme@x": 70}))
    assert blast_words(take_preview(world, PROMO), "prod", len(world.servers))[0] == "30% of prod"
    assert part_words(take_preview(world, PROMO), len(world.servers)) == "2 nodes"
