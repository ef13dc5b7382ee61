"""What forbids a clean bounce or a stop, in words, before anything is sent."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kumo_tui.act.clean_rules import clean_refusals
from kumo_tui.act.preview import take_preview
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.config import Settings
from kumo_tui.model.operation import Mode
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, NodeState, OperationStatus
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.act.worlds import ABLE, EXACT_PLAIN, node, snapshot
from tests.unit.watch.worlds import act, ledger, operation

PROMO = Criteria(campaign="promo")
YAHOO = "promo:acme@yahoo.com"
STOPS_ONLY = replace(ABLE, bounce_is_strict=False)


def refused(
    selector: Selector, *nodes: NodeSnapshot, stops: Sequence[PlannedRequest] = (), stop_only: bool = False
) -> str:
    world = snapshot(*nodes)
    words = clean_refusals(take_preview(world, selector), world, Settings(), stops, stop_only=stop_only)
    return " ".join(words)


def test_a_node_that_can_do_it_is_not_refused() -> None:
    assert refused(PROMO, node()) == ""
    assert refused(ExactQueues.of([YAHOO]), node()) == ""


def test_everything_is_never_stopped_nor_swept() -> None:
    assert "EVERYTHING is never stopped" in refused(Everything(), node())
    assert "EVERYTHING is never stopped" in refused(Everything(), node(), stop_only=True)


def test_a_node_without_a_description_of_itself_is_not_stopped() -> None:
    assert "gives no description" in refused(PROMO, node(capability=None))


def test_of_a_node_that_does_not_answer_only_that_is_said() -> None:
    gone = replace(node(capability=None), name="mta2", state=NodeState.STALE, errors={"metrics": "mta2: refused."})
    assert refused(PROMO, node(), gone) == "mta2 takes no part: STALE, refused."
    assert "gives no description" in refused(PROMO, gone), "where it is the only one, nothing else forbids it"


@pytest.mark.parametrize("selector", [ExactQueues.of([YAHOO]), Criteria(campaign="promo", routing_domain="mx")])
def test_what_needs_names_is_refused_where_they_are_not_listed(selector: Selector) -> None:
    assert "cannot stop" in refused(selector, node(capability=EXACT_PLAIN))


def test_names_that_could_be_stopped_but_not_swept_are_refused_for_a_bounce_alone() -> None:
    names = ExactQueues.of([YAHOO])
    assert "cannot stop exact queues" in refused(names, node(capability=STOPS_ONLY))
    assert refused(names, node(capability=STOPS_ONLY), stop_only=True) == ""


def test_a_part_that_the_node_would_ignore_is_never_sent() -> None:
    partly = replace(ABLE, suspend_fields=frozenset({"domain"}))
    assert "would ignore a part and stop more" in refused(PROMO, node(capability=partly))


def test_a_routing_domain_without_a_listed_queue_has_nothing_to_name() -> None:
    assert "none is listed now" in refused(Criteria(routing_domain="mx.example"), node())


def test_what_matches_nothing_may_be_stopped_but_not_bounced() -> None:
    nothing = Criteria(campaign="typo")
    assert "Nothing matches" in refused(nothing, node())
    assert refused(nothing, node(), stop_only=True) == ""


def test_more_names_than_a_stop_may_hold_are_refused_in_words() -> None:
    body = {"queue_names": [f"queue-{number:09d}@example.com" for number in range(80_000)]}
    words = refused(PROMO, node(), stops=[PlannedRequest("stop", "mta1", "POST", "", body)])
    assert "80,000 queue names are more than one stop may hold" in words


@pytest.mark.parametrize(
    ("confirmed", "stop_only", "words"), [(True, False, "sweeps this"), (False, True, "holds this")]
)
def test_the_same_is_not_begun_twice(confirmed: bool, stop_only: bool, words: str) -> None:
    running = replace(operation(act()), mode=Mode.CLEAN, confirmed_at=START if confirmed else None)
    status = OperationStatus(running, (NodeProgress(act(), ledger(), Verdict.RETURNING),))
    world = replace(snapshot(node()), operations=(status,))
    preview = take_preview(world, PROMO)
    assert words in " ".join(clean_refusals(preview, world, Settings(), (), stop_only=stop_only))
    over = replace(status, nodes=(NodeProgress(act(), ledger(), Verdict.DONE),))
    assert not clean_refusals(preview, replace(world, operations=(over,)), Settings(), (), stop_only=stop_only)


def test_a_stop_that_waits_is_what_the_bounce_goes_on_with() -> None:
    waiting = replace(operation(act()), mode=Mode.CLEAN)
    world = replace(
        snapshot(node()), operations=(OperationStatus(waiting, (NodeProgress(act(), ledger(), Verdict.STOPPED),)),)
    )
    assert not clean_refusals(take_preview(world, PROMO), world, Settings(), ())
