"""An independent judge of what leaves the program: DESIGN 3, rules 1 to 4, and KUMOMTA.md 1, 3 and 10.

It shares no code with the program: a mistake there must not agree with itself here.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

BOUNCE = "/api/admin/bounce/v1"
SUSPEND = "/api/admin/suspend/v1"
REBIND = "/api/admin/rebind/v1"

# What a bounce and a stop may be narrowed by; a rebind too, though it takes no names.
FOUR = ("campaign", "tenant", "domain", "routing_domain")
THIRTY_DAYS_S = 30 * 24 * 60 * 60
TWO_MIB = 2 * 1024 * 1024

_TAGGED = re.compile(r".*\S \[kt:([0-9A-F]{4,12})\]", re.DOTALL)
_GUARD = re.compile(r"kt-([0-9a-f]{4,12})\.kumo-tui-guard\.invalid")
_SECONDS = re.compile(r"([1-9][0-9]*)s", re.ASCII)

Body = dict[str, Any]


def offences(method: str, path: str, text: str, *, everything: bool = False) -> list[str]:
    """What is wrong with one request that could change a node; empty when it is lawful.

    `everything` says that EVERYTHING was chosen as such: only then a bounce may come without criteria.
    """
    judge = _JUDGES.get((method, path))
    if judge is None:
        return [f"{method} {path} is no act of this program"]
    if len(text.encode("utf-8", "surrogatepass")) > TWO_MIB:
        return ["the node refuses more than 2 MiB"]
    try:
        body = json.loads(text, parse_float=_never, parse_constant=_never, object_pairs_hook=_each_key_once)
    except ValueError as error:
        return [f"no lawful JSON: {error}"]
    return list(judge(body, everything)) if isinstance(body, dict) else ["the body is no object"]


def _of_bounce(body: Body, everything: bool) -> Iterator[str]:
    yield from _known(body, {*FOUR, "queue_names", "reason", "duration", "suppress_logging"})
    yield from _scope(body, may_be_all=everything)
    yield from _reason(body)
    yield from _lasting(body, may_sweep=bool({*FOUR, "queue_names"} & body.keys()))
    if not isinstance(body.get("suppress_logging", False), bool):
        yield "suppress_logging is neither true nor false"


def _of_stop(body: Body, _everything: bool) -> Iterator[str]:
    """A suspension has no routing domain, never forbids unknown fields, and everything is never stopped."""
    yield from _known(body, {"campaign", "tenant", "domain", "queue_names", "reason", "duration"})
    yield from _scope(body, may_be_all=False)
    yield from _reason(body)
    yield from _lasting(body, may_sweep=False)


def _of_rebind(body: Body, _everything: bool) -> Iterator[str]:
    """A rebind knows no names and drops them without a word: then it takes every queue."""
    yield from _known(body, {*FOUR, "data", "always_flush", "reason"})
    yield from _scope(body, may_be_all=False)
    yield from _reason(body)
    if body.get("data") != {} or body.get("always_flush") is not True:
        yield "a flush changes nothing but when the mail is due"


def _of_removal(body: Body, _everything: bool) -> Iterator[str]:
    yield from _known(body, {"id"})
    if not isinstance(body.get("id"), str) or not body["id"].strip():
        yield "nothing is named that should end"


_JUDGES: dict[tuple[str, str], Callable[[Body, bool], Iterator[str]]] = {
    ("POST", BOUNCE): _of_bounce,
    ("POST", SUSPEND): _of_stop,
    ("POST", REBIND): _of_rebind,
    ("DELETE", BOUNCE): _of_removal,
    ("DELETE", SUSPEND): _of_removal,
}


def _known(body: Body, fields: set[str]) -> Iterator[str]:
    """Unknown fields are refused by a bounce, and dropped without a word by a suspension and a rebind."""
    yield from (f"the field {field!r} must not leave" for field in sorted(body.keys() - fields))
    yield from (f"{field} is null" for field, value in body.items() if value is None)


def _scope(body: Body, *, may_be_all: bool) -> Iterator[str]:
    given = [field for field in FOUR if field in body]
    for field in given:
        if not isinstance(body[field], str) or not body[field].strip():
            yield f"{field} is blank: {body[field]!r}"
    if "queue_names" in body:
        yield from _names(body["queue_names"])
        yield from _guard(body, given)
    elif not given and not may_be_all:
        yield "no criteria: this is everything, and that was not chosen"
    elif given and may_be_all:
        yield "everything was chosen, and it is narrowed"


def _names(names: Any) -> Iterator[str]:
    if not isinstance(names, list) or not names:
        yield "a list of no names is everything"
    elif not all(isinstance(name, str) for name in names):
        yield "a queue name is no string"
    elif len(set(names)) != len(names):
        yield "a queue is named twice"


def _guard(body: Body, given: list[str]) -> Iterator[str]:
    guard, tag = _GUARD.fullmatch(str(body.get("domain"))), _TAGGED.fullmatch(str(body.get("reason")))
    if given != ["domain"] or guard is None:
        yield "queue names go with the guard domain, and with nothing else"
    elif tag is None or guard[1].upper() != tag[1]:
        yield "the guard domain is of another operation"


def _reason(body: Body) -> Iterator[str]:
    if not isinstance(body.get("reason"), str) or not _TAGGED.fullmatch(body["reason"]):
        yield f"the reason does not say why, or whose it is: {body.get('reason')!r}"


def _lasting(body: Body, *, may_sweep: bool) -> Iterator[str]:
    """Whole seconds; `1e30`, negative and giant ones end the server, and "0s" of everything outlives its end."""
    duration = body.get("duration")
    if duration == "0s" and may_sweep:
        return
    seconds = _SECONDS.fullmatch(duration) if isinstance(duration, str) else None
    if seconds is None or len(seconds[1]) > 9 or int(seconds[1]) > THIRTY_DAYS_S:
        yield f"not whole seconds within the bounds: {duration!r}"


def _never(number: str) -> None:
    raise ValueError(f"a number that is not whole: {number}")


def _each_key_once(pairs: list[tuple[str, Any]]) -> Body:
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a field is there twice")
    return dict(pairs)
