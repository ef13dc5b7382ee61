"""Where the file is made, who may read it, and how a damaged one is kept."""

import os
import stat
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.place import journal_path, make_place, set_aside
from tests.fakes import START
from tests.unit.journal.worlds import TAG, an_intent, an_operation, opened


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    assert journal_path({"KUMO_TUI_JOURNAL": str(tmp_path / "j.db")}) == tmp_path / "j.db"


def test_the_file_is_in_the_state_folder_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    found = journal_path({"KUMO_TUI_JOURNAL": ""})
    assert found.name == "journal.db"
    assert found.parent.name == "kumo-tui"
    assert journal_path({}) == found


@pytest.mark.usefixtures("_umask")
def test_a_new_file_and_the_new_folders_above_it_are_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "kumo-tui" / "journal.db"
    make_place(path)
    assert [mode_of(path), mode_of(path.parent), mode_of(path.parent.parent)] == [0o600, 0o700, 0o700]
    assert path.read_bytes() == b""


@pytest.mark.usefixtures("_umask")
def test_what_sqlite_puts_beside_it_is_private_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = opened(path)
    journal.record_intent(an_operation(), [an_intent()])
    journal.close()
    assert {mode_of(file) for file in tmp_path.iterdir()} == {0o600}


def test_a_file_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    opened(path).close()
    path.chmod(0o644)
    opened(path).close()
    assert mode_of(path) == 0o600


def test_a_file_that_must_not_be_written_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    make_place(path)
    path.chmod(0o444)
    make_place(path)
    assert mode_of(path) == 0o400


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_place(tmp_path / "journal.db")
    assert mode_of(tmp_path) == 0o755


def test_nothing_is_made_behind_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "journal.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match=r"journal\.db: No such file"):
        make_place(tmp_path / "journal.db")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="is no file"):
        make_place(tmp_path)


def test_a_file_in_the_place_of_its_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(JournalError, match=r"/state.*: Not a directory\. Set KUMO_TUI_JOURNAL"):
        make_place(tmp_path / "state" / "kumo-tui" / "journal.db")


def test_a_path_of_any_characters_is_opened_and_shown_clean(tmp_path: Path) -> None:
    path = tmp_path / "50%?mode=ro#\x1b[2J" / "journal.db"
    journal = opened(path)
    assert journal.problem() is None
    path.unlink()
    problem = journal.problem()
    journal.close()
    assert problem is not None
    assert problem.isprintable()


def test_a_damaged_file_is_renamed_with_the_time_and_what_belongs_to_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"damaged")
    path.with_name("journal.db-journal").write_bytes(b"unfinished")
    aside = set_aside(path, START.astimezone(timezone(timedelta(hours=5))))
    assert aside == tmp_path / "journal.db.damaged-20261121T120000Z"
    assert sorted(tmp_path.iterdir()) == [aside, aside.with_name(f"{aside.name}-journal")]
    assert aside.read_bytes() == b"damaged"
    assert aside.with_name(f"{aside.name}-journal").read_bytes() == b"unfinished"


def test_a_file_set_aside_overwrites_no_other(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    aside = []
    for content in (b"first", b"second", b"third"):
        path.write_bytes(content)
        aside.append(set_aside(path, START))
    assert len(set(aside)) == 3
    assert [file.read_bytes() for file in aside] == [b"first", b"second", b"third"]


def test_a_file_that_is_not_there_cannot_be_set_aside(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"journal\.db cannot be set aside: No such file"):
        set_aside(tmp_path / "journal.db", START)
    assert list(tmp_path.iterdir()) == []


def test_a_new_journal_is_begun_after_a_damaged_one_was_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database, and longer than the header of one" * 100)
    with pytest.raises(JournalError):
        opened(path)
    set_aside(path, START)
    journal = opened(path)
    journal.record_intent(an_operation(), [an_intent()])
    assert [recorded.operation.tag for recorded in journal.operations()] == [TAG]
    journal.close()
