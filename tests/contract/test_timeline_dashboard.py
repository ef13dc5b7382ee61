"""Forty seconds of a real server, played through client, watch, ledger and dashboard."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from kumo_tui.act.service import Acts
from kumo_tui.config import PollSettings, Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.verdict import Verdict
from kumo_tui.node.client import NodeClient
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.fakes import DATA, START, FakeClock, recording, settle
from tests.frames import frame_of

BOUNCE, INFO, DESCRIPTION = "/api/admin/bounce/v1", "/api/machine-info", "/api-docs/openapi.json"
SIZE = (120, 40)


class RecordedNode:
    """Answers each request as the real server did last, at the moment that the clock shows."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._lines = list(recording("timeline"))

    @property
    def t(self) -> float:
        """Seconds since the recording began."""
        return self._clock.monotonic() - self._began

    def posts(self) -> Iterator[dict[str, Any]]:
        """The bounces of the recording."""
        for line in self._lines:
            if (line["request"]["method"], line["request"]["path"]) == ("POST", BOUNCE):
                yield line

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == DESCRIPTION:
            return httpx.Response(200, content=(DATA / "openapi-2026.08.04.json").read_bytes())
        past = [
            line
            for line in self._lines
            if line["request"]["path"] == request.url.path
            and line["request"]["method"] == request.method
            and line["t"] <= self.t
        ]
        body = past[-1]["response"]["body"] if past else ""
        return httpx.Response(200 if past else 404, content=body.encode("utf-8", "surrogateescape"))


class Played:
    """The program on the recorded node, with its two bounces as operations of ours."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.node = RecordedNode(self.clock)
        client = NodeClient("lab", "http://lab:8000", clock=self.clock, transport=self.node.transport())
        watches = [NodeWatch(client, "http://lab:8000", self.clock, PollSettings())]
        journal = MemoryJournal()
        self.watcher = Watcher(watches, self.clock, journal)
        acts = Acts({"lab": client}, self.watcher, journal, Settings(), self.clock, "on-call")
        self.app = KumoTuiApp(self.watcher, acts, Settings(), self.clock)

    def adopt(self, post: dict[str, Any]) -> None:
        """Follow a recorded bounce as if its POST had been ours."""
        body = post["request"]["json"]
        names = body.get("queue_names")
        selector: Selector = ExactQueues.of(names) if names else Criteria(campaign=body["campaign"])
        baseline = self.watcher.snapshot.queues.select(selector).nonempty().as_counts()
        directive_id = json.loads(post["response"]["body"])["id"]
        now = self.clock.monotonic()
        act = NodeAct("lab", ActState.ACCEPTED, directive_id, answered_at=now)
        tag = body["reason"].partition("[kt:")[2].rstrip("]")
        seconds = int(body["duration"].rstrip("s"))
        operation = Operation(tag, selector, body["reason"], seconds, False, "lab", START, "", (act,))
        self.watcher.track(operation, {"lab": Ledger(selector, baseline)}, now)

    async def play(self, seconds: float) -> None:
        """Second by second, as it was recorded; bounces are adopted when their moment comes."""
        waiting = [post for post in self.node.posts() if post["t"] > self.node.t]
        for _second in range(int(seconds)):
            self.clock.jump(1.0)
            for post in [post for post in waiting if post["t"] <= self.node.t]:
                waiting.remove(post)
                self.adopt(post)
            await self.watcher.poll_once()


@pytest.fixture
def played() -> Played:
    return Played()


async def test_the_dashboard_ends_with_the_totals_that_the_server_listed_last(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(played.watcher, "start", lambda: None)
    async with played.app.run_test(size=SIZE) as pilot:
        await played.play(40)
        await settle()
        await pilot.pause()
        screen = "\n".join(frame_of(played.app))
    campaign, exact = (played.watcher.snapshot.operation(tag) for tag in ("8A02", "8A03"))
    assert campaign is not None
    assert exact is not None
    last = _last_totals(played.node)
    assert campaign.verdict is Verdict.DONE
    assert campaign.ledger.bounced == last[str(campaign.nodes[0].act.id)]
    assert campaign.ledger.progress.collateral == 0
    assert exact.ledger.bounced == {"invoice:zenith@hold.gmail.example": 36}
    line = next(line for line in screen.splitlines() if "campaign=promo" in line)
    assert f"{campaign.ledger.progress.bounced:,}" in line
    assert "DONE" in line


async def test_totals_never_fall_and_progress_never_passes_its_baseline(played: Played) -> None:
    seen: list[int] = []
    for _second in range(40):
        await played.play(1)
        status = played.watcher.snapshot.operation("8A02")
        if status is not None:
            progress = status.ledger.progress
            seen.append(progress.bounced)
            assert 0 <= progress.from_baseline <= progress.baseline
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


async def test_mail_that_gathers_after_the_end_is_told_with_its_rate(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(played.watcher, "start", lambda: None)
    async with played.app.run_test(size=SIZE) as pilot:
        await played.play(33)
        assert played.watcher.snapshot.gathered == {}
        await played.play(7)
        await settle()
        await pilot.pause()
        screen = "\n".join(frame_of(played.app))
    more = played.watcher.snapshot.gathered["8A02"]
    assert (more.messages, more.seconds, more.is_new_mail) == (101, 7.0, True)
    assert "promo: 101 in 7 s since the end (866/min): the sender has not stopped" in screen


def _last_totals(node: RecordedNode) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for line in node._lines:
        if (line["request"]["method"], line["request"]["path"]) == ("GET", BOUNCE):
            totals |= {entry["id"]: entry["bounced"] for entry in json.loads(line["response"]["body"])}
    return totals
