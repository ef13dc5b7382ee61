"""What commands print: JSON for scripts, aligned plain text for people and screen readers."""

import contextlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from kumo_tui.text import clean, is_altered
from kumo_tui.units import end_text


def print_json(value: Any) -> None:
    """One JSON object on one line of standard output, in ASCII: control characters arrive escaped."""
    click.echo(json.dumps(value, ensure_ascii=True))


def print_text(*lines: str) -> None:
    """Lines of clean text on standard output."""
    for line in lines:
        click.echo(clean(line))


def say(text: str) -> None:
    """One clean line on standard error. After a hang-up nobody is there to read it: that is no error."""
    with contextlib.suppress(OSError):
        click.echo(clean(text), err=True)


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> None:
    """Rows under their heads, columns two blanks apart, those of the numbers in `right` set to the right."""
    lines = [list(head), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [_padded(cell, widths[place], to_right=place in right) for place, cell in enumerate(line)]
        click.echo("  ".join(cells).rstrip())


def shown_name(raw: str) -> str:
    """A raw name as it is shown; one that differs from its raw form says so."""
    return f"{clean(raw)} [escaped]" if is_altered(raw) else raw


def utc_text(at: datetime) -> str:
    """A moment as `2026-08-04T12:01:34.120Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_time_text(at: datetime) -> str:
    """A moment as the clock on the wall shows it: `12:01:34`."""
    return at.astimezone().strftime("%H:%M:%S")


def until_text(now: datetime, left_s: float) -> str:
    """When something ends that has so long left, by the clock on the wall: `12:40`, with the day when far."""
    return end_text((now + timedelta(seconds=left_s)).astimezone(), left_s)


def rounded(seconds: float | None) -> float | None:
    """Seconds with three decimals; None stays None."""
    return None if seconds is None else round(seconds, 3)


def _padded(cell: str, width: int, *, to_right: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if to_right else cell + blanks


def _width(text: str) -> int:
    """Columns that a clean text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
