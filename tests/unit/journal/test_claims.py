"""One process at a time sweeps an operation."""

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.claims import Claims
from kumo_tui.journal.durable import SqliteJournal
from kumo_tui.journal.memory import MemoryJournal
from tests.unit.journal.worlds import TAG, opened

ROOT = Path(__file__).parents[3]
NOBODY = 65534

# Claims the operation, says what came of it, and holds it until its end.
HOLDER = """
import sys
from pathlib import Path
from kumo_tui.journal.claims import Claims
print(Claims(Path(sys.argv[1])).claim(sys.argv[2]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journals(path: Path) -> Iterator[tuple[SqliteJournal, SqliteJournal]]:
    """Two that are open on one file."""
    first, second = opened(path), opened(path)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def foreign() -> Iterator[Path]:
    """A folder with a claim in it, neither of which the tests may write to: run as root, they are nobody here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = folder / f"journal.db.sweeping-{TAG}"
        theirs.touch(mode=0o600)
        if os.geteuid() == 0:
            folder.chmod(0o755)
            os.seteuid(NOBODY)
            yield folder
            os.seteuid(0)
        else:
            theirs.chmod(0)
            folder.chmod(0o555)
            yield folder
            folder.chmod(0o755)


def beside(path: Path, tag: str = TAG) -> Path:
    return path.with_name(f"{path.name}.sweeping-{tag}")


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_one_of_two_journals_has_the_claim(journals: tuple[SqliteJournal, SqliteJournal]) -> None:
    first, second = journals
    assert (first.claim(TAG), second.claim(TAG)) == (True, False)
    assert (first.claim(TAG), second.claim(TAG)) == (True, False)


def test_another_operation_is_claimed_on_its_own(journals: tuple[SqliteJournal, SqliteJournal]) -> None:
    first, second = journals
    assert (first.claim(TAG), second.claim("AAAA")) == (True, True)


def test_what_was_given_up_is_claimed_by_the_next(journals: tuple[SqliteJournal, SqliteJournal]) -> None:
    first, second = journals
    first.claim(TAG)
    first.unclaim(TAG)
    assert (second.claim(TAG), first.claim(TAG)) == (True, False)


def test_who_does_not_hold_a_claim_takes_it_from_nobody(journals: tuple[SqliteJournal, SqliteJournal]) -> None:
    first, second = journals
    first.claim(TAG)
    second.unclaim(TAG)
    second.claim(TAG)
    second.unclaim(TAG)
    assert second.claim(TAG) is False


def test_closing_gives_all_claims_up(journals: tuple[SqliteJournal, SqliteJournal], path: Path) -> None:
    first, second = journals
    first.claim(TAG)
    first.claim("AAAA")
    first.close()
    assert not beside(path).exists()
    assert (second.claim(TAG), second.claim("AAAA")) == (True, True)
    first.unclaim(TAG)
    with pytest.raises(JournalError, match=r"journal\.db is closed"):
        first.claim("BBBB")


def test_its_file_is_private_and_gone_when_it_is_given_up(
    journals: tuple[SqliteJournal, SqliteJournal], path: Path
) -> None:
    before = os.umask(0)
    journals[0].claim(TAG)
    os.umask(before)
    assert beside(path).stat().st_mode & 0o777 == 0o600
    journals[0].unclaim(TAG)
    assert not beside(path).exists()


def test_a_file_that_others_could_open_is_made_private(path: Path) -> None:
    beside(path).touch()
    beside(path).chmod(0o644)
    claims = Claims(path)
    assert claims.claim(TAG)
    assert beside(path).stat().st_mode & 0o777 == 0o600
    claims.close()


def test_a_claim_whose_file_was_removed_is_taken_anew(path: Path) -> None:
    first, second = Claims(path), Claims(path)
    first.claim(TAG)
    beside(path).unlink()
    assert (first.claim(TAG), second.claim(TAG)) == (True, False)
    first.close()


def test_a_claim_whose_file_another_has_made_anew_is_lost(path: Path) -> None:
    first, second = Claims(path), Claims(path)
    first.claim(TAG)
    beside(path).unlink()
    assert (second.claim(TAG), first.claim(TAG)) == (True, False)
    second.close()


def test_a_claim_that_was_lost_takes_the_file_of_nobody_with_it(path: Path) -> None:
    first, second = Claims(path), Claims(path)
    first.claim(TAG)
    beside(path).unlink()
    second.claim(TAG)
    first.unclaim(TAG)
    assert beside(path).exists()
    assert Claims(path).claim(TAG) is False
    second.close()


