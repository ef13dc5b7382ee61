"""The statements that write the journal. Each function works within a transaction of the caller."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from kumo_tui.errors import JournalError
from kumo_tui.journal import bodies
from kumo_tui.journal.coding import to_optional, to_rows, to_selector, to_text, to_time
from kumo_tui.journal.port import Intent, requests_to
from kumo_tui.journal.records import RequestState, Step, StepRecord
from kumo_tui.model.operation import NodeAct, Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean

_INSERT_REQUEST = """
    INSERT INTO request (target, step, state, method, url, body, id, error, online_since, replaces)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_INSERT_ABSENT = "INSERT INTO absent (operation, node, by_choice) VALUES (?, ?, ?)"

_INSERT_STANDING = "INSERT INTO standing (target, queue, previewed, baseline) VALUES (?, ?, ?, ?)"

# Another process may follow the same operation with an older view: its marks never lower ours.
_UPSERT_TOTAL = """
    INSERT INTO total (directive, queue, messages) VALUES (?, ?, ?)
    ON CONFLICT (directive, queue) DO UPDATE SET messages = max(messages, excluded.messages)
"""


def insert_operation(
    connection: sqlite3.Connection, operation: Operation, intents: Sequence[Intent], profile: str
) -> None:
    """Write an operation with its targets, requests, preview and baseline (see `port.requests_to`)."""
    nodes = {act.node for act in operation.acts}
    strays = [intent.node for intent in intents if intent.node not in nodes]
    if strays:
        raise JournalError(f"operation {clean(operation.tag)} has no target {clean(strays[0])}.")
    if connection.execute("SELECT 1 FROM operation WHERE tag = ?", (to_text(operation.tag),)).fetchone():
        raise JournalError(
            f"operation {clean(operation.tag)} is in the journal already.", "Begin anew: it gets another tag."
        )
    number = _last(
        connection.execute(
            """
            INSERT INTO operation (
                tag, at, who, profile, reason, ticket, selector, duration_s, suppress_logging, digest, mode,
                confirmed_at
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                to_text(operation.tag),
                to_time(operation.created_at),
                to_text(operation.who),
                to_text(profile),
                to_text(operation.reason),
                to_optional(operation.ticket),
                to_text(to_selector(operation.selector)),
                operation.duration_s,
                operation.suppress_logging,
                to_text(operation.digest),
                operation.mode.value,
                to_time(operation.confirmed_at),
            ),
        )
    )
    for act in operation.acts:
        mine = requests_to(operation, act.node, intents)
        _insert_target(connection, number, act, mine, operation.created_at)
    for event in operation.events:
        insert_event(connection, number, event.at, event.text)
    for by_choice, absent in ((True, operation.not_chosen), (False, operation.missed)):
        connection.executemany(_INSERT_ABSENT, ((number, to_text(node), by_choice) for node in sorted(absent)))


def _insert_target(
    connection: sqlite3.Connection, operation: int, act: NodeAct, intents: Sequence[Intent], at: datetime
) -> None:
    target = _last(
        connection.execute("INSERT INTO target (operation, node) VALUES (?, ?)", (operation, to_text(act.node)))
    )
    # The first request of a target holds what became of the act (see `act_request`).
    for position, intent in enumerate(intents):
        state = RequestState(act.state.value) if position == 0 else RequestState.INTENT
        insert_request(
            connection,
            target,
            intent,
            state,
            act.id if position == 0 else None,
            act.error if position == 0 else None,
            at,
            act.online_since,
        )
    preview = dict(row for intent in intents for row in to_rows(intent.preview))
    baseline = dict(row for intent in intents for row in to_rows(intent.baseline))
    insert_standing(connection, target, preview, baseline)


def insert_standing(
    connection: sqlite3.Connection, target: int, preview: Mapping[str, int], baseline: Mapping[str, int]
) -> None:
    """Write messages per queue, its names as text already."""
    # In the order of the key: the pages of the file are filled one after the other.
    queues = sorted(preview.keys() | baseline.keys())
    rows = ((target, queue, preview.get(queue), baseline.get(queue)) for queue in queues)
    connection.executemany(_INSERT_STANDING, rows)


def insert_request(
    connection: sqlite3.Connection,
    target: int,
    intent: Intent,
    state: RequestState,
    server_id: str | None,
    error: str | None,
    at: datetime,
    online_since: datetime | None = None,
    replaces: str | None = None,
) -> int:
    """Write a request in its first state; returns its number."""
    body = to_text(intent.body)
    digest = bodies.insert_body(connection, body)
    number = _last(
        connection.execute(
            _INSERT_REQUEST,
            (
                target,
                intent.step.value,
                state.value,
                to_text(intent.method),
                to_text(intent.url),
                digest,
                to_optional(server_id),
                to_optional(error),
                to_time(online_since),
                to_optional(replaces),
            ),
        )
    )
    _insert_change(connection, number, state, at)
    if intent.step is Step.SWEEP:
        bodies.keep_sweep(connection, target, number, digest, len(body))
    return number


def update_request(
    connection: sqlite3.Connection,
    number: int,
    state: RequestState,
    server_id: str | None,
    error: str | None,
    at: datetime,
) -> None:
    """Write what became of a request; raises JournalError when there is none of this number."""
    row = connection.execute("SELECT state FROM request WHERE no = ?", (number,)).fetchone()
    if row is None:
        raise JournalError(f"no request {number} was written down.")
    connection.execute(
        "UPDATE request SET state = ?, id = ?, error = ? WHERE no = ?",
        (state.value, to_optional(server_id), to_optional(error), number),
    )
    if row[0] != state.value:
        _insert_change(connection, number, state, at)


def settle_step(connection: sqlite3.Connection, number: int, record: StepRecord, at: datetime) -> None:
    """Write what became of a step; an id or a replaced stop that it does not name stays as it was written."""
    row = connection.execute("SELECT id, replaces FROM request WHERE no = ?", (number,)).fetchone()
    known_id, known_replaced = row or (None, None)
    server_id = known_id if record.id is None else record.id
    replaced = known_replaced if record.replaces is None else record.replaces
    update_request(connection, number, record.state, server_id, record.error, at)
    connection.execute("UPDATE request SET replaces = ? WHERE no = ?", (to_optional(replaced), number))


def update_online_since(connection: sqlite3.Connection, number: int, online_since: datetime | None) -> None:
    """Write since when the node is online, as it is known for this request."""
    connection.execute("UPDATE request SET online_since = ? WHERE no = ?", (to_time(online_since), number))


def upsert_totals(
    connection: sqlite3.Connection, target: int, directive_id: str, raised: Mapping[str, int], at: datetime
) -> None:
    """Raise the marks of one directive; none ever falls."""
    connection.execute(
        """
        INSERT INTO directive (target, id, risen_at) VALUES (?, ?, ?)
        ON CONFLICT (target, id) DO UPDATE SET risen_at = excluded.risen_at
        """,
        (target, to_text(directive_id), to_time(at)),
    )
    number = connection.execute(
        "SELECT no FROM directive WHERE target = ? AND id = ?", (target, to_text(directive_id))
    ).fetchone()[0]
    connection.executemany(_UPSERT_TOTAL, ((number, queue, count) for queue, count in to_rows(raised)))


def update_verdict(connection: sqlite3.Connection, target: int, verdict: Verdict, at: datetime) -> None:
    """Write the last verdict on a target."""
    connection.execute(
        "UPDATE target SET verdict = ?, verdict_at = ? WHERE no = ?", (verdict.value, to_time(at), target)
    )


def insert_event(connection: sqlite3.Connection, operation: int, at: datetime, text: str) -> None:
    """Write one line of a timeline."""
    connection.execute(
        "INSERT INTO event (operation, at, text) VALUES (?, ?, ?)", (operation, to_time(at), to_text(text))
    )


def operation_number(connection: sqlite3.Connection, tag: str) -> int:
    """The number of an operation; raises JournalError when it was never written down."""
    row = connection.execute("SELECT no FROM operation WHERE tag = ?", (to_text(tag),)).fetchone()
    if row is None:
        raise JournalError(f"no operation {clean(tag)} was written down.")
    return int(row[0])


def target_number(connection: sqlite3.Connection, tag: str, node: str) -> int:
    """The number of an operation on one node; raises JournalError when either was never written down."""
    row = connection.execute(
        "SELECT no FROM target WHERE operation = ? AND node = ?",
        (operation_number(connection, tag), to_text(node)),
    ).fetchone()
    if row is None:
        raise JournalError(f"operation {clean(tag)} has no target {clean(node)}.")
    return int(row[0])


def act_request(connection: sqlite3.Connection, target: int) -> int:
    """The number of the request that holds what became of the act: the first of its target."""
    return int(connection.execute("SELECT min(no) FROM request WHERE target = ?", (target,)).fetchone()[0])


def open_step(connection: sqlite3.Connection, target: int, step: Step) -> int | None:
    """The newest request of this step that is still an intent, else the newest that is unknown.

    Never the first of the target: what becomes of the act is written by `record_act`.
    """
    row = connection.execute(
        """
        SELECT no FROM request WHERE target = ? AND step = ? AND state IN ('intent', 'unknown') AND no <> ?
        ORDER BY state = 'intent' DESC, no DESC LIMIT 1
        """,
        (target, step.value, act_request(connection, target)),
    ).fetchone()
    return None if row is None else int(row[0])


def _insert_change(connection: sqlite3.Connection, request: int, state: RequestState, at: datetime) -> None:
    connection.execute(
        "INSERT INTO change (request, state, at) VALUES (?, ?, ?)", (request, state.value, to_time(at))
    )


def _last(cursor: sqlite3.Cursor) -> int:
    """The number of the row just inserted."""
    if cursor.lastrowid is None:
        raise JournalError("the journal gave no number to what was written.")
    return cursor.lastrowid
