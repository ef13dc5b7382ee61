"""The JSON answers of kumod: strict about types, lenient about unknown fields (KUMOMTA.md 1)."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.feeders import ReadyFeeders
from kumo_tui.model.snapshot import MachineInfo
from kumo_tui.node.series import COUNT_LIMIT
from kumo_tui.node.totals import lift_totals
from kumo_tui.text import one_line
from kumo_tui.units import parse_remaining

Value = TypeVar("Value")

_V1_EPOCH = datetime(1582, 10, 15, tzinfo=UTC)
_LONGEST_DURATION = 200


class WireError(Exception):
    """An answer is not what kumod answers; the text is clean words that say why."""


@dataclass(frozen=True, slots=True)
class SampledMessage:
    """One message of a scheduled queue. Strings are raw.

    `due` and `attempts` are None where the server does not say; `created_at` is in the id, None in odd ones.
    """

    id: str
    sender: str
    recipients: tuple[str, ...]
    due: datetime | None
    attempts: int | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueSample:
    """Some messages of a scheduled queue, neither the oldest nor the next due (KUMOMTA.md 1.4).

    `num_scheduled` counts all messages that the queue holds.
    """

    num_scheduled: int
    messages: tuple[SampledMessage, ...]


def _remaining(text: object) -> float:
    if not isinstance(text, str) or not text or len(text) > _LONGEST_DURATION:
        raise ValueError("not a remaining time")
    return parse_remaining(text)


_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Count = Annotated[int, Field(ge=0, lt=COUNT_LIMIT)]
_Remaining = Annotated[float, BeforeValidator(_remaining)]


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Entry(_Answer):
    """What the entries of both lists have; `id` is empty only in what is left of an odd one."""

    id: str = Field(max_length=200)
    campaign: str | None = None
    tenant: str | None = None
    domain: str | None = None
    reason: str
    duration: _Remaining

    @classmethod
    def empty(cls) -> dict[str, object]:
        """An entry of which nothing could be read."""
        return {
            "id": "",
            "campaign": None,
            "tenant": None,
            "domain": None,
            "reason": "",
            "duration": "0s",
        }


class _BounceEntry(_Entry):
    routing_domain: str | None = None
    bounced: dict[str, _Count]
    total_bounced: _Count

    @classmethod
    def empty(cls) -> dict[str, object]:
        return {**super().empty(), "routing_domain": None, "bounced": {}, "total_bounced": 0}


class _SuspendEntry(_Entry):
    """An entry of the list of suspended scheduled queues."""


class _Created(_Answer):
    id: _Id


class _MachineInfo(_Answer):
    node_id: str
    version: str
    online_since: AwareDatetime
    process_kind: str = "kumod"


class _MessageInformation(_Answer):
    sender: str
    recipient: str | list[str]
    due: AwareDatetime | None = None
    num_attempts: _Count | None = None


class _InspectedMessage(_Answer):
    id: _Id
    message: _MessageInformation


class _InspectedQueue(_Answer):
    num_scheduled: _Count
    messages: list[_InspectedMessage]


class _ReadyState(_Answer):
    ready_count: _Count
    connection_count: _Count


class _InspectedReadyQueue(_Answer):
    egress_source: str
    state: _ReadyState
    scheduled_queue_names: list[str]


class _Accepted(_Answer):
    """`{}`: the node took the request and says nothing more."""


_Shape = TypeVar("_Shape", bound=_Entry)

_LIST = TypeAdapter(list[Any])
_CREATED = TypeAdapter(_Created)
_MACHINE_INFO = TypeAdapter(_MachineInfo)
_INSPECTED_QUEUE = TypeAdapter(_InspectedQueue)
_INSPECTED_READY_QUEUE = TypeAdapter(_InspectedReadyQueue)
_ACCEPTED = TypeAdapter(_Accepted)


def read_directives(body: bytes) -> tuple[Directive, ...]:
    """The bounce list; of an entry that cannot be read in full, what can be. Raises WireError."""
    lifted = lift_totals(body)
    return tuple(
        Directive(
            id=entry.id,
            campaign=entry.campaign,
            tenant=entry.tenant,
            domain=entry.domain,
            routing_domain=entry.routing_domain,
            reason=entry.reason,
            remaining_s=entry.duration,
            total_bounced=entry.total_bounced,
            bounced=lifted.totals_of(entry.bounced) if lifted else entry.bounced,
            flaw=flaw,
        )
        for entry, flaw in _entries(_BounceEntry, lifted.body if lifted else body)
    )


def read_suspensions(body: bytes) -> tuple[Suspension, ...]:
    """The list of suspended scheduled queues; of an entry that cannot be read in full, what can be.

    Raises WireError.
    """
    return tuple(
        Suspension(entry.id, entry.campaign, entry.tenant, entry.domain, entry.reason, entry.duration, flaw)
        for entry, flaw in _entries(_SuspendEntry, body)
    )


def read_created(body: bytes) -> str:
    """The id of a new entry. Raises WireError."""
    return _read(_CREATED, body).id


def read_machine_info(body: bytes) -> MachineInfo:
    """Who the node is, with its time in UTC. Raises WireError."""
    info = _read(_MACHINE_INFO, body)
    return MachineInfo(info.node_id, info.version, info.online_since.astimezone(UTC), info.process_kind)


def read_sample(body: bytes) -> QueueSample:
    """Sampled messages of a scheduled queue. Raises WireError."""
    queue = _read(_INSPECTED_QUEUE, body)
    return QueueSample(queue.num_scheduled, tuple(_sampled(item) for item in queue.messages))


def read_feeders(body: bytes) -> ReadyFeeders:
    """The scheduled queues that feed a ready queue; its path configuration, secrets in it or not, is skipped.

    Raises WireError.
    """
    queue = _read(_INSPECTED_READY_QUEUE, body)
    return ReadyFeeders(
        frozenset(queue.scheduled_queue_names),
        queue.egress_source,
        queue.state.ready_count,
        queue.state.connection_count,
    )


def read_accepted(body: bytes) -> None:
    """The answer of an act that has no id. Raises WireError when it is no JSON object."""
    _read(_ACCEPTED, body)


def explain(error: ValidationError) -> str:
    """The first thing wrong with an answer, in clean words, without the answer's own text."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(key) for key in first["loc"])
    return one_line(f"{place}: {first['msg']}" if place else str(first["msg"]), 160)


