"""The rules of the house: who may import whom, who reads the time, how long a file may be."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kumo_tui"
CLOCKS = (PACKAGE / "clock.py", PACKAGE / "sim" / "clock.py")
# It waits for sockets of this machine, whatever time its engine lives in.
SERVES_IN_REAL_TIME = {PACKAGE / "sim" / "fleet.py": "asyncio.sleep"}
LONGEST_FILE = 400

# One line that breaks each contract, and the module that it is put into.
VIOLATIONS = {
    "A room uses the rooms above it and nothing below it": ("text.py", "import kumo_tui.watch.pace"),
    "The simulator uses nothing of the rest": ("sim/clock.py", "import kumo_tui.units"),
    "Only the command line starts the simulator": ("ui/keys.py", "import kumo_tui.sim.durations"),
    "Only the node room speaks HTTP": ("act/token.py", "import httpx"),
    "Only the ui room draws": ("watch/pace.py", "import rich"),
    "The model does no input and no output": ("model/trend.py", "import sqlite3"),
}


def linted(folder: Path) -> str:
    """What import-linter says of the package in this folder, by the contracts of our pyproject.toml."""
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    ran = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


def test_every_import_goes_the_way_of_the_house() -> None:
    said = linted(ROOT)
    assert f"Contracts: {len(VIOLATIONS)} kept, 0 broken." in said, said


def test_an_import_that_goes_another_way_is_found(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "kumo_tui", ignore=shutil.ignore_patterns("__pycache__"))
    for file, line in VIOLATIONS.values():
        path = tmp_path / "kumo_tui" / file
        path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    said = linted(tmp_path)
    for contract in VIOLATIONS:
        assert f"{contract} BROKEN" in said, said


def python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def time_reads(source: str) -> Iterator[str]:
    """Every place in a source that reads the time or waits by it, as `line: what`."""
    for node in ast.walk(ast.parse(source)):
        found = None
        if isinstance(node, ast.Import) and any(alias.name == "time" for alias in node.names):
            found = "import time"
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == "time" or (node.module == "asyncio" and "sleep" in names):
                found = f"from {node.module} import"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found = _timed_call(node, node.func)
        if found:
            yield f"{getattr(node, 'lineno', 0)}: {found}"


def _timed_call(call: ast.Call, func: ast.Attribute) -> str | None:
    text = ast.unparse(func)
    owner = text.rpartition(".")[0].rpartition(".")[2]
    if func.attr in ("now", "utcnow", "today") and owner in ("datetime", "date"):
        return text
    if text == "asyncio.sleep" and [ast.unparse(argument) for argument in call.args] != ["0"]:
        return text
    if func.attr in ("call_later", "call_at") or (func.attr == "time" and "loop" in text):
        return text
    return text if text == "threading.Timer" else None


def test_only_the_clocks_read_the_time() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{read}"
        for path in python_files(PACKAGE)
        if path not in CLOCKS
        for read in time_reads(path.read_text("utf-8"))
        if not read.endswith(f": {SERVES_IN_REAL_TIME.get(path)}")
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os, time as clock",
        "from time import monotonic",
        "from asyncio import sleep",
        "import asyncio\nasyncio.sleep(1)",
        "import asyncio\nasyncio.sleep(seconds)",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import date\ndate.today()",
        "import asyncio\nasyncio.get_running_loop().time()",
        "self.loop.call_later(5, work)",
        "threading.Timer(5, work)",
    ],
)
def test_a_reading_of_the_time_is_found(source: str) -> None:
    assert list(time_reads(source))


@pytest.mark.parametrize(
    "source", ["self._clock.now()", "clock.monotonic()", "await clock.sleep(1)", "await asyncio.sleep(0)"]
)
def test_a_clock_that_was_given_is_no_reading_of_the_time(source: str) -> None:
    assert list(time_reads(f"async def f():\n    {source}")) == []


@pytest.mark.parametrize("path", CLOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_clocks_themselves_would_be_found(path: Path) -> None:
    assert list(time_reads(path.read_text("utf-8")))


def too_long(paths: list[Path]) -> list[str]:
    counted = ((path, len(path.read_text("utf-8").splitlines())) for path in paths)
    return [f"{path.name}: {lines}" for path, lines in counted if lines > LONGEST_FILE]


def test_no_file_is_longer_than_one_idea() -> None:
    files = python_files(PACKAGE, ROOT / "tests")
    assert len(files) > 50
    assert too_long(files) == []


def test_a_file_that_is_too_long_is_found(tmp_path: Path) -> None:
    long, short = tmp_path / "long.py", tmp_path / "short.py"
    long.write_text("x = 1\n" * (LONGEST_FILE + 1), "utf-8")
    short.write_text("x = 1\n" * LONGEST_FILE, "utf-8")
    assert too_long([long, short]) == ["long.py: 401"]
