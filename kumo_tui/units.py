"""Counts, ages and durations: how they are written, read and sent."""

import re
from datetime import datetime

from kumo_tui.errors import InputError

SECOND_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

# No setting allows more. Far above it a duration ends the server (KUMOMTA.md 3).
LONGEST_S = 30 * 86400

# What ends later than this is told with its day.
FAR_S = 20 * 3600

_GROUP = re.compile(r"([0-9]{1,12})\s*([A-Za-z]+)\s*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_REMAINING = re.compile(r"([0-9]{1,20})([a-zµ]+)")
_ECHOED = 30

# What the server prints (KUMOMTA.md 3): years of 365.25 days, months of 30.44 days.
_SERVER_UNITS = {
    "year": 31557600.0,
    "years": 31557600.0,
    "month": 2630016.0,
    "months": 2630016.0,
    "day": 86400.0,
    "days": 86400.0,
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
}


def end_text(end: datetime, left_s: float) -> str:
    """When something ends that has so long left, on the clock of `end`: `12:40`, with the day where it is far."""
    return f"{end:%H:%M}" if left_s < FAR_S else f"{end:%Y-%m-%d %H:%M}"


def parse_duration(text: str, field: str = "for") -> int:
    """Seconds of a duration that somebody typed: `300s`, `5m`, `1h30m`, `2d`, `1w`.

    Raises InputError with words for the field: a bare number is refused (seconds or minutes?), and `M`
    is a month for the server (KUMOMTA.md 3), so it is asked about instead of guessed.
    """
    value = text.strip()
    shown = value if len(value) <= _ECHOED else value[: _ECHOED - 1] + "…"
    example = "Write for example 300s, 5m, 1h30m or 2d."
    if not value:
        raise InputError(field, "a duration is missing.", example)
    if _NUMBER.fullmatch(value):
        raise InputError(field, f"{shown} what? A number needs its unit.", example)
    seconds, position = 0, 0
    while position < len(value):
        group = _GROUP.match(value, position)
        if group is None:
            raise InputError(field, f"{shown!r} is not a duration in whole units.", example)
        seconds += int(group[1]) * _unit_seconds(group[2], shown, field)
        position = group.end()
    return seconds


def _unit_seconds(unit: str, shown: str, field: str) -> int:
    if unit == "M":
        raise InputError(field, f"{shown}: M is a month.", "For minutes write m, for a month write 30d.")
    if unit not in SECOND_UNITS:
        raise InputError(field, f"{unit[:_ECHOED]!r} is not a unit of time.", "Units are s, m, h, d and w.")
    return SECOND_UNITS[unit]


def parse_remaining(text: str) -> float:
    """Seconds of a remaining time as the server prints it: `4m 58s 932ms`, `1month 13h` (KUMOMTA.md 3).

    Raises ValueError when the text is empty or holds anything else.
    """
    words = text.split()
    if not words:
        raise ValueError("not a remaining time: nothing")
    seconds = 0.0
    for word in words:
        group = _REMAINING.fullmatch(word)
        if group is None or group[2] not in _SERVER_UNITS:
            raise ValueError(f"not a remaining time: {text!r}")
        seconds += int(group[1]) * _SERVER_UNITS[group[2]]
    return seconds


def duration_text(seconds: int) -> str:
    """Whole seconds in the largest units that keep them whole: `5m`, `1h30m`, `45s`; 0 is `0s`."""
    parts, rest = [], seconds
    for unit in ("d", "h", "m", "s"):
        size = SECOND_UNITS[unit]
        if rest >= size:
            parts.append(f"{rest // size}{unit}")
            rest %= size
    return "".join(parts) or "0s"


def wire_duration(seconds: int) -> str:
    """The only spelling of a duration that leaves the program: an integer and `s` (KUMOMTA.md 3).

    Raises ValueError for negative values and for more than LONGEST_S: some of either end the server
    (KUMOMTA.md 0).
    """
    if not 0 <= seconds <= LONGEST_S:
        raise ValueError("a duration is never negative, and never longer than 30 days")
    return f"{seconds:d}s"


def count_text(value: int) -> str:
    """A count with thousands separators: `183,220`."""
    return f"{value:,}"


def signed_text(value: int) -> str:
    """A change with its sign: `+1,204`, `-310`, `0`."""
    return f"{value:+,}" if value else "0"


def age_text(seconds: float) -> str:
    """How old something is, in one unit: `0s`, `12s`, `3m`, `2h`, `4d`."""
    whole = max(0, int(seconds))
    for unit in ("d", "h", "m"):
        if whole >= SECOND_UNITS[unit]:
            return f"{whole // SECOND_UNITS[unit]}{unit}"
    return f"{whole}s"


def countdown_text(seconds: float) -> str:
    """Time that is left: `04:12`, `1:04:12`, `2d 03h`; never below `00:00`."""
    whole = max(0, int(seconds + 0.5))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    if days:
        return f"{days}d {hours:02d}h"
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes:02d}:{secs:02d}"


def percent_text(part: int, whole: int) -> str:
    """A share in whole percent, never rounded up to 100% nor down to 0%."""
    if whole <= 0:
        return "-"
    if part >= whole:
        return "100%"
    share = 100 * part / whole
    if part and share < 1:
        return "<1%"
    return f"{min(99, int(share + 0.5))}%"
