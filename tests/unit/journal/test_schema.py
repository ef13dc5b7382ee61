"""Older files are brought up to date, newer ones and those of other programs are left alone."""

import sqlite3
from pathlib import Path

import pytest

from kumo_tui.errors import JournalError
from kumo_tui.journal.records import Change, RequestState, Ruling, Step
from kumo_tui.journal.schema import APPLICATION_ID, MIGRATIONS, migrate, version_of
from kumo_tui.model.operation import ActState, Event, Mode, NodeAct, Operation
from kumo_tui.model.selector import Criteria
from kumo_tui.model.verdict import Verdict
from tests.fakes import START
from tests.unit.journal.test_other_acts import an_act
from tests.unit.journal.worlds import GMAIL, YAHOO, opened

# A file as version 1 wrote it. It never changes: files like it are on the disks of operators.
VERSION_1 = """
PRAGMA application_id = 1802857839;
PRAGMA user_version = 1;
CREATE TABLE operation (
    no INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE, at TEXT NOT NULL, who TEXT NOT NULL, profile TEXT NOT NULL,
    reason TEXT NOT NULL, selector TEXT NOT NULL, duration_s INTEGER NOT NULL,
    suppress_logging INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE target (
    no INTEGER PRIMARY KEY, operation INTEGER NOT NULL REFERENCES operation, node TEXT NOT NULL,
    verdict TEXT, verdict_at TEXT, UNIQUE (operation, node)
);
CREATE TABLE body (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE request (
    no INTEGER PRIMARY KEY, target INTEGER NOT NULL REFERENCES target, step TEXT NOT NULL, state TEXT NOT NULL,
    method TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL REFERENCES body, id TEXT, error TEXT,
    online_since TEXT
);
CREATE INDEX request_of_target ON request (target);
CREATE TABLE change (
    no INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request, state TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX change_of_request ON change (request);
CREATE TABLE event (
    no INTEGER PRIMARY KEY, operation INTEGER NOT NULL REFERENCES operation, at TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX event_of_operation ON event (operation);
CREATE TABLE standing (
    target INTEGER NOT NULL REFERENCES target, queue TEXT NOT NULL, previewed INTEGER, baseline INTEGER,
    PRIMARY KEY (target, queue)
) WITHOUT ROWID;
CREATE TABLE directive (
    no INTEGER PRIMARY KEY, target INTEGER NOT NULL REFERENCES target, id TEXT NOT NULL, risen_at TEXT NOT NULL,
    UNIQUE (target, id)
);
CREATE TABLE total (
    directive INTEGER NOT NULL REFERENCES directive, queue TEXT NOT NULL, messages INTEGER NOT NULL,
    PRIMARY KEY (directive, queue)
) WITHOUT ROWID;
CREATE TABLE probe (no INTEGER PRIMARY KEY, at TEXT NOT NULL, room BLOB);
INSERT INTO operation VALUES (
    1, '7F3A2C', '2026-11-21T12:00:00+00:00', 'ann@desk', 'prod', 'bad \\u202elink',
    '{"criteria": {"campaign": "promo"}}', 300, 0, 'd1'
);
INSERT INTO target VALUES (1, 1, 'mta1', 'done', '2026-11-21T12:00:00+00:00');
INSERT INTO body VALUES ('b1', '{"campaign": "promo"}');
INSERT INTO request VALUES (
    1, 1, 'bounce', 'accepted', 'POST', 'http://mta1:8000/api/admin/bounce/v1', 'b1', '552016f1', NULL, NULL
);
INSERT INTO change VALUES (1, 1, 'intent', '2026-11-21T12:00:00+00:00');
INSERT INTO event VALUES (1, 1, '2026-11-21T12:00:00+00:00', 'confirmed');
INSERT INTO standing VALUES (1, 'promo:acme@gmail.com', 3, NULL), (1, 'promo:acme@yahoo.com', 4, 5);
INSERT INTO directive VALUES (1, 1, '552016f1', '2026-11-21T12:00:00+00:00');
INSERT INTO total VALUES (1, 'promo:acme@yahoo.com', 5);
"""


