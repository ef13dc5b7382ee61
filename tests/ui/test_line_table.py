"""LineTable: its cursor belongs to a key, and it writes only what changed."""

from textual.widgets import Static

from kumo_tui.ui.cells import Align, Cut
from kumo_tui.ui.widgets.line_table import Cell, Column, LineRow, LineTable
from tests.frames import frame_of, strips_of
from tests.ui.pilots import WidgetApp, refreshed_regions, wait_for

COLUMNS = (Column("NAME", cut=Cut.MIDDLE), Column("COUNT", 8, Align.RIGHT), Column("MORE", 10, from_width=100))


def row(key: str, count: int, more: str = "") -> LineRow:
    return LineRow(key, (Cell(key), Cell(f"{count:,}"), Cell(more)))


def rows(**counts: int) -> list[LineRow]:
    return [row(key, count) for key, count in counts.items()]


async def test_the_cursor_stays_on_its_row_while_rows_are_reordered() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show(rows(a=3, b=2, c=1))
        table.focus()
        await pilot.press("down")
        assert table.cursor_key == "b"
        table.show(rows(c=9, a=3, b=2))
        await pilot.pause()
        assert (table.cursor_key, table.cursor_index) == ("b", 2)
        assert frame_of(pilot.app)[3].startswith("›  b")


async def test_the_nearest_neighbour_takes_the_cursor_of_a_row_that_is_gone() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show(rows(a=4, b=3, c=2, d=1))
        table.move_to("b")
        table.show(rows(d=9, a=4, c=2))
        assert table.cursor_key == "c"
        table.show(rows(d=9, a=4))
        assert table.cursor_key == "a"
        await pilot.pause()


async def test_unchanged_rows_refresh_no_line_and_one_changed_row_refreshes_its_changed_cells_only() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show(rows(a=3, b=2, c=1))
        await pilot.pause()
        with refreshed_regions(table) as seen:
            table.show(rows(a=3, b=2, c=1))
        assert seen == []
        with refreshed_regions(table) as seen:
            table.show(rows(a=3, b=77, c=1))
        assert [region and (region.y, region.height) for region in seen] == [(2, 1)]
        assert seen[0] is not None and seen[0].width == 2
        await pilot.pause()
        assert "77" in frame_of(pilot.app)[2]


async def test_moving_the_cursor_repaints_two_lines() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show(rows(a=3, b=2, c=1))
        table.focus()
        await pilot.pause()
        with refreshed_regions(table) as seen:
            await pilot.press("j")
        assert [region and region.y for region in seen] == [1, 2]


async def test_rows_are_asked_for_only_when_they_are_in_sight() -> None:
    asked: set[int] = set()

    def row_of(index: int) -> LineRow:
        asked.add(index)
        return row(str(index), index)

    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show_lazily([str(index) for index in range(100_000)], row_of)
        await pilot.pause()
        assert asked == set(range(7))
        table.focus()
        await pilot.press("end")
        assert max(asked) == 99_999
        assert len(asked) == 14
        await pilot.press("home", "pagedown", "pageup", "k")
        assert table.cursor_key == "0"


async def test_the_page_stays_where_it_is_until_the_cursor_would_leave_it() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 5)) as pilot:
        table.show([row(str(n), n) for n in range(20)])
        table.focus()
        await pilot.press("down", "down", "down", "down", "up")
        assert (list(table.shown_range), table.cursor_key) == ([1, 2, 3, 4], "3")
        table.show([row(str(n), n + 1) for n in range(20)])
        assert list(table.shown_range) == [1, 2, 3, 4]


async def test_marks_survive_rows_that_are_not_shown() -> None:
    table = LineTable(COLUMNS)
    async with WidgetApp(table).run_test(size=(40, 8)) as pilot:
        table.show(rows(a=3, b=2))
        table.set_marks(frozenset({"b"}))
        await pilot.pause()
        assert frame_of(pilot.app)[2].startswith(" ● b")
        table.show(rows(a=3))
        table.show(rows(a=3, b=2))
        await pilot.pause()
        assert frame_of(pilot.app)[2].startswith(" ● b")


async def test_wide_tables_show_more_columns() -> None:
    table = LineTable(COLUMNS)
    app = WidgetApp(table)
    async with app.run_test(size=(60, 5)) as pilot:
        table.show([row("a", 1, "extra")])
        await pilot.pause()
        assert "extra" not in frame_of(app)[1]
        await pilot.resize_terminal(120, 5)
        await wait_for(pilot, lambda: "extra" in frame_of(app)[1])


async def test_enter_opens_the_key_under_the_cursor_and_nothing_in_an_empty_table() -> None:
    opened: set[object] = set()
    table = LineTable(COLUMNS, empty="no queue")
    app = WidgetApp(table)

    def note(message: object) -> None:
        if isinstance(message, LineTable.Opened):
            opened.add(message.key)

    async with app.run_test(size=(40, 8), message_hook=note) as pilot:
        table.focus()
        await pilot.press("enter")
        assert frame_of(app)[1] == "   no queue"
        table.show(rows(a=3, b=2))
        await pilot.press("down", "enter")
    assert opened == {"b"}


async def test_text_is_never_markup_nor_control_as_it_is_in_a_naive_widget() -> None:
    hostile = "x[bold]y[/bold]\x1b]52;c;aGk=\x07\x9b31m\u202ez"
    table = LineTable(COLUMNS)
    naive = Static("x[bold]y[/bold]\x1b]0;owned")
    app = WidgetApp(table, naive)
    async with app.run_test(size=(120, 8)) as pilot:
        table.show([row(hostile, 1)])
        await pilot.pause()
        painted = [strip.text for strip in strips_of(app)]
        line = next(text for text in painted if "[bold]" in text)
        assert r"x[bold]y[/bold]\x1b]52;c;aGk=\x07\x9b31m\u202ez" in line
        assert line.isprintable()
        # The control: the same text in Textual's own widget loses its brackets and keeps its escape byte.
        naive_line = next(text for text in painted if "owned" in text)
        assert "[bold]" not in naive_line
        assert "\x1b" in naive_line
