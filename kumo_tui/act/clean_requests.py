"""The bodies of a clean bounce: stop, sweep, release, flush (DESIGN 3, rules 2 to 4; KUMOMTA.md 1.2, 1.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kumo_tui.act.requests import BODY_LIMIT, BOUNCE_PATH, encode_body, scope_fields
from kumo_tui.model.capability import Capability
from kumo_tui.model.directives import Directive
from kumo_tui.model.names import Part, QueueParts, is_ambiguous, parse_name
from kumo_tui.model.queues import QueueTable
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.tags import tagged_reason
from kumo_tui.text import clean
from kumo_tui.units import wire_duration

SUSPEND_PATH = "/api/admin/suspend/v1"
REBIND_PATH = "/api/admin/rebind/v1"

__all__ = ["BOUNCE_PATH", "REBIND_PATH", "SUSPEND_PATH", "Batch", "choose_batch", "plan_flush", "stop_body"]

# A directive of this duration sweeps what stands, and is never looked up and never listed (KUMOMTA.md 2.4).
SWEEP_DURATION = "0s"
FLUSH_MOST = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """What one sweep takes: its body, and messages per raw name that stood by the last reading."""

    body: Mapping[str, object]
    counts: Mapping[str, int]
    by_criteria: bool = False


def stop_body(
    selector: Selector, names: Sequence[str], reason: str, duration_s: int, tag: str
) -> dict[str, object]:
    """The body of a suspension: by criteria, or, with names, by exactly these under our guard domain.

    Raises ValueError for what a suspension cannot express; it would ignore it and stop more (KUMOMTA.md 1.2).
    """
    if names:
        body = scope_fields(ExactQueues.of(names), tag)
    elif isinstance(selector, Criteria) and selector.routing_domain is None:
        body = scope_fields(selector, tag)
    else:
        raise ValueError("this selector is stopped by exact names, and there are none")
    if duration_s < 1:
        raise ValueError("a stop lasts at least one second")
    return {**body, "reason": tagged_reason(reason, tag), "duration": wire_duration(duration_s)}


def sweep_body(
    scope: Criteria | ExactQueues, reason: str, tag: str, *, suppress_logging: bool
) -> dict[str, object]:
    """The body of one sweep. Raises ValueError for Everything: an expired match-all goes on catching mail."""
    body = scope_fields(scope, tag)
    body["reason"] = tagged_reason(reason, tag)
    body["duration"] = SWEEP_DURATION
    if suppress_logging:
        body["suppress_logging"] = True
    return body


def choose_batch(
    selector: Selector,
    standing: Mapping[str, int],
    capability: Capability | None,
    listed: Iterable[Directive],
    reason: str,
    tag: str,
    *,
    suppress_logging: bool = False,
) -> Batch | str:
    """What to sweep now, or why nothing can be, in clean words. `standing` is never empty.

    By exact names where the node takes them: the largest queues first, as many as a request may hold; the rest
    still stands for the next one. Else by criteria, unless a live directive has the same: it would be replaced.
    By a routing domain only where the node is known to heed it: others would bounce more than was meant.
    """
    twin = next((entry for entry in listed if entry.criteria == selector), None)
    exact = capability is not None and capability.exact_bounce
    sendable = [name for name in _largest_first(standing) if _can_be_sent(name)] if exact else []
    names = in_bodies(sendable)[0] if sendable else []
    is_heeded = isinstance(selector, Criteria) and _is_heeded(selector, capability)
    if isinstance(selector, Criteria) and is_heeded and len(names) < len(standing) and twin is None:
        body = sweep_body(selector, reason, tag, suppress_logging=suppress_logging)
        return Batch(body, dict(standing), by_criteria=True)
    if names:
        scope = ExactQueues.of(names)
        body = sweep_body(scope, reason, tag, suppress_logging=suppress_logging)
        return Batch(body, {name: standing[name] for name in names})
    if isinstance(selector, Criteria) and not is_heeded:
        return "the node is not known to heed a routing domain, nor to take exact queue names"
    if twin is not None:
        return (
            f"directive {clean(twin.id[:8])} ({clean(twin.words)}) has the same criteria: "
            "a sweep would end it. Waiting for its end"
        )
    return "the node takes no exact queue names"


def plan_flush(
    selector: Selector, released: Iterable[str], table: QueueTable
) -> tuple[Sequence[Mapping[Part, str]], Sequence[str]]:
    """Criteria that make released mail due now, and the names that are left alone. `table` is all of the node.

    A rebind has no exact names, and a blank or absent part matches anything (KUMOMTA.md 1.8): a queue whose parts
    cannot be told apart, or match a queue that was not released, waits for its own retry.
    """
    names = set(released)
    if isinstance(selector, Criteria) and _narrows(selector.given()) and not any(map(is_ambiguous, names)):
        return [dict(selector.given())], []
    wanted: list[Mapping[Part, str]] = []
    alone: list[str] = []
    for name in sorted(names):
        given = _given(parse_name(name))
        is_exact = given is not None and set(table.select(Criteria(**_by_field(given))).names) <= names
        if given is None or not is_exact or is_ambiguous(name) or len(wanted) >= FLUSH_MOST:
            alone.append(name)
        elif given not in wanted:
            wanted.append(given)
    return wanted, alone


def flush_body(given: Mapping[Part, str], reason: str, tag: str) -> dict[str, object]:
    """The body of a rebind that changes nothing but when the mail is due. Raises ValueError without criteria."""
    if not _narrows(given):
        raise ValueError("a flush without criteria, or with blank ones, is a flush of everything")
    criteria = {part.value: value for part, value in given.items()}
    return {**criteria, "data": {}, "always_flush": True, "reason": tagged_reason(reason, tag)}


def _is_heeded(selector: Criteria, capability: Capability | None) -> bool:
    """Whether a bounce by these parts hits no more: every build heeds all but the routing domain."""
    return selector.routing_domain is None or (capability is not None and capability.routing_domain)


def _given(parts: QueueParts) -> Mapping[Part, str] | None:
    given = {part: value for part, value in zip(Part, parts, strict=True) if value is not None}
    return given if _narrows(given) else None


def _narrows(given: Mapping[Part, str]) -> bool:
    """Whether every part that is given says something; one of blanks is nothing to rely on."""
    return bool(given) and all(value.strip() for value in given.values())


def _by_field(given: Mapping[Part, str]) -> dict[str, str]:
    return {part.value: value for part, value in given.items()}


def _largest_first(standing: Mapping[str, int]) -> list[str]:
    return sorted(standing, key=lambda name: (-standing[name], name))


def _can_be_sent(name: str) -> bool:
    """A name that is not valid UTF-8 cannot be written in JSON as it is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def in_bodies(names: Sequence[str], room: int = BODY_LIMIT - 4096) -> list[list[str]]:
    """The names in their order, cut into as many lists as bodies are needed to hold them."""
    lists: list[list[str]] = []
    left = 0
    for name in names:
        size = len(encode_body({"": name}))
        if size > left or not lists:
            lists.append([])
            left = room
        left -= size
        lists[-1].append(name)
    return lists
