"""What was done to entries of others, in the history and on a screen of its own."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from kumo_tui.errors import JournalError
from kumo_tui.journal.history import ALL, History, Wanted
from kumo_tui.journal.memory import MemoryJournal
from kumo_tui.journal.other_act import OtherAct, OtherKind, listed_directive, listed_stop
from kumo_tui.journal.records import Change, RequestState
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.selector import Criteria
from kumo_tui.ui.app import KumoTuiApp
from kumo_tui.ui.past_acts import ActKey
from kumo_tui.ui.screens.history import HistoryScreen
from kumo_tui.ui.screens.past_act import PastActScreen
from kumo_tui.ui.widgets.line_table import LineTable
from tests.fakes import START
from tests.frames import check_frame, frame_of
from tests.ui.past_world import app_on, history, row, screen, write
from tests.ui.pilots import wait_for
from tests.ui.test_history import NEWEST_FIRST, opened, tags
from tests.unit.journal.worlds import GMAIL, STOP_URL, URL, YAHOO
from tests.waiting import PATIENCE_S

PURGE = Directive("552016f1-5c1e", "promo", None, None, None, "purge", 48.0, 9_001, {YAHOO: 8_000, GMAIL: 1_001})
HOLD = Suspension("77aa10c2-9d1e", None, "zenith", None, "hold it [kt:0B0B0B]", 700.0)


def act(
    entry: Directive | Suspension, hours_ago: float, *states: RequestState, error: str | None = None
) -> OtherAct:
    """An act on this entry that began so long ago and came into these states."""
    at = START - timedelta(hours=hours_ago)
    begun = (Change(RequestState.INTENT, at),)
    later = tuple(Change(state, at + timedelta(seconds=number + 1)) for number, state in enumerate(states))
    is_stop = isinstance(entry, Suspension)
    return OtherAct(
        who="ann@desk",
        node="mta1",
        kind=OtherKind.RELEASE if is_stop else OtherKind.CANCEL,
        id=entry.id,
        method="DELETE",
        url=STOP_URL if is_stop else URL,
        body=f'{{"id": "{entry.id}"}}',
        entry=listed_stop(entry) if isinstance(entry, Suspension) else listed_directive(entry),
        changes=begun + later,
        error=error,
    )


def with_acts() -> MemoryJournal:
    """The history of `past_world`, and four acts on entries of others."""
    journal = history()
    journal.record_other(act(HOLD, 40, RequestState.UNKNOWN, RequestState.REJECTED, error="it was still listed"))
    journal.record_other(act(PURGE, 20, RequestState.UNKNOWN, RequestState.GONE))
    journal.record_other(act(HOLD, 10, RequestState.ACCEPTED))
    journal.record_other(act(PURGE, 1, RequestState.ACCEPTED))
    return journal


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_acts_on_entries_of_others_stand_among_the_operations_by_their_time(size: tuple[int, int]) -> None:
    app = app_on(with_acts())
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert [key for key in tags(app) if isinstance(key, str)] == NEWEST_FIRST
        assert [place for place, key in enumerate(tags(app)) if isinstance(key, ActKey)] == [1, 3, 5, 7]
        assert "7 operations, 4 acts on entries of others in the journal" in screen(app)
        assert "theirs campaign=promo" in row(app, " 11:00 theirs") and "9,001" in row(app, " 11:00 theirs")
        assert "CANCELLED" in row(app, " 11:00 theirs") and "NOT DONE" in row(app, "11-19 20:00")
        check_frame(app, f"history-acts-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cancelled somebody's directive 552016f1", [4]),
        ("theirs", [4, 3, 2, 1]),
        ("t=zenith theirs", [3, 1]),
        ("77aa10c2-9d1e", [3, 1]),
        ("purge", [4, 2]),
    ],
)
async def test_they_are_found_by_typing(typed: str, found: list[int]) -> None:
    app = app_on(with_acts())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("slash")
        names = {" ": "space", "'": "apostrophe", "=": "equals_sign", "-": "minus"}
        for char in typed:
            await pilot.press(names.get(char, char))
        await wait_for(pilot, lambda: tags(app) == [ActKey(number) for number in found], f"{tags(app)}")


async def at_the_act(app: KumoTuiApp, pilot: Pilot[None]) -> None:
    """The cursor on the newest act of the history."""
    await opened(app, pilot)
    await pilot.press("down")
    await wait_for(pilot, lambda: app.screen.query_one(LineTable).cursor_key == ActKey(4))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_enter_shows_all_that_is_known_of_an_act(size: tuple[int, int]) -> None:
    app = app_on(with_acts())
    async with app.run_test(size=size) as pilot:
        await at_the_act(app, pilot)
        await pilot.press("enter")
        await wait_for(
            pilot, lambda: isinstance(app.screen, PastActScreen) and "the node has removed" in screen(app)
        )
        await pilot.pause()
        for piece in (
            "cancelled somebody's directive 552016f1 (campaign=promo) on mta1",
            "by ann@desk",
            "reason: purge, 00:48 left, 9,001 bounced in 2 queues",
            'DELETE http://mta1:8000/api/admin/bounce/v1 {"id": "552016f1-5c1e"}',
            "written down, about to be sent",
        ):
            assert piece in " ".join(screen(app).split()), piece
        assert "8,000" in row(app, YAHOO[:9])
        check_frame(app, f"past-act-{size[0]}x{size[1]}")
        await pilot.press("y")
        assert app.clipboard == "552016f1-5c1e"
        await pilot.press("tab", "q")
        await wait_for(pilot, lambda: isinstance(app.screen, HistoryScreen))


class Slow(MemoryJournal):
    """Tells of its operations when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_tell = threading.Event(), threading.Event()

    def history(self, wanted: Wanted = ALL) -> History:
        self.asked.set()
        assert self.may_tell.wait(PATIENCE_S)
        return super().history(wanted)


