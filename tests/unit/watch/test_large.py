"""Lists and ledgers of many queues are taken in beside the event loop, in the order that safety wants."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.aside import LARGE_ENTRIES, aside
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode
from tests.unit.watch.worlds import PROMO, TAG, operation

NAMES = [f"promo:tenant@host{number}.example" for number in range(LARGE_ENTRIES + 1)]


class WatchedJournal(MemoryJournal):
    """Notes what is written in which thread, and may do something in the middle of it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, bool]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        self.written.append(("totals", threading.current_thread() is threading.main_thread()))
        self.meanwhile()
        super().record_totals(tag, node, marks, at)

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        self.written.append((verdict.value, threading.current_thread() is threading.main_thread()))
        super().record_verdict(tag, node, verdict, at)


class House:
    """A node that bounces many queues for us."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.node = ScriptedNode(self.clock)
        self.journal = WatchedJournal()
        self.watcher = Watcher([self.node.watch()], self.clock, self.journal, jitter=lambda: 1.0)
        bounce = operation(NodeAct("mta1", ActState.ACCEPTED, "a"), duration_s=60)
        self.journal.record_intent(bounce, [])
        baseline = Ledger(PROMO, dict.fromkeys(NAMES, 2))
        self.watcher.track(bounce, {"mta1": baseline}, self.clock.monotonic())

    async def poll(self, each: int, **values: Any) -> None:
        totals = dict.fromkeys(NAMES, each)
        self.node.directives = [self.node.list_entry("a", campaign="promo", bounced=totals, **values)]
        self.clock.jump(2.0)
        await self.watcher.poll_once()

    @property
    def bounced(self) -> int:
        return self.watcher.snapshot.operations[0].ledger.progress.bounced


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.watcher.stop()


async def test_many_totals_are_written_beside_the_event_loop_before_what_follows_from_them(house: House) -> None:
    await house.poll(1)
    assert house.bounced == len(NAMES)
    assert house.journal.written == [("totals", False)]
    await house.poll(2)
    assert house.bounced == 2 * len(NAMES)
    assert house.journal.written[1:] == [("totals", False), ("swept", True)]


async def test_totals_that_have_not_risen_are_not_written_again(house: House) -> None:
    await house.poll(1)
    await house.poll(1)
    assert house.journal.written == [("totals", False)]


async def test_what_an_act_does_meanwhile_is_not_lost(house: House) -> None:
    loop = asyncio.get_running_loop()

    def cancel() -> None:
        asyncio.run_coroutine_threadsafe(_cancelled(house.watcher), loop).result()
        house.journal.meanwhile = lambda: None

    house.journal.meanwhile = cancel
    await house.poll(1)
    assert house.bounced == len(NAMES)
    house.node.directives = []
    house.clock.jump(6.0)
    await house.watcher.poll_once()
    assert house.watcher.snapshot.operations[0].verdict is Verdict.CANCELLED


async def _cancelled(watcher: Watcher) -> None:
    watcher.mark_cancelled("mta1", "a")


async def test_a_journal_that_fails_meanwhile_is_told_and_what_is_owed_is_written_later(house: House) -> None:
    def fail() -> None:
        raise JournalError("the disk is full.")

    house.journal.meanwhile = fail
    await house.poll(1)
    assert house.watcher.snapshot.journal_problem == "the disk is full."
    assert house.bounced == len(NAMES)
    house.journal.meanwhile = lambda: None
    house.clock.jump(11.0)
    await house.watcher.poll_once()
    assert house.watcher.snapshot.journal_problem is None
    assert sum(house.journal.totals[TAG, "mta1"]["a"].values()) == len(NAMES)


async def test_what_another_process_writes_is_not_written_here(house: House) -> None:
    house.watcher.only_follow(TAG, others_act=True)
    await house.poll(1)
    assert house.bounced == len(NAMES)
    assert house.journal.written == []


async def test_only_large_work_goes_to_a_thread_and_its_errors_come_back() -> None:
    assert await aside(False, threading.current_thread) is threading.main_thread()
    assert await aside(True, threading.current_thread) is not threading.main_thread()
    with pytest.raises(ZeroDivisionError):
        await aside(True, lambda: 1 / 0)
