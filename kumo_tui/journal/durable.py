"""The durable journal: operations, requests and totals in one SQLite file that outlives the program."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from kumo_tui.clock import Clock
from kumo_tui.errors import JournalError
from kumo_tui.journal import confirming, lookup, other_rows, reading, writing
from kumo_tui.journal.claims import Claims
from kumo_tui.journal.coding import to_time
from kumo_tui.journal.history import ALL, Loader, Wanted, history_of, replacements, select
from kumo_tui.journal.other_act import FoundActs, OtherAct, found_acts
from kumo_tui.journal.place import make_place
from kumo_tui.journal.port import Intent
from kumo_tui.journal.records import Change, Counts, Recorded, Request, RequestState, StepRecord
from kumo_tui.journal.store import LOCK_WAIT_S, Store
from kumo_tui.model.history import History
from kumo_tui.model.operation import Apart, NodeAct, Operation
from kumo_tui.model.verdict import Verdict

# What a probe takes and gives back, in bytes: more pages than a small act needs.
PROBE_ROOM = 65536

# Marks that are written in one transaction: nobody else who writes waits longer than for these.
MARKS_AT_ONCE = 10_000


class SqliteJournal:
    """Keeps operations in a file (see `port.Journal`); what a method wrote is on disk when it returns.

    Threads and processes may write at the same time. A method waits for the disk and, up to some seconds, for
    another process. `profile` is written with each operation.
    """

    def __init__(self, store: Store, clock: Clock, *, profile: str = "") -> None:
        self._store = store
        self._clock = clock
        self._profile = profile
        self._claims = Claims(store.path)
        self._written: dict[tuple[str, str, str], dict[str, int]] = {}
        self._given: dict[tuple[str, str, str], Mapping[str, int]] = {}

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    def close(self) -> None:
        """Close the file and give up all claims; every method but `unclaim` raises JournalError afterwards."""
        self._claims.close()
        self._store.close()

    def problem(self) -> str | None:
        """Why nothing can be written now, in clean words; None after something was written and synced."""
        try:
            with self._store.writing() as connection:
                row = (to_time(self._clock.now()), PROBE_ROOM)
                connection.execute("INSERT OR REPLACE INTO probe (no, at, room) VALUES (1, ?, zeroblob(?))", row)
                connection.execute("UPDATE probe SET room = NULL")
        except JournalError as error:
            return str(error)
        return None

    def record_intent(self, operation: Operation, intents: Sequence[Intent]) -> None:
        """Write a new operation with its requests; raises JournalError also when its tag is taken."""
        with self._store.writing() as connection:
            writing.insert_operation(connection, operation, intents, self._profile)

    def record_confirmed(
        self,
        operation: Operation,
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str = "",
    ) -> None:
        """Write what makes a stop a confirmed clean bounce (see `port.Journal`)."""
        with self._store.writing() as connection:
            confirming.confirm_operation(connection, operation, preview, baseline, at, words)

    def record_confirmed_later(
        self,
        tag: str,
        there: Sequence[Apart],
        preview: Counts,
        baseline: Counts,
        at: datetime,
        words: str,
    ) -> None:
        """Make what was only stopped on these nodes a clean bounce there too (see `port.Journal`)."""
        with self._store.writing() as connection:
            confirming.confirm_later(connection, tag, there, preview, baseline, at, words)

    def record_act(self, tag: str, act: NodeAct, at: datetime) -> None:
        """Write what became of the act on one node, and a line in the timeline."""
        with self._store.writing() as connection:
            number = writing.act_request(connection, writing.target_number(connection, tag, act.node))
            writing.update_request(connection, number, RequestState(act.state.value), act.id, act.error, at)
            writing.update_online_since(connection, number, act.online_since)
            operation = writing.operation_number(connection, tag)
            writing.insert_event(connection, operation, at, f"{act.node}: {act.state.value}")

    def record_totals(self, tag: str, node: str, marks: Mapping[str, Mapping[str, int]], at: datetime) -> None:
        """Write the marks that are higher than what this process wrote before; nothing when none is.

        Many are written in several transactions: each mark stands for itself, and none ever falls.
        """
        for directive_id, counts in marks.items():
            key = (tag, node, directive_id)
            if self._given.get(key) is counts:
                continue
            known = self._written.setdefault(key, {})
            higher = [(name, count) for name, count in counts.items() if count > known.get(name, -1)]
            for start in range(0, len(higher), MARKS_AT_ONCE):
                some = dict(higher[start : start + MARKS_AT_ONCE])
                with self._store.writing() as connection:
                    target = writing.target_number(connection, tag, node)
                    writing.upsert_totals(connection, target, directive_id, some, at)
                known.update(some)
            self._given[key] = counts

    def record_event(self, tag: str, at: datetime, text: str) -> None:
        """Write one line of the timeline."""
        with self._store.writing() as connection:
            writing.insert_event(connection, writing.operation_number(connection, tag), at, text)

    def record_step(self, record: StepRecord, at: datetime) -> int:
        """Write a request of a running operation, or settle it (see `records.StepRecord`)."""
        number = record.number
        with self._store.writing() as connection:
            target = writing.target_number(connection, record.tag, record.node)
            if number is None and record.state is not RequestState.INTENT:
                number = writing.open_step(connection, target, record.step)
            if number is None:
                intent = Intent(record.node, record.method, record.url, record.body, {}, step=record.step)
                return writing.insert_request(
                    connection,
                    target,
                    intent,
                    record.state,
                    record.id,
                    record.error,
                    at,
                    replaces=record.replaces,
                )
            writing.settle_step(connection, number, record, at)
            return number

    def record_verdict(self, tag: str, node: str, verdict: Verdict, at: datetime) -> None:
        """Write the verdict on one node."""
        with self._store.writing() as connection:
            writing.update_verdict(connection, writing.target_number(connection, tag, node), verdict, at)

    def record_other(self, act: OtherAct) -> int:
        """Write an act on what is not ours (see `port.Journal`)."""
        with self._store.writing() as connection:
            return other_rows.insert_act(connection, act, self._profile)

    def record_other_change(
        self, number: int, change: Change, error: str | None, *, if_open: bool = False
    ) -> bool:
        """Write the next state of such an act (see `port.Journal`)."""
        with self._store.writing() as connection:
            return other_rows.change_act(connection, number, change, error, if_open=if_open)

    def open_others(self) -> Sequence[OtherAct]:
        """The acts on what is not ours that nobody knows the outcome of, those written last first."""
        with self._store.reading() as connection:
            return other_rows.acts(connection, open_only=True)

    def others(self, wanted: Wanted = ALL) -> FoundActs:
        """The acts on what is not ours that are looked for (see `port.Past`)."""
        with self._store.reading() as connection:
            return found_acts(other_rows.acts(connection), wanted)

    def other(self, number: int) -> OtherAct | None:
        """One of them with its counts per queue, None when there is none of this number."""
        with self._store.reading() as connection:
            return other_rows.act(connection, number)

    def claim(self, tag: str) -> bool:
        """Whether this journal alone may sweep the operation (see `claims`)."""
        return self._claims.claim(tag)

    def unclaim(self, tag: str) -> None:
        """Let another process sweep the operation."""
        self._claims.unclaim(tag)

    def operations(self, limit: int | None = None, *, open_only: bool = False) -> Sequence[Recorded]:
        """The operations, those written last first, at most `limit` of them.

        `open_only` leaves out those that nobody has to go on with: every act rejected or at its final verdict,
        no request without an answer, no stop left standing.
        """
        with self._store.reading() as connection:
            numbers = reading.operation_numbers(connection, limit, open_only=open_only)
        # One after the other: a long history must not keep other processes from writing while it is read.
        return tuple(self._load(number) for number in numbers)

    def operation(self, tag: str) -> Recorded | None:
        """One operation, None when there is none of this tag."""
        with self._store.reading() as connection:
            number = reading.number_of(connection, tag)
        return None if number is None else self._load(number)

    def history(self, wanted: Wanted = ALL) -> History:
        """The operations that are looked for, those written last first; totals are read only within the limit."""
        with self._store.reading() as connection:
            numbers = select(lookup.heads(connection), wanted)
            replaced = replacements(lookup.placed(connection))
        return history_of(wanted.cut(numbers), len(numbers), replaced, Loader(self._load, self.operation))

    def tags(self) -> Sequence[str]:
        """The tags of all operations, those written last first."""
        with self._store.reading() as connection:
            return lookup.tags(connection)

    def account(self, tag: str) -> lookup.Account | None:
        """All that is known of one operation, None when there is none of this tag."""
        with self._store.reading() as connection:
            number = reading.number_of(connection, tag)
            if number is None:
                return None
            replaced, spans = replacements(lookup.placed(connection)), lookup.sweep_spans(connection, tag)
        recorded = self._load(number)
        history = history_of([number], 1, replaced, Loader(lambda _number: recorded, self.operation))
        chain = history.chains[0] if history.chains else None
        return lookup.Account(recorded, history.entries[0], chain, spans)

    def open_intents(self) -> Sequence[Request]:
        """The requests whose process died, or whose answer never came, before anything else was written."""
        with self._store.reading() as connection:
            return reading.open_requests(connection)

    def _load(self, number: int) -> Recorded:
        with self._store.reading() as connection:
            return reading.load(connection, number)


def open_journal(path: Path, clock: Clock, *, profile: str = "", wait_s: float = LOCK_WAIT_S) -> SqliteJournal:
    """Open the journal, made where it is missing, checked and brought up to date where it is there.

    Raises JournalError in words when it cannot be made or opened, is damaged, of another program or newer.
    """
    make_place(path)
    return SqliteJournal(Store(path, wait_s=wait_s), clock, profile=profile)