async def test_acts_are_shown_together_with_the_operations_the_cursor_on_the_newest() -> None:
    journal = Slow()
    write(journal, "7F3A2C", 0.02, Criteria("promo"), verdict=None)
    journal.record_other(act(PURGE, 1, RequestState.ACCEPTED))
    app = app_on(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("h")
        await wait_for(pilot, journal.asked.is_set)
        await pilot.resize_terminal(100, 24)
        assert tags(app) == []
        journal.may_tell.set()
        await opened(app, pilot, "7F3A2C")
        assert app.screen.query_one(LineTable).cursor_key == "7F3A2C"


async def test_an_act_has_no_report_and_that_is_said() -> None:
    app = app_on(with_acts())
    async with app.run_test(size=(80, 24)) as pilot:
        await at_the_act(app, pilot)
        await pilot.press("w")
        await wait_for(pilot, lambda: "has no report: Enter shows all of it" in screen(app))
        await pilot.press("y")
        assert app.clipboard == "552016f1-5c1e"


class Forgetful(MemoryJournal):
    """Lists its acts and has nothing more to tell of them."""

    def __init__(self, answer: Exception | None) -> None:
        super().__init__()
        self.answer = answer

    def other(self, number: int) -> Any:
        if self.answer:
            raise self.answer
        return None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (JournalError("/x/journal.db: Permission denied."), "Permission denied"),
        (None, "not in the journal any more"),
    ],
)
async def test_an_act_that_cannot_be_read_is_said(answer: Exception | None, words: str) -> None:
    journal = Forgetful(answer)
    journal.record_other(act(PURGE, 1, RequestState.ACCEPTED))
    app = app_on(journal)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, "theirs")
        await pilot.press("enter")
        await wait_for(pilot, lambda: words in screen(app))


async def test_what_no_list_had_is_shown_by_its_id_and_hostile_names_are_text() -> None:
    journal = MemoryJournal()
    hostile = replace(PURGE, reason="[@click=app.quit]x[/]\x1b[2J", bounced={"evil\u202e:t@d": 3})
    journal.record_other(replace(act(PURGE, 3, RequestState.GONE), entry=None))
    journal.record_other(act(hostile, 2, RequestState.UNKNOWN))
    app = app_on(journal, ascii=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, "theirs")
        assert "UNKNOWN" in row(app, "[@click=app.quit]x[/]")
        assert "cancel 552016f1" in row(app, "09:00 theirs") and "GONE" in row(app, "09:00 theirs")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, PastActScreen) and "evil" in screen(app))
        assert all(char.isprintable() for line in frame_of(app) for char in line)
