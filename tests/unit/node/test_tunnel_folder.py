"""The folders of tunnels: private, short enough for a socket, and cleared of what dead processes left."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kumo_tui.node.tunnel_folder import LONGEST_PATH, TunnelFolder

OPEN_ONE = """
import os, signal
from kumo_tui.node.tunnel_folder import TunnelFolder
folder = TunnelFolder()
folder.socket.touch()
print(folder.path, flush=True)
input()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder with a short path, and a temporary folder beside it."""
    with tempfile.TemporaryDirectory(prefix="kt", dir="/tmp") as name:
        folder = Path(name) / "run"
        folder.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield folder


def test_it_is_private_below_the_runtime_folder_and_removed_once(runtime: Path) -> None:
    folder = TunnelFolder()
    assert folder.path.parent == runtime / "kumo-tui"
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.path.parent.stat().st_mode & 0o777 == 0o700
    folder.socket.touch()
    folder.remove()
    assert not folder.path.exists()
    folder.remove()


def test_two_of_one_process_are_apart_and_leave_each_other_alone(runtime: Path) -> None:
    first, second = TunnelFolder(), TunnelFolder()
    assert first.path != second.path
    assert first.path.exists()
    first.remove()
    assert second.path.exists()
    second.remove()


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_stays(runtime: Path) -> None:
    started = (sys.executable, "-c", OPEN_ONE)
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        TunnelFolder().remove()
        assert theirs.exists()
        other.communicate("\n")
    assert theirs.exists()
    foreign = runtime / "kumo-tui" / "something-else"
    foreign.mkdir()
    TunnelFolder().remove()
    assert not theirs.exists()
    assert foreign.exists()


def test_without_a_runtime_folder_the_platforms_own_place_or_the_temporary_folder_serves(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    folder = TunnelFolder()
    assert folder.path.stat().st_uid == os.geteuid()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.remove()


@pytest.mark.parametrize("name", ["x" * 80, "a:b", "100%h", "${HOME}", "a b"])
def test_a_place_whose_path_ssh_cannot_take_is_passed_over(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    odd = runtime / name
    odd.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(odd))
    folder = TunnelFolder()
    assert folder.path.parent == runtime.parent
    assert folder.path.name.startswith(f"kumo-tui-{os.geteuid()}-")
    assert len(os.fsencode(folder.socket)) <= LONGEST_PATH
    folder.remove()


def test_a_folder_that_others_can_enter_is_not_used(runtime: Path) -> None:
    (runtime / "kumo-tui").mkdir()
    (runtime / "kumo-tui").chmod(0o755)
    folder = TunnelFolder()
    assert folder.path.parent == runtime.parent
    folder.remove()


def test_where_nothing_can_be_made_the_reason_is_raised(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime / ("x" * 90)))
    monkeypatch.setattr(tempfile, "tempdir", str(runtime / "gone"))
    monkeypatch.setattr("kumo_tui.node.tunnel_folder.LAST_RESORT", str(runtime / "gone"))
    with pytest.raises(OSError, match="No such file or directory"):
        TunnelFolder()
