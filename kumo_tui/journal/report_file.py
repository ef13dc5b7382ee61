"""Reports as files: a new one each time, beside those that are there."""

import itertools
from pathlib import Path

from kumo_tui.errors import JournalError
from kumo_tui.journal.place import shown

MOST = 1000


def write_new(folder: Path, stem: str, suffix: str, text: str) -> Path:
    """Write the text to `STEM.SUFFIX` in this folder, to `STEM-2.SUFFIX` and so on where that is there already.

    Nothing is overwritten, no link is followed, and no half of a text stays. Returns the file's whole path; raises
    JournalError when it cannot be written.
    """
    place = folder.absolute()
    for number in itertools.count(1):
        path = place / (f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}")
        try:
            path.touch(exist_ok=False)
        except FileExistsError as error:
            if number < MOST:
                continue
            raise JournalError(f"{shown(place)} holds {MOST} of them.", "Move some away.") from error
        except OSError as error:
            raise _failure(path, error) from error
        break
    try:
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _failure(path, error) from error
    return path


def _failure(path: Path, error: OSError) -> JournalError:
    words = f"{shown(path)} cannot be written: {error.strerror or error}."
    return JournalError(words, "Start kumo-tui in another folder.")
