"""Durations as the server reads and writes them (KUMOMTA.md 3). All values are nanoseconds in an ``int``."""

import math

NS = 1_000_000_000
_INSTANT_LIMIT_S = 9_220_000_000_000_000_000
_U64 = 2**64

_DAY = 86_400 * NS
_UNITS_ALWAYS = {
    1: "nanos nsec ns",
    1_000: "usec us",
    1_000_000: "millis msec ms",
    NS: "seconds second secs sec s",
    60 * NS: "minutes minute min mins m",
    3_600 * NS: "hours hour hr hrs h",
    _DAY: "days day d",
    7 * _DAY: "weeks week w",
    2_630_016 * NS: "months month M",
    31_557_600 * NS: "years year y",
}
_UNITS_LATER = {1_000: "µs", 7 * _DAY: "wk wks", 31_557_600 * NS: "yr yrs"}
_PRINTED = (
    (31_557_600 * NS, "year", True),
    (2_630_016 * NS, "month", True),
    (_DAY, "day", True),
    (3_600 * NS, "h", False),
    (60 * NS, "m", False),
    (NS, "s", False),
    (1_000_000, "ms", False),
    (1_000, "us", False),
    (1, "ns", False),
)


class BadDurationError(ValueError):
    """The text is not a duration; the server answers 422."""


class KillingDurationError(Exception):
    """The value panics the server: no reply, and the process is gone (KUMOMTA.md 0)."""


def _table(*sources: dict[int, str]) -> dict[str, int]:
    return {word: scale for source in sources for scale, words in source.items() for word in words.split()}


_OLD = _table(_UNITS_ALWAYS)
_RICH = _table(_UNITS_ALWAYS, _UNITS_LATER)


def parse(text: str, *, rich: bool = True) -> int:
    """Read one humantime text. ``rich`` is humantime 2.4 (fractions, bare ``0``); raises BadDurationError."""
    if rich and text == "0":
        return 0
    units = _RICH if rich else _OLD
    total, at, seen, fractions = 0, 0, False, 0
    while True:
        at = _skip_blank(text, at)
        if at == len(text):
            break
        whole, at = _digits(text, at)
        fraction = ""
        if at < len(text) and text[at] == "." and rich:
            fraction, at = _digits(text, at + 1)
            fractions += 1
        start = at
        while at < len(text) and not text[at].isspace() and text[at] not in "0123456789.":
            at += 1
        scale = units.get(text[start:at])
        if scale is None or fractions > 1 or (fraction and scale == 1):
            raise BadDurationError(text)
        total += int(whole) * scale + (int(fraction) * scale // 10 ** len(fraction) if fraction else 0)
        seen = True
    if not seen or total >= _U64 * NS:
        raise BadDurationError(text)
    return total


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _digits(text: str, at: int) -> tuple[str, int]:
    found: list[str] = []
    while at < len(text) and (text[at] in "0123456789" or (found and text[at].isspace())):
        if not text[at].isspace():
            found.append(text[at])
        at += 1
    if not found:
        raise BadDurationError(text)
    return "".join(found), at


def from_float(seconds: float) -> int:
    """Convert a JSON float of seconds; negative and huge ones kill the server."""
    if math.isnan(seconds) or seconds < 0 or seconds >= _U64:
        raise KillingDurationError(str(seconds))
    return round(seconds * NS)


def check_fits(nanoseconds: int) -> None:
    """Raise KillingDurationError where the server's monotonic clock would overflow."""
    if nanoseconds // NS > _INSTANT_LIMIT_S:
        raise KillingDurationError(str(nanoseconds))


def render(nanoseconds: int) -> str:
    """Write a duration as the server lists it: ``4m 58s 932ms``; zero is ``0s``."""
    parts: list[str] = []
    for scale, unit, plural in _PRINTED:
        number, nanoseconds = divmod(nanoseconds, scale)
        if number:
            parts.append(f"{number}{unit}{'s' if plural and number > 1 else ''}")
    return " ".join(parts) or "0s"
