"""What is said before a confirmation: the price, the overlaps, the doubts."""

import pytest

from kumo_tui.act.caution import Caution
from kumo_tui.act.cautions import cautions_for
from kumo_tui.act.preview import take_preview, unread_nodes
from kumo_tui.act.stake import stake_of
from kumo_tui.config import Settings
from kumo_tui.model.feeders import Feeders, NodeFeeders, ReadyFeeders
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import NodeSnapshot, NodeState, Snapshot
from kumo_tui.model.trend import Trend
from tests.unit.act.worlds import COUNTS, EXACT_PLAIN, entry, node, snapshot

PROMO = Criteria(campaign="promo")


def found(shot: Snapshot, selector: Selector = PROMO, feeders: Feeders | None = None) -> list[Caution]:
    preview = take_preview(shot, selector)
    return list(cautions_for(preview, shot, 15.0, stake_of(preview, shot, Settings(), feeders)))


def said(shot: Snapshot, selector: Selector = PROMO) -> dict[str, bool]:
    return {caution.text: caution.serious for caution in found(shot, selector)}


def about(words: str, shot: Snapshot, selector: Selector = PROMO) -> bool | None:
    """Whether the caution with these words is serious, None when there is none."""
    return next((serious for text, serious in said(shot, selector).items() if words in text), None)


def calm(**values: object) -> NodeSnapshot:
    return node(capability=EXACT_PLAIN, **values)


def test_a_bounce_without_doubts_has_no_cautions() -> None:
    assert said(snapshot(calm())) == {}


def test_serious_ones_come_first() -> None:
    shot = snapshot(node(ready={"a->b@smtp_client": 7}, directives=[entry(campaign="promo")]))
    flags = list(said(shot).values())
    assert flags == sorted(flags, reverse=True)
    assert False in flags
    assert True in flags


def test_everything_names_the_servers_own_queues() -> None:
    shot = snapshot(calm(counts={**COUNTS, **{f"hook{n}.log_hook": 1 for n in range(5)}}))
    assert about("EVERYTHING on every node", shot, Everything()) is True
    assert about("hook0.log_hook (1), hook1.log_hook (1), hook2.log_hook (1), hook3", shot, Everything()) is True
    many = snapshot(calm(counts={f"hook{n}.log_hook": 9 - n for n in range(9)}))
    assert about("hook7.log_hook (2) and 1 more", many, Everything()) is True


def test_the_servers_own_queues_are_named_when_they_were_chosen_one_by_one() -> None:
    shot = snapshot(calm(counts={**COUNTS, "webhook.log_hook": 7}))
    assert about("webhook.log_hook (7)", shot, ExactQueues.of(["webhook.log_hook"])) is True
    assert about("webhook.log_hook", shot) is None


def test_nothing_standing_is_said() -> None:
    assert about("no listed queue matches", snapshot(calm()), Criteria(tenant="nobody")) is True
    empty = snapshot(calm(counts={"promo:acme@yahoo.com": 0}))
    assert about("nothing stands", empty, Criteria(campaign="promo")) is True
    assert about("no listed queue matches", empty, Criteria(campaign="promo")) is None


@pytest.mark.parametrize("state", [NodeState.STALE, NodeState.DOWN, NodeState.BUSY])
def test_a_node_that_was_not_read_now_is_named_with_its_age(state: NodeState) -> None:
    shot = snapshot(calm(), node("mta2", state=state, capability=EXACT_PLAIN), at=10.0)
    assert about(f"mta2 is {state} (read 10s ago)", shot) is True


def test_a_node_that_was_never_read_is_named() -> None:
    never = NodeSnapshot("mta2", "http://mta2:8000", NodeState.DOWN)
    assert about("mta2 is down (never read)", snapshot(calm(), never)) is True


def test_old_numbers_are_called_old() -> None:
    assert about("these numbers are 20s old", snapshot(calm(), at=20.0)) is True
    assert about("old", snapshot(calm(), at=14.0)) is None


