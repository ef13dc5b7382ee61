"""The dialog of a stop: what would wait, what it refuses, and that nothing on it sends anything."""

import asyncio
from dataclasses import replace

import pytest

from kumo_tui.act.draft import STOP_DURATION, STOP_REASON, Draft, Scope
from kumo_tui.errors import Unreachable
from kumo_tui.model.capability import Capability
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.ui.screens.choose_nodes import ChooseNodesScreen
from kumo_tui.ui.screens.stop import StopScreen, WantedStop
from kumo_tui.ui.widgets.form import TextField
from tests.frames import check_frame
from tests.ui.acting_world import (
    HOSTILE,
    OTHERS,
    PROMO,
    ActingApp,
    Pilot,
    node,
    open_screen,
    screen_text,
    snapshot,
)
from tests.ui.clean_world import DEFECTIVE
from tests.ui.pilots import wait_for

DRAFT = Draft(campaign="promo", reason=STOP_REASON, duration=STOP_DURATION)
Ends = list[WantedStop | None]


def world(**counts: int) -> ActingApp:
    return ActingApp(snapshot(node({**PROMO, **OTHERS, **counts}, ready=2_310, capability=DEFECTIVE)))


async def opened(pilot: Pilot, ends: Ends | None = None, draft: Draft = DRAFT, after_s: float = 1.0) -> StopScreen:
    screen = await open_screen(pilot, StopScreen(draft), ends.append if ends is not None else None)
    await wait_for(pilot, lambda: "messages" in screen_text(pilot))
    assert isinstance(pilot.app, ActingApp)
    pilot.app.clock.jump(after_s)
    return screen


async def press(pilot: Pilot, screen: StopScreen, button: str) -> None:
    screen.query_one(f"#{button}").focus()
    await pilot.press("enter")
    await screen.workers.wait_for_complete()
    await pilot.pause()


def words(pilot: Pilot) -> str:
    return " ".join(screen_text(pilot).replace("│", " ").split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_says_what_would_wait_and_that_nothing_is_destroyed(size: tuple[int, int]) -> None:
    app = world()
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        text = words(pilot)
        assert "campaign=promo" in text
        assert "3 queues · 142,030 messages" in text
        assert "It destroys nothing. Mail waits; each message logs one transient failure" in text
        assert "+ up to 2,310 waiting in 1 ready queue: what matches comes back at its turn" in text
        assert screen.draft == DRAFT
        check_frame(app, f"stop-{size[0]}x{size[1]}")


async def test_cancel_has_the_focus_and_escape_stops_nothing() -> None:
    for key in ("enter", "escape"):
        ends: Ends = []
        app = world()
        async with app.run_test(size=(80, 24)) as pilot:
            await opened(pilot, ends)
            await pilot.press(key)
            await pilot.pause()
            assert ends == [None]
            assert app.acts.asked == []


async def test_a_stop_reads_the_nodes_and_ends_with_what_was_written() -> None:
    ends: Ends = []
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        screen.query_one("#reason", TextField).value = "look at #4711"
        screen.query_one("#for", TextField).value = "45m"
        await press(pilot, screen, "stop")
        assert ends[0] is not None
        assert (ends[0].checked.reason, ends[0].checked.duration_s) == ("look at #4711", 2700)
        assert ends[0].preview.messages == 142_030
        assert app.acts.asked == ["fresh_preview"]


async def test_nothing_is_stopped_by_a_key_that_was_on_its_way() -> None:
    ends: Ends = []
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends, after_s=0.1)
        await press(pilot, screen, "stop")
        assert ends == []


@pytest.mark.parametrize(
    ("field", "text", "said"), [("for", "5", "5 what?"), ("reason", " ", "A reason is needed")]
)
async def test_what_does_not_hold_is_said_and_not_stopped(field: str, text: str, said: str) -> None:
    ends: Ends = []
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        screen.query_one(f"#{field}", TextField).value = text
        await press(pilot, screen, "stop")
        assert said in screen_text(pilot)
        assert ends == []


async def test_what_a_rule_forbids_is_said_at_once() -> None:
    ends: Ends = []
    app = world()
    app.acts.clean.stop_forbidden = ("no journal: disk full",)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        assert "! no journal: disk full" in screen_text(pilot)
        await press(pilot, screen, "stop")
        assert ends == []


