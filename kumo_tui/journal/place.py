"""Where the journal's file is, how it is made, and how a damaged one is set aside."""

import errno
import os
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from kumo_tui.errors import JournalError
from kumo_tui.text import clean

ELSEWHERE = "Set KUMO_TUI_JOURNAL to a file that can be written."

# Where a folder cannot be synced, there is nothing in it to sync.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)


def journal_path(environ: Mapping[str, str]) -> Path:
    """The journal's file: KUMO_TUI_JOURNAL, else `journal.db` in the platform's state folder for kumo-tui."""
    named = environ.get("KUMO_TUI_JOURNAL")
    return Path(named) if named else platformdirs.user_state_path("kumo-tui") / "journal.db"


def shown(path: Path) -> str:
    """A path as it may be shown."""
    return clean(str(path))


def make_place(path: Path) -> None:
    """Make sure that the file is there, empty where it is new, and private to its owner.

    A new file has the mode 0600, each new folder above it 0700; folders that were there stay as they are.
    Raises JournalError in words.
    """
    try:
        _make_folders(path.parent)
        if not _made_new(path):
            _make_private(path)
    except OSError as error:
        where = shown(Path(error.filename)) if isinstance(error.filename, str) else shown(path)
        raise JournalError(f"{where}: {error.strerror or error}.", ELSEWHERE) from error


def set_aside(path: Path, at: datetime) -> Path:
    """Rename a damaged journal, with the time in its name; returns its new path. The next open starts a new one.

    Nothing is overwritten and nothing deleted. SQLite's own `-journal` file goes with it: it may hold what the
    last process could not finish. Raises JournalError when it cannot be renamed.
    """
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        path.lstat()
        aside = _reserve(path.with_name(f"{path.name}.damaged-{stamp}"))
        rest = _beside(path)
        if rest.exists():
            rest.rename(_beside(aside))
        path.replace(aside)
        _sync_folder(path.parent)
    except OSError as error:
        raise JournalError(f"{shown(path)} cannot be set aside: {error.strerror or error}.") from error
    return aside


def _make_folders(folder: Path) -> None:
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for new in reversed(missing):
        new.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(new.parent)


def _made_new(path: Path) -> bool:
    """Whether the file was not there and is now. Nothing is followed or opened that somebody else made."""
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    try:
        os.fchmod(made, 0o600)
        os.fsync(made)
    finally:
        os.close(made)
    _sync_folder(path.parent)
    return True


def _make_private(path: Path) -> None:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise JournalError(f"{shown(path)} is no file.", ELSEWHERE)
    if mode & 0o077:
        path.chmod(stat.S_IMODE(mode) & 0o700)


def _sync_folder(folder: Path) -> None:
    """Have the folder's entries on disk: without them, a synced file may be nowhere after a power cut."""
    try:
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def _reserve(wanted: Path) -> Path:
    """An empty file of this name, or of this name and a number: the rename then overwrites nothing but that."""
    for number in range(1, 1000):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not _beside(path).exists() and _made_new(path):
            return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(wanted))


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")
