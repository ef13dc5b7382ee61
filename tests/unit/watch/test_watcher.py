"""The watch over several nodes: own loops, snapshots for everybody, nothing that dies silently."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE, METRICS
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock, settle
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import TAG, YAHOO, ledger, operation


class House:
    """Two scripted nodes and a watcher over them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.nodes = [ScriptedNode(self.clock, name) for name in ("mta1", "mta2")]
        self.journal = MemoryJournal()
        self.watcher = Watcher(
            [node.watch() for node in self.nodes],
            self.clock,
            self.journal,
            profile=ProfileFacts("prod", production=True),
            interval_s=2.0,
            jitter=lambda: 1.0,
        )
        self.seen: list[Snapshot] = []
        self.watcher.subscribe(self.seen.append)
        self.surfaced: list[dict[str, Any]] = []

    def follow(self, *, cancelled: bool = False, duration_s: int = 60, entry_id: str = "a") -> None:
        """Track a bounce of both nodes, listed there as `entry_id`."""
        for node in self.nodes:
            node.directives = [node.list_entry(entry_id, campaign="promo", remaining=f"{duration_s}s")]
        acts = [NodeAct(node.name, ActState.ACCEPTED, entry_id) for node in self.nodes]
        bounce = operation(*acts, duration_s=duration_s)
        self.journal.record_intent(bounce, [])
        self.watcher.track(bounce, {act.node: ledger(yahoo=10) for act in acts}, self.clock.monotonic())
        if cancelled:
            for node in self.nodes:
                self.watcher.mark_cancelled(node.name, entry_id)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: house.surfaced.append(context))
    yield house
    await house.watcher.stop()
    assert len(asyncio.all_tasks()) == 1


async def test_before_the_first_poll_there_is_a_snapshot_that_says_so(house: House) -> None:
    first = house.watcher.snapshot
    assert (first.number, first.profile, first.production, first.interval_s) == (0, "prod", True, 2.0)
    assert [node.state for node in first.nodes] == [NodeState.STARTING] * 2
    assert first.age_s is None


async def test_one_poll_reads_every_node_and_sums_their_queues(house: House) -> None:
    house.nodes[0].queues = {YAHOO: 5, "a@b": 1}
    house.nodes[1].queues = {YAHOO: 7}
    snapshot = await house.watcher.poll_once()
    assert snapshot.queues.as_counts() == {YAHOO: 12, "a@b": 1}
    assert (snapshot.nodes_fresh, snapshot.number) == (2, 1)
    assert house.seen == [snapshot]


async def test_each_node_is_polled_again_after_the_interval(house: House) -> None:
    house.watcher.start()
    house.watcher.start()
    await house.clock.advance(6.5)
    assert [node.count("GET", BOUNCE) for node in house.nodes] == [4, 4]
    numbers = [snapshot.number for snapshot in house.seen]
    assert numbers == sorted(set(numbers))
    assert house.watcher.snapshot is house.seen[-1]


async def test_a_silent_node_holds_up_no_other(house: House) -> None:
    house.nodes[0].hold[BOUNCE] = asyncio.Event()
    house.watcher.start()
    await house.clock.advance(10)
    assert [node.count("GET", BOUNCE) for node in house.nodes] == [1, 6]


async def test_while_a_node_is_silent_snapshots_go_on_and_say_for_how_long(house: House) -> None:
    house.watcher.be_patient("mta1")
    for node in house.nodes:
        node.hold[BOUNCE] = asyncio.Event()
    house.watcher.start()
    await house.clock.advance(21)
    assert [snapshot.nodes[0].silent_s for snapshot in house.seen[-2:]] == [20, 20]
    assert house.watcher.snapshot.nodes[0].state is NodeState.BUSY


async def test_a_node_that_fails_is_asked_less_and_less_often(house: House) -> None:
    house.nodes[0].fail(httpx.ConnectError("refused"))
    house.watcher.start()
    await house.clock.advance(60)
    assert house.nodes[0].count("GET", BOUNCE) == 5
    assert house.nodes[1].count("GET", BOUNCE) == 31


