"""The overview: from Prometheus, with its own age, drawn for 80x24 first; it confirms nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from kumo_tui.act.draft import Draft, Scope
from kumo_tui.model.overview import (
    Ailment,
    FleetRates,
    Graph,
    InstanceFigure,
    Overview,
    Part,
    Point,
    Queued,
    QueueFigure,
    Rates,
    Span,
    Trouble,
)
from kumo_tui.model.scrapes import Scrapes, Target
from kumo_tui.model.snapshot import NodeState, Snapshot, Timed
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.overview_lines import graph_lines, resampled
from kumo_tui.ui.ports import Overviewing
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.node_detail import NodeDetailScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.overview import OverviewScreen
from kumo_tui.ui.screens.queue_detail import QueueDetailScreen
from kumo_tui.ui.theme import glyphs
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.pilots import refreshed_regions, wait_for
from tests.ui.worlds import START, node, snapshot

HOSTILE = 'evil\x1b]52;c;aGk=\x07"x@hold.example'
TARGETS = (
    Target("mta1:8000", True, 9.0),
    Target("mta2:8000", True, 4.0),
    Target("mta3:8000", False),
    Target("stray:8000", True, 2.0),
)
TOP = (
    QueueFigure("promo:acme@yahoo.com", 92_110, 1204.0),
    QueueFigure("promo:acme@gmail.com", 41_800, 0.0),
    QueueFigure("news:zenith@aol.com", 8_120, -310.0),
    QueueFigure(HOSTILE, 3),
)
RATES = Rates(12_400.0, 9_870.0, 310.0, 1204.0)


def graph(span: Span = Span.HOUR, *, partial: bool = False) -> Graph:
    points = [
        Point(None if place < 10 else 40_000.0 + 1000 * place, 2 if partial and 60 < place < 70 else 3)
        for place in range(120)
    ]
    return Graph(span, span * 30.0, tuple(points))


def overview(at: float = START, **more: Any) -> Overview:
    """A fleet of which mta3 cannot be scraped."""
    instances = {"mta1:8000": InstanceFigure("mta1:8000", 90_000, 300)}
    queued = Queued(142_033, 412, 142_030, TOP, instances)
    facts: dict[str, Any] = {
        "every_s": 15.0,
        "targets": Timed(TARGETS, at),
        "queued": Timed(queued, at),
        "rates": Timed(FleetRates(RATES, {"mta1:8000": RATES}), at),
        "graph": Timed(graph(), at),
        "scrapes": Scrapes(
            {"mta3": 'quo"te@hold.example'}, ("mta4",), 1, {f"mta{n}": f"mta{n}:8000" for n in (1, 2, 3)}
        ),
        "read_at": at,
    }
    return Overview("https://mimir.example/prometheus", **{**facts, **more})


def fleet(**more: Any) -> Snapshot:
    """Four nodes that answer us."""
    counts = {"promo:acme@yahoo.com": 46_110, "promo:acme@gmail.com": 20_900}
    return snapshot(*(node(f"mta{number}", counts) for number in range(1, 5)), **more)


class FakeOverviewing:
    """An overview that a test gives."""

    def __init__(self, first: Overview) -> None:
        self.overview = first
        self.is_open = False
        self.is_running = False
        self.refreshes = 0
        self._listeners: list[Any] = []

    def subscribe(self, listener: Any) -> None:
        self._listeners.append(listener)

    def start(self) -> None:
        self.is_running = True

    async def stop(self) -> None:
        self.is_running = False

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def refresh(self) -> None:
        self.refreshes += 1

    def look_back(self, span: Span) -> None:
        self.overview = replace(self.overview, span=span)

    def give(self, new: Overview) -> None:
        self.overview = new
        for listener in self._listeners:
            listener(new)


class App(KumoTuiApp):
    """The app, which keeps the bounces that are asked for."""

    drafts: list[Draft]

    def bounce(self, draft: Draft) -> None:
        self.drafts.append(draft)


@dataclass
class Running:
    """A running dashboard with the overview on top."""

    app: App
    pilot: Pilot[None]
    source: FakeOverviewing
    clock: FakeClock

    @property
    def text(self) -> str:
        return "\n".join(frame_of(self.app))

    async def press(self, *names: str) -> None:
        await self.pilot.press(*names)
        await self.pilot.pause()


@asynccontextmanager
async def shown(
    source: FakeOverviewing | None,
    world: Snapshot | None = None,
    size: tuple[int, int] = (80, 24),
    **settings: Any,
) -> AsyncIterator[Running]:
    clock = FakeClock()
    given: Overviewing | None = source
    app = App(
        worlds.FakeWatching(world or fleet()),
        worlds.FakeActs(),  # type: ignore[arg-type]  # sampling only
        worlds.settings(**settings),
        clock,
        overview=given,
    )
    app.drafts = []
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: "Directives" in "\n".join(frame_of(app)))
        await pilot.press("v")
        running = Running(app, pilot, source or FakeOverviewing(overview()), clock)
        if source is not None:
            await wait_for(pilot, lambda: isinstance(app.screen, OverviewScreen) and "MESSAGES" in running.text)
        await pilot.pause()
        yield running


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_overview_says_where_it_is_from_and_how_old_it_is(size: tuple[int, int]) -> None:
    async with shown(FakeOverviewing(overview()), size=size) as running:
        check_frame(running.app, f"overview-{size[0]}x{size[1]}")
        for words in ("mimir.example/prometheus", "0s old, scraped 9s ago", "142,033", "412", "3 of 4 instances"):
            assert words in running.text
        assert "previewed from the nodes themselves" in running.text


async def test_ascii_draws_the_same_without_other_characters() -> None:
    async with shown(FakeOverviewing(overview(graph=Timed(graph(partial=True), START))), ascii=True) as running:
        check_frame(running.app, "overview-ascii")
        assert running.text.isascii()


@pytest.mark.parametrize("part", [Part.TARGETS, Part.GRAPH])
async def test_a_graph_that_could_not_be_read_is_not_said_to_be_coming(part: Part) -> None:
    coming = FakeOverviewing(overview(graph=None))
    async with shown(coming) as running:
        assert "last 1 h   reading" in running.text
    failed = {part: Trouble(Ailment.SLOW, "Prometheus: silent for 10 s.")}
    async with shown(FakeOverviewing(overview(graph=None, troubles=failed))) as running:
        assert "last 1 h   not read" in running.text


async def test_ages_go_on_and_old_data_stays_with_what_is_wrong() -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        running.clock.jump(75)
        down = Trouble(
            Ailment.DOWN, "Prometheus https://mimir.example/prometheus: refuses.", "Is it running there?"
        )
        source.give(replace(source.overview, troubles={Part.TARGETS: down}))
        await wait_for(running.pilot, lambda: "Is it running there?" in running.text)
        assert "1m old, scraped 1m ago" in running.text
        assert "142,033" in running.text
        assert "nothing new is read" in running.text


async def test_it_is_read_while_it_is_open_and_the_loop_ends_with_the_program() -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        assert (source.is_running, source.is_open) == (True, True)
        await running.press("r")
        assert source.refreshes == 1
        await running.press("escape")
        assert isinstance(running.app.screen, DashboardScreen)
        assert not source.is_open
    assert not source.is_running


async def test_the_key_goes_through_one_six_and_24_hours() -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        assert "last 1 h" in running.text
        for words in ("last 6 h", "last 24 h", "last 1 h"):
            await running.press("t")
            assert words in running.text


async def test_a_hostile_name_is_shown_escaped_and_flagged() -> None:
    async with shown(FakeOverviewing(overview())) as running:
        assert "\x1b" not in running.text
        assert 'evil\\x1b]52;c;aGk=\\x07"x@hold.example' in running.text


async def test_tab_shows_the_instances_by_the_names_of_our_nodes() -> None:
    async with shown(FakeOverviewing(overview())) as running:
        await running.press("tab")
        check_frame(running.app, "overview-instances-80x24")
        for words in ("mta3", "FAILING", "not ours", "stray:8000"):
            assert words in running.text
        await running.press("end")
        for words in ("mta4", "NOT THERE"):
            assert words in running.text
        await running.press("enter")
        assert isinstance(running.app.screen, NodeDetailScreen)


async def test_enter_shows_the_queue_as_the_nodes_have_it() -> None:
    async with shown(FakeOverviewing(overview())) as running:
        await running.press("enter")
        assert isinstance(running.app.screen, QueueDetailScreen)


async def test_b_asks_for_a_bounce_of_just_that_queue() -> None:
    async with shown(FakeOverviewing(overview())) as running:
        await running.press("down", "b", "down", "down", "b")
        by_parts, by_name = running.app.drafts
        assert (by_parts.scope, by_parts.campaign, by_parts.tenant, by_parts.domain) == (
            Scope.MATCHING,
            "promo",
            "acme",
            "gmail.com",
        )
        assert (by_name.scope, by_name.names) == (Scope.EXACT, (HOSTILE,))


async def test_read_only_sessions_have_no_b() -> None:
    async with shown(FakeOverviewing(overview()), read_only=True) as running:
        await running.press("b")
        assert isinstance(running.app.screen, OverviewScreen)
        assert "bounce " not in running.text.splitlines()[-1]


async def test_without_prometheus_the_key_says_how_it_is_configured() -> None:
    async with shown(None) as running:
        assert isinstance(running.app.screen, DashboardScreen)
        await wait_for(running.pilot, lambda: "No Prometheus is configured" in running.text)
        assert 'url = "http://prometheus:9090" to the config.' in " ".join(running.text.split())


async def test_the_dashboard_warns_of_a_node_that_only_prometheus_cannot_read() -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        await running.press("escape")
        running.app.tick()
        await wait_for(running.pilot, lambda: "Prometheus cannot scrape mta3 though it answers us" in running.text)
        assert 'quo"te@hold.example' in running.text


async def test_the_facts_of_a_node_say_that_only_prometheus_cannot_read_it() -> None:
    async with shown(FakeOverviewing(overview())) as running:
        await running.press("escape", "n", "down", "down")
        await wait_for(running.pilot, lambda: "prometheus Prometheus cannot scrape mta3" in running.text)
        await running.press("up")
        assert "cannot scrape" not in running.text


async def test_a_node_that_does_not_answer_us_either_is_no_riddle() -> None:
    gone = node("mta3", None, state=NodeState.DOWN, errors={"metrics": "mta3: refuses."})
    world = fleet()
    world = replace(world, nodes=(*world.nodes[:2], gone, world.nodes[3]))
    async with shown(FakeOverviewing(overview()), world) as running:
        assert "though it answers us" not in running.text
        assert "neither Prometheus nor we can read it" in running.text


async def test_nothing_is_painted_where_nothing_changed() -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        with refreshed_regions(running.app.screen.query_one("#graph")) as regions:
            source.give(replace(source.overview))
            await running.pilot.pause()
            await running.pilot.pause()
        assert regions == []


@pytest.mark.parametrize("size", [(60, 16), (36, 10)])
async def test_a_small_terminal_keeps_totals_queues_and_keys(size: tuple[int, int]) -> None:
    async with shown(FakeOverviewing(overview()), size=size) as running:
        for words in ("0s old", "142,033 msgs", "41,800", "Prometheus cannot", "Only to look at"):
            assert words in running.text


async def test_a_time_of_which_nothing_is_stored_is_no_flat_line() -> None:
    empty = Graph(Span.HOUR, 30.0, (Point(None),) * 120)
    async with shown(FakeOverviewing(overview(graph=Timed(empty, START)))) as running:
        assert "nothing is stored of that time yet" in running.text


def test_columns_keep_the_highest_point_and_the_fewest_instances() -> None:
    points = tuple(Point(float(place), 3 if place else 2) for place in range(120))
    found = resampled(Graph(Span.HOUR, 30.0, points), 60)
    assert [found[0], found[59]] == [Point(1.0, 2), Point(119.0, 3)]
    assert len(resampled(Graph(Span.HOUR, 30.0, points), 110)) == 110


def test_little_mail_shows_and_none_does_not() -> None:
    points = (Point(1_000_000.0, 1), Point(1.0, 1), Point(0.0, 1), *[Point(None)] * 117)
    shown = overview(graph=Timed(Graph(Span.HOUR, 30.0, points), START))
    lines = graph_lines(shown, START, 129, 2, glyphs(ascii_only=False))
    bottom = "".join(piece.text for piece in lines[2])
    assert bottom.startswith("       0 █▁  ")


def test_where_fewer_instances_are_summed_the_axis_says_so() -> None:
    shown = overview(graph=Timed(graph(partial=True), START))
    text = ["".join(piece.text for piece in line) for line in graph_lines(shown, START, 80, 6, glyphs(False))]
    assert "!" in text[-2]
    assert "! under 3" in text[-1]
    assert all(len(line) <= 80 for line in text)


def test_over_a_slow_link_the_graph_is_a_line_of_numbers() -> None:
    lines = graph_lines(overview(), START, 80, 6, glyphs(ascii_only=False, bars=False))
    assert len(lines) == 2
    assert "159,000" in "".join(piece.text for piece in lines[1])


@pytest.mark.parametrize("kind", [OverviewScreen, NodesScreen])
async def test_what_comes_before_a_screen_has_its_parts_waits_for_them(kind: type[Screen[None]]) -> None:
    source = FakeOverviewing(overview())
    async with shown(source) as running:
        running.app.push_screen(OverviewScreen(source) if kind is OverviewScreen else NodesScreen())
        running.app.say("something")
        running.app.watch_snapshot(running.app.snapshot)
        running.app._show_overview()
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, kind) and "something" in running.text)
