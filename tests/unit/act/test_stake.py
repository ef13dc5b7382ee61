"""Whether a plain bounce is exact here, why, and what it may cost where it is not."""

import pytest

from kumo_tui.act.preview import take_preview
from kumo_tui.act.stake import Stake, stake_of
from kumo_tui.config import ActSettings, Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.feeders import NOT_KNOWN, Feeders, NodeFeeders, ReadyFeeders
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import MachineInfo, NodeSnapshot, NodeState, Snapshot
from tests.fakes import START
from tests.unit.act.worlds import EXACT_PLAIN, FIELDS, node, snapshot

PROMO = Criteria(campaign="promo")
YAHOO = Criteria(domain="yahoo.com")
MAIN = Capability("2026.08.04-3ebc1e85", FIELDS, True, FIELDS, frozenset({"/api/admin/inspect-ready-q/v1"}))
READY = {"src->yahoo@smtp_client": 200, "src->gmail@smtp_client": 31, "other->aol@smtp_client": 0}
SENT_BY_YAHOO = frozenset({"promo:acme@yahoo.com", "news:zenith@yahoo.com"})
DEFECTS = "mta1 runs 2026.06.23-f3af1cd0, which has the two defects"


def stake(
    shot: Snapshot,
    selector: Selector = PROMO,
    feeders: Feeders | None = None,
    plain_is_exact: bool | None = None,
) -> Stake:
    settings = Settings(act=ActSettings(plain_is_exact=plain_is_exact))
    return stake_of(take_preview(shot, selector), shot, settings, feeders)


def told(
    yahoo: frozenset[str] = SENT_BY_YAHOO,
    gmail: frozenset[str] = frozenset({"promo:acme@gmail.com"}),
    aol: frozenset[str] = frozenset({"acme@aol.com", "aol.com"}),
    *,
    complete: bool = True,
) -> Feeders:
    """What a node on main says of READY; the third ready queue has an egress source of its own."""
    ready = {
        "src->yahoo@smtp_client": ReadyFeeders(yahoo, "src", 200, 1),
        "src->gmail@smtp_client": ReadyFeeders(gmail, "src", 31, 1),
        "other->aol@smtp_client": ReadyFeeders(aol, "other", 0, 0),
    }
    return {"mta1": NodeFeeders(ready, complete)}


def main_node(name: str = "mta1") -> NodeSnapshot:
    return node(name, ready=READY, capability=MAIN)


def test_everything_is_exact_whatever_the_version_for_nothing_is_not_meant() -> None:
    shot = snapshot(node(ready=READY))
    found = stake(shot, Everything(), plain_is_exact=False)
    assert (found.plain_is_exact, found.why, found.price) == (True, "EVERYTHING: nothing is not meant", "")
    assert (found.waiting_bound, found.ready_queues) == (231, 2)


def test_a_version_without_the_defects_is_exact_though_mail_waits() -> None:
    found = stake(snapshot(node(ready=READY, capability=EXACT_PLAIN)))
    assert (found.plain_is_exact, found.why) == (True, "this version has not the two defects")
    assert (found.price, found.waiting_bound, found.is_traced) == ("", 231, False)


def test_a_version_with_the_defects_is_named_with_its_node() -> None:
    found = stake(snapshot(node(ready=READY)))
    assert (found.plain_is_exact, found.why) == (False, DEFECTS)


def test_one_node_with_the_defects_among_several_is_enough() -> None:
    found = stake(snapshot(node("mta0", capability=EXACT_PLAIN), node()))
    assert (found.plain_is_exact, found.why) == (False, DEFECTS)
    assert stake(snapshot(node(), node("mta2"))).why == f"{DEFECTS}; 1 more node is in doubt"
    assert stake(snapshot(node(), node("mta2"), node("mta3"))).why == f"{DEFECTS}; 2 more nodes are in doubt"


@pytest.mark.parametrize("capability", [None, Capability("UNKNOWN-a\x1b", FIELDS, True, FIELDS, frozenset())])
def test_an_unknown_version_counts_as_having_the_defects(capability: Capability | None) -> None:
    found = stake(snapshot(node(capability=capability)))
    assert not found.plain_is_exact
    assert found.why.isprintable()
    assert found.why.endswith("has the two defects" if capability else "counts as having the two defects")


def test_of_two_versions_that_a_node_tells_the_worse_one_counts() -> None:
    upgraded = node(capability=EXACT_PLAIN)
    info = MachineInfo("n", "2026.06.23-f3af1cd0", START)
    shot = snapshot(NodeSnapshot("mta1", upgraded.url, NodeState.OK, metrics=upgraded.metrics, info=info))
    assert stake(shot).why == DEFECTS


def test_a_node_that_was_never_read_is_no_target_and_without_targets_nothing_is_exact() -> None:
    never = NodeSnapshot("mta9", "http://mta9:8000", NodeState.DOWN)
    assert stake(snapshot(node(capability=EXACT_PLAIN), never)).plain_is_exact
    found = stake(snapshot(never), plain_is_exact=None)
    assert (found.plain_is_exact, found.why, found.is_traced) == (False, "no node was read", False)


