"""An operation that nobody follows any more, as the journal has it; and what is written of it to files."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kumo_tui.errors import JournalError
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.past import PastScreen
from kumo_tui.ui.screens.queue_detail import QueueDetailScreen
from kumo_tui.ui.widgets.line_table import LineTable
from tests.fakes import START
from tests.frames import check_frame, frame_of
from tests.ui.past_world import app_on, history, row, screen, write
from tests.ui.pilots import wait_for
from tests.unit.journal.worlds import YAHOO


async def opened(app: KumoTuiApp, pilot: Pilot[None], tag: str) -> str:
    """Open an operation as from the history, and return its words."""
    app.open_past(tag)
    await wait_for(pilot, lambda: "from the journal" in screen(app))
    await pilot.pause()
    return " ".join(screen(app).split())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_shows_head_nodes_queues_and_timeline(size: tuple[int, int]) -> None:
    app = app_on(history())
    async with app.run_test(size=size) as pilot:
        text = await opened(app, pilot, "0C0003")
        assert "2 exact queues op 0C0003 ✗ LOST" in text
        assert "from the journal · plain bounce · 2026-11-19 11:00:00 UTC · for 1m" in text
        assert "reason: bad link by bob@desk" in text
        assert "LOST: it ended before its time, by no act of ours." in text
        assert "At least 41,302 messages were bounced; 93,310 stood just before." in text
        assert "the node has restarted and forgot it" in text
        check_frame(app, f"past-{size[0]}x{size[1]}")


async def test_collateral_is_the_alarm_and_stands_first_where_it_is_largest() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(app, pilot, "0C0002")
        assert "⚠ 1 queue of others: 12 messages not meant" in text
        assert "Exactly 92,110 messages were bounced" in text
        line = row(app, "news:zenith@aol.com")
        assert line.lstrip().startswith("⚠") and line.endswith("NOT MEANT")


async def test_a_clean_bounce_is_counted_at_least() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(app, pilot, "0C0006")
        assert "clean bounce" in text
        assert "At least 8,000 messages were bounced" in text
        assert ">=8,000" in row(app, "mta1 ")
        assert "sure" in text


async def test_an_operation_whose_end_nobody_saw_says_so() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        text = await opened(app, pilot, "0C0004")
        assert "RUNNING: no end of it is in the journal; when last looked at it was being carried out." in text


async def test_the_nodes_that_are_not_done_come_first_and_many_are_counted() -> None:
    journal = MemoryJournal()
    names = tuple(f"mta{number}" for number in range(1, 9))
    write(journal, "0C0001", 1, Criteria("promo"), verdict=None, nodes=names)
    for node in names[:7]:
        journal.record_verdict("0C0001", node, Verdict.DONE, START)
    app = app_on(journal)
    async with app.run_test(size=(80, 30)) as pilot:
        await opened(app, pilot, "0C0001")
        lines = frame_of(app)
        first = next(number for number, line in enumerate(lines) if line.strip().startswith("node ")) + 1
        assert lines[first].strip().startswith("mta8")
        assert "2 more nodes; the report has all" in screen(app)


async def test_a_chain_of_replacements_is_told() -> None:
    journal = MemoryJournal()
    for number, tag in enumerate(("0C0001", "0C0002")):
        write(journal, tag, 1 - number / 3600, Criteria("promo"), verdict=None, bounced={YAHOO: 5})
    app = app_on(journal)
    async with app.run_test(size=(80, 30)) as pilot:
        text = await opened(app, pilot, "0C0001")
        assert "0C0001 → 0C0002, each replaced by the next; together at least 10 messages bounced" in text


async def test_long_words_of_the_timeline_are_not_cut() -> None:
    journal = MemoryJournal()
    words = " ".join(f"word{number}" for number in range(40))
    write(journal, "0C0001", 1, Criteria("promo"), note=words)
    app = app_on(journal)
    async with app.run_test(size=(80, 40)) as pilot:
        await opened(app, pilot, "0C0001")
        timeline = app.screen.query_one("#timeline", LineTable)
        shown = " ".join(timeline._row_of(place).cells[1].text for place in range(len(timeline.row_keys)))
        assert words in shown


async def test_tab_goes_to_the_timeline_and_enter_opens_a_queue() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "0C0003")
        await pilot.press("tab")
        assert app.screen.focused is app.screen.query_one("#timeline")
        await pilot.press("tab", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, QueueDetailScreen))
        assert app.screen.queue == YAHOO


async def test_nothing_of_it_acts_and_help_is_there() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "0C0003")
        await pilot.press("b", "s", "x")
        await pilot.pause()
        assert isinstance(app.screen, PastScreen)
        await pilot.press("y")
        assert app.clipboard == "0C0003"
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: "WHAT IT DOES" in screen(app))


async def test_without_a_journal_it_says_why() -> None:
    app = app_on(MissingJournal(JournalError("/x/journal.db: Permission denied.")))
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_past("0C0003")
        await wait_for(pilot, lambda: "Permission denied" in screen(app))
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_past("FFFFFF")
        await wait_for(pilot, lambda: "Operation FFFFFF is not in the journal." in screen(app))


# Files


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def written(app: KumoTuiApp, pilot: Pilot[None], key: str, name: str) -> str:
    """Press the key, wait until this file is said to be written, and return its text."""
    await pilot.press(key)
    await wait_for(pilot, lambda: name in screen(app).replace("\n ", ""), screen(app))
    return (app.folder / name).read_text("utf-8")


async def test_w_writes_a_report_and_e_the_queues_from_each_screen_and_never_over_another(tmp_path: Path) -> None:
    app = app_on(history(), folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "0C0003")
        report = await written(app, pilot, "w", "kumo-tui-report-0C0003.md")
        assert report.startswith("# Incident report: operation 0C0003\n")
        assert "promo:acme@yahoo.com" in report
        queues = await written(app, pilot, "e", "kumo-tui-queues-0C0003.csv")
        assert queues.splitlines()[1] == '"promo:acme@yahoo.com","yes",92110,92110,41302,0,"yes"'
        assert f"Written: {tmp_path}/kumo-tui-queues-0C0003.csv" in screen(app)
        await pilot.press("escape", "h")
        await wait_for(pilot, lambda: isinstance(app.screen, HistoryScreen) and "0C0003" in screen(app))
        await pilot.press("down", "down", "down", "down")
        assert await written(app, pilot, "w", "kumo-tui-report-0C0003-2.md") == report
        await pilot.press("home", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, OperationScreen))
        assert "operation 7F3A2C" in await written(app, pilot, "w", "kumo-tui-report-7F3A2C.md")
        assert '"queue","meant",' in await written(app, pilot, "e", "kumo-tui-queues-7F3A2C.csv")
    assert len(files_in(tmp_path)) == 5


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    app = app_on(history(), folder=tmp_path / "gone")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "0C0003")
        await pilot.press("w")
        await wait_for(pilot, lambda: "Not written:" in screen(app))
        assert "No such file or directory. Start kumo-tui in another folder." in " ".join(screen(app).split())


async def test_a_report_of_what_the_journal_does_not_have_is_refused(tmp_path: Path) -> None:
    app = app_on(MemoryJournal(), folder=tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        app.open_operation("7F3A2C")
        await wait_for(pilot, lambda: isinstance(app.screen, OperationScreen) and "RUNNING" in screen(app))
        await pilot.press("w")
        await wait_for(pilot, lambda: "Not written: Operation 7F3A2C is not in the journal." in screen(app))
    assert files_in(tmp_path) == []
