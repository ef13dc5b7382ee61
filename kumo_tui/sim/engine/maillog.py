"""The delivery log of a node: what happened to every single message (KUMOMTA.md 2.12)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.sim.engine.identity import message_number
from kumo_tui.sim.engine.mail import Run
from kumo_tui.sim.engine.names import parse


class Kind(StrEnum):
    """The kinds of records, named as the server names them."""

    RECEPTION = "Reception"
    DELIVERY = "Delivery"
    TRANSIENT_FAILURE = "TransientFailure"
    ADMIN_BOUNCE = "AdminBounce"


class LogOffError(RuntimeError):
    """The log was asked, but this node keeps none."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record. ``message`` is the message's number on its node; ``at`` and ``created`` are engine seconds.

    ``ready_queue`` is where it happened, ``None`` outside of ready queues; ``reason`` is why the message failed or
    was bounced; ``suppressed`` marks what the server would count but not write (``suppress_logging``).
    """

    kind: Kind
    message: int
    queue: str
    at: float
    created: float
    ready_queue: str | None = None
    reason: str = ""
    suppressed: bool = False


class MailLog:
    """All records of a node in the order in which they were made, over restarts.

    Every question raises LogOffError where the log is not ``kept``, so that nobody counts nothing by mistake.
    """

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        self._records: list[LogRecord] = []
        self._counts: dict[Kind, Counter[str]] = defaultdict(Counter)

    def note(
        self,
        kind: Kind,
        queue: str,
        run: Run,
        at: float,
        *,
        ready_queue: str | None = None,
        reason: str = "",
        suppressed: bool = False,
    ) -> None:
        """Write one record per message of ``run``."""
        if not self.kept:
            return
        self._counts[kind][queue] += run.count
        for number in range(run.first, run.first + run.count):
            self._records.append(LogRecord(kind, number, queue, at, run.created, ready_queue, reason, suppressed))

    @property
    def records(self) -> tuple[LogRecord, ...]:
        """Every record, oldest first."""
        return tuple(self._kept())

    def count(self, kind: Kind | str, *, queue: str | None = None, tenant: str | None = None) -> int:
        """Count the records of one kind: of one queue, of one tenant, or all."""
        self._check()
        if queue is not None:
            return self._counts[Kind(kind)][queue]
        counted = self._counts[Kind(kind)].items()
        return sum(number for name, number in counted if tenant is None or parse(name).tenant == tenant)

    def messages(self, kind: Kind | str, *, queue: str | None = None, tenant: str | None = None) -> frozenset[int]:
        """Return the numbers of the messages that have at least one such record."""
        return frozenset(
            record.message
            for record in self._kept()
            if record.kind is Kind(kind)
            and (queue is None or record.queue == queue)
            and (tenant is None or parse(record.queue).tenant == tenant)
        )

    def of(self, message: int | str) -> list[LogRecord]:
        """Return the life of one message, by its number or its id (32 hex characters)."""
        number = message_number(message) if isinstance(message, str) else message
        return [record for record in self._kept() if record.message == number]

    def summary(self) -> dict[str, dict[str, int]]:
        """Count the records by kind, then by queue."""
        self._check()
        return {kind.value: dict(self._counts[kind]) for kind in Kind}

    def _kept(self) -> Iterator[LogRecord]:
        self._check()
        return iter(self._records)

    def _check(self) -> None:
        if not self.kept:
            raise LogOffError("this node keeps no log: set log = true in its scenario, or Fleet(..., log=True)")
