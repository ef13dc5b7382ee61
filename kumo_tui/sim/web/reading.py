"""Turns the body or query string of a call into values, or into the server's refusal."""

from typing import Any

from kumo_tui.sim.web.fields import Struct, uuid_fault
from kumo_tui.sim.web.jsonread import JsonFaultError
from kumo_tui.sim.web.replies import Call, Reply, text_reply


class RefusedError(Exception):
    """The call is answered with ``reply`` before its handler acts."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def read_json(call: Call, struct: Struct) -> dict[str, Any]:
    """Read the body as ``struct``; raises RefusedError (400, 415, 422) and KillingDurationError."""
    if not _is_json(call.headers.get("content-type", "")):
        raise RefusedError(text_reply("Expected request with `Content-Type: application/json`", 415))
    try:
        return struct.read(call.body)
    except JsonFaultError as fault:
        if fault.syntax:
            refusal = text_reply(f"Failed to parse the request body as JSON: {fault.text}", 400)
        else:
            opening = "Failed to deserialize the JSON body into the target type"
            refusal = text_reply(f"{opening}: {fault.text}", 422)
        raise RefusedError(refusal) from None


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    main, _, sub = essence.partition("/")
    return main == "application" and (sub == "json" or sub.endswith("+json"))


class Query:
    """The query string of a call, read field by field as the server does."""

    def __init__(self, call: Call) -> None:
        self._values: dict[str, str] = {}
        for key, value in call.query:
            if key in self._values:
                raise _bad(f"duplicate field `{key}`")
            self._values[key] = value

    def required(self, name: str) -> str:
        """Take a text that must be given."""
        if name not in self._values:
            raise _bad(f"missing field `{name}`")
        return self._values[name]

    def flag(self, name: str) -> bool:
        """Take `true` or `false`, false when absent."""
        value = self._values.get(name, "false")
        if value not in ("true", "false"):
            raise _bad(f"{name}: provided string was not `true` or `false`")
        return value == "true"

    def limit(self, name: str) -> int | None:
        """Take a whole number, None when absent."""
        value = self._values.get(name)
        if value is None:
            return None
        if not value:
            raise _bad(f"{name}: cannot parse integer from empty string")
        if not (value.isascii() and value.isdigit()):
            raise _bad(f"{name}: invalid digit found in string")
        return int(value)

    def spool_id(self, name: str) -> str:
        """Return 32 hex characters; hyphens are accepted."""
        value = self.required(name)
        fault = uuid_fault(value)
        if fault:
            raise _bad(f"{name}: {fault}")
        return value.replace("-", "").lower()

    def text(self, name: str) -> str | None:
        """Take a text, None when absent."""
        return self._values.get(name)

    def refuse_list(self, name: str) -> None:
        """A list cannot be given in a query string at all (KUMOMTA.md 1.7)."""
        if name in self._values:
            raise _bad(f'{name}: invalid type: string "{self._values[name]}", expected a sequence')


def _bad(text: str) -> RefusedError:
    return RefusedError(text_reply(f"Failed to deserialize query string: {text}", 400))
