"""The console entry `kumo-tui`."""

import io
import os
import sys
from typing import NoReturn

from kumo_tui.cli.lasting import lasting, look_for_garbage_seldom


def run() -> NoReturn:
    """The console entry: ends the process with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    look_for_garbage_seldom()
    with lasting():
        from kumo_tui.cli.commands import outcome  # noqa: PLC0415  # all of the program comes with it
        from kumo_tui.cli.compose import Surroundings  # noqa: PLC0415  # as above
    code = outcome(sys.argv[1:], Surroundings())
    _let_go_of_streams()
    sys.exit(code)


def _let_go_of_streams() -> None:
    """Write what is left. To a terminal that is gone nothing can be: Python would end with a code of its own.

    One that was closed before the start, as daemons do, is no stream at all.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    run()
