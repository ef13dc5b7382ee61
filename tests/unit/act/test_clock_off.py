"""A node whose clock is an hour off: shown, and a bounce lives and ends there as anywhere."""

import pytest

from kumo_tui.act.draft import Draft
from kumo_tui.model.names import Part
from kumo_tui.model.verdict import Verdict
from tests.clean_world import World


@pytest.mark.parametrize("offset_s", [3600.0, -3600.0])
async def test_a_plain_bounce_on_a_node_an_hour_off_is_counted_to_its_own_end(offset_s: float) -> None:
    world = World("quiet")
    world.node.clock_offset = offset_s
    await world.play(4.0)
    (seen,) = world.snapshot.nodes
    assert seen.clock_skew_s == pytest.approx(offset_s, abs=2)
    draft = Draft(reason="bad link", duration="30s").with_criterion(Part.CAMPAIGN, "promo")
    operation = await world.acts.bounce(world.confirmed(draft))
    await world.play(10.0)
    status = world.status(operation.tag)
    assert status.verdict is Verdict.SWEPT
    assert status.left_s == pytest.approx(20, abs=3)
    await world.play(30.0)
    status = world.status(operation.tag)
    assert (status.verdict, status.ledger.progress.bounced) == (Verdict.DONE, 240)
