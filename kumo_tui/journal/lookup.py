"""The statements that look things up in the journal without loading whole operations.

Each function works within a transaction of the caller.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kumo_tui.journal.coding import from_selector, from_time, to_text
from kumo_tui.journal.history import Head, Placed, placed_until
from kumo_tui.journal.reading import operation_numbers, request_numbered
from kumo_tui.journal.records import Recorded, Request
from kumo_tui.model.history import Chain, HistoryEntry
from kumo_tui.model.selector import Selector
from kumo_tui.model.verdict import Verdict

# Exact lists go with a guard domain of their own each: none replaces another (KUMOMTA.md 0.4).
_PLACED = """
    SELECT operation.no, tag, selector, node, request.url, operation.at, duration_s, verdict, verdict_at
    FROM target
    JOIN operation ON operation.no = target.operation
    JOIN request ON request.no = (SELECT min(no) FROM request WHERE request.target = target.no)
    WHERE mode = 'plain' AND selector NOT LIKE '{"queues"%' AND request.state IN ('accepted', 'gone')
"""

_SPANS = """
    SELECT node, min(request.no), max(request.no), max(request.no) FILTER (WHERE kept IS NOT NULL)
    FROM request JOIN target ON target.no = request.target JOIN operation ON operation.no = target.operation
    WHERE tag = ? AND step = 'sweep' GROUP BY target.no
"""


@dataclass(frozen=True, slots=True)
class SweepSpan:
    """The sweeps of an operation on one node: when the first and the last were written down, and one of them.

    `example` is the newest whose body is still kept, None when none is (see `bodies`).
    """

    first_at: datetime
    last_at: datetime
    example: Request | None


@dataclass(frozen=True, eq=False)
class Account:
    """One operation with all that the journal tells of it: for a report.

    `chain` is that of the operations which took the place of one another, None when it stands alone; `spans` is by
    node, without those that had no sweep.
    """

    recorded: Recorded
    entry: HistoryEntry
    chain: Chain | None
    spans: Mapping[str, SweepSpan]


def tags(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The tags of all operations, those written last first."""
    return tuple(tag for (tag,) in connection.execute("SELECT tag FROM operation ORDER BY no DESC"))


def heads(connection: sqlite3.Connection) -> tuple[Head, ...]:
    """What finds each operation, those written last first."""
    still_open = set(operation_numbers(connection, None, open_only=True))
    rows = connection.execute("SELECT no, at, who, selector FROM operation ORDER BY no DESC")
    return tuple(
        Head(number, datetime.fromisoformat(at), who, number in still_open, _reader(selector))
        for number, at, who, selector in rows
    )


def placed(connection: sqlite3.Connection) -> tuple[Placed, ...]:
    """Every accepted directive of a plain operation that another one could replace."""
    found = []
    for number, tag, scope, node, url, began, duration_s, verdict, ruled_at in connection.execute(_PLACED):
        at = datetime.fromisoformat(began)
        ruling = None if verdict is None else Verdict(verdict)
        until = placed_until(at, duration_s)
        found.append(Placed(number, tag, scope, node, url, at, until, ruling, from_time(ruled_at)))
    return tuple(found)


def sweep_spans(connection: sqlite3.Connection, tag: str) -> dict[str, SweepSpan]:
    """The sweeps of an operation by node; nothing of a node that has had none."""
    rows = connection.execute(_SPANS, (to_text(tag),)).fetchall()
    return {
        node: SweepSpan(
            _begun(connection, first),
            _begun(connection, last),
            None if kept is None else request_numbered(connection, kept),
        )
        for node, first, last, kept in rows
    }


def _begun(connection: sqlite3.Connection, request: int) -> datetime:
    (at,) = connection.execute(
        "SELECT at FROM change WHERE request = ? ORDER BY no LIMIT 1", (request,)
    ).fetchone()
    return datetime.fromisoformat(at)


def _reader(text: str) -> Callable[[], Selector]:
    return lambda: from_selector(text)
