"""The bodies of requests: kept once each, and those of old sweeps not for ever.

A clean bounce may send thousands of sweeps, each naming the queues where mail stands just then, up to 2 MiB of
names. What they took is counted in the totals; their texts are kept as long as there is room for them.
"""

import hashlib
import sqlite3

# What the bodies of an operation's sweeps may take up on one node, in characters: four of the largest, or
# thousands of some dozen names.
SWEEP_ROOM = 8 * 1024 * 1024

EMPTY = hashlib.sha256(b"").hexdigest()


def insert_body(connection: sqlite3.Connection, body: str) -> str:
    """Write a body, as text already, unless it is there; returns its digest (SHA-256, hexadecimal)."""
    digest = hashlib.sha256(body.encode("ascii")).hexdigest()
    connection.execute(
        """
        INSERT INTO body (digest, text) VALUES (?, ?)
        ON CONFLICT (digest) DO UPDATE SET text = excluded.text WHERE text = ''
        """,
        (digest, body),
    )
    return digest


def keep_sweep(connection: sqlite3.Connection, target: int, number: int, digest: str, length: int) -> None:
    """Count the body of a new sweep among those kept, once, and drop what goes over the room."""
    connection.execute(
        "UPDATE request SET kept = NULL WHERE body = ? AND kept IS NOT NULL AND target = ?", (digest, target)
    )
    connection.execute("UPDATE request SET kept = ? WHERE no = ?", (length, number))
    _drop_oldest(connection, target)


def _drop_oldest(connection: sqlite3.Connection, target: int) -> None:
    """Drop the texts of the oldest sweeps on a target that go over the room, never the newest; digests stay."""
    mine = "FROM request WHERE target = ? AND kept IS NOT NULL"
    over = connection.execute(f"SELECT sum(kept) {mine}", (target,)).fetchone()[0] - SWEEP_ROOM
    if over <= 0:
        return
    rows = connection.execute(f"SELECT no, kept {mine} ORDER BY no", (target,)).fetchall()
    for number, kept in rows[:-1]:
        if over <= 0:
            return
        _drop(connection, number)
        over -= kept


def _drop(connection: sqlite3.Connection, number: int) -> None:
    """Drop the text of one sweep, unless another request that keeps its text has the same."""
    connection.execute("UPDATE request SET kept = NULL WHERE no = ?", (number,))
    connection.execute(
        """
        UPDATE body SET text = '' WHERE digest = (SELECT body FROM request WHERE no = ?)
        AND NOT EXISTS (
            SELECT 1 FROM request WHERE request.body = body.digest AND (kept IS NOT NULL OR step <> 'sweep')
        )
        """,
        (number,),
    )
