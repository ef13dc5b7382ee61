"""The history: every operation that the journal holds, found by typing, opened as it is or as it was."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from kumo_tui.errors import JournalError
from kumo_tui.journal.history import ALL, Wanted
from kumo_tui.journal.lookup import Account
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.other_act import FoundActs, OtherAct
from kumo_tui.model.history import History
from kumo_tui.model.operation import Mode
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.past_rows import AT_ONCE
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.operation import OperationScreen
from kumo_tui.ui.screens.past import PastScreen
from kumo_tui.ui.widgets.line_table import LineTable
from tests.fakes import FakeClock
from tests.frames import check_frame, frame_of
from tests.ui import worlds
from tests.ui.past_world import app_on, history, row, screen, write
from tests.ui.pilots import wait_for

WHY = JournalError("/x/journal.db: Permission denied.", "Set KUMO_TUI_JOURNAL.")


async def opened(app: KumoTuiApp, pilot: Pilot[None], piece: str = "0C0006") -> None:
    """Open the history and wait until this is there."""
    await pilot.press("h")
    await wait_for(pilot, lambda: isinstance(app.screen, HistoryScreen) and piece in screen(app))
    await pilot.pause()


def tags(app: KumoTuiApp) -> list[object]:
    return list(app.screen.query_one(LineTable).row_keys)


NEWEST_FIRST = ["7F3A2C", "0C0006", "0C0005", "0C0004", "0C0003", "0C0002", "0C0001"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_operation_of_the_journal_is_listed_the_newest_first(size: tuple[int, int]) -> None:
    app = app_on(history())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert tags(app) == NEWEST_FIRST
        assert "7 operations in the journal" in screen(app)
        check_frame(app, f"history-{size[0]}x{size[1]}")


async def test_counts_say_whether_they_are_sure_and_collateral_is_told() -> None:
    app = app_on(history())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert " 12,400 " in row(app, "0C0001") and ">=" not in row(app, "0C0001")
        assert row(app, "0C0002").lstrip().startswith("⚠") and " 12 " in row(app, "0C0002")
        assert ">=41,302" in row(app, "0C0003") and "bob@desk" in row(app, "0C0003")
        assert "RUNNING?" in row(app, "0C0004") and ">=2 " in row(app, "0C0004")
        assert ">=8,000" in row(app, "0C0006")
        assert "2025-12-06" in row(app, "0C0001") and "11-21 05:00" in row(app, "0C0006")


async def test_a_stop_that_nobody_confirmed_has_bounced_nothing() -> None:
    journal = MemoryJournal()
    write(journal, "0C0001", 1, Criteria("promo"), verdict=Verdict.RELEASED, mode=Mode.CLEAN)
    app = app_on(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "0C0001")
        assert row(app, "0C0001").endswith(" RELEASED           -")


async def test_what_is_followed_now_has_its_live_verdict_and_count() -> None:
    watching = worlds.FakeWatching(worlds.fleet())
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock(), history())  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        assert "RUNNING " in row(app, "7F3A2C") and ">=81,302" in row(app, "7F3A2C")
        running, *others = worlds.fleet().operations
        swept = worlds.operation(
            verdict=Verdict.SWEPT,
            baseline={"promo:acme@yahoo.com": 92_110},
            bounced={"promo:acme@yahoo.com": 92_110},
            selector=running.operation.selector,
        )
        watching.give(worlds.later(worlds.fleet(), operations=(swept, *others)))
        await wait_for(pilot, lambda: "SWEPT" in row(app, "7F3A2C") and ">=92,110" in row(app, "7F3A2C"))


async def test_an_operation_that_began_meanwhile_is_read_with_the_next_change() -> None:
    journal = history()
    watching = worlds.FakeWatching(worlds.fleet())
    app = KumoTuiApp(watching, worlds.FakeActs(), worlds.settings(), FakeClock(), journal)  # type: ignore[arg-type]  # sampling only
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        write(journal, "0C0007", 0, Criteria("promo"), verdict=None)
        begun = worlds.operation("0C0007", baseline={}, bounced={})
        watching.give(worlds.later(worlds.fleet(), operations=(begun, *worlds.fleet().operations)))
        await wait_for(pilot, lambda: tags(app) == ["0C0007", *NEWEST_FIRST])
        await pilot.press("y")
        assert app.clipboard == "7F3A2C"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("template", ["0C0001"]),
        ("0c0005", ["0C0005"]),
        ("lost", ["0C0003"]),
        ("bob@", ["0C0003"]),
        ("t=zenith", ["0C0006", "0C0001"]),
        ("c=promo d=yahoo.com", ["7F3A2C", "0C0002"]),
        ("!done !running", ["0C0005", "0C0003"]),
        ("promo:acme@gmail.com", ["0C0003"]),
        ("2025-12", ["0C0001"]),
        ("~0C000[12]$", []),
        ("~0C000[12]", ["0C0002", "0C0001"]),
        ("nothing like it", []),
    ],
)
async def test_typing_finds_operations_by_anything_that_is_known_of_them(typed: str, found: list[str]) -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("slash")
        for char in typed:
            await pilot.press("space" if char == " " else char)
        await wait_for(pilot, lambda: tags(app) == found, f"{tags(app)}")
        assert f"showing {len(found)}" in screen(app)
        assert isinstance(app.screen, HistoryScreen)


async def test_letters_that_are_typed_are_no_keys_and_esc_clears_before_it_leaves() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("slash", *"qwehny", "enter", "escape")
        await wait_for(pilot, lambda: tags(app) == NEWEST_FIRST)
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))


async def test_a_filter_that_cannot_be_is_said_and_the_last_good_one_stays() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("slash", *"~lost", "left_square_bracket")
        await wait_for(pilot, lambda: "not a regular expression" in screen(app))
        assert tags(app) == ["0C0003"]


async def test_enter_opens_what_is_followed_live_and_the_rest_as_the_journal_has_it() -> None:
    app = app_on(history())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, OperationScreen))
        assert app.screen.tag == "7F3A2C"
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PastScreen))
        assert app.screen.tag == "0C0006"
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, HistoryScreen))
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, DashboardScreen))


async def test_a_long_history_is_read_page_by_page_and_whole() -> None:
    journal, many = MemoryJournal(), 2 * AT_ONCE + 50
    for number in range(many):
        write(journal, f"{number:06}", (many - number) / 60, Criteria("promo"), bounced={})
    app = app_on(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, f"{many - 1:06}")
        await wait_for(pilot, lambda: len(tags(app)) == many)
        assert tags(app) == [f"{number:06}" for number in reversed(range(many))]
        await pilot.press("end")
        await wait_for(pilot, lambda: "000000" in screen(app))


class Failing:
    """A journal that can be read until it is broken."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.broken = False
        self._journal = journal

    def history(self, wanted: Wanted = ALL) -> History:
        if self.broken:
            raise WHY
        return self._journal.history(wanted)

    def account(self, tag: str) -> Account | None:
        raise WHY

    def others(self, wanted: Wanted = ALL) -> FoundActs:
        if self.broken:
            raise WHY
        return self._journal.others(wanted)

    def other(self, number: int) -> OtherAct | None:
        raise WHY


