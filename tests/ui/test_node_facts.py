"""What is known of nodes: nothing flickers, what does not fit is counted, and all of it can be reached."""

import pytest

from kumo_tui.model.snapshot import NodeState
from kumo_tui.ui.fleet_lines import answering_words
from kumo_tui.ui.node_lines import node_row
from kumo_tui.ui.screens.node_detail import NodeDetailScreen
from kumo_tui.ui.theme import GLYPHS
from tests.ui.past_world import app_on, screen
from tests.ui.pilots import wait_for
from tests.ui.test_nodes import mta, opened
from tests.ui.worlds import START, settings, snapshot


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_facts_that_do_not_fit_are_counted_and_enter_and_tab_show_all_of_them(size: tuple[int, int]) -> None:
    errors = {
        part: f"mta1: {part} failed: {'out of memory ' * 9}" for part in ("directives", "metrics", "suspensions")
    }
    app = app_on(None, snapshot(mta(errors=errors)))
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert "⏎ shows" in screen(app) and "more lines" in screen(app) and "last read" not in screen(app)
        assert "? help" in screen(app).splitlines()[-1], "the facts of the only node leave the keys their line"
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, NodeDetailScreen) and "s1->gmail" in screen(app))
        await wait_for(pilot, lambda: "Tab and arrows: " in screen(app))
        assert "s1->gmail" in screen(app) and "last read" not in screen(app)
        await pilot.press("tab", "end")
        await wait_for(pilot, lambda: "last read" in screen(app) and "4ms; metrics 1.2 MB" in screen(app))
        await pilot.press("tab", "down")
        assert isinstance(app.screen, NodeDetailScreen) and app.screen.table.cursor_index == 1


async def test_tab_leaves_the_ready_queues_only_where_facts_are_hidden() -> None:
    app = app_on(None, snapshot(mta()))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, NodeDetailScreen) and "s1->gmail" in screen(app))
        await pilot.press("tab", "down")
        assert "more line" not in screen(app)
        assert isinstance(app.screen, NodeDetailScreen) and app.screen.table.cursor_index == 1


@pytest.mark.parametrize(
    ("skew", "words"), [(-1.0, "ok"), (0.4, "ok"), (4.9, "ok"), (-92.0, "-92s"), (7.0, "+7s")]
)
def test_a_clock_is_no_flicker_of_the_second_that_it_is_told_to(skew: float, words: str) -> None:
    row = node_row(mta(clock_skew_s=skew), START, settings(), GLYPHS, wide=False, insecure=False)
    assert row.cells[7].text == words


def test_the_title_counts_the_nodes_that_are_switched_off() -> None:
    off = mta("mta2", enabled=False, state=NodeState.DISABLED)
    assert answering_words(snapshot(mta(), off)) == "1 of 2 nodes answering, 1 disabled"
