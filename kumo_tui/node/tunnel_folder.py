"""The private folder of a tunnel's socket: made for this process alone, gone with it, also after a kill."""

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import platformdirs

SOCKET = "s"

# The path of a Unix socket has room for 104 bytes with its end on macOS and the BSDs, for 108 on Linux.
LONGEST_PATH = 103

# Where the temporary folder's own path is too long for a socket.
LAST_RESORT = "/tmp"  # noqa: S108  # a folder is made there as mkdtemp does, for us alone

_TRIES = 5

# ssh splits at colons, and puts other things in place of `%h` and `${HOME}`.
_PLAIN = re.compile(r"[A-Za-z0-9/._+-]+")


class TunnelFolder:
    """A new folder that nobody else may enter, below the platform's runtime folder, else the temporary one.

    Its lock tells other runs that its process lives: they remove what dead ones left, and nothing else. Raises
    OSError when there is no place for it.
    """

    def __init__(self) -> None:
        self._lock, self.path = _made()

    @property
    def socket(self) -> Path:
        """Where the socket is to be. ssh takes this path as it is."""
        return self.path / SOCKET

    def remove(self) -> None:
        """Remove the folder and what is in it; once is enough."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def _made() -> tuple[int, Path]:
    """The folder, and the file descriptor that holds its lock."""
    failed: OSError = FileNotFoundError("no runtime folder and no temporary one can take a socket")
    for above, prefix in _places():
        if not _fits(above, prefix):
            continue
        try:
            _sweep(above, prefix)
            for _ in range(_TRIES):
                path = Path(tempfile.mkdtemp(prefix=prefix, dir=above))
                lock = _locked(path)
                if lock is not None:
                    return lock, path
        except OSError as error:
            failed = error
    raise failed


def _places() -> Iterator[tuple[Path, str]]:
    """Folders to look for room in, and how the names of ours begin there."""
    runtime = _runtime_folder()
    if runtime is not None:
        yield runtime, "tunnel-"
    for above in dict.fromkeys((tempfile.gettempdir(), LAST_RESORT)):
        yield Path(above), f"kumo-tui-{os.geteuid()}-"


def _runtime_folder() -> Path | None:
    """The platform's, with a folder for kumo-tui that is ours alone; None where there is no such place."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            folder = platformdirs.user_runtime_path("kumo-tui")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, above = folder.lstat(), folder.parent.stat()
    except OSError:
        return None
    is_private = stat.S_ISDIR(ours.st_mode) and ours.st_uid == os.geteuid() and not ours.st_mode & 0o077
    is_safe = above.st_uid in (0, os.geteuid()) and (not above.st_mode & 0o022 or above.st_mode & stat.S_ISVTX)
    return folder if is_private and is_safe else None


def _fits(above: Path, prefix: str) -> bool:
    sample = f"{above}/{prefix}12345678/{SOCKET}"
    return len(os.fsencode(sample)) <= LONGEST_PATH and _PLAIN.fullmatch(sample) is not None


def _locked(path: Path) -> int | None:
    """The descriptor that locks a folder; None when another process has it, or has just removed it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def _sweep(above: Path, prefix: str) -> None:
    """Remove the folders of ours whose processes are gone: their locks are free."""
    for path in above.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != os.geteuid():
                continue
            lock = _locked(path)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)
