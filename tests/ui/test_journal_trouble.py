"""What is wrong with the journal is on the first screen with what to do; nothing is sent, and watching goes on."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kumo_tui.cli import check_journal
from kumo_tui.cli.checks import Health
from kumo_tui.clock import SystemClock
from kumo_tui.errors import JournalError
from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.journal.missing import MissingJournal
from kumo_tui.journal.port import Kept
from kumo_tui.ui.screens.compose import ComposeScreen
from kumo_tui.ui.screens.dashboard import DashboardScreen
from kumo_tui.ui.screens.stop import StopScreen
from kumo_tui.watch.books import JOURNAL_ASKED_S, SOUND_ASKED_S
from tests.bench.fault_world import full_disk, held_lock
from tests.frames import frame_of
from tests.stage import Stage
from tests.ui.pilots import wait_for

SIZE = (80, 24)
RUBBISH = b"no journal of anybody" * 1000


@dataclass(frozen=True)
class Trouble:
    """What is done to a journal's path, what is said of it, and what to do about it.

    `spoil` returns what ends it. `in_a_run` says that the journal was opened before.
    """

    spoil: Callable[[Path, Kept | None], Callable[[], None]]
    words: str
    next_step: str
    in_a_run: bool = False


def a_folder(path: Path, _open: Kept | None) -> Callable[[], None]:
    path.mkdir(parents=True)
    return path.rmdir


def below_a_file(path: Path, _open: Kept | None) -> Callable[[], None]:
    path.parent.write_text("no folder", "utf-8")
    return path.parent.unlink


def rubbish(path: Path, _open: Kept | None) -> Callable[[], None]:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(RUBBISH)
    return lambda: None


def newer(path: Path, _open: Kept | None) -> Callable[[], None]:
    open_journal(path, SystemClock()).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return lambda: None


def locked(path: Path, opened: Kept | None) -> Callable[[], None]:
    if opened is None:
        open_journal(path, SystemClock()).close()
    return held_lock(path)


def full(_path: Path, opened: Kept | None) -> Callable[[], None]:
    assert isinstance(opened, SqliteJournal)
    return full_disk(opened)


ELSEWHERE = "Set KUMO_TUI_JOURNAL to a file that can be written."
ASIDE = "Set it aside with `kumo-tui doctor --set-aside-journal`"
AT_START = {
    "a folder": Trouble(a_folder, "journal.db is no file.", ELSEWHERE),
    "below a file": Trouble(below_a_file, "journal.db: Not a directory.", ELSEWHERE),
    "rubbish": Trouble(rubbish, "journal.db is damaged: file is not a database.", ASIDE),
    "newer": Trouble(newer, "journal.db was written by a newer kumo-tui", "Use the newer kumo-tui"),
    "locked": Trouble(locked, "journal.db is locked by another program", "Find out which program holds it"),
}
IN_A_RUN = {
    "locked in a run": Trouble(locked, "is locked by another program", "Find out which program holds it", True),
    "rubbish in a run": Trouble(rubbish, "journal.db is damaged: file is not a database.", ASIDE, True),
    "full in a run": Trouble(full, "journal.db cannot be written: the disk is full.", "Make room there.", True),
}
TROUBLES = AT_START | IN_A_RUN


@dataclass
class Desk:
    """The dashboard with a journal that is in trouble; `end` ends that."""

    stage: Stage
    pilot: Pilot[None]
    trouble: Trouble
    path: Path
    end: Callable[[], None]

    @property
    def text(self) -> str:
        """The screen as one line, so that wrapping hides no sentence."""
        return " ".join(" ".join(frame_of(self.stage.app)).replace("│", " ").split())

    @property
    def posts(self) -> list[str]:
        nodes = self.stage.fleet.nodes.values()
        return [request.path for node in nodes for request in node.requests if request.method != "GET"]

    def says(self, words: str) -> bool:
        """Whether this is on the screen, wherever a long path made it wrap."""
        return words.replace(" ", "") in self.text.replace(" ", "")

    async def press(self, *keys: str) -> None:
        """Press these; a dialog that opened just before takes them only a while later."""
        self.stage.time.advance(1.0)
        await self.pilot.press(*keys)

    async def at(self, kind: type, piece: str = "") -> None:
        await wait_for(
            self.pilot, lambda: isinstance(self.stage.app.screen, kind) and piece in self.text, self.text
        )


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> Trouble:
    return TROUBLES[request.param]


@contextlib.asynccontextmanager
async def in_trouble(trouble: Trouble, folder: Path) -> AsyncIterator[Desk]:
    """The dashboard, and this trouble with its journal, noticed."""
    path = folder / "state" / "journal.db"
    journal: Kept | None = open_journal(path, SystemClock(), wait_s=0.01) if trouble.in_a_run else None
    end = None if trouble.in_a_run else trouble.spoil(path, None)
    if journal is None:
        try:
            journal = open_journal(path, SystemClock(), wait_s=0.01)
        except JournalError as error:
            journal = MissingJournal(error)
    async with Stage("quiet", journal=journal) as stage, stage.app.run_test(size=SIZE) as pilot:
        await stage.play(2.0)
        if end is None:
            end = trouble.spoil(path, journal)
            await stage.play(SOUND_ASKED_S)
        desk = Desk(stage, pilot, trouble, path, end)
        # Not before the nodes are read: what is said of them takes its room too.
        await desk.at(DashboardScreen, trouble.next_step)
        yield desk
        desk.end()
    if isinstance(journal, SqliteJournal):
        journal.close()


async def test_the_first_screen_says_why_and_what_to_do(trouble: Trouble, tmp_path: Path) -> None:
    async with in_trouble(trouble, tmp_path) as desk:
        assert "bounces are off: no journal: " in desk.text
        assert trouble.words in desk.text
        assert trouble.next_step in desk.text
        assert trouble.in_a_run or "Then start kumo-tui again." in desk.text


async def test_neither_a_bounce_nor_a_stop_leaves_and_both_say_the_same(trouble: Trouble, tmp_path: Path) -> None:
    async with in_trouble(trouble, tmp_path) as desk:
        for key, screen, confirming in (
            ("b", ComposeScreen, ("enter", "enter")),
            ("s", StopScreen, ("tab", "enter")),
        ):
            await desk.press(key)
            await desk.at(screen)
            await desk.press("x")
            await desk.at(screen, "no journal:")
            assert desk.says(trouble.words) and desk.says(trouble.next_step)
            await desk.press(*confirming)
            await desk.pilot.pause()
            assert isinstance(desk.stage.app.screen, screen)
            await desk.press("escape")
            await desk.at(DashboardScreen)
        assert desk.posts == []


async def test_watching_goes_on(trouble: Trouble, tmp_path: Path) -> None:
    async with in_trouble(trouble, tmp_path) as desk:
        before = desk.stage.watcher.snapshot
        body = {"campaign": "promo", "reason": "by hand [kt:0B0B0B]", "duration": "60s"}
        for client in desk.stage.acts._clients.values():
            await client.post_bounce(body)
        after = await desk.stage.play(4.0, polls=2)
        await desk.at(DashboardScreen, "by hand")
        assert after.queues.total < before.queues.total


async def test_what_ends_by_itself_is_noticed_and_what_wants_a_new_start_stays(
    trouble: Trouble, tmp_path: Path
) -> None:
    async with in_trouble(trouble, tmp_path) as desk:
        if trouble.in_a_run and trouble.spoil is not rubbish:
            desk.end()
            desk.end = lambda: None
            await desk.stage.play(JOURNAL_ASKED_S)
            await wait_for(desk.pilot, lambda: "bounces are off" not in desk.text)
        else:
            await desk.stage.play(SOUND_ASKED_S)
            await desk.at(DashboardScreen, "bounces are off")


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "full in a run"])
async def test_the_doctor_agrees(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = TROUBLES[name]
    monkeypatch.setattr(check_journal, "JOURNAL_WAIT_S", 0.01)
    async with in_trouble(trouble, tmp_path) as desk:
        checks = check_journal.check_journal(desk.path, SystemClock())
        failed = [check for check in checks if check.health is Health.FAILED]
        assert trouble.words in failed[0].what
        assert trouble.next_step in failed[0].next_step


async def test_a_damaged_journal_is_set_aside_whole_and_the_next_start_begins_a_new_one(tmp_path: Path) -> None:
    async with in_trouble(IN_A_RUN["rubbish in a run"], tmp_path) as desk:
        aside = check_journal.move_damaged(desk.path, SystemClock())
        assert aside.read_bytes() == RUBBISH
        await desk.stage.play(JOURNAL_ASKED_S)
        await desk.at(DashboardScreen, "is gone: it was moved, deleted or replaced. Start kumo-tui again.")
        again = open_journal(desk.path, SystemClock())
        assert (again.problem(), again.history().found) == (None, 0)
        again.close()
        assert aside.read_bytes() == RUBBISH
