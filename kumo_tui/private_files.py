"""Files that hold secrets: only their owner may have access to them."""

import os
import shlex
import stat
from pathlib import Path

from kumo_tui.errors import ConfigError
from kumo_tui.text import one_line


def read_private(path: Path, size: int) -> bytes:
    """The first `size` bytes of a file that holds a secret.

    Raises ConfigError when it cannot be read, or when others than its owner have access: then with the command
    to type. What was opened is what is looked at: the file cannot be exchanged in between.
    """
    try:
        with path.expanduser().open("rb") as file:
            _refuse_shared(path, os.fstat(file.fileno()).st_mode)
            return file.read(size)
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: cannot be read: {error.strerror}.") from error


def check_private(path: Path) -> None:
    """Raise ConfigError, with the command to type, when others than its owner have access to the file."""
    try:
        mode = path.expanduser().stat().st_mode
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: cannot be read: {error.strerror}.") from error
    _refuse_shared(path, mode)


def _refuse_shared(path: Path, mode: int) -> None:
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        quoted = one_line(shlex.quote(str(path.expanduser())), 300)
        raise ConfigError(
            f"{_shown(path)}: it holds a secret, and others can get at it.", f"Type: chmod 600 {quoted}"
        )


def _shown(path: Path) -> str:
    return one_line(str(path), 300)
