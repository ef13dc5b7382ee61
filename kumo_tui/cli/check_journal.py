"""The doctor's look at the journal: whether acts may be written down here, and what stands open in it."""

import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kumo_tui.cli.checks import Check, Health
from kumo_tui.cli.compose import JOURNAL_WAIT_S
from kumo_tui.clock import Clock
from kumo_tui.errors import JournalDamaged, JournalError, Refused
from kumo_tui.journal.durable import SqliteJournal, open_journal
from kumo_tui.journal.place import ELSEWHERE, set_aside, shown
from kumo_tui.journal.records import Recorded
from kumo_tui.journal.schema import MIGRATIONS
from kumo_tui.text import clean, plural

TAGS_SHOWN = 5

_STANDS = "The dashboard and `kumo-tui watch` go on with it, `kumo-tui release` ends it."


def check_journal(path: Path, clock: Clock) -> Iterator[Check]:
    """The state of the journal; none is made where there is none."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        yield _missing(path)
        yield from _set_aside(path)
        return
    except OSError as error:
        yield _failed(f"{shown(path)}: {error.strerror or error}.", ELSEWHERE)
        return
    try:
        journal = open_journal(path, clock, wait_s=JOURNAL_WAIT_S)
    except JournalError as error:
        yield _failed(error.what, error.next_step)
    else:
        try:
            yield from _opened(journal, path, mode)
        finally:
            journal.close()
    yield from _set_aside(path)


def move_damaged(path: Path, clock: Clock) -> Path:
    """Set the journal aside and return where it is now, if and only if it is damaged.

    Raises Refused when it is not there or not damaged, and JournalError when that cannot be told or done.
    """
    if not path.exists():
        raise Refused(f"There is no journal at {shown(path)}.", "Nothing was moved.")
    try:
        journal = open_journal(path, clock, wait_s=JOURNAL_WAIT_S)
        try:
            # A file can be sound and hold values that nobody wrote.
            journal.operations()
            journal.others()
        finally:
            journal.close()
    except JournalDamaged:
        return set_aside(path, clock.now())
    raise Refused(f"{shown(path)} is not damaged.", "Nothing was moved.")


def _missing(path: Path) -> Check:
    folder = next((above for above in path.absolute().parents if above.exists()), Path("/"))
    try:
        # Rights alone do not tell: the disk may be full, or no place for files at all.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            probe.flush()
    except OSError:
        return _failed(f"{shown(path)} is not there, and {shown(folder)} cannot be written.", ELSEWHERE)
    return Check("journal", Health.OK, f"{shown(path)} is not there yet and can be made")


def _opened(journal: SqliteJournal, path: Path, mode: int) -> Iterator[Check]:
    problem = journal.problem()
    if problem is not None:
        yield _failed(problem, "Until then nothing is bounced; looking goes on.")
    try:
        # As every command does that goes on with them: what cannot be read here stops acts there.
        still_open = journal.operations(open_only=True)
        number, others = len(journal.tags()), journal.others().found
    except JournalError as error:
        yield _failed(error.what, error.next_step)
        return
    found = path.stat()
    words = (
        f"{shown(path)}, mode {stat.S_IMODE(found.st_mode):04o}, format {len(MIGRATIONS)}, "
        f"{_size(found.st_size)}, {plural(number, 'operation')}, {len(still_open)} open"
    )
    if others:
        words += f", {plural(others, 'act')} on entries of others"
    if problem is None:
        yield Check("journal", Health.OK, words)
    if mode & 0o077:
        yield Check("journal", Health.WARNING, f"others could read it (mode {mode:04o}); it is private now.")
    if still_open:
        yield _open_ones(still_open)
    yield from _stops(still_open)


def _open_ones(recorded: Sequence[Recorded]) -> Check:
    tags = ", ".join(clean(each.operation.tag) for each in recorded[:TAGS_SHOWN])
    more = ", …" if len(recorded) > TAGS_SHOWN else ""
    words = f"no end was seen of {tags}{more}."
    return Check("journal", Health.WARNING, words, "The next command that reads their nodes goes on with them.")


def _stops(recorded: Sequence[Recorded]) -> Iterator[Check]:
    for each in recorded:
        nodes = [act.node for act in each.operation.acts if each.stops_standing(act.node)]
        if nodes:
            where = ", ".join(map(clean, nodes))
            words = f"a stop of operation {clean(each.operation.tag)} may stand on {where}."
            yield Check("journal", Health.WARNING, words, _STANDS)


def _set_aside(path: Path) -> Iterator[Check]:
    for aside in sorted(path.parent.glob(f"{path.name}.damaged-*")) if path.parent.is_dir() else ():
        if not aside.name.endswith("-journal"):
            words = f"a damaged journal was set aside as {shown(aside)}, {_size(aside.stat().st_size)}."
            yield Check("journal", Health.WARNING, words, "Nothing in it is followed. Keep it or delete it.")


def _failed(what: str, next_step: str) -> Check:
    return Check("journal", Health.FAILED, what, next_step)


def _size(size: int) -> str:
    return f"{size / 1024:,.0f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:,.1f} MiB"