def test_mail_in_ready_queues_is_an_upper_bound_and_nobodys() -> None:
    shot = snapshot(calm(ready={"a->b@smtp_client": 2000, "a->c@smtp_client": 310, "a->d@smtp_client": 0}))
    assert about("up to 2,310 more wait in 2 ready queues", shot) is False


def test_a_version_with_the_defects_names_its_price_and_a_backlog_makes_it_serious() -> None:
    price = "a plain bounce may"
    assert about(price, snapshot(node())) is False
    assert about(price, snapshot(node(ready={"a->b@smtp_client": 1}))) is True
    assert about(price, snapshot(node(capability=None))) is False
    assert about(price, snapshot(node()), Everything()) is None
    assert about(price, snapshot(calm(ready={"a->b@smtp_client": 1}))) is None


def test_the_price_is_marked_as_what_a_clean_bounce_does_not_cost() -> None:
    shot = snapshot(node(ready={"a->b@smtp_client": 7}))
    (price,) = [caution for caution in found(shot) if caution.of_plain]
    assert price.text.startswith(
        "7 messages wait in 1 ready queue now; a plain bounce may take other queues' mail"
    )
    assert not any(caution.of_plain for caution in found(snapshot(calm(ready={"a->b@smtp_client": 7}))))


def test_mail_in_ready_queues_is_shared_with_nobody_knows_whom_until_the_node_tells() -> None:
    shot = snapshot(node(ready={"a->b@smtp_client": 7, "a->c@smtp_client": 5}))
    told = {
        "a->b@smtp_client": ReadyFeeders(frozenset({"promo:acme@yahoo.com"}), "a", 7, 1),
        "a->c@smtp_client": ReadyFeeders(frozenset({"aol.com"}), "a", 5, 1),
    }
    feeders = {"mta1": NodeFeeders(told, complete=True)}
    (unknown,) = [caution.text for caution in found(shot) if caution.counts_ready]
    (known,) = [caution.text for caution in found(shot, feeders=feeders) if caution.counts_ready]
    assert unknown.startswith(
        "up to 12 more wait in 2 ready queues shared with other queues; the server does not say"
    )
    assert known == "up to 7 more wait in 1 ready queue that it goes through."


def test_all_four_parts_miss_new_mail() -> None:
    counts = {"c:t@d!r": 5}
    words = (
        "new mail is NOT caught (server defect). Take the exact queue instead: F5 in the form, --queue 'c:t@d!r'."
    )
    assert about(words, snapshot(calm(counts=counts)), Criteria("c", "t", "d", "r")) is True


def test_names_that_may_not_split_as_meant_are_counted() -> None:
    counts = {"promo:a:b@d": 5, "promo:x@[IPv6:::1]": 2}
    assert about("1 name may not split as meant", snapshot(calm(counts=counts))) is False


def test_queues_of_the_list_that_hold_no_mail_are_counted() -> None:
    exact = ExactQueues.of(["aol.com", "promo:acme@empty.com", "gone@long.ago"])
    assert about("2 queues of the list hold no mail now", snapshot(calm()), exact) is False


def test_a_preview_takes_each_node_that_was_ever_read() -> None:
    never = NodeSnapshot("mta3", "http://mta3:8000", NodeState.DOWN)
    shot = snapshot(node(at=4.0), node("mta2", at=9.0, state=NodeState.STALE), never, at=10.0)
    preview = take_preview(shot, PROMO)
    assert [each.node for each in preview.nodes] == ["mta1", "mta2"]
    assert (preview.queues, preview.messages, preview.age_s(10.0)) == (2, 180, 6.0)
    assert [each.name for each in unread_nodes(shot)] == ["mta2", "mta3"]


def test_a_preview_says_how_fast_its_mail_grows() -> None:
    before, after = dict.fromkeys(COUNTS, 0), COUNTS
    trend = Trend().with_sample(0, QueueTable.of(before)).with_sample(30, QueueTable.of(after))
    assert take_preview(snapshot(trend=trend), PROMO).growth_per_min == 180
    assert take_preview(snapshot(), PROMO).growth_per_min is None