async def test_refreshes_asked_for_during_a_poll_become_one_more_poll(house: House) -> None:
    house.nodes[0].hold[BOUNCE] = asyncio.Event()
    house.watcher.start()
    await settle()
    for _time in range(3):
        house.watcher.refresh()
    await settle()
    assert house.nodes[0].count("GET", BOUNCE) == 1
    house.nodes[0].hold[BOUNCE].set()
    await settle(200)
    assert house.nodes[0].count("GET", BOUNCE) == 2
    assert house.nodes[1].count("GET", BOUNCE) == 2


async def test_a_shorter_interval_holds_at_once(house: House) -> None:
    house.watcher.interval_s = 3600
    house.watcher.start()
    await house.clock.advance(10)
    house.watcher.interval_s = 2.0
    await house.clock.advance(4.5)
    assert house.nodes[0].count("GET", BOUNCE) == 4
    assert house.watcher.snapshot.interval_s == 2.0


async def test_stopping_ends_a_request_in_flight_and_leaves_nothing_behind(house: House) -> None:
    house.nodes[0].hold[METRICS] = asyncio.Event()
    house.watcher.start()
    await house.clock.advance(12)
    await house.watcher.stop()
    assert len(asyncio.all_tasks()) == 1
    assert house.surfaced == []


async def test_a_failing_listener_is_reported_and_keeps_nothing_from_the_others(house: House) -> None:
    def broken(_snapshot: Snapshot) -> None:
        raise ValueError("broken listener")

    watcher = Watcher([house.nodes[0].watch()], house.clock, house.journal)
    seen: list[Snapshot] = []
    watcher.subscribe(broken)
    watcher.subscribe(seen.append)
    watcher.start()
    await house.clock.advance(4.5)
    await watcher.stop()
    assert len(seen) == 3
    assert {str(context["exception"]) for context in house.surfaced} == {"broken listener"}


async def test_a_mistake_while_watching_is_reported_and_the_watching_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.watcher.start()
    await settle()
    monkeypatch.setattr(house.clock, "now", lambda: 1 / 0)
    await house.clock.advance(2.5)
    monkeypatch.undo()
    asked = house.nodes[0].count("GET", BOUNCE)
    await house.clock.advance(30)
    assert house.nodes[0].count("GET", BOUNCE) > asked
    assert any(isinstance(context["exception"], ZeroDivisionError) for context in house.surfaced)


async def test_the_trend_starts_anew_when_a_node_appears_for_the_first_time(house: House) -> None:
    house.nodes[0].queues = {YAHOO: 5}
    house.nodes[1].queues = {YAHOO: 1000}
    house.nodes[1].fail(httpx.ConnectError("refused"))
    await house.watcher.poll_once()
    house.clock.jump(30)
    assert (await house.watcher.poll_once()).trend.rate_of(YAHOO) == 0
    house.nodes[1].recover()
    house.clock.jump(30)
    assert (await house.watcher.poll_once()).trend.rate_of(YAHOO) is None
    house.clock.jump(30)
    assert (await house.watcher.poll_once()).trend.rate_of(YAHOO) == 0


async def test_a_node_that_goes_away_does_not_look_like_shrinking_queues(house: House) -> None:
    for node in house.nodes:
        node.queues = {YAHOO: 500}
    await house.watcher.poll_once()
    house.nodes[1].fail(httpx.ConnectError("refused"))
    house.clock.jump(30)
    snapshot = await house.watcher.poll_once()
    assert snapshot.trend.rate_of(YAHOO) == 0
    assert snapshot.queues.total == 1000
    assert snapshot.age_s == 30
    assert snapshot.nodes_fresh == 1


async def test_an_operation_is_followed_on_each_node_and_written_down(house: House) -> None:
    house.follow()
    house.clock.jump(1)
    house.nodes[0].directives[0]["bounced"] = {YAHOO: 10}
    house.nodes[1].directives[0]["bounced"] = {YAHOO: 4}
    status = (await house.watcher.poll_once()).operations[0]
    assert [node.verdict for node in status.nodes] == [Verdict.SWEPT, Verdict.RUNNING]
    assert (status.verdict, status.ledger.progress.bounced) == (Verdict.RUNNING, 14)
    assert house.journal.totals[TAG, "mta2"] == {"a": {YAHOO: 4}}
    assert house.watcher.snapshot.bounced == {YAHOO: 14}


