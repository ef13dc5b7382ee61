"""The console entry `kumo-tui`."""

import io
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
    sys.exit(outcome(sys.argv[1:], Surroundings()))


if __name__ == "__main__":
    run()
