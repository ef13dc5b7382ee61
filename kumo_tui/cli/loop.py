"""The event loop of a command: SIGTERM and hang-up end it as Ctrl-C does, with its last words and no traceback."""

import asyncio
import signal
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from kumo_tui.cli.exits import Exit

Value = TypeVar("Value")

ENDINGS = {signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.HUNG_UP}


class Ended(Exception):
    """A signal ended the command; `code` is its exit code."""

    def __init__(self, code: Exit) -> None:
        self.code = code
        super().__init__(code.name)


def run_loop(work: Coroutine[Any, Any, Value]) -> Value:
    """Run the work to its end. Raises Ended when SIGTERM or hang-up cut it short, KeyboardInterrupt at Ctrl-C.

    A signal that the parent had us ignore, as `nohup` does, stays ignored.
    """
    return asyncio.run(_until_a_signal(work))


async def _until_a_signal(work: Coroutine[Any, Any, Value]) -> Value:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    came: list[Exit] = []

    def end(code: Exit) -> None:
        came.append(code)
        if task is not None:
            task.cancel()

    heard = list(_heard())
    for number in heard:
        loop.add_signal_handler(number, end, ENDINGS[number])
    try:
        value = await work
    except asyncio.CancelledError:
        if not came:
            raise
    finally:
        for number in heard:
            loop.remove_signal_handler(number)
    # The dashboard takes being cancelled for being quit.
    if came:
        raise Ended(came[0])
    return value


def _heard() -> Iterator[signal.Signals]:
    """The signals to listen to. Only the main thread may, and what is ignored stays so."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            yield number
