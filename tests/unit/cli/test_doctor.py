"""doctor: what works here, what does not, what to do; nodes are only read."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kumo_tui.cli.checks import Health, TerminalFacts, check_terminal_facts, unknown_variables
from kumo_tui.journal.durable import open_journal
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.sim import Fault
from tests.fakes import START
from tests.unit.cli.conftest import MakeDesk
from tests.unit.cli.desk import Desk
from tests.unit.journal.worlds import TAG, a_stop, a_stop_intent

DOWN = ("--endpoint", "http://gone:8000")
OLD = '[[node]]\nname = "mta1"\nversion = "2024.11.08-d383b033"\n'
TWO = "".join(f'[[node]]\nname = "mta{number}"\nversion = "2026.06.23-f3af1cd0"\n' for number in (1, 2))
GOOD_TERMINAL = TerminalFacts(True, "xterm-256color", "", False, "utf-8", (80, 24))


@pytest.fixture
def path(state_folder: Path) -> Path:
    return state_folder / "kumo-tui" / "journal.db"


@pytest.fixture
def _unchangeable(state_folder: Path) -> Iterator[None]:
    state_folder.chmod(0o500)
    yield
    state_folder.chmod(0o700)


def said(desk: Desk, *words: str, area: str = "node") -> list[dict[str, Any]]:
    """The checks of one area."""
    return [check for check in desk.json(*words, "doctor")["checks"] if check["area"] == area]


def whats(checks: list[dict[str, Any]], state: str) -> str:
    return "\n".join(f"{check['what']} {check['next_step']}" for check in checks if check["state"] == state)


def damage(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is no database, and longer than a header" * 100)
    return path.read_bytes()


def test_a_node_that_runs_another_version_than_it_describes_is_warned_of(desk: Desk) -> None:
    desk.node.machine.version = "2024.11.08-d383b033"
    words = whats(said(desk), "warning")
    assert "not of the version that it runs: 2026.06.23-f3af1cd0, not 2024.11.08-d383b033." in words
    assert "more than one kumod behind its URL?" in words
    assert "can: " not in desk.out


@pytest.mark.parametrize("kind", ["html", "empty", "list", "error", "half_reply"])
def test_a_node_whose_description_cannot_be_read_is_warned_of(desk: Desk, kind: Any) -> None:
    desk.node.faults.add(Fault(kind, path="/api-docs"))
    assert "exact queue names are never sent to it" in whats(said(desk), "warning")
    assert "can: " not in desk.out


def test_a_node_that_answers_is_described_and_only_read(desk: Desk) -> None:
    checks = said(desk)
    assert desk.code == 0
    assert {check["node"] for check in checks} == {"mta1:8000"}
    fine = whats(checks, "ok")
    assert "kumod 2026.06.23-f3af1cd0, answered in 0 ms, clock +0 s" in fine
    assert "can: exact bounce, exact stop, stop by criteria, samples of a queue, flush" in fine
    assert "whether it may be changed from here only an act shows" in fine
    assert "may take other queues' mail" in whats(checks, "warning")
    assert {request.method for request in desk.node.requests} == {"GET"}


def test_the_text_is_one_line_a_check_with_a_mark_and_what_to_do(desk: Desk) -> None:
    assert desk.run("--endpoint", desk.urls[0], "doctor", environ={"LANG": "C.UTF-8"}) == 0
    lines = desk.out.splitlines()
    assert {line[0] for line in lines} == {"✓", "!"}
    assert any(line.startswith("! node mta1:8000") and line.endswith("as is the default.") for line in lines)
    desk.configure("ascii = true\n")
    desk.run(*DOWN, "doctor")
    assert {line[0] for line in desk.out.splitlines()} == {"+", "!", "x"}


def test_an_old_build_cannot_do_everything_and_has_no_defect(make_desk: MakeDesk) -> None:
    checks = said(make_desk(OLD))
    assert "a plain bounce is exact: its version is older than 2025.05.06" in whats(checks, "ok")
    assert "cannot: exact bounce, exact stop" in whats(checks, "warning")


def test_the_setting_decides_whether_plain_is_exact(desk: Desk) -> None:
    desk.configure("[act]\nplain_is_exact = true\n")
    assert "counts as exact, by the setting act.plain_is_exact" in whats(said(desk), "ok")


def test_a_clock_that_is_off_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.clock, "utc", lambda: desk.clock.now() - timedelta(seconds=90))
    assert "its clock is 90 s behind ours" in whats(said(desk), "warning")


def test_a_node_that_takes_no_mail_says_why(desk: Desk) -> None:
    desk.node.machine.disk_free_percent = 4
    words = whats(said(desk), "warning")
    assert "it takes no mail: storage is too full. New mail is refused there until that is over." in words
    assert "disk is nearly full: data spool, log dir /var/log/kumomta and 1 more have 4% free." in words
    assert desk.run("status") == 0
    assert "mta1:8000: it takes no mail: storage is too full." in desk.err


def test_another_program_of_the_family_is_no_node(desk: Desk) -> None:
    desk.node.machine.process_kind = "tsa-daemon"
    assert "what answers there is tsa-daemon, not kumod. Check the node's URL" in whats(said(desk), "failed")


def test_one_server_under_two_names_and_two_of_one_image_are_told(make_desk: MakeDesk) -> None:
    desk = make_desk(TWO)
    first, second = desk.fleet.nodes.values()
    assert "mta1:8000" not in whats(said(desk), "warning")
    second.machine.number = first.machine.number
    second.machine.online_since = first.machine.online_since - timedelta(hours=1)
    cloned = "it tells the node id of mta1:8000 too, but another start: machines of one image, each counted."
    assert cloned in whats(said(desk), "warning")
    second.machine.online_since = first.machine.online_since
    assert "it is the same server as mta1:8000, counted and acted on once." in whats(said(desk), "warning")


def test_no_node_read_is_3_and_some_is_7(desk: Desk) -> None:
    checks = said(desk, *DOWN)
    assert desk.code == 3
    assert "refuses connections" in whats(checks, "failed")
    assert "plain HTTP to another machine" in whats(checks, "warning")
    said(desk, *DOWN, "--endpoint", "http://mta1:8000")
    assert desk.code == 7


def test_what_is_not_kumod_is_no_node(desk: Desk) -> None:
    desk.node.faults.add(Fault("html"))
    assert "not kumod" in whats(said(desk), "failed")
    assert desk.code == 3


def test_a_certificate_that_is_not_verified_stays_a_warning(desk: Desk) -> None:
    desk.configure('[profile.lab]\nnodes = [{ url = "https://mta1:8000", insecure = true }]\n')
    assert "its certificate is not verified" in whats(said(desk, "--profile", "lab"), "warning")


def test_a_config_that_does_not_load_is_2_and_the_rest_is_still_told(desk: Desk) -> None:
    desk.configure("[poll]\nintervall_s = 3\n")
    answer = desk.json("doctor")
    assert desk.code == answer["exit"] == 2
    assert {check["area"] for check in answer["checks"]} == {"program", "terminal", "config", "journal", "node"}
    (failed,) = [check for check in answer["checks"] if check["state"] == "failed"]
    assert "intervall_s" in failed["what"]
    assert desk.run("doctor", environ={"HOME": "/"}) == 2
    assert "which nodes are meant is not known" in desk.out


def test_several_profiles_and_none_chosen_is_2(desk: Desk) -> None:
    node = 'nodes = [{ url = "http://mta1:8000" }]\n'
    desk.configure(f"[profile.a]\n{node}[profile.b]\n{node}")
    assert desk.run("doctor", environ={"HOME": "/"}) == 2
    assert "several profiles are known: a, b." in desk.out


def test_what_holds_on_a_profile_is_told_and_a_node_that_is_off_is_not_asked(desk: Desk, tmp_path: Path) -> None:
    nodes = tmp_path / "nodes"
    nodes.write_text('[{"url": "http://gone:8000", "enabled": false}]')
    node = 'nodes = [{ url = "http://mta1:8000", read_only = true }]'
    desk.configure(f'[profile.prod]\nproduction = true\nread_only = true\nnodes_file = "{nodes}"\n{node}\n')
    (told,) = said(desk, "--profile", "prod", area="nodes")
    assert told["what"] == (
        "profile prod: PRODUCTION, read-only (profile prod), 2 nodes, 1 of them listed elsewhere"
    )
    checks = whats(said(desk, "--profile", "prod"), "ok")
    assert desk.code == 0
    assert "off (enabled = false): it is not asked." in checks
    assert "only watched (read_only): nothing that changes it is offered" in checks
    (told,) = said(desk, "--endpoint", "http://MTA1:8000", area="nodes")
    assert told["what"] == "what profile prod says holds for them too: PRODUCTION, read-only (profile prod)"


def test_a_node_list_that_cannot_be_had_is_2_and_named(desk: Desk, tmp_path: Path) -> None:
    desk.configure(f'[profile.prod]\nnodes_file = "{tmp_path}/none"\n')
    assert desk.run("doctor", environ={"HOME": "/"}) == 2
    assert f"profile prod: {tmp_path}/none: no such file." in desk.out


def test_a_variable_that_is_no_setting_is_told() -> None:
    names = ["KUMO_TUI_CONFIG", "KUMO_TUI_POLL__INTERVAL_S", "KUMO_TUI_READONLY", "KUMO_TUI_JOURNAL", "PATH"]
    assert unknown_variables(dict.fromkeys(names, "")) == ["KUMO_TUI_READONLY"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"is_terminal": False}, "the dashboard cannot open"),
        ({"term": "dumb"}, "TERM is dumb"),
        ({"term": ""}, "TERM is not set"),
        ({"encoding": "ascii"}, "not UTF-8"),
        ({"size": (79, 24)}, "79x24 is small"),
    ],
)
def test_a_terminal_that_will_not_do_is_a_warning(facts: dict[str, Any], said: str) -> None:
    given = {field: getattr(GOOD_TERMINAL, field) for field in TerminalFacts.__slots__}
    checks = list(check_terminal_facts(TerminalFacts(**{**given, **facts}), ascii_only=False))
    (warning,) = [check for check in checks if check.health is not Health.OK]
    assert said in warning.what
    assert warning.next_step


def test_a_good_terminal_is_told_without_a_warning() -> None:
    checks = list(check_terminal_facts(GOOD_TERMINAL, ascii_only=False))
    assert {check.health for check in checks} == {Health.OK}
    assert "256 colours" in checks[0].what


def test_a_journal_that_is_not_there_is_fine_and_not_made(desk: Desk, path: Path) -> None:
    assert "is not there yet and can be made" in whats(said(desk, area="journal"), "ok")
    assert not path.exists()


def test_a_journal_is_told_with_what_is_open_and_what_stands_stopped(desk: Desk, path: Path) -> None:
    journal = open_journal(path, desk.clock)
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.record_act(TAG, NodeAct("mta1", ActState.ACCEPTED, "552016f1"), START)
    checks = said(desk, area="journal")
    assert f"{path}, mode 0600, format " in whats(checks, "ok")
    assert "1 operation, 1 open" in whats(checks, "ok")
    assert f"a stop of operation {TAG} may stand on mta1." in whats(checks, "warning")
    release = StepRecord(TAG, "mta1", Step.RELEASE, "{}", RequestState.ACCEPTED, "552016f1")
    journal.record_step(release, START)
    assert "a stop" not in whats(said(desk, area="journal"), "warning")
    journal.close()


def test_a_journal_that_others_could_read_is_told_and_private_afterwards(desk: Desk, path: Path) -> None:
    open_journal(path, desk.clock).close()
    path.chmod(0o644)
    checks = said(desk, area="journal")
    assert "others could read it (mode 0644); it is private now" in whats(checks, "warning")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("_unchangeable")
def test_a_place_where_no_journal_can_be_made_is_4(desk: Desk) -> None:
    # Nobody keeps root from writing.
    expected = 0 if os.access("/", os.W_OK) else 4
    said(desk, area="journal")
    assert desk.code == expected


def test_a_journal_below_a_file_is_4(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-file").write_text("no folder")
    monkeypatch.setenv("KUMO_TUI_JOURNAL", str(tmp_path / "a-file" / "journal.db"))
    assert "Not a directory. Set KUMO_TUI_JOURNAL" in whats(said(desk, area="journal"), "failed")
    assert desk.code == 4


def test_a_journal_of_a_newer_version_is_4_and_is_not_set_aside(desk: Desk, path: Path) -> None:
    open_journal(path, desk.clock).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer kumo-tui" in whats(said(desk, area="journal"), "failed")
    assert desk.code == 4
    assert desk.run("doctor", "--set-aside-journal") == 4
    assert "newer kumo-tui" in desk.err
    assert list(path.parent.glob("*.damaged-*")) == []


def test_a_damaged_journal_is_4_with_advice_that_works(desk: Desk, path: Path) -> None:
    content = damage(path)
    failed = whats(said(desk, area="journal"), "failed")
    assert desk.code == 4
    assert "is damaged" in failed
    assert "`kumo-tui doctor --set-aside-journal`" in failed
    assert path.read_bytes() == content
    assert desk.run("doctor", "--set-aside-journal") == 0
    aside = path.with_name("journal.db.damaged-20261121T120000Z")
    assert str(aside) in desk.out
    assert aside.read_bytes() == content
    assert not path.exists()
    assert str(aside) in whats(said(desk, area="journal"), "warning")
    assert desk.code == 0


def test_a_second_damaged_journal_overwrites_no_first_one(desk: Desk, path: Path) -> None:
    moved = []
    for _time in range(2):
        damage(path)
        moved.append(desk.json("doctor", "--set-aside-journal")["set_aside"])
    assert len(set(moved)) == 2
    assert all(Path(name).exists() for name in moved)


def test_a_sound_journal_with_values_that_nobody_wrote_is_damaged_too(desk: Desk, path: Path) -> None:
    journal = open_journal(path, desk.clock)
    journal.record_intent(a_stop(), [a_stop_intent()])
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE operation SET selector = 'promo'")
    connection.close()
    assert "is damaged" in whats(said(desk, area="journal"), "failed")
    assert desk.run("doctor", "--set-aside-journal") == 0


def test_what_is_not_damaged_or_not_there_is_not_moved(desk: Desk, path: Path) -> None:
    assert desk.run("doctor", "--set-aside-journal") == 4
    assert "There is no journal" in desk.err
    open_journal(path, desk.clock).close()
    assert desk.run("doctor", "--set-aside-journal") == 4
    assert "is not damaged. Nothing was moved." in desk.err
    assert path.exists()
    assert list(path.parent.glob("*.damaged-*")) == []
