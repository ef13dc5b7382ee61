"""The driver of terminals: it counts, it keeps to ASCII, and a terminal that takes nothing holds nobody."""

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

import pytest
from textual import events
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from kumo_tui.config import Settings
from kumo_tui.model.selector import Everything
from kumo_tui.ui.drawn import Drawn
from kumo_tui.ui.driver import MOST_WAITING, TerminalDriver, in_ascii
from tests.fakes import FakeClock
from tests.ui import worlds
from tests.ui.pen import frames_of
from tests.ui.pilots import wait_for
from tests.ui.test_dashboard import dashboard, queues

GIVING_BACK = 12


class Link(StringIO):
    """A terminal that takes nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = threading.Event()

    def write(self, text: str) -> int:
        self.goes_on.wait(10)
        return super().write(text)


@dataclass
class Screenless:
    """What the driver asks of an app."""

    settings: Settings
    drawn: Drawn = field(default_factory=lambda: Drawn(FakeClock().monotonic))


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def driver(link: Link, *, ascii_only: bool = False) -> TerminalDriver:
    """A driver whose frames go to this link."""
    made = TerminalDriver(Screenless(worlds.settings(ascii=ascii_only)))
    made._writer_thread = WriterThread(link)
    made._writer_thread.start()
    made._may_leave_out = True
    return made


@pytest.mark.usefixtures("_signals")
async def test_frames_that_a_hanging_terminal_does_not_take_are_left_out_and_told_once_it_does() -> None:
    link = Link()
    made = driver(link)
    for number in range(MAX_QUEUED_WRITES * 3):
        made.write(f"frame {number}\n")
    assert made._waiting == MOST_WAITING
    assert not made.has_caught_up()
    link.goes_on.set()
    made.close()
    assert made.has_caught_up()
    assert not made.has_caught_up()
    assert len(link.getvalue().splitlines()) in (MOST_WAITING, MOST_WAITING + 1)


def test_there_is_room_left_for_what_gives_the_terminal_back() -> None:
    assert MOST_WAITING + GIVING_BACK < MAX_QUEUED_WRITES


@pytest.mark.usefixtures("_signals")
async def test_bytes_are_counted_as_they_leave() -> None:
    link = Link()
    link.goes_on.set()
    plain, only_ascii = driver(link), driver(link, ascii_only=True)
    for made, size in ((plain, 5), (only_ascii, 4)):
        made.write("caf\u00e9")
        made.close()
        assert made._drawn.total == size
    assert link.getvalue() == "caf\u00e9caf?"


def test_in_ascii_every_character_keeps_its_cells() -> None:
    assert in_ascii("caf\u00e9 \u6f22\u5b57 \x1b[1m") == "caf? ???? \x1b[1m"


def test_the_rate_is_an_average_that_changes_once_in_ten_seconds() -> None:
    clock = FakeClock()
    drawn = Drawn(clock.monotonic)
    drawn.add(5000)
    clock.jump(10.0)
    drawn.add(1234)
    assert drawn.rate() == 620
    drawn.add(90_000)
    clock.jump(5.0)
    assert drawn.rate() == 620
    clock.jump(5.0)
    assert drawn.rate() == 9100
    clock.jump(30.0)
    assert drawn.rate() == 0


async def test_what_is_typed_stays_text_when_the_terminal_lost_the_focus_and_nothing_is_drawn_for_it() -> None:
    async with dashboard(queues(promo=3, news=2)) as running:
        await running.pilot.press("slash", "p", "r")
        await wait_for(running.pilot, lambda: "/pr" in running.screen)
        await running.pilot.pause()
        with frames_of(running.app) as frames:
            running.app.post_message(events.AppBlur())
            await wait_for(running.pilot, lambda: not running.watching.attended)
            await running.pilot.pause()
        assert frames == []
        running.app.post_message(events.AppFocus())
        await wait_for(running.pilot, lambda: running.watching.attended)
        await running.pilot.press("o")
        await wait_for(running.pilot, lambda: "/pro" in running.screen)


async def test_after_ctrl_z_the_whole_screen_is_drawn() -> None:
    async with dashboard(queues(promo=3)) as running:
        with frames_of(running.app) as frames:
            running.app.app_resume_signal.publish(running.app)
            await running.pilot.pause()
        assert all(word in "".join(frames) for word in ("prod", "promo@x.example", "Directives", "bounce"))


async def test_ctrl_z_is_refused_while_a_bounce_of_everything_stands_unattended() -> None:
    everything = worlds.operation(baseline={"promo:a@x.example": 3}, bounced={}, selector=Everything())
    async with dashboard(worlds.fleet(operations=(everything,)), (120, 40)) as running:
        await running.pilot.press("ctrl+z")
        await wait_for(running.pilot, lambda: "Ctrl+Z would leave" in running.screen)
