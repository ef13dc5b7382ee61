"""The stake of a plain bounce on simulated nodes: a release cannot prove anything, a build on main can."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from kumo_tui import sim
from kumo_tui.act.service import Acts
from kumo_tui.act.stake import Stake, stake_of
from kumo_tui.config import PollSettings, Settings
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.node.client import NodeClient
from kumo_tui.sim import Fleet, parse_scenario
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.watcher import Watcher
from tests.contract.ready_lab import MAIN, RELEASE
from tests.unit.cli.desk import LeapClock

SCENARIOS = Path(sim.__file__).parent / "scenarios"
URL = "http://mta1:8000"
ONE, BOTH = Criteria(tenant="s1"), Criteria(domain="slow.q.example")


class Bench:
    """One simulated node with a watch and acts over it."""

    def __init__(self, scenario: str, version: str, change: Callable[[str], str] = str) -> None:
        text = change((SCENARIOS / f"{scenario}.toml").read_text("utf-8").replace(RELEASE, version))
        self.clock = LeapClock()
        self.settings = Settings()
        self.node = Fleet(parse_scenario(text, f"{scenario}.toml"), self.clock).nodes["mta1"]
        self.client = NodeClient("mta1", URL, clock=self.clock, transport=httpx.ASGITransport(self.node.app))
        watch = NodeWatch(self.client, URL, self.clock, PollSettings())
        journal = MemoryJournal()
        self.watcher = Watcher([watch], self.clock, journal)
        self.acts = Acts({"mta1": self.client}, self.watcher, journal, self.settings, self.clock, "ann")

    async def stake(self, selector: Selector) -> Stake:
        """The stake as an act learns it: nodes read afresh, then asked for feeders."""
        preview = await self.acts.fresh_preview(selector)
        feeders = await self.acts.feeders(preview)
        return stake_of(preview, self.watcher.snapshot, self.settings, feeders)


@asynccontextmanager
async def bench(scenario: str, version: str, change: Callable[[str], str] = str) -> AsyncIterator[Bench]:
    """A bench whose node has worked for five seconds."""
    made = Bench(scenario, version, change)
    made.clock.jump(5.0)
    yield made
    await made.watcher.stop()
    await made.client.aclose()


@pytest.mark.parametrize("scenario", ["shared-backlog", "behind-other-mail"])
async def test_on_a_release_nothing_but_the_sum_of_all_ready_queues_is_known(scenario: str) -> None:
    async with bench(scenario, RELEASE) as made:
        for selector in (Criteria(campaign="promo"), ONE, BOTH):
            found = await made.stake(selector)
            assert not found.plain_is_exact
            assert found.why == f"mta1 runs {RELEASE}, which has the two defects"
            assert found.waiting_bound == made.watcher.snapshot.nodes[0].metrics.value.ready_waiting > 20
            assert found.price.startswith(f"{found.waiting_bound:,} messages wait in 1 ready queue now")


@pytest.mark.parametrize(
    ("scenario", "selector"), [("shared-backlog", ONE), ("behind-other-mail", Criteria(campaign="promo"))]
)
async def test_on_main_a_ready_queue_that_others_feed_too_is_named(scenario: str, selector: Selector) -> None:
    async with bench(scenario, MAIN) as made:
        found = await made.stake(selector)
        assert (found.plain_is_exact, found.is_traced) == (False, True)
        assert found.why.endswith("; other queues feed unspecified->slow.example@smtp_client")
        assert found.waiting_bound > 20


async def test_on_main_mail_that_has_its_ready_queue_for_itself_is_bounced_exactly() -> None:
    async with bench("shared-backlog", MAIN) as made:
        for selector in (BOTH, ExactQueues.of(["one:s1@slow.q.example", "two:s2@slow.q.example"])):
            found = await made.stake(selector)
            assert (found.plain_is_exact, found.price) == (True, "")
            assert found.why == "every queue that feeds the ready queues concerned matches"
            assert found.waiting_bound > 20


async def test_on_main_ready_queues_of_other_mail_are_not_in_the_bound() -> None:
    async with bench("shared-backlog", MAIN, with_a_second_provider) as made:
        other = await made.stake(Criteria(domain="other.example"))
        assert (other.plain_is_exact, other.is_traced) == (True, True)
        both = await made.stake(Criteria(tenant="s3"))
        waiting = {queue.name: queue.waiting for queue in made.watcher.snapshot.nodes[0].metrics.value.ready}
        assert sorted(waiting) == ["unspecified->other.mx@smtp_client", "unspecified->slow.example@smtp_client"]
        assert other.waiting_bound == waiting["unspecified->other.mx@smtp_client"] > 0
        assert not both.plain_is_exact
        assert both.why.endswith("; other queues feed unspecified->slow.example@smtp_client")


def with_a_second_provider(text: str) -> str:
    return (
        text
        + """
[[node.provider]]
site = "other.mx"
domains = ["other.example"]
rate = 1
connections = 1

[[node.sender]]
queues = ["three:s3@other.example"]
rate = 10
"""
    )
