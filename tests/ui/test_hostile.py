"""Names and reasons that attack the terminal or Textual's markup, on every screen of the dashboard."""

import json
import re
from pathlib import Path

import pytest
from textual.events import Paste

from kumo_tui.model.queues import QueueTable
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.model.trend import Trend
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.dashboard import DashboardScreen
from tests.fakes import FakeClock
from tests.frames import frame_of, strips_of
from tests.ui import worlds
from tests.ui.pilots import wait_for
from tests.ui.worlds import START, directive, node, operation, snapshot

RECORDING = Path(__file__).parents[1] / "data" / "hostile-names.jsonl"
MARKUP = ["x[/]y", "foo[/bar]", "[/#888]", "[link=file:///etc]a", "[@click=app.quit]quit[/]", "plan[wip]"]
CONTROL = [
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "a\rb",
    "tab\there",
    "nul\x00",
    "rtl\u202e",
    "zero\u200b",
    "del\x7f",
]


def recorded_names() -> list[str]:
    """Queue names as a real server listed them."""
    first = json.loads(RECORDING.read_text("utf-8").splitlines()[0])
    found = re.findall(r'^scheduled_count\{queue="(.*)"\} ', first["response"]["body"], re.MULTILINE)
    return [name for name in found if name]


NAMES = [*recorded_names(), *(f"{text}@h.example" for text in [*MARKUP, *CONTROL])]


def hostile_world() -> Snapshot:
    counts = {name: 100 - place for place, name in enumerate(NAMES)}
    reason = "".join([*MARKUP, *CONTROL])
    mine = operation(baseline=counts, bounced=dict.fromkeys(NAMES, 1), reason=reason)
    theirs = directive("d\x1b[1m[/]", campaign=MARKUP[0] + CONTROL[0], reason=reason, bounced=counts)
    table = QueueTable.of(counts)
    return snapshot(
        node("mta1", counts, directives=(theirs,)),
        node("m[/]\x1b[2J", None, state=NodeState.DOWN, errors={"metrics": f"{reason}"}),
        operations=(mine,),
        trend=Trend(((START - 60, table), (START, table))),
        profile="p[/]\x1b[2J",
    )


def app_on(world: Snapshot) -> KumoTuiApp:
    return KumoTuiApp(
        worlds.FakeWatching(world),
        worlds.FakeActs(worlds.sample_of(2)),  # type: ignore[arg-type]  # sampling only
        worlds.settings(),
        FakeClock(),
    )


def test_the_recording_holds_what_it_is_meant_to() -> None:
    assert len(recorded_names()) > 30
    assert any("\x1b" in name for name in recorded_names())
    assert any("[@click" in name for name in recorded_names())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_no_screen_paints_a_control_character(size: tuple[int, int]) -> None:
    app = app_on(hostile_world())
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: "── Directives" in "\n".join(frame_of(app)))
        for keys in (
            ["end"],
            ["home"],
            ["g"],
            ["g"],
            ["g", "g", "g"],
            ["enter"],
            ["escape", "tab", "down"],
            ["enter"],
            ["escape", "question_mark"],
            ["escape", "tab", "slash", "~", "["],
            ["escape", "y"],
        ):
            await pilot.press(*keys)
            await pilot.pause()
            for strip in strips_of(app):
                assert strip.text.isprintable(), (keys, strip.text)
                assert strip.cell_length == size[0]
        assert app.is_running


async def test_markup_in_names_is_text() -> None:
    world = snapshot(node("mta1", {f"{text}@h.example": 5 for text in MARKUP}))
    app = app_on(world)
    async with app.run_test(size=(120, 24)) as pilot:
        await wait_for(pilot, lambda: "plan[wip]@h.example" in "\n".join(frame_of(app)))
        for text in MARKUP:
            assert f"{text}@h.example" in "\n".join(frame_of(app))
        await pilot.click("#queues", offset=(6, 1))
        assert app.is_running and isinstance(app.screen, DashboardScreen)


async def test_a_name_that_is_shown_altered_is_flagged_and_others_are_not() -> None:
    app = app_on(snapshot(node("mta1", {"a\x1bb@h.example": 5, "ab@h.example": 4})))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "ab@h.example" in "\n".join(frame_of(app)))
        flagged = [line for line in frame_of(app) if "@h.example" in line]
        assert flagged[0][2:].startswith(r"⚠a\x1bb@h.example")
        assert flagged[1][2] == " "


async def test_pasting_outside_a_field_does_nothing_but_say_so() -> None:
    app = app_on(worlds.fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "promo" in "\n".join(frame_of(app)))
        app.post_message(Paste("b\nq\nx\n"))
        await wait_for(pilot, lambda: "Pasted text was ignored." in "\n".join(frame_of(app)))
        assert app.is_running and isinstance(app.screen, DashboardScreen)


async def test_pasting_into_the_filter_takes_one_clean_line() -> None:
    app = app_on(worlds.fleet())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for(pilot, lambda: "promo" in "\n".join(frame_of(app)))
        await pilot.press("slash")
        app.post_message(Paste("pro\x1b[2Jmo\nq\n"))
        await wait_for(pilot, lambda: r"/pro\x1b[2Jmo" in "\n".join(frame_of(app)))
        assert all(strip.text.isprintable() for strip in strips_of(app))
