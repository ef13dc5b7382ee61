"""The overlap radar: what is said of everything else that is in force on the same mail."""

from dataclasses import replace

import pytest

from kumo_tui.act.overlaps import overlaps
from kumo_tui.act.preview import take_preview
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.model.tags import guard_domain
from kumo_tui.model.verdict import Verdict
from tests.unit.act.worlds import COUNTS, entry, node, snapshot
from tests.unit.watch.worlds import act, ledger, operation

PROMO = Criteria(campaign="promo")
YAHOO = ExactQueues.of(["promo:acme@yahoo.com"])
AUTOMATION = "too many complaints (rule_hash=1)"


def told(shot: Snapshot, selector: Selector = PROMO, *, clean: bool = False) -> dict[str, bool]:
    """What is said before a plain bounce, or a clean one, and whether it is serious."""
    found = overlaps(take_preview(shot, selector), shot)
    return {caution.text: caution.serious for caution in found if caution.concerns(is_clean=clean)}


def beside(
    *entries: Directive | Suspension, ours: OperationStatus | None = None, node_name: str = "mta1"
) -> Snapshot:
    directives = [each for each in entries if isinstance(each, Directive)]
    stops = [each for each in entries if isinstance(each, Suspension)]
    shot = snapshot(node(node_name, directives=directives, suspensions=stops))
    return replace(shot, operations=(ours,) if ours else ())


def our(selector: Selector, verdict: Verdict = Verdict.RUNNING) -> OperationStatus:
    """An operation of ours with the id that `entry` has, on mta1."""
    made = NodeAct("mta1", ActState.ACCEPTED, "552016f1-aaaa")
    known = replace(operation(act()), selector=selector, acts=(made,))
    return OperationStatus(known, (NodeProgress(made, ledger(), verdict),))


def stop(reason: str = "look first", **parts: str) -> Suspension:
    values = {"campaign": None, "tenant": None, "domain": None, **parts}
    return Suspension("stop-id", reason=reason, remaining_s=60.0, **values)


@pytest.mark.parametrize(
    ("selector", "directive", "words"),
    [
        (PROMO, entry(campaign="promo"), "directive 552016f1 has the same criteria: it is REPLACED, its totals"),
        (PROMO, entry(), "directive 552016f1 is everything or an exact list (the server does not say): if every"),
        (Everything(), entry(), "directive 552016f1 may be another EVERYTHING: it is then REPLACED"),
        (
            Criteria(campaign="promo", tenant="acme"),
            entry(tenant="acme"),
            "directive 552016f1 (tenant=acme) takes all of this mail already, new mail too",
        ),
        (
            PROMO,
            entry(tenant="acme"),
            "directive 552016f1 (tenant=acme) takes part of this mail too (90 of 90 messages there now)",
        ),
        (
            PROMO,
            entry(campaign="promo", domain="yahoo.com"),
            "directive 552016f1 (campaign=promo domain=yahoo.com) takes part of this mail too (50 of 90 messages",
        ),
        (
            PROMO,
            entry(campaign="promo", domain="new.com"),
            "directive 552016f1 (campaign=promo domain=new.com) takes part of this mail too; it may be",
        ),
        (YAHOO, entry(domain="yahoo.com"), "directive 552016f1 (domain=yahoo.com) takes all of this mail already"),
        (
            ExactQueues.of(["aol.com", "acme@web.de"]),
            entry(domain="aol.com"),
            "directive 552016f1 (domain=aol.com) takes part of this mail too (10 of 10",
        ),
        (
            Everything(),
            entry(domain="aol.com"),
            "directive 552016f1 (domain=aol.com) takes part of it too; EVERYTHING is credited with that",
        ),
    ],
)
def test_an_active_directive_is_told_by_how_much_it_takes(
    selector: Selector, directive: Directive, words: str
) -> None:
    (text,) = told(beside(directive), selector)
    assert text.startswith(f"mta1: {words}")
    assert told(beside(directive), selector)[text]


@pytest.mark.parametrize(
    "directive",
    [
        entry(campaign="news"),
        entry(tenant="acme", domain="web.de"),
        entry(tenant="nobody"),
        entry(domain=guard_domain("7F3A2C")),
    ],
)
def test_a_directive_for_other_mail_is_no_overlap(directive: Directive) -> None:
    assert told(beside(directive)) == {}


def test_what_the_automation_made_is_told_as_such_and_that_it_may_come_again() -> None:
    (twin,) = told(beside(entry(campaign="promo", reason=AUTOMATION)))
    assert twin == (
        "mta1: the automation's directive 552016f1 has the same criteria: it is REPLACED, its totals restart; "
        "the automation may place it again, over yours."
    )
    (wider,) = told(beside(entry(tenant="acme", reason=AUTOMATION)), Criteria("promo", "acme"))
    assert wider.startswith(
        "mta1: the automation's directive 552016f1 (tenant=acme) takes all of this mail already"
    )


