"""Low bandwidth: no colours, fewer columns, no bars, a frame every five seconds; every state still in words."""

from dataclasses import replace

from kumo_tui.model.operation import ActState
from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.colours import DARK, PLAIN
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.slow_link import EVERY_S, interval_for
from tests.frames import strips_of
from tests.ui import worlds
from tests.ui.pen import frames_of
from tests.ui.pilots import wait_for
from tests.ui.test_dashboard import dashboard, queues
from tests.ui.worlds import START, later


def at_rest(**changes: object) -> Snapshot:
    """The fleet while nothing of ours is in force."""
    return worlds.fleet(operations=(), **changes)


async def test_it_is_said_in_the_header_and_reads_every_five_seconds() -> None:
    async with dashboard(at_rest(interval_s=5.0), low_bandwidth=True) as running:
        assert "low bandwidth 5s" in running.lines[0]
        assert running.watching.interval_s == EVERY_S


async def test_a_longer_interval_stays() -> None:
    async with dashboard(at_rest(), low_bandwidth=True) as running:
        await running.pilot.press("plus", "plus")
        assert running.watching.interval_s == 20.0
        await running.pilot.press("l")
        assert running.watching.interval_s == 20.0


def test_while_an_act_of_ours_is_in_force_nodes_are_read_as_often_as_ever() -> None:
    running, done = worlds.fleet().operations
    assert interval_for(2.0, worlds.fleet(operations=(running, done)), low_bandwidth=True) == 2.0
    assert interval_for(2.0, worlds.fleet(operations=(done,)), low_bandwidth=True) == EVERY_S
    assert interval_for(2.0, worlds.fleet(operations=(done,)), low_bandwidth=False) == 2.0
    assert running.operation.acts[0].state is ActState.ACCEPTED


async def test_the_key_switches_it_while_the_dashboard_runs() -> None:
    async with dashboard(at_rest()) as running:
        assert (running.app.theme, running.watching.interval_s) == (DARK, 2.0)
        assert "PER MIN" in running.screen and "REASON" in running.screen
        await running.pilot.press("l")
        await wait_for(running.pilot, lambda: "low bandwidth: on" in running.screen)
        assert (running.app.theme, running.watching.interval_s) == (PLAIN, EVERY_S)
        assert "PER MIN" not in running.screen and "REASON" not in running.screen
        await running.pilot.press("l")
        await wait_for(running.pilot, lambda: "low bandwidth: off" in running.screen)
        assert (running.app.theme, running.watching.interval_s) == (DARK, 2.0)
        assert "PER MIN" in running.screen


async def test_rows_keep_name_messages_and_state_and_what_is_bounced_while_something_is() -> None:
    async with dashboard(worlds.fleet(), (120, 40), low_bandwidth=True) as running:
        titles = next(line for line in running.lines if "QUEUE" in line)
        assert titles.split() == ["QUEUE", "MESSAGES", "BOUNCED", "STATE"]
        assert "▶ bouncing" in running.screen and "▲ growing" in running.screen
        await running.give(later(queues(a=3)))
        running.clock.jump(EVERY_S)
        await running.give(later(queues(a=3)))
        titles = next(line for line in running.lines if "QUEUE" in line)
        assert titles.split() == ["QUEUE", "MESSAGES", "STATE"]


async def test_nothing_is_drawn_as_a_bar_and_the_verdict_is_a_word() -> None:
    for size in ((80, 24), (120, 40)):
        async with dashboard(worlds.fleet(), size, low_bandwidth=True) as running:
            assert not set("░▏▎▍▌▋▊▉█") & set(running.screen)
            assert "RUNNING" in running.screen and "88%" in running.screen


async def test_the_operation_screen_obeys() -> None:
    async with dashboard(worlds.fleet(), low_bandwidth=True) as running:
        running.app.open_operation("7F3A2C")
        await wait_for(running.pilot, lambda: isinstance(running.app.screen, OperationScreen))
        await wait_for(running.pilot, lambda: "RUNNING" in running.screen)
        assert "88%" in running.screen
        assert not set("░▏▎▍▌▋▊▉█") & set(running.screen)
        await running.pilot.press("l")
        await wait_for(running.pilot, lambda: "█" in running.screen)


async def test_the_screen_has_no_colour_and_only_the_cursor_stands_out() -> None:
    async with dashboard(at_rest(), low_bandwidth=True) as running:
        colours = {
            segment.style.color.name
            for strip in strips_of(running.app)
            for segment in strip
            if segment.style and segment.style.color
        }
        assert colours <= {"default"}
        assert not any(
            segment.style and segment.style.dim for strip in strips_of(running.app) for segment in strip
        )


async def test_counts_are_drawn_every_five_seconds_and_words_at_once() -> None:
    async with dashboard(queues(a=300, b=200), low_bandwidth=True) as running:
        running.app._draw(running.app.snapshot)
        with frames_of(running.app) as frames:
            running.clock.jump(2.0)
            await running.give(later(queues(START + 2, a=301, b=200)))
            running.app._beat()
            await running.pilot.pause()
        assert frames == []
        with frames_of(running.app) as frames:
            running.clock.jump(3.0)
            running.app._beat()
            await running.pilot.pause()
        assert len(frames) == 1 and "301" in running.screen
        node = replace(running.app.snapshot.nodes[0], state=NodeState.DOWN)
        await running.give(replace(running.app.snapshot, nodes=(node,)))
        assert "DOWN" in running.screen


async def test_a_verdict_that_changes_is_drawn_at_once() -> None:
    world = worlds.fleet()
    async with dashboard(world, low_bandwidth=True) as running:
        status = world.operations[0]
        swept = replace(status, nodes=tuple(replace(node, verdict=Verdict.SWEPT) for node in status.nodes))
        await running.give(later(world, operations=(swept, world.operations[1])))
        assert "SWEPT" in running.screen


async def test_what_is_said_goes_again_after_its_time() -> None:
    async with dashboard(queues(a=3), low_bandwidth=True) as running:
        running.app.say("copied")
        await wait_for(running.pilot, lambda: "copied" in running.screen)
        running.clock.jump(9.0)
        running.app._beat()
        await wait_for(running.pilot, lambda: "copied" not in running.screen)