def _read(shape: TypeAdapter[Value], body: bytes) -> Value:
    if not body:
        raise WireError("it is empty")
    try:
        return shape.validate_json(body)
    except ValidationError as error:
        raise WireError(explain(error)) from None


def _entries(shape: type[_Shape], body: bytes) -> Iterator[tuple[_Shape, str]]:
    """Each entry of a list, with clean words for what of it could not be read."""
    rows: list[Any] = _read(_LIST, body)
    for number, raw in enumerate(rows):
        try:
            entry = shape.model_validate(raw)
            yield entry, "" if entry.id else f"entry {number}: id: it is empty"
        except ValidationError as error:
            # One odd entry must not hide the others: what it may match, and whose it is, is worth showing.
            kept = raw if isinstance(raw, dict) else {}
            yield shape.model_validate(_readable(shape, kept)), f"entry {number}: {explain(error)}"


def _readable(shape: type[_Entry], raw: Mapping[str, object]) -> Mapping[str, object]:
    """The fields of an odd entry that are sound, each for itself; the others are empty."""
    kept = dict(shape.empty())
    for name, value in raw.items():
        if name in kept:
            try:
                shape.model_validate({**shape.empty(), name: value})
            except ValidationError:
                continue
            kept[name] = value
    return kept


def _sampled(item: _InspectedMessage) -> SampledMessage:
    message = item.message
    recipients: Sequence[str] = [message.recipient] if isinstance(message.recipient, str) else message.recipient
    return SampledMessage(
        id=item.id,
        sender=message.sender,
        recipients=tuple(recipients),
        due=message.due,
        attempts=message.num_attempts,
        created_at=_created_at(item.id),
    )


def _created_at(spool_id: str) -> datetime | None:
    """The time inside a spool id: ids are version 1 UUIDs, 100 ns since 1582 (KUMOMTA.md 1.0)."""
    try:
        parsed = uuid.UUID(spool_id)
        return _V1_EPOCH + timedelta(microseconds=parsed.time // 10) if parsed.version == 1 else None
    except (ValueError, OverflowError):
        return None
