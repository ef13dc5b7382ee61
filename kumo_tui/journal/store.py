"""The journal's file while it is open: how it is locked, synced, and what is said when it fails.

The journal mode is TRUNCATE. Not WAL: that shares memory between processes, which works on one machine only, and
homes on NFS are used from several. Not DELETE: with `synchronous=FULL` the removal of SQLite's own journal file
is not synced, and after a power cut a file that turns up again would undo the last commit; its truncation is.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from kumo_tui.errors import InputError, JournalDamaged, JournalError
from kumo_tui.journal.coding import from_text
from kumo_tui.journal.place import ELSEWHERE, shown
from kumo_tui.journal.schema import migrate
from kumo_tui.text import one_line

LOCK_WAIT_S = 5.0

_DAMAGED_NEXT = "Set it aside with `kumo-tui doctor --set-aside-journal`, and a new one is begun; delete nothing."

# By the beginning of SQLite's name for the error: what happened, what to do.
_WORDS = (
    ("SQLITE_FULL", "cannot be written: the disk is full.", "Make room there."),
    ("SQLITE_READONLY", "cannot be written: it is read-only.", ELSEWHERE),
    ("SQLITE_PERM", "may not be used: permission denied.", ELSEWHERE),
    ("SQLITE_CANTOPEN", "cannot be opened: the file or its folder is gone, or may not be used.", ELSEWHERE),
    ("SQLITE_AUTH", "may not be used: permission denied.", ELSEWHERE),
    ("SQLITE_IOERR", "cannot be read or written: the disk fails.", "Look at the machine's log."),
)


class Store:
    """The open file. Threads may share it: one transaction runs at a time.

    Waits up to `wait_s` seconds for another process. Every failure is a JournalError in words.
    """

    def __init__(self, path: Path, *, wait_s: float = LOCK_WAIT_S, mode: str = "rw") -> None:
        """Open a file that is there, check it and bring it up to date; `mode` is SQLite's, `rw` or `ro`."""
        self.path = path
        self._wait_s = wait_s
        self._lock = threading.Lock()
        with self._explained():
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=wait_s,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._prepare()
                self._identity = _identity(path)
            except BaseException:
                self._connection.close()
                raise

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on disk when the block is left, and undone when the block raises."""
        with self._lock, self._explained():
            # First of all: a damaged file that was set aside is not to be set aside once more.
            self._check_identity()
            with self._transaction("BEGIN IMMEDIATE") as connection:
                self._check_identity()
                yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, whatever other processes write meanwhile."""
        with self._lock, self._explained():
            try:
                with self._transaction("BEGIN") as connection:
                    yield connection
            except (ValueError, TypeError, InputError) as error:
                raise self._damaged(str(error)) from error

    def close(self) -> None:
        """Close the file; what is called afterwards raises JournalError."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        connection = self._connection
        connection.text_factory = from_text
        connection.execute("PRAGMA synchronous = FULL")
        # Where there is a stronger sync than fsync (macOS), use it.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        mode = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()[0]
        if mode != "truncate":
            raise JournalError(f"{shown(self.path)} is in use in another journal mode: {mode}.", ELSEWHERE)
        migrate(connection, shown(self.path))
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise self._damaged(found)

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # Some failures have undone it already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _check_identity(self) -> None:
        """What is written to a file that was moved or deleted is found by nobody."""
        try:
            same = _identity(self.path) == self._identity
        except OSError:
            same = False
        if not same:
            raise JournalError(
                f"{shown(self.path)} is gone: it was moved, deleted or replaced.", "Start kumo-tui again."
            )

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._explain(error) from error
        except OSError as error:
            raise JournalError(f"{shown(self.path)}: {error.strerror or error}.", ELSEWHERE) from error

    def _explain(self, error: sqlite3.Error) -> JournalError:
        name = getattr(error, "sqlite_errorname", "")
        said = one_line(str(error))
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return JournalError(
                f"{shown(self.path)} is locked by another program for over {self._wait_s:g} s.",
                "Find out which program holds it, and end that.",
            )
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return self._damaged(said)
        for beginning, what, next_step in _WORDS:
            if name.startswith(beginning):
                return JournalError(f"{shown(self.path)} {what}", next_step)
        return JournalError(f"{shown(self.path)} failed: {said}.", ELSEWHERE)

    def _damaged(self, cause: str) -> JournalDamaged:
        return JournalDamaged(f"{shown(self.path)} is damaged: {one_line(cause)}.", _DAMAGED_NEXT)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
