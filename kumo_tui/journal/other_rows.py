"""The statements for acts on what is not ours. Each function works within a transaction of the caller."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kumo_tui.errors import JournalError
from kumo_tui.journal.coding import from_time, to_optional, to_rows, to_text, to_time
from kumo_tui.journal.other_act import OPEN, LastListed, OtherAct, OtherKind
from kumo_tui.journal.records import Change, RequestState

_COLUMNS = (
    "who, profile, node, kind, id, method, url, body, state, error, "
    "scope, reason, remaining_s, campaign, tenant, domain, routing_domain, total, queue_count"
)
_INSERT = f"INSERT INTO other_act ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(',')))})"  # noqa: S608 - our words
_OPEN_STATES = ", ".join(f"'{state.value}'" for state in sorted(OPEN))


def insert_act(connection: sqlite3.Connection, act: OtherAct, profile: str) -> int:
    """Write an act with its states so far and what its entry had bounced; returns its number."""
    cursor = connection.execute(_INSERT, _values(act, profile))
    number = int(cursor.lastrowid or 0)
    for change in act.changes:
        _insert_change(connection, number, change)
    if act.entry is not None:
        rows = ((number, queue, messages) for queue, messages in to_rows(act.entry.queues))
        connection.executemany("INSERT INTO other_total (other_act, queue, messages) VALUES (?, ?, ?)", rows)
    return number


def change_act(
    connection: sqlite3.Connection, number: int, change: Change, error: str | None, *, if_open: bool
) -> bool:
    """Write the next state of an act, with `if_open` only while nobody knows what came of it; whether it was.

    Raises JournalError when it was never written down.
    """
    row = connection.execute("SELECT state FROM other_act WHERE no = ?", (number,)).fetchone()
    if row is None:
        raise JournalError(f"no act {number} was written down.")
    if if_open and RequestState(row[0]) not in OPEN:
        return False
    connection.execute(
        "UPDATE other_act SET state = ?, error = ? WHERE no = ?", (change.state.value, to_optional(error), number)
    )
    _insert_change(connection, number, change)
    return True


def acts(connection: sqlite3.Connection, *, open_only: bool = False) -> Sequence[OtherAct]:
    """All acts, those written last first, or those that nobody knows the outcome of; without counts per queue."""
    where = f"WHERE state IN ({_OPEN_STATES})" if open_only else ""
    changes: dict[int, list[Change]] = {}
    for number, state, at in connection.execute("SELECT other_act, state, at FROM other_change ORDER BY no"):
        changes.setdefault(number, []).append(Change(RequestState(state), _time(at)))
    rows = connection.execute(f"SELECT no, {_COLUMNS} FROM other_act {where} ORDER BY no DESC")  # noqa: S608 - our words
    return tuple(_act(row, changes.get(row[0], []), {}) for row in rows)


def act(connection: sqlite3.Connection, number: int) -> OtherAct | None:
    """One act with all that was written of it, None when there is none of this number."""
    row = connection.execute(f"SELECT no, {_COLUMNS} FROM other_act WHERE no = ?", (number,)).fetchone()  # noqa: S608 - our words
    if row is None:
        return None
    changes = connection.execute("SELECT state, at FROM other_change WHERE other_act = ? ORDER BY no", (number,))
    totals = connection.execute(
        "SELECT queue, messages FROM other_total WHERE other_act = ? ORDER BY messages DESC, queue", (number,)
    )
    return _act(row, [Change(RequestState(state), _time(at)) for state, at in changes], dict(totals.fetchall()))


def _insert_change(connection: sqlite3.Connection, number: int, change: Change) -> None:
    row = (number, change.state.value, to_time(change.at))
    connection.execute("INSERT INTO other_change (other_act, state, at) VALUES (?, ?, ?)", row)


def _values(act: OtherAct, profile: str) -> tuple[Any, ...]:
    entry = act.entry
    texts = (act.who, profile, act.node, act.kind.value, act.id, act.method, act.url, act.body, act.state.value)
    listed: tuple[Any, ...] = (None,) * 9
    if entry is not None:
        parts = (entry.campaign, entry.tenant, entry.domain, entry.routing_domain)
        listed = (
            to_text(entry.scope),
            to_text(entry.reason),
            entry.remaining_s,
            *map(to_optional, parts),
            *_numbers(entry),
        )
    return (*map(to_text, texts), to_optional(act.error), *listed)


def _numbers(entry: LastListed) -> tuple[int | None, int]:
    """Total and number of queues; what a column cannot hold is cut to the largest it can."""
    total = None if entry.total is None else dict(to_rows({"": entry.total}))[""]
    return total, entry.queue_count


def _act(row: Sequence[Any], changes: Sequence[Change], queues: Mapping[str, int]) -> OtherAct:
    number, who, profile, node, kind, server_id, method, url, body, _state, error, *listed = row
    return OtherAct(
        who=who,
        node=node,
        kind=OtherKind(kind),
        id=server_id,
        method=method,
        url=url,
        body=body,
        entry=_entry(listed, queues),
        changes=tuple(changes),
        error=error,
        profile=profile,
        number=number,
    )


def _entry(listed: Sequence[Any], queues: Mapping[str, int]) -> LastListed | None:
    if listed[0] is None:
        return None
    scope, reason, remaining_s, campaign, tenant, domain, routing_domain, total, queue_count = listed
    return LastListed(
        scope, reason, remaining_s, campaign, tenant, domain, routing_domain, total, queue_count, queues
    )


def _time(text: str) -> datetime:
    at = from_time(text)
    if at is None:
        raise ValueError("a change of an act has no time")
    return at
