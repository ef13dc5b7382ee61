"""Metric families as values, and the server's two ways of writing them as text (KUMOMTA.md 5.2)."""

from collections.abc import Iterator
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]
Number = int | float
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Histogram:
    """Observations that all fell into the lowest bucket or below ``floor`` bounds."""

    count: int
    total: float

    def buckets(self) -> Iterator[tuple[float, int]]:
        """Yield upper bound and cumulative count, without +Inf."""
        mean = self.total / self.count if self.count else 0.0
        for bound in BOUNDS:
            yield bound, self.count if mean <= bound else 0


@dataclass(frozen=True)
class Family:
    """One family. A ``histogram`` has Histogram values, the other kinds numbers."""

    name: str
    kind: str
    samples: tuple[tuple[Labels, Number | Histogram], ...]

    @property
    def help(self) -> str:
        return f"simulated {self.name.replace('_', ' ')}"


def number_text(value: Number) -> str:
    """Write a number as the server does: no exponent for whole ones, no trailing ``.0``."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def head(family: Family, prefix: str = "") -> str:
    """Write the HELP and TYPE lines."""
    name = prefix + family.name
    return f"# HELP {name} {family.help}\n# TYPE {name} {family.kind}\n"


def crate_text(family: Family, prefix: str = "") -> str:
    """Write a family as the prometheus library does: labels escaped, joined by a comma alone."""
    lines = [head(family, prefix)]
    name = prefix + family.name
    for labels, value in family.samples:
        if isinstance(value, Histogram):
            for bound, below in value.buckets():
                lines.append(f"{name}_bucket{_escaped((*labels, ('le', number_text(bound))))} {below}\n")
            lines.append(f"{name}_bucket{_escaped((*labels, ('le', '+Inf')))} {value.count}\n")
            lines.append(f"{name}_sum{_escaped(labels)} {number_text(value.total)}\n")
            lines.append(f"{name}_count{_escaped(labels)} {value.count}\n")
        else:
            lines.append(f"{name}{_escaped(labels)} {number_text(value)}\n")
    return "".join(lines)


def streamed_text(family: Family, prefix: str = "") -> str:
    """Write a family as the server's own encoder does: labels as they are, joined by comma and space."""
    name = prefix + family.name
    lines = [head(family, prefix)]
    for labels, value in family.samples:
        assert not isinstance(value, Histogram)
        shown = ", ".join(f'{key}="{text}"' for key, text in labels)
        lines.append(f"{name}{{{shown}}} {number_text(value)}\n" if labels else f"{name} {number_text(value)}\n")
    return "".join(lines)


def _escaped(labels: Labels) -> str:
    if not labels:
        return ""
    shown = (f'{key}="{_escape(text)}"' for key, text in labels)
    return "{" + ",".join(shown) + "}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
