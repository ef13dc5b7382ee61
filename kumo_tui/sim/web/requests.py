"""The request types of the admin API, per server version (KUMOMTA.md 1 and 8)."""

from datetime import datetime
from functools import cache
from typing import Any

from kumo_tui.sim import durations
from kumo_tui.sim.engine.directives import Criteria
from kumo_tui.sim.versions import Version
from kumo_tui.sim.web import fields
from kumo_tui.sim.web.fields import Field, Struct

DEFAULT_DURATION_NS = 300 * durations.NS
_TEXT = fields.optional(fields.string)


def _field(name: str) -> Field:
    return Field(name, _TEXT)


@cache
def bounce_request(version: Version) -> Struct:
    """The body of POST bounce; since 2025.01.23 it refuses unknown fields."""
    wanted = [_field("campaign"), _field("tenant"), _field("domain"), _field("routing_domain"), _reason()]
    wanted += [_duration(version), Field("suppress_logging", fields.boolean, default=False)]
    if version.bounce_expires:
        wanted.append(Field("expires", fields.optional(fields.moment)))
    if version.queue_names:
        wanted.append(Field("queue_names", fields.strings, default=frozenset()))
    return Struct("BounceV1Request", tuple(wanted), closed=version.rejects_unknown_bounce_fields)


@cache
def suspend_request(version: Version) -> Struct:
    """The body of POST suspend: no routing domain, and unknown fields are ignored on every version."""
    wanted = [_field("campaign"), _field("tenant"), _field("domain"), _reason(), _duration(version)]
    if version.suspend_expires:
        wanted.append(Field("expires", fields.optional(fields.moment)))
    if version.queue_names:
        wanted.append(Field("queue_names", fields.strings, default=frozenset()))
    return Struct("SuspendV1Request", tuple(wanted))


@cache
def suspend_ready_request(version: Version) -> Struct:
    """The body of POST suspend-ready-q."""
    name = Field("name", fields.string, required=True)
    expires = Field("expires", fields.optional(fields.moment))
    return Struct("SuspendReadyQueueV1Request", (name, _reason(), _duration(version), expires))


@cache
def rebind_request() -> Struct:
    """The body of POST rebind: no queue names, unknown fields ignored."""
    flags = ("suppress_logging", "trigger_rebind_event", "always_flush")
    return Struct(
        "RebindV1Request",
        (
            *(_field(name) for name in ("campaign", "tenant", "domain", "routing_domain")),
            _reason(),
            Field("data", fields.string_map, required=True),
            *(Field(name, fields.boolean, default=False) for name in flags),
        ),
    )


def cancel_request(struct: str) -> Struct:
    """The body of the DELETE requests: one id, other fields ignored."""
    return Struct(struct, (Field("id", fields.identifier, required=True),))


def log_filter_request() -> Struct:
    """The body of POST set_diagnostic_log_filter."""
    return Struct("SetDiagnosticFilterRequest", (Field("filter", fields.string, required=True),))


def _reason() -> Field:
    return Field("reason", fields.string, required=True)


def _duration(version: Version) -> Field:
    return Field("duration", fields.optional(fields.duration(rich=version.rich_durations)))


def criteria_of(values: dict[str, Any]) -> Criteria:
    """Build the criteria that the server stores for a request."""
    return Criteria(
        campaign=values.get("campaign"),
        tenant=values.get("tenant"),
        domain=values.get("domain"),
        routing_domain=values.get("routing_domain"),
        queue_names=values.get("queue_names", frozenset()),
    )


def seconds_of(values: dict[str, Any], now: datetime) -> float:
    """Return how long an entry lives: ``expires`` wins over ``duration``; the past is zero (KUMOMTA.md 2.4).

    Raises KillingDurationError where the server's clock would overflow.
    """
    expires = values.get("expires")
    if expires is not None:
        return max(0.0, float((expires - now).total_seconds()))
    nanoseconds = values.get("duration")
    if nanoseconds is None:
        nanoseconds = DEFAULT_DURATION_NS
    durations.check_fits(nanoseconds)
    return float(nanoseconds) / durations.NS