async def test_without_a_journal_the_screen_says_why() -> None:
    app = app_on(MissingJournal(WHY))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "the journal cannot be read")
        assert "⚠ /x/journal.db: Permission denied. Set KUMO_TUI_JOURNAL." in screen(app)
        await pilot.press("enter", "w", "e", "y")
        await pilot.pause()
        assert isinstance(app.screen, HistoryScreen)


async def test_a_reading_that_fails_takes_nothing_away_and_the_next_one_heals() -> None:
    journal = Failing(history())
    app = app_on(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        journal.broken = True
        await pilot.press("r")
        await wait_for(pilot, lambda: "Permission denied" in screen(app))
        assert tags(app) == NEWEST_FIRST
        journal.broken = False
        await pilot.press("r")
        await wait_for(pilot, lambda: "Permission denied" not in screen(app))


async def test_an_empty_journal_is_said_to_be_empty() -> None:
    app = app_on(MemoryJournal())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "no operations yet")
        assert "0 operations in the journal" in screen(app)


async def test_hostile_reasons_are_text_and_ascii_terminals_get_ascii() -> None:
    journal = MemoryJournal()
    write(
        journal, "0C0001", 1, Criteria("\x1b[2J[/x]\u202e"), reason="[@click=app.quit]x[/] \x1b]52;", who="é\x07"
    )
    app = app_on(journal, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "0C0001")
        assert "[@click=app.quit]x[/]" in row(app, "0C0001")
        assert all(char.isprintable() for line in frame_of(app) for char in line)
        assert all(line.isascii() for line in frame_of(app) if "0C0001" not in line)


async def test_a_read_only_session_may_look_back() -> None:
    app = app_on(history(), replace(worlds.fleet(), production=True), read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "w report" in frame_of(app)[-1]
