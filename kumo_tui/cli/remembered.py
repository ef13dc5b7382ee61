"""The profile that was chosen last in the dashboard. Only the dashboard opens it again, commands never do."""

import os
import tempfile
from pathlib import Path

import platformdirs

from kumo_tui.errors import JournalError
from kumo_tui.journal.place import make_place, shown

_MOST_BYTES = 1024


def remembered_file() -> Path:
    """Where it is written: `profile` in the platform's state folder for kumo-tui."""
    return platformdirs.user_state_path("kumo-tui") / "profile"


def remembered_profile() -> str:
    """The name of the profile; empty where none is remembered, or it cannot be read."""
    try:
        opened = os.open(remembered_file(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            raw = os.read(opened, _MOST_BYTES)
        finally:
            os.close(opened)
        name = raw.decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        return ""
    return name if name.isprintable() else ""


def remember_profile(name: str) -> str:
    """Write the name down, for its owner alone; why that could not be, empty when it is written."""
    path = remembered_file()
    try:
        make_place(path)
        made, beside = tempfile.mkstemp(prefix="profile-", dir=path.parent)
        try:
            with os.fdopen(made, "w", encoding="utf-8") as file:
                file.write(f"{name}\n")
            Path(beside).replace(path)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
    except JournalError as error:
        return error.what
    except OSError as error:
        return f"{shown(path)}: {error.strerror}."
    return ""