def test_a_directive_of_ours_is_told_with_its_operation_and_what_becomes_of_its_totals() -> None:
    (twin,) = told(beside(entry(campaign="promo"), ours=our(PROMO)))
    assert twin == (
        "mta1: your directive 552016f1 (op 7F3A2C) has the same criteria: it is REPLACED, its totals restart, "
        "the history sums both."
    )
    (both,) = told(beside(entry(), ours=our(Everything())), Everything())
    assert both.startswith("mta1: your directive 552016f1 (op 7F3A2C) is EVERYTHING too: it is REPLACED")
    (all_of_it,) = told(beside(entry(), ours=our(Everything())))
    assert "is EVERYTHING: it takes all of this mail already and is credited with it" in all_of_it


def test_what_our_exact_directive_takes_is_known_though_the_server_does_not_say() -> None:
    listed = entry(domain=guard_domain("7F3A2C"))
    (part,) = told(beside(listed, ours=our(YAHOO)))
    assert "(queue promo:acme@yahoo.com) takes part of this mail too (50 of 90 messages there now)" in part
    assert told(beside(listed, ours=our(ExactQueues.of(["acme@aol.com"])))) == {}


def test_a_clean_bounce_goes_round_a_directive_of_the_same_criteria_and_says_so() -> None:
    (words,) = told(beside(entry(campaign="promo")), clean=True)
    assert words == "mta1: directive 552016f1 has the same criteria: it stays, and keeps what it may take or miss."


def test_of_many_overlaps_the_replacement_comes_first_and_the_rest_are_counted() -> None:
    many = [entry(f"id{number}", tenant="acme") for number in range(10)]
    texts = list(told(beside(*many, entry(campaign="promo"))))
    assert "REPLACED" in texts[0]
    assert texts[-1] == "mta1: overlaps with 7 more directives."
    assert len(texts) == 5


def test_how_much_a_directive_takes_is_counted_on_its_own_node() -> None:
    elsewhere = node("mta2", {"promo:acme@yahoo.com": 7, "promo:x@web.de": 1}, directives=[entry(tenant="acme")])
    (text,) = told(snapshot(node(), elsewhere))
    assert text.startswith("mta2: directive 552016f1 (tenant=acme) takes part of this mail too (7 of 8 messages")


# Stops


def test_mail_that_somebody_else_stopped_by_the_same_criteria_is_said_to_be() -> None:
    shot = beside(stop("look\x1b first", campaign="promo"))
    words = "mta1: this mail is stopped now by somebody else (look\\x1b first)"
    assert told(shot) == {f"{words}.": False}
    assert told(shot, clean=True) == {f"{words}: relied on, never replaced, never released.": False}


@pytest.mark.parametrize(
    ("selector", "parts", "how_much"),
    [
        (PROMO, {"domain": "gmail.com"}, "part"),
        (Criteria("promo", None, "gmail.com"), {"domain": "gmail.com"}, "all"),
        (YAHOO, {"tenant": "acme"}, "all"),
        (Everything(), {"tenant": "acme"}, "part"),
    ],
)
def test_a_stop_of_other_criteria_is_told_by_how_much_it_holds_and_that_it_saves_nothing(
    selector: Selector, parts: dict[str, str], how_much: str
) -> None:
    (words,) = told(beside(stop(**parts)), selector)
    assert f": look first) holds {how_much} of this mail: bounced all the same; the stop stays as it is." in words


def test_a_stop_of_other_mail_is_not_told() -> None:
    assert told(beside(stop(domain="web.de"))) == {}


def test_a_stop_that_does_not_say_whom_it_stops_may_hold_some_of_it() -> None:
    (words,) = told(beside(stop()))
    assert words.startswith("mta1: a stop of everything or exact queues (look first) may hold some of this mail")
    (exact,) = told(beside(stop(domain=guard_domain("ABCDEF"))))
    assert exact.startswith("mta1: a stop of exact queues (kumo-tui ABCDEF)")


def test_a_stop_of_ours_is_news_only_where_another_operation_made_it_for_other_criteria() -> None:
    ours = stop("look first [kt:7F3A2C]", campaign="promo")
    assert told(beside(ours, ours=our(PROMO, Verdict.STOPPED))) == {}
    narrow = stop("look first [kt:7F3A2C]", domain="gmail.com")
    ((words, serious),) = told(beside(narrow, ours=our(Criteria(domain="gmail.com"), Verdict.STOPPED))).items()
    assert words.startswith("mta1: your stop of op 7F3A2C (domain=gmail.com) holds part of this mail: bounced all")
    assert serious


# Transfers


def test_mail_that_an_xfer_moved_is_said_to_be_found_by_no_criteria() -> None:
    moved: NodeSnapshot = node(counts={**COUNTS, "http://h:8000/.xfer.kumomta.internal": 12})
    assert list(told(snapshot(moved))) == [
        "12 messages moved by an xfer stand in http://h:8000/.xfer.kumomta.internal: "
        "such mail is not found by its parts."
    ]
    assert told(snapshot(moved), Everything()) == {}
