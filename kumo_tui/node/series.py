"""One metric family of `/metrics`: its samples, read by whole runs of lines (KUMOMTA.md 5.2)."""

import math
from contextlib import suppress
from typing import NamedTuple

# Counts are kept in signed 64 bit columns.
COUNT_LIMIT = 2**63

_LABEL_END = '"} '
_ROW_END = f"{_LABEL_END}\n{_LABEL_END}"


class LabelledSeries:
    """A family with one label: counts by label value.

    kumod does not escape label values, so a value ends at the last `"} ` of its line, and is kept as it is.
    Bytes that are not UTF-8 come back with `surrogateescape`. A repeated label counts as a bad line; the last
    sample stands. `bad_lines` counts lines among the family's that are no samples of it.
    """

    def __init__(self, family: str, label: str) -> None:
        self.family = family
        self.start = f'{family}{{{label}="'
        self.values: dict[str, int] = {}
        self.bad_lines = 0

    def read(self, lines: bytes) -> None:
        """Take whole lines, each ended by a line feed."""
        samples = read_samples(lines, self.start)
        known = len(self.values)
        self.values.update(zip(samples.labels, samples.counts, strict=True))
        self.bad_lines += samples.bad_lines + len(samples.labels) - (len(self.values) - known)


class Samples(NamedTuple):
    """Samples of one family in their order, repeated labels included, and how many lines were none."""

    labels: list[str]
    counts: list[int]
    bad_lines: int


def read_samples(lines: bytes, start: str) -> Samples:
    """The samples of whole lines, each ended by a line feed; `start` is what comes before the label's value."""
    text = lines.decode("utf-8", "surrogateescape")
    return _even_samples(text, start) or _each_sample(text, start)


def _even_samples(text: str, start: str) -> Samples | None:
    """Lines that are all plain samples, read column by column; None when they are not.

    Between two samples goes a cell of a lone line feed, which no other cell can hold: so a label that looks
    like the end of one sample and the start of the next is noticed.
    """
    if not text.startswith(start):
        return None
    cells = text[len(start) : -1].replace("\n" + start, _ROW_END).split(_LABEL_END)
    labels, written, ends = cells[0::3], cells[1::3], cells[2::3]
    lines = text.count("\n")
    if len(cells) != 3 * lines - 1 or ends.count("\n") != lines - 1:
        return None
    try:
        counts = list(map(int, written))
    except ValueError:
        return None
    if min(counts) < 0 or max(counts) >= COUNT_LIMIT:
        return None
    return Samples(labels, counts, 0)


def _each_sample(text: str, start: str) -> Samples:
    samples, bad_lines = Samples([], [], 0), 0
    for line in text.split("\n"):
        label, closed, written = line.removeprefix(start).rpartition(_LABEL_END)
        count = usable_value(written) if closed and line.startswith(start) else None
        if count is not None:
            samples.labels.append(label)
            samples.counts.append(int(count))
        elif is_statement(line):
            bad_lines += 1
    return samples._replace(bad_lines=bad_lines)


class PlainSeries:
    """A family without labels: its value, None when it has none.

    The first sample stands, for the families of this kind come before those with names in them: one that comes
    later is out of a torn name. It counts as a bad line.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self.value: float | None = None
        self.bad_lines = 0

    def read(self, lines: bytes) -> None:
        """Take whole lines, each ended by a line feed."""
        for line in lines.decode("utf-8", "surrogateescape").split("\n"):
            name, _, written = line.partition(" ")
            value = usable_value(written) if name == self.family else None
            if value is not None:
                self.bad_lines += self.value is not None
                self.value = value if self.value is None else self.value
            elif is_statement(line):
                self.bad_lines += 1


def is_statement(line: str) -> bool:
    """Whether the line should say something: it is neither blank nor a comment."""
    return not line.startswith("#") and bool(line) and not line.isspace()


def usable_value(written: str) -> float | None:
    """The value of a sample; 0 for one below 0 or from 2^63 on: a counter that has wrapped (KUMOMTA.md 5.2).

    None when it is no number.
    """
    value = _number(written)
    if value is None or math.isnan(value):
        return None
    return value if 0 <= value < COUNT_LIMIT else 0.0


def _number(written: str) -> float | None:
    """The number, exact when it is whole."""
    for read in (int, float):
        with suppress(ValueError):
            return read(written)
    return None
