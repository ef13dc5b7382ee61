"""The log file for bug reports: what is in it, what never is, and that it never stands in the way."""

import logging
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kumo_tui.cli.log_file import LogFile, without_secrets
from kumo_tui.config import LogSettings, load_settings
from kumo_tui.sim.faults import Fault
from kumo_tui.sim.web.access import Access, User
from tests.fakes import FakeClock
from tests.unit.cli.desk import Desk

SECRET = "hunter2-and-more"
BASE64 = "a2ltOmh1bnRlcjItYW5kLW1vcmU="
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ (debug|info|warning|error) [\w.]+: \S.*")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """No test leaves a handler behind."""
    before = {name: list(logging.getLogger(name).handlers) for name in ("", "kumo_tui", "asyncio")}
    yield
    assert {name: list(logging.getLogger(name).handlers) for name in before} == before


def logged(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return lines


def test_without_being_asked_for_there_is_none(desk: Desk, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    assert desk.run("status") == 0
    assert set(tmp_path.rglob("*")) - before <= {path for path in tmp_path.rglob("*") if "journal" in path.name}


def test_a_bounce_leaves_its_versions_requests_act_and_verdict(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    assert (
        desk.run(
            "bounce", "--tenant", "acme", "--reason", "bad link", "--yes", "--at-most", "500", "--log", str(log)
        )
        == 0
    )
    text = "\n".join(logged(log))
    assert "kumo-tui " in text and "Python " in text and "terminal {" in text and "settings {" in text
    assert re.search(r"mta1:8000 GET /metrics 200 \d+ B \d+\.\d{3} s", text)
    assert re.search(r"mta1:8000 POST /api/admin/\w+/v1 200 \d+ B", text)
    assert re.search(r"op [0-9A-F]{6}: tenant=acme, \d+ messages previewed on mta1:8000", text)
    assert re.search(r"op [0-9A-F]{6}: mta1:8000", text)
    assert logged(log)[-1].endswith(": ended")


def test_doctor_logs_what_it_asks_each_node(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    desk.run("doctor", "--log", str(log))
    assert "GET /metrics 200" in "\n".join(logged(log))


def test_only_its_owner_can_read_it_whatever_it_was_before(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    log.write_text("", "utf-8")
    log.chmod(0o644)
    before = os.umask(0)
    try:
        desk.run("--log", str(log), "status")
        desk.run("status", "--log", str(tmp_path / "new.log"))
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (log, tmp_path / "new.log")}
    assert modes == {0o600}


def test_the_settings_turn_it_on_and_say_how_much_is_kept(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    desk.configure(f'[log]\nfile = "{log}"\nmax_bytes = 10000\nkeep = 2\n')
    assert desk.run("status") == 0
    settings = LogSettings(file=str(log), max_bytes=10_000, keep=2)
    with LogFile(settings, FakeClock()):
        for _line in range(500):
            logging.getLogger("kumo_tui.node").info("%s", "x" * 100)
    files = sorted(path.name for path in tmp_path.glob("bug.log*"))
    assert files == ["bug.log", "bug.log.1", "bug.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in tmp_path.glob("bug.log*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("bug.log*")} == {0o600}


def test_warnings_only_is_what_went_wrong_only(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    desk.configure(f'[log]\nfile = "{log}"\nlevel = "warning"\n')
    assert desk.run("status") == 0
    assert logged(log) == []
    desk.node.faults.add(Fault("error", path="/metrics"))
    desk.run("status")
    assert all(" warning " in line for line in logged(log))
    assert "GET /metrics 500" in log.read_text("utf-8")


def test_no_credentials_are_in_it(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "bug.log"
    desk.node.access = Access(trust_hosts=False, users=(User("kim", "viewer", password=SECRET),))
    desk.configure(
        f'[log]\nfile = "{log}"\nlevel = "debug"\n'
        '[[profile.lab.nodes]]\nurl = "http://mta1:8000"\nname = "mta1"\nallow_plain_http = true\n'
        'credentials = { user = "kim", password_env = "KT_PASSWORD" }\n'
    )
    desk.run("--profile", "lab", "status", environ={"KT_PASSWORD": SECRET})
    desk.run(
        "--profile", "lab", "bounce", "--tenant", "acme", "--reason", "x", "--yes", "--at-most", "500",
        environ={"KT_PASSWORD": SECRET},
    )  # fmt: skip
    text = log.read_text("utf-8")
    assert "GET /metrics 200" in text
    assert "401" in text
    assert SECRET not in text
    assert BASE64 not in text
    assert "uthorization:" not in text


def test_a_record_is_one_clean_line_whatever_a_server_says(tmp_path: Path) -> None:
    log = LogFile(LogSettings(file=str(tmp_path / "bug.log")), FakeClock())
    with log:
        logging.getLogger("kumo_tui.node").warning("%s", "a\x1b[2J\nb\u202ec" + "x" * 20_000)
    (line, _ended) = logged(tmp_path / "bug.log")
    assert "a\\x1b[2J | b\\u202ecx" in line
    assert len(line) < 9000


def test_a_mistake_of_ours_is_there_with_its_traceback(tmp_path: Path) -> None:
    path = tmp_path / "bug.log"
    with pytest.raises(ZeroDivisionError), LogFile(LogSettings(file=str(path)), FakeClock()):
        raise ZeroDivisionError("no\nway")
    (line,) = logged(path)
    assert "ended by a mistake in kumo-tui" in line
    assert "test_log_file.py" in line and "ZeroDivisionError: no | way" in line


@pytest.mark.parametrize("where", ["no/such/folder.log", "."])
def test_a_file_that_cannot_be_written_is_said_once_and_the_work_goes_on(
    desk: Desk, tmp_path: Path, where: str
) -> None:
    desk.configure(f'[log]\nfile = "{tmp_path / where}"\n')
    assert desk.run("status") == 0
    assert desk.err.count("the log file cannot be written") == 1


def test_a_pipe_is_no_log_file(desk: Desk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    desk.configure(f'[log]\nfile = "{tmp_path / "pipe"}"\n')
    assert desk.run("status") == 0
    assert "not a regular file" in desk.err


def test_what_fails_on_the_way_is_said_once_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    with LogFile(LogSettings(file=str(folder / "bug.log"), max_bytes=10_000), FakeClock()):
        shutil.rmtree(folder)
        for _line in range(300):
            logging.getLogger("kumo_tui.node").info("%s", "x" * 100)
        assert capsys.readouterr() == ("", "")
    assert capsys.readouterr().err.count("the log file cannot be written: No such file or directory") == 1


def test_libraries_that_log_headers_are_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "bug.log"
    with LogFile(LogSettings(file=str(path), level="debug"), FakeClock()):
        for name in ("httpx", "httpcore.http11", "textual"):
            logging.getLogger(name).warning("Authorization: Basic abc")
        logging.getLogger("asyncio").error("Task exception was never retrieved")
    assert "Authorization" not in path.read_text("utf-8")
    assert "Task exception was never retrieved" in path.read_text("utf-8")


def test_the_settings_are_shown_without_logins(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[profile.lab]\nnodes_command = ["fleetctl", "--token", "KT_PASSWORD"]\n'
        '[[profile.lab.nodes]]\nurl = "https://mta1:8000"\n'
        'credentials = { user = "kim", password_env = "KT_PASSWORD" }\n',
        "utf-8",
    )
    shown = without_secrets(load_settings(config))
    assert shown["profile"]["lab"]["nodes"][0]["credentials"] == "set"
    assert shown["profile"]["lab"]["nodes_command"] == "set"
    assert "KT_PASSWORD" not in str(shown)


def test_without_a_log_no_program_is_run_to_find_out_what_would_be_in_it() -> None:
    script = (
        "import sys\n"
        "from kumo_tui.cli.commands import outcome\n"
        "from kumo_tui.cli.compose import Surroundings\n"
        "sys.addaudithook(lambda event, args: print(event, args[0]) if event == 'subprocess.Popen' else None)\n"
        "assert outcome(['status', '--endpoint', 'http://127.0.0.1:1'], Surroundings()) == 3\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert "subprocess.Popen" not in done.stdout
