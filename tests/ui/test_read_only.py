"""Read-only in the dashboard, by order and found out: what is gone, and what of ours may still be ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from kumo_tui.act.draft import STOP_DURATION, STOP_REASON, Draft, check_draft
from kumo_tui.act.preview import take_preview
from kumo_tui.config import Settings
from kumo_tui.node.client import BOUNCE, SUSPEND
from kumo_tui.sim.web.access import Access
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.directive_rows import DirectiveKey, StopKey
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.nodes import NodesScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.question import QuestionScreen
from kumo_tui.ui.screens.stop import StopScreen
from tests.fakes import FakeClock, settle
from tests.frames import frame_of
from tests.stage import Stage
from tests.ui.pilots import wait_for
from tests.ui.worlds import FakeActs, FakeWatching, node, settings, snapshot

STOPPED = Draft(tenant="s1", reason=STOP_REASON, duration=STOP_DURATION)
SWEEP, STOP, RELEASE = f"POST {BOUNCE}", f"POST {SUSPEND}", f"DELETE {SUSPEND}"
ACTING = {"bounce", "stop", "cancel"}


@asynccontextmanager
async def board(settings: Settings | None = None) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    """The dashboard on one node with two tenants, where a stop of ours waits: placed with all rights."""
    async with Stage("two-tenants") as stage:
        await stage.play(1.0)
        checked = check_draft(STOPPED, stage.settings.act)
        assert checked.selector is not None
        preview = take_preview(stage.watcher.snapshot, checked.selector)
        await stage.acts.clean.stop(preview, checked, stage.acts.new_tag())
        if settings is not None:
            stage.app.settings = settings
        async with stage.app.run_test(size=(80, 24)) as pilot:
            await play(stage, pilot)
            yield stage, pilot


async def play(stage: Stage, pilot: Pilot[None], seconds: float = 2.0) -> None:
    await stage.play(seconds)
    await settle()
    await pilot.pause()


def deny(stage: Stage, *acts: str) -> None:
    stage.fleet.nodes["mta1"].access = Access(denied=frozenset(acts))


async def find_out(stage: Stage, pilot: Pilot[None]) -> None:
    """Try a stop of other mail: it is refused."""
    draft = Draft(tenant="s2", reason="x", duration="5m")
    checked = check_draft(draft, stage.settings.act)
    assert checked.selector is not None
    await stage.acts.clean.stop(take_preview(stage.watcher.snapshot, checked.selector), checked, "AAAAAA")
    await play(stage, pilot)


def asked(stage: Stage) -> list[str]:
    made = stage.fleet.nodes["mta1"].requests
    return [f"{entry.method} {entry.path}" for entry in made if entry.method != "GET"]


def bound(stage: Stage) -> set[str]:
    """The commands that act and that a key would run now, in whatever place the focus is."""
    return {active.binding.action for active in stage.app.screen.active_bindings.values()} & ACTING


def shown(stage: Stage) -> str:
    return " ".join("\n".join(frame_of(stage.app)).replace("│", " ").split())


async def at(stage: Stage, pilot: Pilot[None], kind: type) -> None:
    await wait_for(pilot, lambda: isinstance(stage.app.screen, kind), f"{kind.__name__} never came")
    await pilot.pause()


async def test_with_all_rights_each_pane_has_its_keys() -> None:
    async with board() as (stage, pilot):
        assert bound(stage) == {"bounce", "stop"}
        await pilot.press("tab")
        assert bound(stage) == {"cancel"}
        assert "READ-ONLY" not in shown(stage)


async def test_by_order_no_key_acts_and_no_way_into_a_dialog_is_left() -> None:
    async with board(Settings().under_read_only()) as (stage, pilot):
        assert "READ-ONLY (--read-only)" in shown(stage)
        assert bound(stage) == set()
        await pilot.press("tab")
        assert bound(stage) == set()
        app, key = stage.app, "77aa10c2"
        app.bounce(STOPPED)
        app.stop(STOPPED)
        app.cancel_operation("7F3A01")
        app.cancel_directives(DirectiveKey("mta1", key))
        app.release_stop(StopKey("mta1", key))
        await settle()
        await pilot.pause()
        assert isinstance(app.screen, DashboardScreen)
        assert "READ-ONLY: --read-only" in shown(stage)
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        assert bound(stage) == set()
        await pilot.press("b", "s", "x")
        await at(stage, pilot, OperationScreen)
        assert asked(stage) == [STOP]


async def test_found_out_the_keys_go_and_our_own_stop_may_still_be_let_go() -> None:
    async with board() as (stage, pilot):
        deny(stage, STOP, SWEEP)
        await find_out(stage, pilot)
        assert "READ-ONLY (mta1 refuses acts)" in shown(stage)
        assert "mta1 refuses acts: POST /api/admin/suspend/v1 (401)" in shown(stage)
        assert bound(stage) == set()
        stage.app.stop(STOPPED)
        await pilot.pause()
        assert isinstance(stage.app.screen, DashboardScreen)
        stage.app.open_operation("7F3A01")
        await at(stage, pilot, OperationScreen)
        assert "s let go" in shown(stage) and "b bounce it" not in shown(stage)
        assert bound(stage) == {"stop", "cancel"}
        await pilot.press("s")
        await at(stage, pilot, QuestionScreen)
        await play(stage, pilot)
        stage.app.screen.query_one("#let-go").focus()
        await pilot.press("enter")
        await at(stage, pilot, OperationScreen)
        await wait_for(pilot, lambda: RELEASE in asked(stage))
        assert asked(stage) == [STOP, STOP, RELEASE]


async def test_what_may_not_be_let_go_is_not_offered_and_quitting_says_so() -> None:
    async with board() as (stage, pilot):
        deny(stage, STOP, SWEEP, RELEASE)
        await find_out(stage, pilot)
        (outcome,) = await stage.acts.clean.end("7F3A01")
        assert "not released:" in outcome.text
        await play(stage, pilot)
        stage.app.open_operation("7F3A01")
        await at(stage, pilot, OperationScreen)
        assert bound(stage) == set()
        assert "let go" not in shown(stage)
        await pilot.press("escape")
        await at(stage, pilot, DashboardScreen)
        await pilot.press("q")
        await at(stage, pilot, QuestionScreen)
        assert "Its node does not allow this session to let it go." in shown(stage)
        assert not stage.app.screen.query("#let-go")


async def test_one_node_of_two_that_refuses_is_named_and_left_out_of_what_is_begun_next() -> None:
    async with Stage("fleet") as stage:
        await stage.play(5.0, polls=3)
        first = next(iter(stage.fleet.nodes))
        async with stage.app.run_test(size=(120, 40)) as pilot:
            stage.fleet.nodes[first].access = Access(denied=frozenset({RELEASE}))
            with pytest.raises(Exception, match="not allowed"):
                await stage.acts.clean.release_other(first, "77aa10c2")
            await play(stage, pilot)
            assert "READ-ONLY" not in shown(stage)
            assert f"{first} refuses acts: {RELEASE} (401)" in shown(stage)
            assert bound(stage) == {"bounce", "stop"}
            stage.app.stop(Draft(campaign="promo", reason="x", duration="5m"))
            await at(stage, pilot, StopScreen)
            await play(stage, pilot)
            assert "It is left out:" in shown(stage)
            await pilot.press("escape")
            await at(stage, pilot, DashboardScreen)
            await pilot.press("n")
            await at(stage, pilot, NodesScreen)
            await wait_for(pilot, lambda: f"read-only refuses acts: {RELEASE} (401)" in shown(stage))


async def test_a_node_that_is_open_again_is_not_said_to_take_acts_where_the_session_may_not_act() -> None:
    world = snapshot(node("mta1", {}), node("mta2", {}, read_only=True))
    app = KumoTuiApp(FakeWatching(world), FakeActs(), settings(read_only=True), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("n")
        await wait_for(pilot, lambda: isinstance(app.screen, NodesScreen))
        await pilot.press("end", "w")
        await wait_for(pilot, lambda: "this session is (" in "\n".join(frame_of(app)))
        assert "mta2 is read-only no more by its setting" in "\n".join(frame_of(app))
        refusing = node("mta1", {}, refused_acts={"POST /x": "mta1: no"}, read_only=True)
    app = KumoTuiApp(FakeWatching(snapshot(refusing)), FakeActs(), settings(), FakeClock())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("n")
        await wait_for(pilot, lambda: isinstance(app.screen, NodesScreen))
        await pilot.press("w")
        await wait_for(pilot, lambda: "but it refuses acts" in "\n".join(frame_of(app)))
