"""Who sweeps an operation: one process at a time, for two would both count the same mail.

A claim is an exclusive lock on a file beside the journal, `<journal>.sweeping-<TAG>`. The kernel frees it when its
process ends, however that ends; what then stays is an empty file that the next claim takes over.
"""

import contextlib
import errno
import fcntl
import os
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from kumo_tui.errors import JournalError
from kumo_tui.journal.place import ELSEWHERE, shown
from kumo_tui.text import clean

_TAG = re.compile(r"[0-9A-F]{4,12}")
_PRIVATE = 0o600

# How often a file is opened anew that its last holder removed between our open and our lock.
_TRIES = 100

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class Claims:
    """The claims of one open journal. Threads may share it."""

    def __init__(self, journal: Path, *, lock: Callable[[int, int], None] = fcntl.flock) -> None:
        """`journal` is the journal's file; `lock` takes an open file and the flags of flock(2)."""
        # Whoever reaches the file over a link must meet the same claims.
        self._journal = journal.resolve()
        self._lock_file = lock
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}
        self._closed = False

    def claim(self, tag: str) -> bool:
        """Whether this journal holds the claim now, as it may have done before; False when another holds it.

        Raises JournalError when the file cannot be made or locked, or when all was closed.
        """
        path = self._path(tag)
        with self._lock:
            if self._closed:
                raise JournalError(f"{shown(self._journal)} is closed.")
            held = self._held.get(tag)
            if held is not None and _is_at(path, held):
                return True
            if held is not None:
                # Somebody removed or replaced the file: our lock on the old one keeps nobody away.
                os.close(self._held.pop(tag))
            try:
                taken = self._take(path)
            except OSError as error:
                raise _explained(path, error) from error
            if taken is None:
                return False
            self._held[tag] = taken
            return True

    def unclaim(self, tag: str) -> None:
        """Give the claim up and remove its file; nothing when it is not held."""
        path = self._path(tag)
        with self._lock:
            held = self._held.pop(tag, None)
            if held is not None:
                _release(path, held)

    def close(self) -> None:
        """Give up all claims; none can be taken afterwards."""
        with self._lock:
            self._closed = True
            while self._held:
                tag, held = self._held.popitem()
                _release(self._path(tag), held)

    def _path(self, tag: str) -> Path:
        if not _TAG.fullmatch(tag):
            raise JournalError(f"{clean(tag)} is no tag of an operation.")
        return self._journal.with_name(f"{self._journal.name}.sweeping-{tag}")

    def _take(self, path: Path) -> int | None:
        """The locked file; None when another holds it, or when it changes hands again and again."""
        for _try in range(_TRIES):
            opened = _opened(path)
            try:
                self._lock_file(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The last holder removes the file before it lets go: a lock on what was removed is none.
                if _is_at(path, opened):
                    return opened
            except BlockingIOError:
                os.close(opened)
                return None
            except BaseException:
                os.close(opened)
                raise
            os.close(opened)
        return None


def _opened(path: Path) -> int:
    """The file, made where it is missing, private to its owner. Nothing is followed that leads elsewhere."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    opened = os.open(path, flags, _PRIVATE)
    try:
        mode = os.fstat(opened).st_mode
        if not stat.S_ISREG(mode):
            raise JournalError(f"{shown(path)} is no file.", ELSEWHERE)
        if stat.S_IMODE(mode) != _PRIVATE:
            os.fchmod(opened, _PRIVATE)
    except BaseException:
        os.close(opened)
        raise
    return opened


def _is_at(path: Path, opened: int) -> bool:
    """Whether the path still leads to this open file."""
    try:
        found = path.lstat()
    except OSError:
        return False
    mine = os.fstat(opened)
    return (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino)


def _release(path: Path, held: int) -> None:
    """Remove the file while it is still locked, then let go. A file that cannot be removed harms nobody."""
    try:
        if _is_at(path, held):
            with contextlib.suppress(OSError):
                path.unlink()
    finally:
        os.close(held)


def _explained(path: Path, error: OSError) -> JournalError:
    if error.errno in _NO_LOCKS:
        return JournalError(
            f"{shown(path)} cannot be locked: the file system has no locks.",
            "Set KUMO_TUI_JOURNAL to a file on another one.",
        )
    return JournalError(f"{shown(path)}: {error.strerror or error}.", ELSEWHERE)
