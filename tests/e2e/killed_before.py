"""The installed kumo-tui, killed before a request leaves: `python -m tests.e2e.killed_before "POST /path" WORDS`.

The process kills itself at the moment in which it would write the first bytes of that request to its connection,
as SIGKILL from outside could if anybody could aim so well. Whatever was written to disk before is there.
"""

import os
import signal
import socket
import sys

from kumo_tui.cli.main import run


def deadly(start: bytes) -> None:
    """Die instead of sending bytes that begin with these."""
    really_send = socket.socket.send

    def send(self: socket.socket, data: bytes, flags: int = 0) -> int:
        if bytes(data[: len(start)]) == start:
            os.kill(os.getpid(), signal.SIGKILL)
        return really_send(self, data, flags)

    socket.socket.send = send  # type: ignore[assignment, method-assign]  # a method of a class of the standard library


if __name__ == "__main__":
    deadly(sys.argv.pop(1).encode())
    run()