def test_a_file_that_its_holder_removes_between_open_and_lock_is_no_claim(path: Path) -> None:
    holder = Claims(path)
    holder.claim(TAG)
    tries: list[int] = []

    def late(opened: int, flags: int) -> None:
        """The holder lets go just before the first lock is taken; another has it before the second."""
        tries.append(flags)
        if len(tries) == 1:
            holder.unclaim(TAG)
            assert holder.claim(TAG)
        else:
            raise BlockingIOError

    assert Claims(path, lock=late).claim(TAG) is False
    assert len(tries) == 2
    holder.close()


def test_a_file_that_changes_hands_for_ever_is_not_waited_for(path: Path) -> None:
    assert Claims(path, lock=lambda _opened, _flags: beside(path).unlink()).claim(TAG) is False


def test_claims_over_a_link_to_the_file_are_the_same(path: Path, tmp_path: Path) -> None:
    path.touch()
    (tmp_path / "link.db").symlink_to(path)
    first = Claims(path)
    assert (first.claim(TAG), Claims(tmp_path / "link.db").claim(TAG)) == (True, False)
    first.close()


def test_a_killed_process_holds_nothing(path: Path) -> None:
    mine = Claims(path)
    command = [sys.executable, "-c", HOLDER, str(path), TAG]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert mine.claim(TAG) is False
        holder.kill()
        holder.wait()
        assert beside(path).exists()
        assert mine.claim(TAG) is True
    mine.close()
    assert not beside(path).exists()


def test_a_process_beside_it_is_kept_away(path: Path) -> None:
    mine = Claims(path)
    mine.claim(TAG)
    command = [sys.executable, "-c", HOLDER, str(path), TAG]
    tried = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert tried.stdout == "False\n"
    mine.close()


@pytest.mark.parametrize("tag", ["", "7F3", "7f3a2c", "7F3A2C7F3A2C7", "../../7F3A", "7F3A2C\n", "7F3A\x1b[2J"])
def test_what_is_no_tag_makes_no_file(path: Path, tag: str) -> None:
    with pytest.raises(JournalError, match="no tag") as caught:
        Claims(path).claim(tag)
    assert str(caught.value).isprintable()
    assert list(path.parent.iterdir()) == []


def test_the_file_of_another_user_is_named(foreign: Path) -> None:
    with pytest.raises(
        JournalError, match=rf"journal\.db\.sweeping-{TAG}: Permission denied\. Set KUMO_TUI_JOURNAL"
    ):
        Claims(foreign / "journal.db").claim(TAG)


def test_a_folder_that_may_not_be_written_is_named(foreign: Path) -> None:
    with pytest.raises(JournalError, match=r"sweeping-AAAA: Permission denied\. Set KUMO_TUI_JOURNAL"):
        Claims(foreign / "journal.db").claim("AAAA")


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file or directory"):
        Claims(tmp_path / "gone" / "journal.db").claim(TAG)


def test_what_is_no_file_is_refused(path: Path) -> None:
    os.mkfifo(beside(path))
    with pytest.raises(JournalError, match="is no file"):
        Claims(path).claim(TAG)
    beside(path, "AAAA").mkdir()
    with pytest.raises(JournalError, match="Is a directory"):
        Claims(path).claim("AAAA")
    beside(path, "BBBB").symlink_to(path)
    with pytest.raises(JournalError, match="symbolic links"):
        Claims(path).claim("BBBB")


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_locks_is_an_error_and_not_a_claim(path: Path, number: int) -> None:
    def fails(_opened: int, _flags: int) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(
        JournalError, match=r"cannot be locked: the file system has no locks\. Set KUMO_TUI_JOURNAL"
    ):
        Claims(path, lock=fails).claim(TAG)


def test_no_file_stays_open_where_nothing_was_claimed(path: Path) -> None:
    holder, other = Claims(path), Claims(path)
    holder.claim(TAG)
    before = open_files()
    for _try in range(5):
        other.claim(TAG)
    assert open_files() == before
    holder.close()


def test_memory_is_always_claimed() -> None:
    journal = MemoryJournal()
    assert (journal.claim(TAG), journal.claim(TAG)) == (True, True)
    journal.unclaim(TAG)
