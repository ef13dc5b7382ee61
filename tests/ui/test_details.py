"""Queue detail, detail of a foreign directive, help and palette."""

import json
from dataclasses import replace

from kumo_tui.errors import Unreachable
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.directive_rows import DirectiveKey, StopKey
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.directive_detail import DirectiveDetailScreen
from kumo_tui.ui.screens.help import HelpScreen
from kumo_tui.ui.screens.palette import PaletteScreen
from kumo_tui.ui.screens.queue_detail import QueueDetailScreen, node_lines
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.clean_world import DEFECTIVE, own_stop, stopped
from tests.ui.pilots import wait_for
from tests.ui.worlds import START, directive, node, snapshot

EVIL = "evil\x1b]52;c;aGk=\x07x@hold.example"


def app_on(world: Snapshot, acts: worlds.FakeActs | None = None) -> KumoTuiApp:
    return KumoTuiApp(
        worlds.FakeWatching(world),
        acts or worlds.FakeActs(worlds.sample_of(3)),  # type: ignore[arg-type]  # sampling only
        worlds.settings(),
        FakeClock(),
    )


def screen(app: KumoTuiApp) -> str:
    return "\n".join(frame_of(app))


async def test_enter_on_a_queue_shows_what_is_known_of_it() -> None:
    acts = worlds.FakeActs(worlds.sample_of(3))
    app = app_on(worlds.fleet(), acts)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "promo:acme@yahoo.com" in screen(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "somebody2@yahoo.com" in screen(app))
        check_frame(app, "queue-80x24")
        assert acts.sampled == [("mta2", "promo:acme@yahoo.com")]
        for words in ("campaign promo", "mta1 46,055", "+9,211 a minute", "op 7F3A2C RUNNING", "3 of 300"):
            assert words in screen(app)
        await pilot.press("escape")
        assert isinstance(app.screen, DashboardScreen)


async def test_q_leaves_a_detail_and_not_the_app() -> None:
    app = app_on(worlds.fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, QueueDetailScreen))
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))
        assert app.is_running


async def test_an_altered_name_shows_its_raw_form_and_is_asked_for_as_it_is() -> None:
    acts = worlds.FakeActs(worlds.sample_of(1))
    app = app_on(snapshot(node("mta1", {EVIL: 3})), acts)
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "somebody0" in screen(app))
        assert ascii(EVIL) in screen(app)
        assert acts.sampled == [("mta1", EVIL)]
        await pilot.press("y")
        assert app.clipboard == json.dumps(EVIL)
        assert "sent to the terminal's clipboard" in screen(app)


async def test_a_sample_that_cannot_be_read_says_why_and_r_asks_again() -> None:
    acts = worlds.FakeActs(Unreachable("mta1", "connection refused."))
    app = app_on(snapshot(node("mta1", {"a@x": 3})), acts)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "mta1: connection refused." in screen(app))
        acts.sample = None
        await pilot.press("r")
        await wait_for(pilot, lambda: "mta1 has no such queue now" in screen(app))
        assert len(acts.sampled) == 2


async def test_a_version_that_shows_no_messages_is_not_asked_for_any() -> None:
    acts = worlds.FakeActs(worlds.sample_of(1))
    blind = replace(DEFECTIVE, paths=frozenset())
    app = app_on(snapshot(node("mta1", {"a@x": 3}, capability=blind)), acts)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "mta1 shows no messages of a queue: its version cannot" in screen(app))
        assert acts.sampled == []


