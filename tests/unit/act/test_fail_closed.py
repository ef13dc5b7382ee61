"""No act that needs a capability leaves for a node that has not described it."""

from dataclasses import replace
from pathlib import Path

import pytest

from kumo_tui.act.clean_requests import choose_batch
from kumo_tui.act.clean_rules import clean_refusals
from kumo_tui.act.draft import Draft
from kumo_tui.act.preview import take_preview
from kumo_tui.act.rules import refusals
from kumo_tui.act.steps import Came
from kumo_tui.config import Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.names import Part
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.sim import Fault
from tests.clean_world import World
from tests.unit.act.worlds import ABLE, FIELDS, node, snapshot

COUNTS = {"promo:acme@yahoo.com": 5, "promo:acme@yahoo.com!mx": 4}
BY_PARTS = [Criteria(campaign="promo"), Criteria(tenant="acme"), Criteria(domain="yahoo.com")]
BY_NAME = ExactQueues.of(["promo:acme@yahoo.com"])
BY_ROUTING = Criteria(campaign="promo", routing_domain="mx")
LISTS_NOTHING = Capability("2026.06.23-f3af1cd0", frozenset(), True, frozenset(), frozenset())


def shown(capability: Capability | None) -> Snapshot:
    return snapshot(node(counts=COUNTS, capability=capability))


def plainly(selector: Selector, shot: Snapshot) -> str:
    return " ".join(refusals(take_preview(shot, selector), shot, Settings(), ()))


def cleanly(selector: Selector, shot: Snapshot, *, stop_only: bool = False) -> str:
    return " ".join(clean_refusals(take_preview(shot, selector), shot, Settings(), (), stop_only=stop_only))


@pytest.mark.parametrize("capability", [None, LISTS_NOTHING])
@pytest.mark.parametrize("selector", [BY_NAME, BY_ROUTING])
def test_a_plain_bounce_that_needs_a_capability(selector: Selector, capability: Capability | None) -> None:
    assert "mta1 cannot bounce" in plainly(selector, shown(capability))
    assert plainly(selector, shown(ABLE)) == ""


@pytest.mark.parametrize("selector", [*BY_PARTS, Everything()])
def test_a_plain_bounce_that_every_build_can_do_needs_none(selector: Selector) -> None:
    assert plainly(selector, shown(None)) == ""


@pytest.mark.parametrize("stop_only", [False, True])
@pytest.mark.parametrize("capability", [None, LISTS_NOTHING])
@pytest.mark.parametrize("selector", [*BY_PARTS, BY_NAME, BY_ROUTING])
def test_a_clean_bounce_and_a_stop(selector: Selector, capability: Capability | None, stop_only: bool) -> None:
    assert "mta1" in cleanly(selector, shown(capability), stop_only=stop_only)
    assert cleanly(selector, shown(ABLE), stop_only=stop_only) == ""


@pytest.mark.parametrize("selector", [BY_NAME, BY_ROUTING])
def test_a_node_that_is_not_shown_any_more_has_described_nothing(selector: Selector) -> None:
    here = shown(ABLE)
    preview = take_preview(here, selector)
    elsewhere = replace(here, nodes=(node("mta2"),))
    assert "mta1 cannot bounce" in " ".join(refusals(preview, elsewhere, Settings(), ()))
    for stop_only in (False, True):
        words = clean_refusals(preview, elsewhere, Settings(), (), stop_only=stop_only)
        assert "mta1 gives no description" in " ".join(words)


@pytest.mark.parametrize("part", [Part.CAMPAIGN, Part.TENANT, Part.DOMAIN])
def test_a_stop_by_a_part_that_is_not_listed(part: Part) -> None:
    lacking = replace(ABLE, suspend_fields=FIELDS - {part.value})
    values = {"campaign": "promo", "tenant": "acme", "domain": "yahoo.com"}
    for stop_only in (False, True):
        assert "stop more" in cleanly(Criteria(**values), shown(lacking), stop_only=stop_only)
        others = {name: value for name, value in values.items() if name != part.value}
        assert cleanly(Criteria(**others), shown(lacking), stop_only=stop_only) == ""


@pytest.mark.parametrize("capability", [None, LISTS_NOTHING])
def test_a_sweep_by_routing_domain_or_by_names(capability: Capability | None) -> None:
    for selector in (BY_ROUTING, BY_NAME):
        batch = choose_batch(selector, COUNTS, capability, (), "bad link", "7F3A2C")
        assert isinstance(batch, str), batch
        assert not isinstance(choose_batch(selector, COUNTS, ABLE, (), "bad link", "7F3A2C"), str)


@pytest.mark.parametrize("is_described", [True, False])
async def test_a_flush(tmp_path: Path, is_described: bool) -> None:
    world = World("shared-backlog")
    world.journal_path = tmp_path / "journal.db"
    world.start_program()
    await world.poll()
    stop = await world.stop(Draft(tenant="s1", reason="bad link", duration="30m"))
    await world.acts.clean.stop_running()
    if not is_described:
        world.node.faults.add(Fault("error", "/api-docs/openapi.json"))
    world.start_program()
    await world.poll()
    (outcome,) = await world.acts.clean.end(stop.tag, flush=True)
    flushed = [request for request in world.node.requests if "/rebind/" in request.path]
    assert outcome.came is Came.DONE
    assert bool(flushed) is is_described
    assert ("not flushed: not known that the node can" in outcome.text) is not is_described
