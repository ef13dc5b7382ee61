"""One node's rows alone on the dashboard."""

from dataclasses import replace
from typing import Any

import pytest

from kumo_tui.model.snapshot import NodeState, Snapshot
from tests.ui import worlds
from tests.ui.pilots import wait_for
from tests.ui.test_dashboard import Running, dashboard
from tests.ui.worlds import START, directive, node, operation, snapshot


def two_nodes(at: float = START, **more: object) -> Snapshot:
    other = directive("d2", reason="another")
    return snapshot(
        node("mta1", {"both@x.example": 700, "one@x.example": 50}, at=at, directives=(directive("d1"),)),
        node("mta2", {"both@x.example": 300, "two@x.example": 20}, at=at, directives=(other,)),
        at=at,
        **more,
    )


async def press(running: Running, *keys: str) -> None:
    await running.pilot.press(*keys)
    await running.pilot.pause()


async def test_a_goes_from_all_nodes_to_each_and_back() -> None:
    async with dashboard(two_nodes()) as running:
        assert "1,000" in running.screen and "only" not in running.screen
        await press(running, "a")
        assert "mta1 only" in running.lines[0] and "750 msgs" in running.lines[0]
        assert "on mta1 only" in running.screen and "two@x.example" not in running.screen
        await press(running, "a")
        assert "mta2 only" in running.lines[0] and "320 msgs" in running.lines[0]
        assert "one@x.example" not in running.screen
        await press(running, "a")
        assert "only" not in running.screen and "1,070 msgs" in running.screen


async def test_only_its_directives_are_listed() -> None:
    async with dashboard(two_nodes()) as running:
        assert "2 active" in running.screen
        await press(running, "a")
        assert "1 active" in running.screen and "purge" in running.screen


async def test_esc_leaves_it_after_the_filter() -> None:
    async with dashboard(two_nodes()) as running:
        await press(running, "a", "slash", *"both", "enter")
        await press(running, "escape")
        assert "mta1 only" in running.lines[0] and "one@x.example" in running.screen
        await press(running, "escape")
        assert "only" not in running.screen


async def test_the_header_still_says_which_other_node_is_down() -> None:
    async with dashboard(worlds.fleet()) as running:
        await press(running, "a")
        assert "2 of 3 nodes (mta3 DOWN) " in running.lines[0] and "mta1 only" in running.lines[0]


async def test_it_stays_through_new_snapshots_and_its_rates_are_its_own() -> None:
    async with dashboard(two_nodes()) as running:
        await press(running, "a")
        grown = node("mta1", {"both@x.example": 760}, at=START + 60)
        await running.give(snapshot(grown, node("mta2", {"both@x.example": 9000}, at=START + 60), at=START + 60))
        assert "mta1 only" in running.lines[0]
        row = next(line for line in running.lines if "both@x" in line)
        assert "760" in row and "+60" in row and "growing" in row


async def test_a_node_that_left_the_list_is_not_looked_at_any_more() -> None:
    async with dashboard(two_nodes()) as running:
        await press(running, "a", "a")
        await running.give(snapshot(node("mta1", {"both@x.example": 700})))
        assert "mta2 is in no list of nodes any more" in running.screen
        assert "only" not in running.lines[0]


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({"enabled": False, "state": NodeState.DISABLED}, "mta2 is disabled"),
        ({"same_as": "mta1"}, "same server as mta1"),
    ],
)
async def test_a_node_whose_numbers_do_not_count_is_not_looked_at_alone(kept: dict[str, Any], why: str) -> None:
    off = replace(two_nodes().nodes[1], **kept)
    async with dashboard(two_nodes()) as running:
        await press(running, "a", "a")
        await running.give(snapshot(two_nodes().nodes[0], off))
        assert f"{why}: all nodes again" in running.screen and "only" not in running.lines[0]
        await press(running, "n", "end", "a")
        await wait_for(running.pilot, lambda: f"{why}: it has no rows of its own" in running.screen)
        await press(running, "home", "a")
        await wait_for(running.pilot, lambda: "mta1 only" in running.lines[0])


async def test_a_bounce_asked_for_there_is_for_that_node() -> None:
    async with dashboard(two_nodes()) as running:
        asked: list[tuple[str, ...]] = []
        running.app.bounce = lambda draft: asked.append(draft.nodes)  # type: ignore[method-assign]  # only what is asked for
        running.app.stop = lambda draft: asked.append(draft.nodes)  # type: ignore[method-assign]  # only what is asked for
        await press(running, "b")
        await press(running, "a", "a", "b", "s")
        assert asked == [(), ("mta2",), ("mta2",)]


async def test_frozen_it_shows_what_was_frozen() -> None:
    async with dashboard(two_nodes()) as running:
        await press(running, "f")
        running.watching.give(snapshot(node("mta1", {"both@x.example": 1}), node("mta2", {})))
        await wait_for(running.pilot, lambda: running.app.snapshot.number == 1)
        await press(running, "a")
        assert "750 msgs" in running.lines[0]
        await press(running, "escape")
        assert "1,070 msgs" in running.lines[0]


async def test_alone_there_is_nothing_to_choose() -> None:
    async with dashboard(snapshot(node("mta1", {"a@x": 1}))) as running:
        await press(running, "a")
        assert "There is one node only." in running.screen


async def test_of_many_nodes_one_is_chosen_from_the_list() -> None:
    many = snapshot(*(node(f"mta{number}", {"a@x": number}) for number in range(1, 13)))
    async with dashboard(many) as running:
        await press(running, "a")
        assert "12 of 12 nodes answering" in running.screen
        await press(running, "down", "a")
        await wait_for(running.pilot, lambda: "mta2 only" in running.screen)


def same_on_both(at: float = START) -> Snapshot:
    return snapshot(
        node("mta1", {"both@x.example": 700}, at=at, directives=(directive("d1", bounced={"both@x.example": 5}),)),
        node("mta2", {"both@x.example": 300}, at=at, directives=(directive("d2", bounced={"both@x.example": 7}),)),
        at=at,
    )


async def test_a_row_for_two_nodes_is_cancelled_on_both_and_in_the_view_of_one_there_only() -> None:
    async with dashboard(same_on_both()) as running:
        asked: list[tuple[tuple[str, str], ...]] = []
        running.app.cancel_directives = lambda *entries: asked.append(entries)  # type: ignore[method-assign]  # only what is asked for
        await press(running, "tab", "x")
        await press(running, "a", "a", "x")
        assert asked == [(("mta1", "d1"), ("mta2", "d2")), (("mta2", "d2"),)]


async def test_an_operation_is_cancelled_on_the_node_that_is_looked_at() -> None:
    ours = operation(baseline={"both@x.example": 10}, bounced={}, nodes=("mta1", "mta2"))
    async with dashboard(two_nodes(operations=(ours,))) as running:
        asked: list[object] = []
        running.app.cancel_directives = lambda *entries: asked.append(entries)  # type: ignore[method-assign]  # only what is asked for
        running.app.cancel_operation = asked.append  # type: ignore[method-assign]  # only what is asked for
        await press(running, "tab", "x", "a", "a", "x")
        assert asked == ["7F3A2C", (("mta2", "mta2-7F3A2C"),)]


async def test_the_ids_of_a_row_for_two_nodes_are_one_key_away() -> None:
    async with dashboard(same_on_both()) as running:
        await press(running, "tab", "enter")
        await wait_for(running.pilot, lambda: "also on" in running.screen)
        assert "directive d1 on mta1" in running.screen and "mta2: d2" in running.screen
        assert next(line for line in running.lines if "both@x" in line).split()[-1] == "12"
