"""Offers: nodes that have no part in one of our operations, and could have."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kumo_tui.model.ledger import Ledger
from kumo_tui.model.offer import Offer, Why
from kumo_tui.model.offers import offers
from kumo_tui.model.operation import ActState, Apart, Mode, NodeAct, Operation
from kumo_tui.model.partial import is_partial, missing, parts, waits
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, NodeState, OperationStatus, Snapshot
from kumo_tui.model.verdict import Verdict
from tests.ui.worlds import NOW, node, snapshot

PROMO = Criteria(campaign="promo")
YAHOO = {"promo:acme@yahoo.com": 12_000, "news:zenith@aol.com": 7}
STATES = {
    Verdict.REJECTED: ActState.REJECTED,
    Verdict.UNKNOWN: ActState.UNKNOWN,
    Verdict.EXPIRED: ActState.UNKNOWN,
}


def operation(tag: str, verdicts: Mapping[str, Verdict], **values: Any) -> OperationStatus:
    """A bounce of promo with these verdicts."""
    acts = {name: NodeAct(name, STATES.get(verdict, ActState.ACCEPTED)) for name, verdict in verdicts.items()}
    made = Operation(
        tag,
        PROMO,
        "bad link",
        300,
        False,
        "eve",
        NOW,
        "d1gest",
        tuple(acts.values()),
    )
    ledger = Ledger(PROMO, {})
    progress = tuple(NodeProgress(acts[name], ledger, verdict) for name, verdict in verdicts.items())
    return OperationStatus(replace(made, **values), progress)


def fleet(*changed: NodeSnapshot) -> Snapshot:
    """Three nodes with matching mail, of which some are otherwise."""
    there = {each.name: each for each in changed}
    return snapshot(*(there.get(name, node(name, YAHOO)) for name in ("mta1", "mta2", "mta3")))


def standing(seen: NodeSnapshot, selector: Any) -> int:
    return seen.table.select(selector).total


def offered(*operations: OperationStatus, shot: Snapshot | None = None) -> list[tuple[str, str, Why]]:
    found = offers(operations, (shot or fleet()).nodes, standing)
    return [(offer.tag, offer.node, offer.why) for offer in found]


def test_a_node_that_said_no_is_offered_while_it_runs_elsewhere_and_once_it_was_done_there() -> None:
    for verdict in (Verdict.RUNNING, Verdict.SWEPT, Verdict.DONE):
        torn = operation("AAAAAA", {"mta1": verdict, "mta2": Verdict.REJECTED, "mta3": verdict})
        assert offered(torn) == [("AAAAAA", "mta2", Why.REFUSED)]


def test_what_no_node_took_is_offered_nowhere() -> None:
    none = {"mta1": Verdict.REJECTED, "mta2": Verdict.LOST, "mta3": Verdict.CANCELLED}
    assert offered(operation("AAAAAA", none)) == []


def test_an_act_of_unknown_outcome_is_never_offered_again() -> None:
    asking = {"mta1": Verdict.RUNNING, "mta2": Verdict.UNKNOWN, "mta3": Verdict.EXPIRED}
    assert offered(operation("AAAAAA", asking)) == []


def test_a_node_that_forgot_it_is_offered() -> None:
    forgot = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.LOST, "mta3": Verdict.CANCELLED})
    assert offered(forgot) == [("AAAAAA", "mta2", Why.LOST)]


def test_a_node_that_was_not_there_is_offered_while_it_runs_and_matching_mail_stands_there() -> None:
    away = frozenset({"mta3"})
    running = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.DONE}, missed=away)
    found = offers([running], fleet().nodes, standing)
    assert found == [Offer("AAAAAA", "mta3", Why.BACK, 12_000)]
    late = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.DONE})
    assert offered(late) == [("AAAAAA", "mta3", Why.JOINED)]
    assert offered(running, shot=fleet(node("mta3", {"news:zenith@aol.com": 7}))) == []
    done = operation("AAAAAA", {"mta1": Verdict.DONE, "mta2": Verdict.DONE}, missed=away)
    assert offered(done) == []


def test_a_node_that_the_operator_left_out_is_never_offered() -> None:
    chosen = operation("AAAAAA", {"mta1": Verdict.RUNNING}, not_chosen=frozenset({"mta2", "mta3"}))
    assert offered(chosen) == []


def held(others: Verdict, there: Verdict = Verdict.STOPPED) -> OperationStatus:
    """A clean bounce that is confirmed on two nodes, and on the third is only a stop."""
    apart = (Apart("mta3", 1800),)
    verdicts = {"mta1": others, "mta2": others, "mta3": there}
    return operation("AAAAAA", verdicts, mode=Mode.CLEAN, confirmed_at=NOW, apart=apart)


@pytest.mark.parametrize("others", [Verdict.SWEEPING, Verdict.DONE, Verdict.LOST, Verdict.CANCELLED])
def test_where_it_is_only_stopped_it_is_offered_for_as_long_as_that_stands(others: Verdict) -> None:
    lost_too = others is Verdict.LOST
    assert [each for each in offered(held(others)) if each[1] == "mta3"] == [("AAAAAA", "mta3", Why.HELD)]
    assert offered(held(others), shot=fleet(node("mta3", YAHOO, state=NodeState.DOWN))) == []
    assert not lost_too or len(offered(held(others))) == 1
    assert offered(held(others, Verdict.RELEASED)) == []


def test_it_is_offered_there_also_where_nothing_stands_now_or_the_operator_left_it_out() -> None:
    left_out = replace(held(Verdict.SWEEPING).operation, not_chosen=frozenset({"mta3"}))
    status = replace(held(Verdict.SWEEPING), operation=left_out)
    assert offered(status, shot=fleet(node("mta3", {}))) == [("AAAAAA", "mta3", Why.HELD)]


def test_a_bounce_that_is_only_a_stop_somewhere_is_partial_until_that_is_over() -> None:
    for others in (Verdict.SWEEPING, Verdict.DONE):
        for there in (Verdict.STOPPED, Verdict.RELEASED, Verdict.LOST):
            assert is_partial(held(others, there), fleet())
            assert parts(held(others, there), fleet()) == (2, 3)
    assert held(Verdict.SWEEPING).verdict is Verdict.SWEEPING
    assert held(Verdict.DONE).verdict is Verdict.STOPPED
    assert held(Verdict.DONE, Verdict.RELEASED).verdict is Verdict.PARTIAL


def test_a_bounce_waits_once_all_that_is_not_over_of_it_is_only_a_stop() -> None:
    assert [waits(held(each)) for each in (Verdict.SWEEPING, Verdict.DONE)] == [False, True]
    assert not waits(held(Verdict.DONE, Verdict.RELEASED))
    assert waits(operation("AAAAAA", {"mta1": Verdict.STOPPED}, mode=Mode.CLEAN))


@pytest.mark.parametrize(
    "unfit",
    [
        {"state": NodeState.DOWN},
        {"state": NodeState.STALE},
        {"read_only": True},
        {"enabled": False},
        {"leaving": True},
        {"same_as": "mta1"},
        {"refused_acts": {"POST /api/admin/bounce/v1": "no"}},
    ],
)
def test_only_a_node_that_is_read_and_takes_acts_is_offered(unfit: Mapping[str, Any]) -> None:
    torn = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.REJECTED})
    facts = {"state": NodeState.OK, **unfit}
    assert offered(torn, shot=fleet(node("mta2", YAHOO, **facts), node("mta3", {}))) == []


def test_a_later_operation_of_the_same_mail_there_takes_the_offer_back() -> None:
    torn = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.REJECTED, "mta3": Verdict.RUNNING})
    for verdict in (Verdict.RUNNING, Verdict.DONE, Verdict.UNKNOWN, Verdict.CANCELLED):
        assert offered(operation("BBBBBB", {"mta2": verdict}), torn) == []
    assert offered(operation("BBBBBB", {"mta2": Verdict.REJECTED}), torn) == [("AAAAAA", "mta2", Why.REFUSED)]
    other = operation("BBBBBB", {"mta2": Verdict.DONE}, selector=Criteria(campaign="news"))
    assert ("AAAAAA", "mta2", Why.REFUSED) in offered(other, torn)


def test_words_of_the_node_come_without_its_name() -> None:
    torn = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.REJECTED})
    act = NodeAct("mta2", ActState.REJECTED, None, "mta2: POST failed (500): boom.")
    nodes = (torn.nodes[0], replace(torn.nodes[1], act=act))
    found = offers([replace(torn, nodes=nodes)], fleet(node("mta3", {})).nodes, standing)
    assert [offer.said for offer in found] == ["POST failed (500): boom."]


def test_partial_is_what_some_nodes_took_and_some_did_not() -> None:
    shot = fleet()
    torn = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.REJECTED, "mta3": Verdict.UNKNOWN})
    assert is_partial(torn, shot)
    assert [each.act.node for each in missing(torn, shot)] == ["mta2", "mta3"]
    assert parts(torn, shot) == (1, 3)
    for whole in (Verdict.RUNNING, Verdict.DONE, Verdict.REJECTED, Verdict.LOST, Verdict.UNKNOWN):
        assert not is_partial(operation("AAAAAA", {"mta1": whole, "mta2": whole}), shot)
    ended = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.CANCELLED})
    assert not is_partial(ended, shot)


def test_what_is_under_way_is_not_partial_yet() -> None:
    sent = operation("AAAAAA", {"mta1": Verdict.RUNNING, "mta2": Verdict.UNKNOWN})
    under_way = replace(sent.nodes[1], act=NodeAct("mta2", ActState.INTENT))
    assert not is_partial(replace(sent, nodes=(sent.nodes[0], under_way)), fleet())


def test_a_node_that_is_silent_while_it_is_over_elsewhere_makes_it_partial_and_never_done() -> None:
    silent = operation(
        "AAAAAA", {"mta1": Verdict.DONE, "mta2": Verdict.DONE, "mta3": Verdict.RETURNING}, mode=Mode.CLEAN
    )
    assert not is_partial(silent, fleet())
    dead = fleet(node("mta3", YAHOO, state=NodeState.DOWN))
    assert is_partial(silent, dead)
    assert [each.act.node for each in missing(silent, dead)] == ["mta3"]
    alone = operation("AAAAAA", {"mta3": Verdict.RETURNING})
    assert not is_partial(alone, dead)
