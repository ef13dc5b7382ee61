"""Several processes write at the same time, and any of them may be killed at any moment."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import START
from tests.unit.journal.worlds import TAG, YAHOO, an_operation, opened
from tests.unit.journal.writer import baseline_of

ROOT = Path(__file__).parents[3]
WRITERS = ("A", "B", "C", "D")
EACH = 15
KILLS = 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    journal = opened(path)
    journal.record_intent(an_operation("shared"), [])
    journal.close()
    return path


def started(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.unit.journal.writer", str(path), name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_processes_that_write_at_the_same_time_lose_nothing(path: Path) -> None:
    writers = [started(path, name, EACH) for name in WRITERS]
    answers = [writer.communicate() for writer in writers]
    assert [(writer.returncode, errors) for writer, (_said, errors) in zip(writers, answers, strict=True)] == [
        (0, "")
    ] * len(WRITERS)
    journal = opened(path)
    recorded = {entry.operation.tag: entry for entry in journal.operations()}
    journal.close()
    assert len(recorded) == len(WRITERS) * EACH + 1
    for tag, entry in recorded.items():
        if tag != "shared":
            assert entry.baseline == {"mta1": baseline_of(tag)}
            assert entry.operation.acts[0].id == tag
    assert recorded["shared"].totals == {"mta1": {"a": dict.fromkeys(("q", *WRITERS), EACH - 1)}}


def test_processes_that_start_at_the_same_time_make_one_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", f"from tests.unit.journal.worlds import *; opened(Path({str(path)!r}), 30)"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _number in range(4)
    ]
    assert [starter.communicate()[1] for starter in starters] == [""] * 4
    journal = opened(path)
    assert journal.problem() is None
    journal.close()


def test_every_intent_that_was_said_to_be_written_outlives_a_kill(path: Path) -> None:
    chance = random.Random(4711)
    said: list[str] = []
    for kill in range(KILLS):
        with started(path, f"K{kill}-", 0) as writer:
            assert writer.stdout is not None
            assert writer.stderr is not None
            said += [writer.stdout.readline().strip() for _line in range(chance.randint(1, 40))]
            writer.kill()
            said += writer.stdout.read().split()
            assert writer.stderr.read() == ""
        assert_whole(path, said)


@pytest.mark.parametrize("lines", [1, 2, 7, 40])
def test_a_clean_bounce_outlives_the_process_that_swept_it(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "journal.db"
    command = [sys.executable, "-m", "tests.unit.journal.sweeper", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sweeping:
        assert sweeping.stdout is not None
        said = [int(sweeping.stdout.readline()) for _line in range(lines)]
        journal = opened(path, wait_s=30)
        assert journal.claim(TAG) is False
        sweeping.kill()
        said += [int(line) for line in sweeping.stdout]
    assert journal.claim(TAG) is True
    (found,) = journal.operations(open_only=True)
    journal.close()
    assert found.operation.confirmed_at == START
    assert [stop.id for stop in found.stops_standing("mta1")] == ["s1"]
    assert found.totals["mta1"]["sweeps"][YAHOO] - said[-1] in (0, 1)
    assert found.sweeps("mta1").answered - said[-1] in (0, 1)
    assert found.sweeps("mta1").unanswered in (0, 1)
    assert_sound(path)


def assert_whole(path: Path, said: list[str]) -> None:
    """The file opens, is without fault, and holds these intents whole."""
    journal = opened(path)
    found = {request.tag for request in journal.open_intents()}
    last = journal.operation(said[-1])
    journal.close()
    assert set(said) <= found
    assert last is not None
    assert last.baseline == {"mta1": baseline_of(said[-1])}
    assert_sound(path)


def assert_sound(path: Path) -> None:
    plain = sqlite3.connect(path)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