def test_the_setting_overrides_what_versions_tell() -> None:
    found = stake(snapshot(node(ready=READY)), plain_is_exact=True)
    assert (found.plain_is_exact, found.why) == (True, "act.plain_is_exact is true in the settings")
    assert (found.price, found.waiting_bound) == ("", 231)
    found = stake(snapshot(node(capability=EXACT_PLAIN)), plain_is_exact=False)
    assert not found.plain_is_exact
    assert found.why == "mta1 counts as having the two defects (act.plain_is_exact is false)"


def test_the_price_is_the_mail_that_waits_with_its_bound() -> None:
    assert stake(snapshot(node(ready=READY), node("mta2", ready=READY))).price == (
        "462 messages wait in 4 ready queues now; a plain bounce may take other queues' mail among them, "
        "and may miss ours"
    )
    assert stake(snapshot(node(ready={"a->b@smtp_client": 1}))).price.startswith(
        "1 message waits in 1 ready queue now;"
    )


def test_with_nothing_waiting_one_message_is_still_enough() -> None:
    found = stake(snapshot(node()))
    assert (found.waiting_bound, found.ready_queues) == (0, 0)
    assert "one matching message that becomes due between the look and the POST is enough" in found.price


def test_where_only_matching_queues_feed_the_ready_queues_concerned_it_is_exact() -> None:
    found = stake(snapshot(main_node()), YAHOO, told())
    assert (found.plain_is_exact, found.price, found.is_traced) == (True, "", True)
    assert found.why == "every queue that feeds the ready queues concerned matches"
    exact = ExactQueues.of(SENT_BY_YAHOO)
    assert stake(snapshot(main_node()), exact, told()).plain_is_exact


def test_only_ready_queues_that_this_mail_feeds_are_in_the_bound() -> None:
    found = stake(snapshot(main_node()), YAHOO, told())
    assert (found.waiting_bound, found.ready_queues) == (200, 1)
    found = stake(snapshot(main_node()), PROMO, told())
    assert (found.waiting_bound, found.ready_queues) == (231, 2)
    found = stake(snapshot(main_node()), Criteria(domain="aol.com"), told())
    assert (found.waiting_bound, found.ready_queues) == (0, 0)


def test_one_other_queue_that_feeds_a_ready_queue_concerned_is_named_by_it() -> None:
    found = stake(snapshot(main_node()), YAHOO, told(yahoo=SENT_BY_YAHOO | {"x:y@shared.example"}))
    assert not found.plain_is_exact
    assert found.why.endswith("which has the two defects; other queues feed src->yahoo@smtp_client")
    assert found.price.startswith("200 messages wait in 1 ready queue now")


def test_feeders_that_are_not_all_known_prove_nothing_and_narrow_no_bound() -> None:
    for feeders in (told(complete=False), {"mta1": NOT_KNOWN}, {}, None):
        found = stake(snapshot(main_node()), YAHOO, feeders)
        assert (found.plain_is_exact, found.is_traced) == (False, False)
        assert (found.waiting_bound, found.ready_queues) == (231, 2)
        assert found.why.endswith("; what feeds its ready queues is not known")


def test_every_target_node_with_the_defects_must_tell() -> None:
    shot = snapshot(main_node(), node("mta2", ready=READY))
    found = stake(shot, YAHOO, told())
    assert not found.plain_is_exact
    assert found.why.startswith("mta2 runs")
    assert found.waiting_bound == 200 + 231
    older = snapshot(main_node(), node("mta2", capability=EXACT_PLAIN))
    assert stake(older, YAHOO, told()).plain_is_exact


def test_mail_that_feeds_no_ready_queue_yet_may_meet_anybody_there() -> None:
    nowhere = told(yahoo=frozenset(), gmail=frozenset(), aol=frozenset())
    found = stake(snapshot(main_node()), YAHOO, nowhere)
    assert (found.plain_is_exact, found.waiting_bound) == (False, 0)
    assert found.why.endswith("; this mail feeds none of its ready queues now")
    part = told(yahoo=frozenset({"promo:acme@yahoo.com"}))
    found = stake(snapshot(main_node()), YAHOO, part)
    assert not found.plain_is_exact
    assert found.why.endswith("; some of this mail feeds none of its ready queues now")


def test_a_selector_that_leaves_the_domain_open_may_come_to_every_ready_queue_of_its_sources() -> None:
    counts = {"promo:acme@gmail.com": 40, "news:zenith@yahoo.com": 30}
    shot = snapshot(node(counts=counts, ready=READY, capability=MAIN))
    found = stake(shot, PROMO, told(yahoo=frozenset({"news:zenith@yahoo.com"})))
    assert not found.plain_is_exact
    assert found.why.endswith("; other queues feed src->yahoo@smtp_client")
    assert stake(shot, Criteria(campaign="promo", domain="gmail.com"), told()).plain_is_exact
    alone = told(yahoo=frozenset({"promo:acme@yahoo.com"}))
    assert stake(shot, PROMO, alone).plain_is_exact


def test_names_in_its_words_are_clean_and_cut() -> None:
    name = "src->\x1b[2J" + "x" * 200 + "@smtp_client"
    shared = NodeFeeders({name: ReadyFeeders(SENT_BY_YAHOO | {"else"}, "src", 1, 1)}, complete=True)
    why = stake(snapshot(main_node()), YAHOO, {"mta1": shared}).why
    assert why.isprintable()
    assert len(why) < 200