async def test_an_operation_that_has_ended_keeps_its_moment_and_costs_nothing_more(house: House) -> None:
    house.follow(duration_s=5)
    await house.watcher.poll_once()
    for node in house.nodes:
        node.directives = []
    house.clock.jump(6)
    ended = (await house.watcher.poll_once()).operations[0]
    assert ended.verdict is Verdict.DONE
    house.clock.jump(50)
    later = (await house.watcher.poll_once()).operations[0]
    assert later is ended
    assert later.ended_at == 1006
    events = [event.text for event in house.journal.events(TAG)]
    assert any(text.startswith("mta1 DONE") for text in events)


async def test_the_list_is_read_just_before_and_just_after_the_end(house: House) -> None:
    house.watcher.interval_s = 30
    house.follow(duration_s=5)
    house.watcher.start()
    await house.clock.advance(4.5)
    for node in house.nodes:
        node.directives[0]["duration"] = "400ms"
    await house.clock.advance(0.2)
    assert house.nodes[0].count("GET", BOUNCE) == 2
    for node in house.nodes:
        node.directives = []
    await house.clock.advance(0.7)
    assert house.nodes[0].count("GET", BOUNCE) == 3
    assert house.watcher.snapshot.operations[0].verdict is Verdict.DONE


async def test_a_journal_that_fails_does_not_stop_the_watching(house: House) -> None:
    class Broken(MemoryJournal):
        def record_totals(self, *_given: Any) -> None:
            raise JournalError("disk full")

        def record_event(self, *_given: Any) -> None:
            raise JournalError("disk full")

    house.watcher._books._journal = Broken()
    house.follow()
    for node in house.nodes:
        node.directives[0]["bounced"] = {YAHOO: 10}
    house.clock.jump(1)
    snapshot = await house.watcher.poll_once()
    assert snapshot.operations[0].verdict is Verdict.SWEPT
    assert "disk full" in (snapshot.journal_problem or "")
    assert house.surfaced == []


async def test_our_cancel_is_told_from_somebody_elses(house: House) -> None:
    house.follow(cancelled=True)
    await house.watcher.poll_once()
    for node in house.nodes:
        node.directives = []
    house.watcher.mark_cancelled("mta2", "a", cancelled=False)
    house.clock.jump(1)
    await house.watcher.poll_once()
    house.clock.jump(5)
    nodes = (await house.watcher.poll_once()).operations[0].nodes
    assert [(node.verdict, node.note) for node in nodes] == [
        (Verdict.CANCELLED, ""),
        (Verdict.CANCELLED, "left the list early: cancelled by somebody else"),
    ]


async def test_patience_never_gets_shorter(house: House) -> None:
    house.follow(duration_s=86400)
    house.watcher.be_patient("mta1")
    house.clock.jump(3600)
    house.nodes[0].fail(httpx.ReadTimeout("silent"))
    house.nodes[0].directives = []
    assert (await house.watcher.poll_once()).nodes[0].state is NodeState.BUSY


async def test_a_line_for_the_timeline_is_kept_with_the_operation(house: House) -> None:
    house.follow()
    house.watcher.note(TAG, "cancelled on mta1")
    house.watcher.note("000000", "of no operation")
    status = (await house.watcher.poll_once()).operation(TAG)
    assert status is not None
    assert "cancelled on mta1" in [event.text for event in status.operation.events]
    assert house.watcher.snapshot.operation("000000") is None


async def test_newer_operations_come_first(house: House) -> None:
    house.follow()
    other = replace(operation(NodeAct("mta1", ActState.REJECTED, None, "mta1: refused.")), tag="000001")
    house.watcher.track(other, {"mta1": ledger()}, house.clock.monotonic())
    assert [status.operation.tag for status in house.watcher.snapshot.operations] == ["000001", TAG]
    assert house.watcher.snapshot.operations[0].verdict is Verdict.REJECTED
