"""The types of request fields, read as the server reads them, and structs made of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kumo_tui.sim import durations
from kumo_tui.sim.web.jsonread import JsonReader, describe

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")
_DURATION_RANGE = (
    "duration must either be a string or a positive integer specifying the number of seconds. "
    "(error: out of range integral type conversion attempted)"
)
_TIME_EXPECTED = "an RFC 3339 formatted date and time string"
FieldReader = Callable[[JsonReader], Any]


@dataclass(frozen=True)
class Field:
    """One field of a request: how it is read; without ``required`` it may be missing and has ``default``."""

    name: str
    read: FieldReader
    required: bool = False
    default: Any = None


@dataclass(frozen=True)
class Struct:
    """A request type of the server. ``closed`` types refuse unknown fields."""

    name: str
    fields: tuple[Field, ...]
    closed: bool = False

    def read(self, data: bytes) -> dict[str, Any]:
        """Read one body; raises JsonFaultError and KillingDurationError."""
        reader = JsonReader(data)
        opening = reader.peek()
        if opening == ord("{"):
            values = self._read_map(reader)
        elif opening == ord("["):
            values = self._read_sequence(reader)
        else:
            raise reader.invalid_type(f"struct {self.name}")
        reader.end()
        return values

    def _read_map(self, reader: JsonReader) -> dict[str, Any]:
        known = {field.name: field for field in self.fields}
        values: dict[str, Any] = {}
        reader.at += 1
        first = True
        while (key := reader.key(first)) is not None:
            first = False
            field = known.get(key)
            reader.path.append(key)
            if field is None and self.closed:
                names = ", ".join(f"`{name}`" for name in known)
                raise reader.fault(f"unknown field `{key}`, expected one of {names}")
            if key in values:
                raise reader.fault(f"duplicate field `{key}`")
            reader.colon()
            if field is None:
                reader.skip()
            else:
                values[key] = field.read(reader)
            reader.path.pop()
        for field in self.fields:
            if field.required and field.name not in values:
                raise reader.fault(f"missing field `{field.name}`")
        return {field.name: values.get(field.name, field.default) for field in self.fields}

    def _read_sequence(self, reader: JsonReader) -> dict[str, Any]:
        reader.at += 1
        values: dict[str, Any] = {}
        ended = False
        for place, field in enumerate(self.fields):
            ended = ended or not reader.element(first=place == 0)
            if not ended:
                values[field.name] = field.read(reader)
            elif field.required:
                size = len(self.fields)
                raise reader.fault(f"invalid length {place}, expected struct {self.name} with {size} elements")
            else:
                values[field.name] = field.default
        if not ended and reader.element(first=False):
            raise reader.fault("trailing characters", syntax=True, ahead=1)
        return values


def string(reader: JsonReader) -> str:
    """Read a string."""
    if reader.peek() != ord('"'):
        raise reader.invalid_type("a string")
    return reader.string()


def boolean(reader: JsonReader) -> bool:
    """Read true or false; null is refused."""
    if reader.peek() not in b"tf":
        raise reader.invalid_type("a boolean")
    return bool(reader.scalar())


def strings(reader: JsonReader) -> frozenset[str]:
    """Read an array of strings as a set."""
    if reader.peek() != ord("["):
        raise reader.invalid_type("a sequence")
    reader.at += 1
    found: list[str] = []
    while reader.element(first=not found):
        reader.path.append(f"[{len(found)}]")
        found.append(string(reader))
        reader.path.pop()
    return frozenset(found)


def string_map(reader: JsonReader) -> dict[str, str]:
    """Read an object whose values are strings."""
    if reader.peek() != ord("{"):
        raise reader.invalid_type("a map")
    reader.at += 1
    found: dict[str, str] = {}
    while (key := reader.key(first=not found)) is not None:
        reader.path.append(key)
        reader.colon()
        found[key] = string(reader)
        reader.path.pop()
    return found


def optional(inner: FieldReader) -> FieldReader:
    """Allow ``null`` for ``inner``."""

    def read(reader: JsonReader) -> Any:
        return reader.scalar() if reader.peek() == ord("n") else inner(reader)

    return read


def duration(*, rich: bool) -> FieldReader:
    """Read a humantime text or a number of seconds, as nanoseconds."""

    def read(reader: JsonReader) -> int:
        if reader.peek() not in b'"-0123456789':
            raise reader.invalid_type("a duration", taken=True)
        value = reader.scalar()
        if isinstance(value, float):
            return durations.from_float(value)
        if isinstance(value, int):
            if value < 0:
                raise reader.fault(_DURATION_RANGE)
            return value * durations.NS
        try:
            return durations.parse(str(value), rich=rich)
        except durations.BadDurationError:
            raise reader.fault(f"invalid value: {describe(value)}, expected a duration") from None

    return read


def moment(reader: JsonReader) -> datetime:
    """Read an RFC 3339 time."""
    if reader.peek() != ord('"'):
        raise reader.invalid_type(_TIME_EXPECTED)
    text = reader.string()
    found = _RFC3339.match(text)
    if not found:
        begun = re.match(r"\d{4}-\d\d-\d\d", text)
        raise reader.fault("premature end of input" if begun else "input contains invalid characters")
    try:
        zone = "+00:00" if found[4] in "Zz" else found[4]
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{(found[3] or '')[:7]}{zone}")
    except ValueError:
        raise reader.fault("input is out of range") from None


def identifier(reader: JsonReader) -> str:
    """Read a UUID, returned hyphenated and in lower case."""
    if reader.peek() != ord('"'):
        raise reader.invalid_type("a UUID string")
    text = reader.string()
    fault = uuid_fault(text)
    if fault:
        raise reader.fault(f"UUID parsing failed: {fault}")
    return hyphenated(text)


def hyphenated(text: str) -> str:
    """Write a UUID with hyphens, in lower case."""
    plain = text.replace("-", "").lower()
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def uuid_fault(text: str) -> str | None:
    """Say what is wrong with a UUID in the server's words; ``None`` when nothing is."""
    for place, char in enumerate(text):
        if char not in "0123456789abcdefABCDEF-":
            return f"invalid character: found `{char}` at {place}"
    groups = text.split("-")
    if len(groups) == 1:
        size = len(text)
        return None if size == 32 else f"invalid length: expected length 32 for simple format, found {size}"
    if len(groups) != 5:
        return f"invalid group count: expected 5, found {len(groups)}"
    for place, (group, size) in enumerate(zip(groups, (8, 4, 4, 4, 12), strict=True)):
        if len(group) != size:
            return f"invalid group length in group {place}: expected {size}, found {len(group)}"
    return None
