"""The tables of the journal, and the steps that bring an older file up to date.

The version of a file is its `user_version`: how many of the steps it has been through. A released step is never
changed; what comes later is one more step.
"""

import sqlite3
from collections.abc import Sequence

from kumo_tui.errors import JournalError

# "kumo" in ASCII, so that a database of another program is never taken for a journal.
APPLICATION_ID = 0x6B756D6F

Migration = Sequence[str]

MIGRATIONS: Sequence[Migration] = (
    (
        """
        CREATE TABLE operation (
            no INTEGER PRIMARY KEY,
            tag TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            profile TEXT NOT NULL,
            reason TEXT NOT NULL,
            selector TEXT NOT NULL,
            duration_s INTEGER NOT NULL,
            suppress_logging INTEGER NOT NULL,
            digest TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE target (
            no INTEGER PRIMARY KEY,
            operation INTEGER NOT NULL REFERENCES operation,
            node TEXT NOT NULL,
            verdict TEXT,
            verdict_at TEXT,
            UNIQUE (operation, node)
        )
        """,
        # The same body goes to a node again and again while it is swept, and may hold 2 MiB of names.
        "CREATE TABLE body (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE request (
            no INTEGER PRIMARY KEY,
            target INTEGER NOT NULL REFERENCES target,
            step TEXT NOT NULL,
            state TEXT NOT NULL,
            method TEXT NOT NULL,
            url TEXT NOT NULL,
            body TEXT NOT NULL REFERENCES body,
            id TEXT,
            error TEXT,
            online_since TEXT
        )
        """,
        "CREATE INDEX request_of_target ON request (target)",
        """
        CREATE TABLE change (
            no INTEGER PRIMARY KEY,
            request INTEGER NOT NULL REFERENCES request,
            state TEXT NOT NULL,
            at TEXT NOT NULL
        )
        """,
        "CREATE INDEX change_of_request ON change (request)",
        """
        CREATE TABLE event (
            no INTEGER PRIMARY KEY,
            operation INTEGER NOT NULL REFERENCES operation,
            at TEXT NOT NULL,
            text TEXT NOT NULL
        )
        """,
        "CREATE INDEX event_of_operation ON event (operation)",
        """
        CREATE TABLE standing (
            target INTEGER NOT NULL REFERENCES target,
            queue TEXT NOT NULL,
            previewed INTEGER,
            baseline INTEGER,
            PRIMARY KEY (target, queue)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE directive (
            no INTEGER PRIMARY KEY,
            target INTEGER NOT NULL REFERENCES target,
            id TEXT NOT NULL,
            risen_at TEXT NOT NULL,
            UNIQUE (target, id)
        )
        """,
        """
        CREATE TABLE total (
            directive INTEGER NOT NULL REFERENCES directive,
            queue TEXT NOT NULL,
            messages INTEGER NOT NULL,
            PRIMARY KEY (directive, queue)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE probe (no INTEGER PRIMARY KEY, at TEXT NOT NULL, room BLOB)",
    ),
    (
        "ALTER TABLE operation ADD mode TEXT NOT NULL DEFAULT 'plain'",
        "ALTER TABLE operation ADD confirmed_at TEXT",
        "ALTER TABLE request ADD replaces TEXT",
        # Of the newest sweep with this body on its target, while the body is kept (see `bodies`): its length.
        "ALTER TABLE request ADD kept INTEGER",
        # A clean bounce sends thousands of sweeps: what else it sent is found without going through them.
        "CREATE INDEX request_of_step ON request (target, step, state)",
        "CREATE INDEX open_request ON request (target) WHERE state = 'intent'",
        "CREATE INDEX request_of_body ON request (body, kept)",
        "CREATE INDEX kept_sweep ON request (target, no, kept) WHERE kept IS NOT NULL",
    ),
    # The reason goes on holding the ticket as it was sent; in older rows it is known from there alone.
    ("ALTER TABLE operation ADD ticket TEXT",),
    # Acts on what no operation of ours made. What stood in the list is null where no list had it.
    (
        """
        CREATE TABLE other_act (
            no INTEGER PRIMARY KEY,
            who TEXT NOT NULL,
            profile TEXT NOT NULL,
            node TEXT NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            method TEXT NOT NULL,
            url TEXT NOT NULL,
            body TEXT NOT NULL,
            state TEXT NOT NULL,
            error TEXT,
            scope TEXT,
            reason TEXT,
            remaining_s REAL,
            campaign TEXT,
            tenant TEXT,
            domain TEXT,
            routing_domain TEXT,
            total INTEGER,
            queue_count INTEGER
        )
        """,
        """
        CREATE TABLE other_change (
            no INTEGER PRIMARY KEY,
            other_act INTEGER NOT NULL REFERENCES other_act,
            state TEXT NOT NULL,
            at TEXT NOT NULL
        )
        """,
        "CREATE INDEX change_of_other_act ON other_change (other_act)",
        """
        CREATE TABLE other_total (
            other_act INTEGER NOT NULL REFERENCES other_act,
            queue TEXT NOT NULL,
            messages INTEGER NOT NULL,
            PRIMARY KEY (other_act, queue)
        ) WITHOUT ROWID
        """,
    ),
    # A clean bounce is confirmed node by node. Of a node that was not confirmed with the others: for how long it
    # is meant there, and when and on what preview it was confirmed there; all null where it was.
    (
        "ALTER TABLE target ADD apart_s INTEGER",
        "ALTER TABLE target ADD apart_at TEXT",
        "ALTER TABLE target ADD apart_digest TEXT",
        # Nodes without a part in an operation: left out by choice, or not able to take part when it was sent.
        """
        CREATE TABLE absent (
            operation INTEGER NOT NULL REFERENCES operation,
            node TEXT NOT NULL,
            by_choice INTEGER NOT NULL,
            PRIMARY KEY (operation, node)
        ) WITHOUT ROWID
        """,
    ),
)


def version_of(connection: sqlite3.Connection, name: str, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """The version of the file, 0 when it is empty.

    Raises JournalError when it is newer than this program, or no journal at all; `name` is how it is called.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise JournalError(f"{name} is the database of another program.", "Set KUMO_TUI_JOURNAL to another file.")
    if version > len(migrations):
        raise JournalError(
            f"{name} was written by a newer kumo-tui: its format is {version}, this one knows {len(migrations)}.",
            "Use the newer kumo-tui, or set KUMO_TUI_JOURNAL to another file.",
        )
    return version


def migrate(connection: sqlite3.Connection, name: str, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Take every step that the file has not been through, all or none; another process may do so first."""
    if version_of(connection, name, migrations) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in migrations[version_of(connection, name, migrations) :]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
