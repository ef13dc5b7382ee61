"""The statements that write a confirmation of a stop, on all of its nodes or on some.

Each function works within a transaction of the caller.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal.coding import to_optional, to_rows, to_text, to_time
from kumo_tui.journal.records import Counts
from kumo_tui.journal.writing import insert_event, insert_standing, operation_number, target_number
from kumo_tui.model.operation import Apart, Operation
from kumo_tui.text import clean


def confirm_operation(
    connection: sqlite3.Connection,
    operation: Operation,
    preview: Counts,
    baseline: Counts,
    at: datetime,
    words: str,
) -> None:
    """Make the stop of this tag a clean bounce that was confirmed at `at`, with what was confirmed."""
    number = operation_number(connection, operation.tag)
    confirmed = connection.execute(
        """
        UPDATE operation
        SET reason = ?, ticket = ?, duration_s = ?, suppress_logging = ?, digest = ?, confirmed_at = ?
        WHERE no = ? AND mode = 'clean' AND confirmed_at IS NULL
        """,
        (
            to_text(operation.reason),
            to_optional(operation.ticket),
            operation.duration_s,
            operation.suppress_logging,
            to_text(operation.digest),
            to_time(at),
            number,
        ),
    )
    if confirmed.rowcount != 1:
        raise JournalError(f"operation {clean(operation.tag)} is no stop that waits to be confirmed.")
    for apart in operation.apart:
        target = target_number(connection, operation.tag, apart.node)
        connection.execute("UPDATE target SET apart_s = ? WHERE no = ?", (apart.duration_s, target))
    connection.execute(
        "DELETE FROM standing WHERE target IN (SELECT no FROM target WHERE operation = ? AND apart_s IS NULL)",
        (number,),
    )
    _insert_counts(connection, operation.tag, preview, baseline)
    if words:
        insert_event(connection, number, at, words)


def confirm_later(
    connection: sqlite3.Connection,
    tag: str,
    there: Sequence[Apart],
    preview: Counts,
    baseline: Counts,
    at: datetime,
    words: str,
) -> None:
    """Make what was only a stop on these nodes a clean bounce there too, confirmed at `at`."""
    number = operation_number(connection, tag)
    for apart in there:
        confirmed = connection.execute(
            """
            UPDATE target SET apart_s = ?, apart_at = ?, apart_digest = ?
            WHERE operation = ? AND node = ? AND apart_s IS NOT NULL AND apart_at IS NULL
            """,
            (apart.duration_s, to_time(at), to_text(apart.digest), number, to_text(apart.node)),
        )
        if confirmed.rowcount != 1:
            raise JournalError(f"operation {clean(tag)} does not wait to be confirmed on {clean(apart.node)}.")
    connection.executemany(
        "DELETE FROM standing WHERE target = ?",
        [(target_number(connection, tag, apart.node),) for apart in there],
    )
    _insert_counts(connection, tag, preview, baseline)
    insert_event(connection, number, at, words)


def _insert_counts(connection: sqlite3.Connection, tag: str, preview: Counts, baseline: Counts) -> None:
    for node in sorted(preview.keys() | baseline.keys()):
        target = target_number(connection, tag, node)
        before, now = dict(to_rows(preview.get(node, {}))), dict(to_rows(baseline.get(node, {})))
        insert_standing(connection, target, before, now)
