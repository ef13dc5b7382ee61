"""Acts over two scripted nodes, with a journal that can be broken."""

from collections.abc import Sequence
from typing import Any

import pytest

from kumo_tui.act.draft import Draft, check_draft
from kumo_tui.act.ports import Confirmed
from kumo_tui.act.service import Acts
from kumo_tui.config import Settings
from kumo_tui.errors import JournalError, Refused
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.port import Intent
from kumo_tui.model.operation import Operation
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import BOUNCE
from kumo_tui.watch.composing import ProfileFacts
from kumo_tui.watch.watcher import Watcher
from tests.fakes import FakeClock
from tests.scripted import ScriptedNode

PROMO = Criteria(campaign="promo")
DRAFT = Draft(campaign="promo", reason="bad link", duration="60s")
YAHOO = "promo:acme@yahoo.com"


class Journal(MemoryJournal):
    """A journal that notes how many POSTs had left when it was written, and can be broken."""

    def __init__(self, nodes: Sequence[ScriptedNode]) -> None:
        super().__init__()
        self.nodes = nodes
        self.posts_at_intent: int | None = None
        self.broken: set[str] = set()

    def problem(self) -> str | None:
        return "disk full" if "problem" in self.broken else None

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        if "intent" in self.broken:
            raise JournalError("disk full")
        self.posts_at_intent = posts(self.nodes)
        super().record_intent(operation, intents)

    def record_act(self, *given: Any) -> None:
        if "act" in self.broken:
            raise JournalError("disk full")
        super().record_act(*given)


class House:
    """Acts over scripted nodes."""

    def __init__(self, settings: Settings | None = None, *, production: bool = True) -> None:
        self.clock = FakeClock()
        self.nodes = [ScriptedNode(self.clock, name) for name in ("mta1", "mta2")]
        for node in self.nodes:
            node.queues = {YAHOO: 50, "news:zenith@aol.com": 7}
        self.journal = Journal(self.nodes)
        self.watcher = Watcher(
            [node.watch() for node in self.nodes],
            self.clock,
            self.journal,
            profile=ProfileFacts("prod", production=production),
        )
        self.acts = Acts(
            self.watcher.clients, self.watcher, self.journal, settings or Settings(), self.clock, "ann"
        )

    async def confirmed(self, draft: Draft = DRAFT, **values: Any) -> Confirmed:
        checked = check_draft(draft, Settings().act)
        assert checked.selector is not None
        preview = await self.acts.fresh_preview(checked.selector)
        return Confirmed(preview, checked, "7F3A2C", **values)

    async def refused(self, confirmed: Confirmed) -> str:
        with pytest.raises(Refused) as caught:
            await self.acts.bounce(confirmed)
        assert posts(self.nodes) == 0
        assert self.journal.operations == {}
        return str(caught.value)

    async def polled(self, seconds: float = 3.0) -> Verdict:
        self.clock.jump(seconds)
        return (await self.watcher.poll_once()).operations[0].verdict


def posts(nodes: Sequence[ScriptedNode]) -> int:
    return sum(node.count("POST", BOUNCE) for node in nodes)