def built(path: Path, sql: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()
    return path


def schema_of(path: Path) -> set[tuple[str, str]]:
    """Tables and indexes of a file, written without regard to blanks."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {(name, "".join(sql.split())) for name, sql in rows}


def test_a_file_of_version_1_is_read_and_written(tmp_path: Path) -> None:
    journal = opened(built(tmp_path / "journal.db", VERSION_1))
    assert journal.problem() is None
    journal.record_event("7F3A2C", START, "opened")
    recorded = journal.operation("7F3A2C")
    journal.close()
    assert recorded is not None
    act = NodeAct("mta1", ActState.ACCEPTED, "552016f1")
    events = (Event(START, "confirmed"), Event(START, "opened"))
    assert recorded.operation == Operation(
        "7F3A2C", Criteria("promo"), "bad \u202elink", 300, False, "ann@desk", START, "d1", (act,), events
    )
    assert (recorded.operation.mode, recorded.operation.confirmed_at) == (Mode.PLAIN, None)
    assert recorded.profile == "prod"
    assert recorded.preview == {"mta1": {GMAIL: 3, YAHOO: 4}}
    assert recorded.baseline == {"mta1": {YAHOO: 5}}
    assert recorded.totals == {"mta1": {"552016f1": {YAHOO: 5}}}
    assert recorded.rulings == {"mta1": Ruling(Verdict.DONE, START)}
    (request,) = recorded.requests
    assert (request.step, request.body) == (Step.BOUNCE, '{"campaign": "promo"}')
    assert request.changes == (Change(RequestState.INTENT, START),)


def test_a_ticket_that_an_older_file_holds_in_the_reason_alone_stays_there(tmp_path: Path) -> None:
    path = built(tmp_path / "journal.db", VERSION_1)
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, "journal.db", MIGRATIONS[:2])
    connection.execute("UPDATE operation SET reason = 'bad link #4711'")
    connection.close()
    journal = opened(path)
    recorded = journal.operation("7F3A2C")
    journal.close()
    assert recorded is not None
    found = recorded.operation
    assert (found.reason, found.ticket, found.bare_reason) == ("bad link #4711", None, "bad link #4711")


def test_a_file_of_version_3_takes_acts_on_what_is_not_ours_and_keeps_its_operations(tmp_path: Path) -> None:
    path = built(tmp_path / "journal.db", VERSION_1)
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, "journal.db", MIGRATIONS[:3])
    assert version_of(connection, "journal.db") == 3
    connection.close()
    journal = opened(path)
    assert journal.others().found == 0
    number = journal.record_other(an_act())
    assert journal.other(number) is not None
    assert list(journal.tags()) == ["7F3A2C"]
    journal.close()
    connection = sqlite3.connect(path)
    with pytest.raises(JournalError, match=f"its format is {len(MIGRATIONS)}, this one knows 3"):
        version_of(connection, "journal.db", MIGRATIONS[:3])
    connection.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_file_of_an_older_version_becomes_what_a_new_file_is(tmp_path: Path, version: int) -> None:
    connection = sqlite3.connect(built(tmp_path / "old.db", VERSION_1), isolation_level=None)
    migrate(connection, "old.db", MIGRATIONS[:version])
    connection.close()
    for path in (tmp_path / "old.db", tmp_path / "new.db"):
        opened(path).close()
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = built(tmp_path / "journal.db", VERSION_1 + "PRAGMA user_version = 99;")
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"journal\.db was written by a newer kumo-tui: its format is 99"):
        opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE bookmark (url TEXT);", "PRAGMA user_version = 1;", "PRAGMA application_id = 5;"],
    ids=["tables", "version", "application"],
)
def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path, sql: str) -> None:
    path = built(tmp_path / "places.sqlite", sql)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"places\.sqlite is the database of another program"):
        opened(path)
    assert path.read_bytes() == before


def test_version_1_is_what_the_first_step_makes(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "stepped.db", isolation_level=None)
    migrate(connection, "stepped.db", MIGRATIONS[:1])
    connection.close()
    assert schema_of(tmp_path / "stepped.db") == schema_of(built(tmp_path / "written.db", VERSION_1))


def test_a_file_of_version_1_is_refused_by_the_program_of_version_1_once_it_is_brought_up_to_date(
    tmp_path: Path,
) -> None:
    path = built(tmp_path / "journal.db", VERSION_1)
    opened(path).close()
    connection = sqlite3.connect(path)
    with pytest.raises(JournalError, match=f"its format is {len(MIGRATIONS)}, this one knows 1"):
        version_of(connection, "journal.db", MIGRATIONS[:1])
    connection.close()


def migrating(tmp_path: Path) -> sqlite3.Connection:
    """An open file of version 1."""
    return sqlite3.connect(built(tmp_path / "journal.db", VERSION_1), isolation_level=None)


def test_only_the_steps_that_are_missing_are_taken(tmp_path: Path) -> None:
    connection = migrating(tmp_path)
    steps = (
        *MIGRATIONS[:1],
        ("ALTER TABLE operation ADD ticket TEXT",),
        ("UPDATE operation SET ticket = '#4711'",),
    )
    migrate(connection, "journal.db", steps)
    migrate(connection, "journal.db", steps)
    assert version_of(connection, "journal.db", steps) == 3
    assert connection.execute("SELECT tag, ticket FROM operation").fetchall() == [("7F3A2C", "#4711")]
    connection.close()


def test_a_step_that_fails_undoes_all_steps(tmp_path: Path) -> None:
    connection = migrating(tmp_path)
    steps = (*MIGRATIONS[:1], ("ALTER TABLE operation ADD ticket TEXT",), ("UPDATE nowhere SET x = 1",))
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, "journal.db", steps)
    assert version_of(connection, "journal.db", steps) == 1
    assert "ticket" not in [row[1] for row in connection.execute("PRAGMA table_info(operation)")]
    connection.close()


def test_a_new_file_says_whose_it_is(tmp_path: Path) -> None:
    opened(tmp_path / "journal.db").close()
    connection = sqlite3.connect(tmp_path / "journal.db")
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()
