"""After the end of our bounces: what stood then, what stands by later readings, and for how long that is told."""

from collections.abc import Mapping
from dataclasses import replace

from kumo_tui.model.clean import CleanProgress, Meters
from kumo_tui.model.gathering import Gathered
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import Metrics, NodeProgress, NodeSnapshot, NodeState, OperationStatus, Timed
from kumo_tui.model.verdict import Verdict
from kumo_tui.watch.aftermath import FOLLOWED_S, Aftermath
from kumo_tui.watch.counting import Counting
from tests.unit.watch.worlds import GMAIL, PROMO, YAHOO, ledger, operation

NEWS = "news:zenith@aol.com"


def node(name: str, at: float, counts: Mapping[str, int] | None, took_s: float = 0.1) -> NodeSnapshot:
    """A node whose queues were read then; None: never."""
    reading = None if counts is None else Timed(Metrics(QueueTable.of(counts)), at, at - took_s)
    return NodeSnapshot(name, f"http://{name}:8000", NodeState.OK, metrics=reading)


def bounce(
    *verdicts: Verdict, tag: str = "AAAA", ended_at: float | None = 100.0, selector: Selector = PROMO
) -> OperationStatus:
    """A bounce on mta1, mta2 and so on, with a verdict for each."""
    acts = [NodeAct(f"mta{number + 1}", ActState.ACCEPTED, "a") for number in range(len(verdicts))]
    nodes = tuple(
        NodeProgress(act, ledger(selector), verdict) for act, verdict in zip(acts, verdicts, strict=True)
    )
    return OperationStatus(operation(*acts, tag=tag, selector=selector), nodes, ended_at)


DONE = bounce(Verdict.DONE)


def test_what_stands_by_a_later_reading_is_compared_with_what_stood_at_the_end() -> None:
    after = Aftermath(Counting())
    assert after.seen([DONE], [node("mta1", 100, {YAHOO: 3, NEWS: 500})], 100) == {}
    later = node("mta1", 108, {YAHOO: 64, GMAIL: 40, NEWS: 9_000})
    assert after.seen([DONE], [later], 108) == {"AAAA": Gathered(101, 8.0)}
    assert after.seen([DONE], [later], 109) == {"AAAA": Gathered(101, 8.0)}
    assert after.seen([DONE], [node("mta1", 110, {YAHOO: 3})], 110) == {}


def test_a_reading_that_was_asked_for_before_the_end_tells_nothing() -> None:
    after = Aftermath(Counting())
    after.seen([DONE], [node("mta1", 100, {})], 100)
    assert after.seen([DONE], [node("mta1", 104, {YAHOO: 9}, took_s=6.0)], 104) == {}
    assert after.seen([DONE], [node("mta1", 106, {YAHOO: 9})], 106) == {"AAAA": Gathered(9, 6.0)}


def test_a_node_that_was_not_read_yet_counts_from_its_first_reading() -> None:
    after = Aftermath(Counting())
    assert after.seen([DONE], [node("mta1", 100, None)], 100) == {}
    assert after.seen([DONE], [node("mta1", 120, {YAHOO: 30})], 120) == {}
    assert after.seen([DONE], [node("mta1", 130, {YAHOO: 35})], 130) == {"AAAA": Gathered(5, 10.0)}


def test_each_node_counts_from_its_own_end_and_nothing_is_told_before_the_last_one() -> None:
    after = Aftermath(Counting())
    half = bounce(Verdict.DONE, Verdict.CATCHING, ended_at=None)
    after.seen([half], [node("mta1", 100, {}), node("mta2", 100, {YAHOO: 50})], 100)
    assert after.seen([half], [node("mta1", 104, {YAHOO: 4}), node("mta2", 104, {YAHOO: 60})], 104) == {}
    done = bounce(Verdict.DONE, Verdict.DONE, ended_at=106.0)
    assert after.seen([done], [node("mta1", 106, {YAHOO: 6}), node("mta2", 106, {})], 106) == {
        "AAAA": Gathered(6, 6.0)
    }
    assert after.seen([done], [node("mta1", 108, {YAHOO: 8}), node("mta2", 108, {YAHOO: 1})], 108) == {
        "AAAA": Gathered(9, 8.0)
    }


def test_it_is_told_for_ten_minutes() -> None:
    after = Aftermath(Counting())
    after.seen([DONE], [node("mta1", 100, {})], 100)
    last = 100 + FOLLOWED_S
    assert after.seen([DONE], [node("mta1", last, {YAHOO: 7})], last)
    assert after.seen([DONE], [node("mta1", last + 1, {YAHOO: 7})], last + 1) == {}


def test_bounces_that_ended_otherwise_are_not_followed() -> None:
    for verdict in (Verdict.CANCELLED, Verdict.LOST, Verdict.REPLACED, Verdict.REJECTED, Verdict.RELEASED):
        after = Aftermath(Counting())
        after.seen([bounce(verdict)], [node("mta1", 100, {})], 100)
        assert after.seen([bounce(verdict)], [node("mta1", 108, {YAHOO: 7})], 108) == {}


def test_an_operation_with_the_same_selector_that_was_begun_since_ends_the_telling() -> None:
    after = Aftermath(Counting())
    after.seen([DONE], [node("mta1", 100, {})], 100)
    more = [node("mta1", 108, {YAHOO: 7})]
    again = bounce(Verdict.RUNNING, tag="BBBB", ended_at=None)
    assert after.seen([again, DONE], more, 108) == {}
    other = bounce(Verdict.RUNNING, tag="BBBB", ended_at=None, selector=Criteria(tenant="zenith"))
    after.seen([other, DONE], [node("mta1", 109, {})], 109)
    assert list(after.seen([other, DONE], more, 110)) == []
    assert list(after.seen([other, DONE], [node("mta1", 112, {YAHOO: 7})], 112)) == ["AAAA"]
    refused = bounce(Verdict.REJECTED, tag="BBBB")
    assert list(after.seen([refused, DONE], [node("mta1", 114, {YAHOO: 8})], 114)) == ["AAAA"]


def test_what_a_clean_bounce_has_swept_and_the_last_reading_still_shows_stands_no_more() -> None:
    after = Aftermath(Counting())
    (progress,) = DONE.nodes
    clean = replace(DONE, nodes=(replace(progress, clean=CleanProgress(standing={YAHOO: 2})),))
    after.seen([clean], [node("mta1", 100, {YAHOO: 50})], 100)
    assert after.seen([clean], [node("mta1", 110, {YAHOO: 12})], 110) == {"AAAA": Gathered(10, 10.0)}


def test_what_waited_in_ready_queues_at_the_end_may_be_what_gathers() -> None:
    after = Aftermath(Counting())
    (progress,) = DONE.nodes
    waiting = replace(DONE, nodes=(replace(progress, meters=Meters(may_wait=210)),))
    after.seen([waiting], [node("mta1", 100, {})], 100)
    assert after.seen([waiting], [node("mta1", 110, {YAHOO: 12})], 110) == {"AAAA": Gathered(12, 10.0, 210)}
