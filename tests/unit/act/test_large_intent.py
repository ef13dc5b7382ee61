"""The intent of a bounce of many queues is written beside the event loop; nothing leaves before it is there."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from kumo_tui.act.service import Acts
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError
from kumo_tui.journal.port import Intent
from kumo_tui.model.operation import ActState, Operation
from kumo_tui.node.aside import LARGE_ENTRIES
from kumo_tui.watch.watcher import Watcher
from tests.fakes import settle
from tests.scripted import ScriptedNode
from tests.unit.act.house import House, Journal, posts

MANY = {f"promo:acme@host{number}.example": 1 for number in range(LARGE_ENTRIES)}


class SlowJournal(Journal):
    """Takes its time over an intent, and looks afterwards what has left meanwhile."""

    def __init__(self, nodes: Sequence[ScriptedNode]) -> None:
        super().__init__(nodes)
        self.loop = asyncio.get_running_loop()
        self.begun, self.answered = asyncio.Event(), asyncio.Event()
        self.was_aside = False

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        self.was_aside = threading.current_thread() is not threading.main_thread()
        if self.was_aside:
            self.loop.call_soon_threadsafe(self.begun.set)
            asyncio.run_coroutine_threadsafe(settle(), self.loop).result()
        super().record_intent(operation, intents)

    def record_act(self, *given: Any) -> None:
        super().record_act(*given)
        self.answered.set()


class SlowHouse(House):
    """Nodes with many queues, and the journal that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = self.journal = SlowJournal(self.nodes)
        self.watcher = Watcher([node.watch() for node in self.nodes], self.clock, self.slow)
        clients = {node.name: node.client for node in self.nodes}
        self.acts = Acts(clients, self.watcher, self.slow, Settings(), self.clock, "ann")
        for node in self.nodes:
            node.queues = dict(MANY)


@pytest.fixture
async def house() -> SlowHouse:
    house = SlowHouse()
    await house.watcher.poll_once()
    return house


async def test_nothing_leaves_before_the_intent_of_many_queues_is_written(house: SlowHouse) -> None:
    operation = await house.acts.bounce(await house.confirmed())
    assert house.slow.was_aside
    assert house.journal.posts_at_intent == 0
    assert {act.state for act in operation.acts} == {ActState.ACCEPTED}
    assert sum(len(intent.baseline) for intent in house.journal.intents["7F3A2C"]) == 2 * LARGE_ENTRIES


async def test_an_intent_of_many_queues_that_cannot_be_written_keeps_the_bounce_from_leaving(
    house: SlowHouse,
) -> None:
    confirmed = await house.confirmed()
    house.journal.broken.add("intent")
    with pytest.raises(JournalError):
        await house.acts.bounce(confirmed)
    assert posts(house.nodes) == 0
    assert house.watcher.snapshot.operations == ()


async def test_who_gives_up_waiting_while_the_intent_is_written_does_not_undo_the_confirmation(
    house: SlowHouse,
) -> None:
    bouncing = asyncio.create_task(house.acts.bounce(await house.confirmed()))
    await house.slow.begun.wait()
    bouncing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bouncing
    await house.slow.answered.wait()
    assert house.slow.posts_at_intent == 0
    assert posts(house.nodes) == 2
