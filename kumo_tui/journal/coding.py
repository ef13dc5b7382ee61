"""How values stand in the journal's file, so that each comes back exactly.

Queue names hold whatever mail headers held: escape sequences, NUL, lone surrogates, which SQLite cannot keep as
text. Every text is therefore written as ASCII with backslash escapes: it comes back exactly, equal texts have
one form on every version of Python, and a look into the file with another tool sends nothing to the terminal.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector

LARGEST = 2**63 - 1


def to_text(raw: str) -> str:
    """The text as it is written: printable ASCII."""
    return raw.encode("unicode_escape").decode("ascii")


def from_text(written: bytes) -> str:
    """The raw text of what was written. Raises ValueError for what `to_text` never makes."""
    return written.decode("unicode_escape")


def to_optional(raw: str | None) -> str | None:
    """As `to_text`; None stays None."""
    return None if raw is None else to_text(raw)


def to_selector(selector: Selector) -> str:
    """A selector as JSON, raw names in it: `{"criteria": {"campaign": "promo"}}`."""
    if isinstance(selector, Criteria):
        value: object = {"criteria": {part.value: text for part, text in selector.given().items()}}
    elif isinstance(selector, ExactQueues):
        value = {"queues": sorted(selector.names)}
    else:
        value = {"everything": True}
    # Escapes of JSON would melt two lone surrogates into one character; raw ones stay two.
    return json.dumps(value, ensure_ascii=False)


def from_selector(text: str) -> Selector:
    """The selector of this JSON. Raises ValueError, TypeError or InputError for what `to_selector` never makes."""
    value = json.loads(text)
    if value == {"everything": True}:
        return Everything()
    if list(value) == ["criteria"]:
        return Criteria(**value["criteria"])
    if list(value) == ["queues"]:
        return ExactQueues.of(value["queues"])
    raise ValueError("the selector is of no known kind")


def to_time(at: datetime | None) -> str | None:
    """A time in ISO 8601 with its offset; None stays None."""
    return None if at is None else at.isoformat()


def from_time(text: str | None) -> datetime | None:
    """The time of this text; None stays None."""
    return None if text is None else datetime.fromisoformat(text)


def to_rows(counts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Names as text and counts; what a column cannot hold is cut to the largest it can."""
    values: Iterable[int] = counts.values()
    if max(values, default=0) > LARGEST:
        values = [min(count, LARGEST) for count in values]
    return zip(map(to_text, counts), values, strict=True)