async def test_a_node_that_cannot_be_read_is_one_line_and_the_dialog_stays() -> None:
    ends: Ends = []
    app = world()
    app.acts.read_error = Unreachable("mta1", "connection refused.")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        await press(pilot, screen, "stop")
        assert "mta1: connection refused." in screen_text(pilot)
        assert ends == []


async def test_enter_in_a_field_goes_to_the_button_and_stops_nothing() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        screen.query_one("#for").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert screen.focused is screen.query_one("#stop")
        assert app.acts.asked == []


async def test_the_numbers_follow_the_snapshots() -> None:
    app = world()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        now = app.clock.monotonic()
        app.show(snapshot(node({"promo:acme@yahoo.com": 5}, now, capability=DEFECTIVE), at=now))
        await wait_for(pilot, lambda: "1 queue · 5 messages" in screen_text(pilot))


async def test_hostile_names_are_text() -> None:
    name = f"promo:{HOSTILE}@a.de"
    app = world(**{name: 999_999})
    draft = replace(DRAFT, scope=Scope.EXACT, names=(name,))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, draft=draft)
        assert all(char.isprintable() for char in screen_text(pilot).replace("\n", ""))


YAHOO = "promo:acme@yahoo.com"


def fleet(third: Capability = DEFECTIVE, **values: object) -> Snapshot:
    """Three nodes of which the third is so."""
    shot = snapshot(*(node({YAHOO: 12_000}, name=name, capability=DEFECTIVE) for name in ("mta1", "mta2", "mta3")))
    return replace(shot, nodes=(*shot.nodes[:2], replace(shot.nodes[2], capability=third, **values)))


async def test_the_nodes_that_it_is_meant_for_are_chosen_in_it() -> None:
    ends: Ends = []
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        assert "nodes [all 3" in screen_text(pilot)
        screen.query_one("#nodes").focus()
        await pilot.press("space")
        await wait_for(pilot, lambda: isinstance(app.screen, ChooseNodesScreen))
        await pilot.press("space", "enter")
        await wait_for(pilot, lambda: app.screen is screen and "24,000 messages" in screen_text(pilot))
        assert "nodes [2 of 3" in screen_text(pilot)
        await press(pilot, screen, "stop")
        assert ends[0] is not None
        assert ends[0].draft.nodes == ends[0].preview.chosen == ("mta2", "mta3")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_with_a_node_down_one_key_goes_on_with_the_others(size: tuple[int, int]) -> None:
    ends: Ends = []
    app = ActingApp(fleet(state=NodeState.DOWN, errors={"metrics": "mta3: connection refused."}))
    app.acts.clean.knows_stop_rules = True
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, ends)
        await wait_for(pilot, lambda: "F6 goes on with the other 2 nodes." in words(pilot))
        assert "! mta3 takes no part: DOWN, connection refused." in words(pilot)
        check_frame(app, f"stop-node-down-{size[0]}x{size[1]}")
        await press(pilot, screen, "stop")
        assert ends == []
        await pilot.press("f6")
        await wait_for(pilot, lambda: "24,000 messages" in screen_text(pilot))
        assert "F6" not in screen_text(pilot)
        await press(pilot, screen, "stop")
        assert ends[0] is not None
        assert ends[0].checked.nodes == ends[0].preview.node_names == ("mta1", "mta2")


async def test_what_a_node_can_stop_stands_in_the_choice_whatever_it_can_bounce() -> None:
    stops_only = replace(DEFECTIVE, bounce_fields=DEFECTIVE.bounce_fields - {"queue_names"})
    app = ActingApp(fleet(stops_only))
    draft = replace(DRAFT, scope=Scope.EXACT, names=(YAHOO,))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, draft=draft)
        screen.query_one("#nodes").focus()
        await pilot.press("space")
        await wait_for(pilot, lambda: isinstance(app.screen, ChooseNodesScreen))
        assert "cannot" not in screen_text(pilot)


async def test_what_changes_while_the_nodes_are_read_is_not_stopped() -> None:
    ends: Ends = []
    app = ActingApp(fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, ends)
        app.acts.hold_reading = asyncio.Event()
        screen.query_one("#stop").focus()
        await pilot.press("enter")
        screen.query_one("#reason", TextField).value = "another"
        await pilot.pause()
        app.acts.hold_reading.set()
        await screen.workers.wait_for_complete()
        await pilot.pause()
        assert "It changed while the nodes were read: press it again." in words(pilot)
        assert ends == []
