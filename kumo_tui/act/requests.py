"""The exact requests of an act, and the same as curl and kcli commands."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.tags import guard_domain, tagged_reason
from kumo_tui.units import wire_duration
from kumo_tui.urls import seen_there, typed_there

BOUNCE_PATH = "/api/admin/bounce/v1"

# The server's default request_body_limit is 2 MiB (KUMOMTA.md 1.0); a little room for its own counting.
BODY_LIMIT = 2 * 1024 * 1024 - 1024


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request of an act, as it would be sent: which step, to which node, where, and the JSON body."""

    step: str
    node: str
    method: str
    url: str
    body: Mapping[str, object]

    def json_text(self) -> str:
        """The body exactly as it is sent, in ASCII."""
        return encode_body(self.body)

    def curl(self, option: str = "") -> str:
        """The equivalent curl command, quoted for a POSIX shell; for a node behind ssh it is run on that machine.

        `option` is what curl needs in addition, quoted.
        """
        words = f"curl {option} -sS" if option else "curl -sS"
        return typed_there(
            self.url,
            f"{words} -X {self.method} {shlex.quote(seen_there(self.url))} -H 'Content-Type: application/json' "
            f"--data-binary {shlex.quote(self.json_text())}",
        )


def bounce_body(
    selector: Selector, reason: str, duration_s: int, tag: str, *, suppress_logging: bool = False
) -> dict[str, object]:
    """The body of a bounce POST (DESIGN 3, rules 1 to 3).

    Exact names go with the guard domain of the tag; criteria that were not given are left out. Raises
    ValueError for a duration below one second: this is not a sweep.
    """
    if duration_s < 1:
        raise ValueError("a plain bounce lasts at least one second")
    body: dict[str, object] = {} if isinstance(selector, Everything) else scope_fields(selector, tag)
    body["reason"] = tagged_reason(reason, tag)
    body["duration"] = wire_duration(duration_s)
    if suppress_logging:
        body["suppress_logging"] = True
    return body


def scope_fields(scope: Criteria | ExactQueues, tag: str) -> dict[str, object]:
    """The fields that narrow a request to these queues, never none.

    Raises ValueError for what is neither: without a field a request is one for everything (KUMOMTA.md 1.1).
    """
    if isinstance(scope, ExactQueues) and scope.names:
        return {"queue_names": sorted(scope.names), "domain": guard_domain(tag)}
    if isinstance(scope, Criteria) and scope.given():
        return {part.value: value for part, value in scope.given().items()}
    raise ValueError("a request that names no queues and no criteria is one for everything")


def encode_body(body: Mapping[str, object]) -> str:
    """JSON in ASCII: control characters and everything beyond ASCII as `\\u` escapes."""
    return json.dumps(body, ensure_ascii=True)


def is_too_large(body: Mapping[str, object]) -> bool:
    """Whether the body would be refused with 413; it is never cut into pieces silently."""
    return len(encode_body(body)) > BODY_LIMIT


def kcli_command(url: str, body: Mapping[str, object]) -> str:
    """The equivalent `kcli bounce` command, quoted for a POSIX shell. kcli asks nothing before it acts.

    For a node behind ssh it is run on that machine. Names stand in it raw, control characters too: clean it before
    it is shown.
    """
    words = ["kcli", "--endpoint", seen_there(url), "bounce"]
    names = body.get("queue_names")
    if isinstance(names, list):
        for name in names:
            words += _option("queue", str(name))
    else:
        given = [key for key in ("campaign", "tenant", "domain", "routing_domain") if key in body]
        for key in given:
            words += _option(key.replace("_", "-"), str(body[key]))
        if not given:
            words.append("--everything")
    words += [*_option("reason", str(body["reason"])), "--duration", str(body["duration"])]
    if body.get("suppress_logging"):
        words.append("--suppress-logging")
    return typed_there(url, shlex.join(words))


def _option(name: str, value: str) -> list[str]:
    """An option with its value; one that begins with a dash is tied to it, else it would be an option itself."""
    return [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
