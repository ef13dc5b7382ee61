"""Who takes part in an act: the nodes that were chosen, those that cannot, and what is said of them."""

from dataclasses import replace

from kumo_tui.act.clean_rules import clean_refusals
from kumo_tui.act.draft import How
from kumo_tui.act.preview import only_on, take_preview, unread_nodes
from kumo_tui.act.rules import refusals
from kumo_tui.act.taking_part import able_nodes, absences, parting, taking_part_words, way_out
from kumo_tui.config import Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, ExactQueues
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, Snapshot
from kumo_tui.model.trend import Trend
from kumo_tui.model.verdict import Verdict
from tests.ui.acting_world import node, snapshot
from tests.ui.clean_world import DEFECTIVE, clean_node, clean_status

PROMO = Criteria(campaign="promo")
YAHOO = "promo:acme@yahoo.com"
OLD = Capability(
    "2024.11.08-d383b033",
    frozenset({"campaign", "tenant", "domain", "routing_domain"}),
    True,
    frozenset({"campaign", "tenant", "domain"}),
    frozenset(),
)
DOWN = {"metrics": "mta3: connection refused. Check host, port and network."}


def able(name: str, count: int = 10) -> NodeSnapshot:
    return node({YAHOO: count}, name=name, capability=DEFECTIVE)


def down(seen: NodeSnapshot) -> NodeSnapshot:
    return replace(seen, state=NodeState.DOWN, errors=DOWN)


def words_of(shot: Snapshot, *nodes: str) -> str:
    return " ".join(refusals(take_preview(shot, PROMO, nodes), shot, Settings(), ()))


FLEET = snapshot(able("mta1", 10), able("mta2", 20), able("mta3", 30))


def test_a_preview_is_over_the_chosen_nodes_alone_and_has_a_digest_of_its_own() -> None:
    whole, two, one = (take_preview(FLEET, PROMO, names) for names in ((), ("mta1", "mta3"), ("mta2",)))
    assert [preview.messages for preview in (whole, two, one)] == [60, 40, 20]
    assert two.node_names == ("mta1", "mta3")
    assert len({preview.digest for preview in (whole, two, one)}) == 3


def test_how_fast_the_mail_grows_on_some_nodes_is_not_known() -> None:
    trend = Trend(((940.0, QueueTable.of({YAHOO: 0})), (1000.0, QueueTable.of({YAHOO: 60}))))
    shot = replace(FLEET, trend=trend)
    assert take_preview(shot, PROMO).growth_per_min == 60
    assert take_preview(shot, PROMO, ("mta1", "mta2", "mta3")).growth_per_min == 60
    assert take_preview(shot, PROMO, ("mta1",)).growth_per_min is None


def test_a_node_that_is_down_stands_against_it_until_others_are_chosen() -> None:
    shot = snapshot(able("mta1"), able("mta2"), down(able("mta3")))
    assert words_of(shot) == "mta3 takes no part: DOWN, connection refused."
    assert words_of(shot, "mta1", "mta2") == ""
    assert "mta3 takes no part" in words_of(shot, "mta1", "mta3")


def test_every_reason_for_having_no_part_is_told_in_a_line() -> None:
    shot = snapshot(
        able("mta1"),
        replace(able("mta2"), read_only=True),
        down(able("mta3")),
        replace(able("mta4"), enabled=False),
        replace(able("mta5"), leaving=True),
        replace(able("mta1b"), same_as="mta1"),
        able("mta6"),
        replace(able("mta7"), refused_acts={"POST /x": "POST /x (401): no"}),
        node({YAHOO: 1}, name="mta8", capability=OLD),
    )
    told = {each.node: each for each in absences(take_preview(shot, ExactQueues.of([YAHOO]), ("mta1",)), shot)}
    assert {name: each.text for name, each in told.items()} == {
        "mta2": "mta2 is read-only",
        "mta3": "mta3 takes no part: DOWN, connection refused",
        "mta4": "mta4 is disabled",
        "mta5": "mta5 is leaving the node list",
        "mta1b": "mta1b is the same server as mta1",
        "mta6": "mta6 is not chosen",
        "mta7": "mta7 refuses acts: POST /x (401): no",
        "mta8": "mta8 cannot bounce exact queues: its build (2024.11.08-d383b033) does not know queue_names",
    }
    assert [name for name, each in told.items() if each.by_choice] == ["mta6"]
    assert [name for name, each in told.items() if not each.is_target] == ["mta4", "mta5", "mta1b"]


