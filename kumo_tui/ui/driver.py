"""The way to the terminal: every byte that is drawn passes here, is counted, and waits for no slow link."""

import select
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from kumo_tui.ui.cells import width_of
from kumo_tui.ui.drawn import Drawn

# Frames that wait for the terminal. At 30 Textual waits for it, and with it all else: sweeps, extensions of stops.
MOST_WAITING = 12


class TerminalDriver(LinuxDriver):
    """Textual's driver of terminals, for an app with `drawn` (Drawn) and `settings`.

    While the terminal takes nothing (a link that hangs), frames are left out; `has_caught_up` tells once it takes
    them again, and everything is to be drawn anew.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._drawn: Drawn = app.drawn
        self._ascii_only = bool(app.settings.ascii)
        self._left_out = False
        self._may_leave_out = False

    def write(self, data: str) -> None:
        """Write this, or leave it out where the terminal does not keep up."""
        if self._may_leave_out and self._waiting >= MOST_WAITING:
            self._left_out = True
            return
        text = in_ascii(data) if self._ascii_only else data
        self._drawn.add(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")))
        super().write(text)

    def start_application_mode(self) -> None:
        """From here on frames are written."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's is not annotated
        self._may_leave_out = True

    def stop_application_mode(self) -> None:
        """What gives the terminal back is never left out."""
        self._may_leave_out = False
        super().stop_application_mode()

    def _sigcont_application(self, *signal_and_frame: Any) -> None:
        """Go on. Stopped without a chance to give the terminal back, take it anew, and not a second time."""
        if self._auto_restart and self._may_leave_out:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application(*signal_and_frame)

    def has_caught_up(self) -> bool:
        """Whether frames were left out and there is room for new ones; tells it once."""
        if not self._left_out or self._waiting:
            return False
        self._left_out = False
        return True

    def is_gone(self) -> bool:
        """Whether the terminal was closed for good. Not everybody who closes one says so by a signal."""
        looking = select.poll()
        looking.register(self.fileno, 0)
        return any(state & select.POLLHUP for _fileno, state in looking.poll(0))

    @property
    def _waiting(self) -> int:
        """Writes that the terminal has not taken yet."""
        writer = self._writer_thread
        return writer._queue.qsize() if writer is not None else 0


def in_ascii(text: str) -> str:
    """The text for a terminal that knows ASCII only: as many question marks as a character takes cells."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else "?" * width_of(char) for char in text)
