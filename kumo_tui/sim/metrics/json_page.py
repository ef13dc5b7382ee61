"""``/metrics.json`` (KUMOMTA.md 5.3): escaped where the library writes it, not where the server itself does."""

import json
from collections.abc import Iterable

from kumo_tui.sim.metrics.family import Family, Histogram, Labels, Number, number_text


def json_text(crate: Iterable[Family], streamed: Iterable[Family]) -> str:
    """Write both kinds of families as one document, which a hostile label value can break."""
    shown = [_family(family, escape=True) for family in crate]
    shown += [_family(family, escape=False) for family in streamed]
    return "{" + ",\n".join(shown) + "}"


def _family(family: Family, *, escape: bool) -> str:
    help_text = json.dumps(family.help)
    return f'"{family.name}":{{"help":{help_text},"type":"{family.kind}","value":{_value(family, escape)}}}'


def _value(family: Family, escape: bool) -> str:
    samples = family.samples
    if not samples:
        return "null"
    width = len(samples[0][0])
    if width == 0:
        return _number(samples[0][1])
    if width == 1:
        label = samples[0][0][0][0]
        inner = ",\n".join(f"{_text(labels[0][1], escape)}:{_number(value)}" for labels, value in samples)
        return f'{{"{label}":{{{inner}}}}}'
    return "[" + ",\n".join(_object(labels, value, escape) for labels, value in samples) + "]"


def _object(labels: Labels, value: Number | Histogram, escape: bool) -> str:
    inner = ",".join(f'"{key}":{_text(text, escape)}' for key, text in labels)
    return f'{{{inner},"@":{_number(value)}}}'


def _text(text: str, escape: bool) -> str:
    return json.dumps(text, ensure_ascii=False) if escape else f'"{text}"'


def _number(value: Number | Histogram) -> str:
    if not isinstance(value, Histogram):
        return number_text(value)
    buckets = ",".join(f"[{bound},{float(below)}]" for bound, below in value.buckets())
    mean = value.total / value.count if value.count else 0.0
    return f'{{"avg":{mean},"bucket":[{buckets}],"count":{value.count},"sum":{value.total}}}'