def test_what_was_chosen_and_can_have_no_part_refuses() -> None:
    shot = snapshot(able("mta1"), replace(able("mta4"), enabled=False), replace(able("mta1b"), same_as="mta1"))
    assert words_of(shot, "mta1", "mta4") == "mta4 is disabled."
    assert words_of(shot, "mta1", "mta1b") == "mta1b is the same server as mta1."
    assert words_of(shot, "mta1", "mta9") == "mta9 is no node here."


def test_a_build_that_does_not_know_exact_names_splits_the_fleet_and_the_others_are_the_way_out() -> None:
    shot = snapshot(able("mta1"), able("mta2"), node({YAHOO: 1}, name="mta3", capability=OLD))
    exact = ExactQueues.of([YAHOO])
    preview = take_preview(shot, exact)
    for rules in (refusals, clean_refusals):
        words = " ".join(rules(preview, shot, Settings(), ()))
        assert "its build (2024.11.08-d383b033) does not know queue_names" in words
        chosen = take_preview(shot, exact, ("mta1", "mta2"))
        assert not rules(chosen, shot, Settings(), ())
    assert way_out(preview, shot, How.PLAIN) == way_out(preview, shot, How.CLEAN) == ("mta1", "mta2")
    assert way_out(chosen, shot, How.CLEAN) == ()


def test_the_way_out_stays_within_what_was_chosen() -> None:
    shot = snapshot(able("mta1"), able("mta2"), down(able("mta3")))
    assert way_out(take_preview(shot, PROMO, ("mta2", "mta3")), shot, How.CLEAN) == ("mta2",)
    assert able_nodes(shot, PROMO, How.CLEAN) == ("mta1", "mta2")


def test_a_title_names_the_smaller_side() -> None:
    assert taking_part_words(take_preview(FLEET, PROMO), FLEET) == "3 nodes"
    two = take_preview(FLEET, PROMO, ("mta1", "mta2"))
    assert taking_part_words(two, FLEET) == "2 of 3 nodes: without mta3"
    one = take_preview(FLEET, PROMO, ("mta2",))
    assert taking_part_words(one, FLEET) == "1 of 3 nodes: only mta2"


def test_the_timeline_keeps_who_could_not_and_who_was_not_chosen() -> None:
    shot = snapshot(able("mta1"), able("mta2"), down(able("mta3")))
    preview = take_preview(shot, PROMO, ("mta1",))
    parts = parting(preview, shot, ["mta1"])
    assert parts.lines == ("mta3 takes no part: DOWN, connection refused", "not chosen: mta2")
    assert (parts.not_chosen, parts.missed) == ({"mta2"}, {"mta3"})
    whole = take_preview(FLEET, PROMO)
    late = parting(whole, FLEET, ["mta1", "mta2"])
    assert late.lines == ("mta3 takes no part: it could not be read just before",)
    assert (late.not_chosen, late.missed) == (frozenset(), {"mta3"})


def test_a_preview_is_cut_down_to_some_of_its_nodes_as_chosen() -> None:
    cut = only_on(take_preview(FLEET, PROMO), ["mta1", "mta2"])
    assert (cut.messages, cut.chosen) == (30, ("mta1", "mta2"))
    assert only_on(cut, ["mta1", "mta2"]) is cut


def test_of_the_unread_only_those_that_are_meant_are_told() -> None:
    shot = snapshot(able("mta1"), able("mta2"), down(able("mta3")))
    assert [each.name for each in unread_nodes(shot)] == ["mta3"]
    assert list(unread_nodes(shot, ["mta1"])) == []


def test_a_second_stop_says_on_which_nodes_the_first_holds() -> None:
    waiting = clean_status(clean_node(Verdict.STOPPED), waiting=True)
    shot = replace(FLEET, operations=(waiting,))
    words = " ".join(clean_refusals(take_preview(shot, PROMO), shot, Settings(), (), stop_only=True))
    assert words == (
        "Operation 7F3A2C holds this stopped already on mta1, not on mta2, mta3: go on with it, or end it first."
    )
    assert not clean_refusals(take_preview(shot, PROMO, ("mta2",)), shot, Settings(), (), stop_only=True)
