"""Small things that every loop of the watch needs."""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Any

from kumo_tui.clock import Clock

# The machine's timers stand still while it is suspended: looked at so often, its return is noticed soon.
LOOK_UP_S = 1.0
LEAP_S = 5.0

# So often it is looked whether a node that says nothing is waited for any longer.
STEP_S = 0.5

_log = logging.getLogger(__name__)


def log_event(tag: str, text: str) -> None:
    """Log a line of an operation's timeline."""
    _log.info("op %s: %s", tag, text)


def surface(what: str, error: Exception) -> None:
    """Hand a mistake to the event loop, which shows or logs it."""
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})


async def first_of(*waits: Any) -> None:
    """Wait until the first of these is done, and end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def waited(clock: Clock, seconds: float, wanted: asyncio.Event) -> bool:
    """Wait so long, or until it is wanted. True at once when the clock has leapt: the machine was suspended."""
    due = clock.monotonic() + seconds
    while not wanted.is_set() and (left := due - clock.monotonic()) > 0:
        began, doze_s = clock.monotonic(), min(left, LOOK_UP_S)
        await first_of(wanted.wait(), clock.sleep(doze_s))
        if clock.monotonic() - began > doze_s + LEAP_S:
            return True
    return False


async def wait_while(clock: Clock, goes_on: Callable[[], bool], tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait while this holds; it is asked again at the end of each of the tasks, and every STEP_S."""
    ended = asyncio.Event()
    for task in tasks:
        task.add_done_callback(lambda _task: ended.set())
    while goes_on():
        ended.clear()
        await waited(clock, STEP_S, ended)
