"""The statements that read the journal. Each function works within a transaction of the caller."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kumo_tui.journal.bodies import EMPTY
from kumo_tui.journal.coding import from_selector, from_time, to_text
from kumo_tui.journal.records import (
    NO_SWEEPS,
    Change,
    Recorded,
    Request,
    RequestState,
    Ruling,
    Step,
    Sweeps,
    act_of,
)
from kumo_tui.model.operation import Apart, Event, Mode, Operation
from kumo_tui.model.verdict import FINAL, Verdict

_FINAL = ", ".join(f"'{verdict.value}'" for verdict in sorted(FINAL))

# Open is what somebody may have to go on with: an act that is neither rejected nor at its final verdict, a
# request that may have left without an answer (but for sweeps: the next one covers it; and for cancels: what is
# over needs none), and a stop that still stands, by the rules of `Recorded.stops_standing`.
_OPEN = f"""
    EXISTS (
        SELECT 1 FROM target WHERE target.operation = operation.no AND (
            coalesce(target.verdict, '') NOT IN ({_FINAL})
            AND (SELECT state FROM request WHERE request.target = target.no ORDER BY no LIMIT 1) <> 'rejected'
            OR EXISTS (
                SELECT 1 FROM request
                WHERE request.target = target.no AND request.state = 'intent'
                AND request.step NOT IN ('sweep', 'cancel')
            )
            OR EXISTS (
                SELECT 1 FROM request AS stop WHERE stop.target = target.no
                AND stop.step = 'stop' AND stop.state IN ('accepted', 'unknown')
                AND (stop.method <> '' OR stop.url <> '' OR stop.body <> '{EMPTY}')
                AND NOT EXISTS (
                    SELECT 1 FROM request AS release WHERE release.target = target.no
                    AND release.step = 'release' AND release.state IN ('accepted', 'gone')
                    AND release.id IS stop.id AND (stop.id IS NOT NULL OR release.no > stop.no)
                )
                AND NOT EXISTS (
                    SELECT 1 FROM request AS later WHERE later.target = target.no
                    AND later.step = 'stop' AND later.state = 'accepted'
                    AND later.replaces = stop.id AND later.no > stop.no
                )
            )
        )
    )
"""  # noqa: S608 - only our own words in it

_COLUMNS = "request.no, tag, node, step, method, url, state, request.id, error, online_since, replaces"
_TARGETS = """
    FROM request
    JOIN target ON target.no = request.target
    JOIN operation ON operation.no = target.operation
