"""The journal as commands read it that look back and ask no node."""

import contextlib
from collections.abc import Iterator

from kumo_tui.cli.compose import JOURNAL_WAIT_S, Call, journal_file
from kumo_tui.journal.durable import SqliteJournal, open_journal


@contextlib.contextmanager
def opened_past(call: Call) -> Iterator[SqliteJournal | None]:
    """The journal while it is read; None where there is none yet, and none is made then.

    Raises ConfigError, or JournalError when there is one that cannot be read.
    """
    path = journal_file(call.options.settings(), call.surroundings.environ)
    try:
        path.lstat()
    except FileNotFoundError:
        yield None
        return
    except OSError:
        # What is wrong with the place is said when it is opened.
        pass
    journal = open_journal(path, call.surroundings.clock, wait_s=JOURNAL_WAIT_S)
    try:
        yield journal
    finally:
        journal.close()