async def test_a_queue_that_we_stopped_names_the_operation_once_and_others_stops_beside_it() -> None:
    theirs = replace(own_stop(tag="ABCDEF"), id="theirs")
    held = node("mta1", {"promo:acme@yahoo.com": 3}, suspensions=(own_stop(), theirs))
    app = app_on(snapshot(held, operations=(stopped(),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "op 7F3A2C STOPPED: campaign=promo" in screen(app))
        assert screen(app).count("stopped by") == 2
        assert "bounced by" not in screen(app)


async def test_a_stop_of_others_is_shown_and_stays_when_it_has_left_the_list() -> None:
    theirs = own_stop(tag="ABCDEF")
    watching = worlds.FakeWatching(snapshot(node("mta1", {"promo:a@x": 3}, suspensions=(theirs,))))
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_stop(StopKey("mta1", theirs.id))
        await wait_for(pilot, lambda: "another kumo-tui (ABCDEF)" in screen(app))
        assert "promo:a@x" in screen(app)
        watching.give(snapshot(node("mta1", {"promo:a@x": 3})))
        await wait_for(pilot, lambda: "it has left the list" in screen(app))
        assert "campaign=promo" in screen(app)


async def test_a_detail_follows_the_snapshots() -> None:
    world = snapshot(node("mta1", {"a@x": 3}))
    watching = worlds.FakeWatching(world)
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await wait_for(pilot, lambda: "mta1 3" in screen(app))
        watching.give(snapshot(node("mta1", {"a@x": 77})))
        await wait_for(pilot, lambda: "mta1 77" in screen(app))
        watching.give(snapshot(node("mta1", {"b@x": 77})))
        await wait_for(pilot, lambda: "no node has such a queue now" in screen(app))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "b@x" in screen(app))


async def test_a_covered_dashboard_is_not_drawn_and_catches_up() -> None:
    watching = worlds.FakeWatching(snapshot(node("mta1", {"a@x": 3})))
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 24)) as pilot:
        board = app.screen
        assert isinstance(board, DashboardScreen)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen))
        fresh = snapshot(node("mta1", {"a@x": 4}))
        watching.give(fresh)
        await wait_for(pilot, lambda: app.snapshot is fresh)
        await pilot.pause()
        assert board._built is not None and board._built.snapshot is not fresh
        await pilot.press("escape")
        await wait_for(pilot, lambda: board._built is not None and board._built.snapshot is fresh)


async def test_a_foreign_directive_is_shown_and_stays_when_it_has_left_the_list() -> None:
    theirs = directive("552016f1", campaign=None, bounced={"a@x": 9001, "b@x": 2})
    watching = worlds.FakeWatching(snapshot(node("mta1", {"a@x": 3}, directives=(theirs,))))
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, DirectiveDetailScreen))
        await wait_for(pilot, lambda: "It bounces everything, or an exact list" in screen(app))
        assert "9,001 in 2 queues" in screen(app)
        watching.give(snapshot(node("mta1", {"a@x": 3})))
        await wait_for(pilot, lambda: "it has left the list" in screen(app))
        assert "9,001" in screen(app)


async def test_a_directive_that_was_never_listed_says_so() -> None:
    app = app_on(snapshot(node("mta1", {"a@x": 3})))
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_directive(DirectiveKey("mta1", "gone"))
        await wait_for(pilot, lambda: "It has left the list." in screen(app))


async def test_help_lists_the_keys() -> None:
    app = app_on(worlds.fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "Stop: mail waits, none is lost" in screen(app))
        check_frame(app, "help-80x24")
        await pilot.press("pagedown", "pagedown")
        await wait_for(pilot, lambda: "Find a command by its name" in screen(app))


async def test_the_palette_presses_the_key_of_the_command_that_was_found() -> None:
    app = app_on(worlds.fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "sort messages" in screen(app))
        await pilot.press("colon", *"sor", "enter")
        await wait_for(pilot, lambda: "sort per min" in screen(app))
        await pilot.press("colon")
        await wait_for(pilot, lambda: isinstance(app.screen, PaletteScreen))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))


def test_each_node_of_a_small_fleet_is_told_with_what_is_old_or_missing() -> None:
    stale = node("mta2", {"a@x": 310}, at=START - 12, state=NodeState.STALE)
    down = node("mta3", None, state=NodeState.DOWN)
    world = snapshot(node("mta1", {"a@x": 41_800}), stale, down)
    assert node_lines(world, "a@x", START, 66) == ["mta1 41,800   mta2 ~310 STALE 12s old   mta3 DOWN"]


def test_of_many_nodes_those_that_are_missing_or_hold_most_are_told() -> None:
    nodes = [node(f"node-{number:02}", {"a@x": number * 100}) for number in range(1, 40)]
    world = snapshot(*nodes, node("node-40", None, state=NodeState.DOWN))
    lines = node_lines(world, "a@x", START, 66)
    assert len(lines) == 3 and all(len(line) <= 66 for line in lines)
    assert lines[0].startswith("node-40 DOWN   node-39 3,900   node-38 3,800")
    told = sum(line.count("node-") for line in lines)
    assert lines[-1].endswith(f"and {40 - told} more")
