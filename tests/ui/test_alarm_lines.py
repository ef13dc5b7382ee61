"""The alarm of rule 10: what each line says, in the room there is, and that nothing pushes it off the screen."""

import pytest
from rich.segment import Segment

from kumo_tui.model.snapshot import NodeState, Snapshot
from kumo_tui.ui.theme import Look
from kumo_tui.ui.widgets.lines import palette_of
from kumo_tui.ui.widgets.notice import Notice
from tests.frames import frame_of
from tests.ui.pilots import WidgetApp
from tests.ui.worlds import START, directive, node, snapshot


def free(identity: str = "6a176e04-77", reason: str = "purge all", **more: object) -> object:
    """A directive without criteria that nobody here made."""
    return directive(identity, campaign=None, reason=reason, remaining_s=870.0, **more)


async def shown(size: tuple[int, int], *worlds: tuple[Snapshot, float]) -> tuple[list[str], list[list[Segment]]]:
    """The notices of the last of these snapshots, shown one after the other: text, and segments."""
    notice = Notice()
    app = WidgetApp(notice)
    async with app.run_test(size=size) as pilot:
        for world, now in worlds:
            notice.show_notices(world, now)
            await pilot.pause()
        strips = [list(notice.render_line(y)) for y in range(notice.size.height)]
        alarm = palette_of(notice)[Look.ALARM]
        grounds = [[part for part in strip if part.style == alarm] for strip in strips]
        return [line for line in frame_of(app) if line.strip()], grounds


async def test_id_what_it_is_reason_age_time_left_and_key_at_80x24() -> None:
    world = snapshot(node("mta1", {}, directives=(free(),)))
    lines, _ = await shown((80, 24), (world, START), (world, START + 240))
    assert lines == [
        " ⚠ mta1 6a176e04 NOT OURS: everything, or an exact list: the server does not say",
        "   purge all · seen 4m · 10:30 left · Tab, x cancels it",
    ]


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 50)])
async def test_its_ground_goes_over_the_whole_width(size: tuple[int, int]) -> None:
    lines, grounds = await shown(size, (snapshot(node("mta1", {}, directives=(free(),))), START))
    assert "6a176e04 NOT OURS" in lines[0]
    assert [sum(part.cell_length for part in ground) for ground in grounds] == [size[0]] * len(lines)


async def test_in_a_very_small_terminal_it_stays_with_id_and_age() -> None:
    lines, _ = await shown((40, 12), (snapshot(node("mta1", {}, directives=(free(),))), START))
    assert lines[0].startswith(" ⚠ mta1 6a176e04 NOT OURS: everything")
    assert lines[1].startswith("   purge all · seen 0s · 14:30 left")


async def test_several_on_several_nodes_have_a_line_each_with_the_reason_first() -> None:
    world = snapshot(
        node("mta1", {}, directives=(free(), free("bbbbbbbb-1", "second"))),
        node("mta2", {}, directives=(free("cccccccc-1", "third"),)),
        node("mta3", {}, state=NodeState.DOWN),
    )
    lines, grounds = await shown((80, 24), (world, START))
    assert lines[0].startswith(" ⚠ mta1 6a176e04 NOT OURS: purge all · seen 0s · 14:30 left · Tab, x cancels it")
    assert lines[1].startswith(" ⚠ mta1 bbbbbbbb NOT OURS: second")
    assert lines[2].startswith(" ⚠ mta2 cccccccc NOT OURS: third")
    assert len(lines) == 3
    assert all(grounds)


@pytest.mark.parametrize(("size", "one", "rest"), [((80, 24), 2, "4 more"), ((40, 12), 1, "5 more")])
async def test_of_more_than_there_is_room_for_the_number_is_an_alarm_too(
    size: tuple[int, int], one: int, rest: str
) -> None:
    many = tuple(free(f"{number}{number}aaaaaa-1") for number in range(6))
    lines, grounds = await shown(size, (snapshot(node("mta1", {}, directives=many)), START))
    assert len(lines) == one + 1
    assert lines[-1].startswith(f" ⚠ {rest} directives are NOT OURS")
    assert all(grounds)


async def test_no_other_notice_takes_its_place() -> None:
    down = [node(f"mta{number}", {}, state=NodeState.DOWN) for number in range(5)]
    world = snapshot(*down, node("last", {}, directives=(free(),)))
    lines, _ = await shown((80, 24), (world, START))
    assert "6a176e04 NOT OURS" in lines[0]
    assert lines[2] == " ⚠ 5 more"


async def test_a_long_or_hostile_reason_hides_neither_the_age_nor_the_key() -> None:
    world = snapshot(node("mta1", {}, directives=(free(reason="\x1b[2J" + "x" * 500),)))
    lines, _ = await shown((80, 24), (world, START))
    assert lines[1].startswith("   \\x1b[2Jxxxx")
    assert lines[1].rstrip().endswith("· seen 0s · 14:30 left · Tab, x cancels it")


async def test_one_of_another_program_of_ours_is_an_alarm_as_well() -> None:
    theirs = free(reason="purge all [kt:ABCDEF]")
    lines, _ = await shown((80, 24), (snapshot(node("mta1", {}, directives=(theirs,))), START))
    assert "NOT OURS" in lines[0]
