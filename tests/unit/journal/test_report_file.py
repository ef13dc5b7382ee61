"""A report becomes a file of its own: nothing that is there is touched, and no half of one is left."""

import errno
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.report_file import write_new


def test_each_report_is_a_new_file_beside_the_others(tmp_path: Path) -> None:
    names = [write_new(tmp_path, "report-7F3A", "md", f"text {number}\n").name for number in range(3)]
    assert names == ["report-7F3A.md", "report-7F3A-2.md", "report-7F3A-3.md"]
    assert [(tmp_path / name).read_text("utf-8") for name in names] == ["text 0\n", "text 1\n", "text 2\n"]


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "report.md").symlink_to(tmp_path / "elsewhere")
    assert write_new(tmp_path, "report", "md", "x").name == "report-2.md"
    assert not (tmp_path / "elsewhere").exists()


def test_the_whole_path_is_told_wherever_it_was_asked_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_new(Path(), "report", "csv", "x") == tmp_path / "report.csv"


def test_lines_end_alike_everywhere(tmp_path: Path) -> None:
    assert write_new(tmp_path, "report", "md", "é\n").read_bytes() == b"\xc3\xa9\n"


def test_a_folder_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        JournalError, match=r"gone/report\.md cannot be written: No such file or directory\. Start"
    ):
        write_new(tmp_path / "gone", "report", "md", "x")


def test_of_a_text_that_could_not_be_written_whole_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str, *_more: object, **_options: object) -> int:
        path.write_bytes(text[:1].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(JournalError, match="No space left on device"):
        write_new(tmp_path, "report", "md", "long text")
    assert list(tmp_path.iterdir()) == []