"""
_REQUESTS = f"SELECT {_COLUMNS}, body.text {_TARGETS} JOIN body ON body.digest = request.body"
_WITHOUT_BODY = f"SELECT {_COLUMNS}, '' {_TARGETS}"

# The steps of an operation that are loaded one by one.
_FEW = ", ".join(f"'{step.value}'" for step in Step if step is not Step.SWEEP)


def operation_numbers(connection: sqlite3.Connection, limit: int | None, *, open_only: bool) -> list[int]:
    """The numbers of the operations, those written last first."""
    where = f"WHERE {_OPEN}" if open_only else ""
    query = f"SELECT no FROM operation {where} ORDER BY no DESC LIMIT ?"  # noqa: S608 - no value in it
    return [number for (number,) in connection.execute(query, (-1 if limit is None else limit,))]


def number_of(connection: sqlite3.Connection, tag: str) -> int | None:
    """The number of an operation, None when there is none of this tag."""
    row = connection.execute("SELECT no FROM operation WHERE tag = ?", (to_text(tag),)).fetchone()
    return None if row is None else int(row[0])


def open_requests(connection: sqlite3.Connection) -> tuple[Request, ...]:
    """The requests whose state is still intent, the oldest first."""
    rows = connection.execute(f"{_REQUESTS} WHERE state = 'intent' ORDER BY request.no")
    return _requests(connection, rows.fetchall())


def request_numbered(connection: sqlite3.Connection, number: int) -> Request:
    """One request by its number, which must be there."""
    (found,) = _requests(connection, connection.execute(f"{_REQUESTS} WHERE request.no = ?", (number,)))
    return found


def load(connection: sqlite3.Connection, number: int) -> Recorded:
    """Everything that was written of one operation."""
    row = connection.execute(
        """
        SELECT
            tag, at, who, profile, reason, ticket, selector, duration_s, suppress_logging, digest, mode,
            confirmed_at
        FROM operation WHERE no = ?
        """,
        (number,),
    ).fetchone()
    tag, at, who, profile, reason, ticket, selector, duration_s, suppress_logging, digest, mode, confirmed_at = row
    few = f"WHERE target.operation = ? AND step IN ({_FEW}) ORDER BY request.no"
    requests = _requests(connection, connection.execute(f"{_REQUESTS} {few}", (number,)).fetchall())
    targets = connection.execute(
        "SELECT no, node, verdict, verdict_at FROM target WHERE operation = ? ORDER BY no", (number,)
    ).fetchall()
    absent = _absent(connection, number)
    operation = Operation(
        tag=tag,
        selector=from_selector(selector),
        reason=reason,
        duration_s=duration_s,
        suppress_logging=bool(suppress_logging),
        who=who,
        created_at=datetime.fromisoformat(at),
        digest=digest,
        acts=tuple(act_of(node, requests) for _no, node, _verdict, _at in targets),
        events=_events(connection, number),
        mode=Mode(mode),
        confirmed_at=from_time(confirmed_at),
        ticket=ticket,
        apart=_aparts(connection, number),
        not_chosen=frozenset(node for node, by_choice in absent.items() if by_choice),
        missed=frozenset(node for node, by_choice in absent.items() if not by_choice),
    )
    standing = {node: _standing(connection, target) for target, node, _verdict, _at in targets}
    directives = {node: _directives(connection, target) for target, node, _verdict, _at in targets}
    return Recorded(
        operation=operation,
        profile=profile,
        requests=requests,
        preview={node: preview for node, (preview, _baseline) in standing.items()},
        baseline={node: baseline for node, (_preview, baseline) in standing.items()},
        totals={node: _totals(connection, rows) for node, rows in directives.items()},
        risen_at={
            node: max(datetime.fromisoformat(risen) for _no, _id, risen in rows)
            for node, rows in directives.items()
            if rows
        },
        rulings={
            node: Ruling(Verdict(verdict), datetime.fromisoformat(ruled))
            for _no, node, verdict, ruled in targets
            if verdict is not None
        },
        swept={node: _sweeps(connection, target) for target, node, _verdict, _at in targets},
    )


def _requests(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> tuple[Request, ...]:
    return tuple(
        Request(
            number=number,
            tag=tag,
            node=node,
            step=Step(step),
            method=method,
            url=url,
            body=body,
            replaces=replaces,
            state=RequestState(state),
            id=server_id,
            error=error,
            online_since=from_time(online_since),
            changes=_changes(connection, number),
        )
        for number, tag, node, step, method, url, state, server_id, error, online_since, replaces, body in rows
    )


def _sweeps(connection: sqlite3.Connection, target: int) -> Sweeps:
    counted = connection.execute(
        "SELECT state, count(*), max(no) FROM request WHERE target = ? AND step = 'sweep' GROUP BY state",
        (target,),
    ).fetchall()
    if not counted:
        return NO_SWEEPS
    newest = max(number for _state, _count, number in counted)
    (last,) = _requests(connection, connection.execute(f"{_WITHOUT_BODY} WHERE request.no = ?", (newest,)))
    return Sweeps({RequestState(state): count for state, count, _number in counted}, last)


def _changes(connection: sqlite3.Connection, request: int) -> tuple[Change, ...]:
    rows = connection.execute("SELECT state, at FROM change WHERE request = ? ORDER BY no", (request,))
    return tuple(Change(RequestState(state), datetime.fromisoformat(at)) for state, at in rows)


def _events(connection: sqlite3.Connection, operation: int) -> tuple[Event, ...]:
    rows = connection.execute("SELECT at, text FROM event WHERE operation = ? ORDER BY no", (operation,))
    return tuple(Event(datetime.fromisoformat(at), text) for at, text in rows)


def _absent(connection: sqlite3.Connection, operation: int) -> dict[str, bool]:
    """The nodes without a part in it, and whether each was left out by choice."""
    rows = connection.execute("SELECT node, by_choice FROM absent WHERE operation = ?", (operation,))
    return {node: bool(by_choice) for node, by_choice in rows}


def _aparts(connection: sqlite3.Connection, operation: int) -> tuple[Apart, ...]:
    rows = connection.execute(
        "SELECT node, apart_s, apart_at, apart_digest FROM target "
        "WHERE operation = ? AND apart_s IS NOT NULL ORDER BY no",
        (operation,),
    )
    return tuple(Apart(node, seconds, from_time(at), digest or "") for node, seconds, at, digest in rows)


def _standing(connection: sqlite3.Connection, target: int) -> tuple[dict[str, int], dict[str, int]]:
    """Messages per queue in the preview, and in the baseline."""
    preview: dict[str, int] = {}
    baseline: dict[str, int] = {}
    rows = connection.execute("SELECT queue, previewed, baseline FROM standing WHERE target = ?", (target,))
    for queue, previewed, based in rows:
        if previewed is not None:
            preview[queue] = previewed
        if based is not None:
            baseline[queue] = based
    return preview, baseline


def _directives(connection: sqlite3.Connection, target: int) -> list[tuple[int, str, str]]:
    return connection.execute(
        "SELECT no, id, risen_at FROM directive WHERE target = ? ORDER BY no", (target,)
    ).fetchall()


def _totals(
    connection: sqlite3.Connection, directives: Iterable[tuple[int, str, str]]
) -> dict[str, dict[str, int]]:
    return {
        directive_id: dict(
            connection.execute("SELECT queue, messages FROM total WHERE directive = ?", (number,)).fetchall()
        )
        for number, directive_id, _risen in directives
    }
