"""Markdown that no name and no reason can break: text stays text, in tables and in blocks of code too."""

import re
from collections.abc import Iterable, Sequence

from kumo_tui.text import clean, is_altered

_SPECIAL = re.compile(r"[\\`*_\[\]#|~$!{}]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ADDRESS = re.compile(r"(?i):(?=//)|(?<=\bwww)\.")
_BACKTICKS = re.compile(r"`+")


def escaped(raw: str) -> str:
    """The text as Markdown that shows exactly its clean form: no markup, no HTML, no link, on one line."""
    text = _SPECIAL.sub(lambda found: f"\\{found[0]}", clean(raw))
    for char, entity in _ENTITIES.items():
        text = text.replace(char, entity)
    # A bare address would become a link all the same.
    return _ADDRESS.sub(lambda found: f"\\{found[0]}", text)


def escaped_name(raw: str) -> str:
    """A raw name as `escaped`; one that differs from its raw form says so."""
    return f"{escaped(raw)} (escaped)" if is_altered(raw) else escaped(raw)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """The lines of a table. Cells are Markdown already; those of the columns in `right` are set to the right."""
    rules = ["---:" if column in right else "---" for column in range(len(head))]
    return [_row(head), _row(rules), *map(_row, rows)]


def code(line: str) -> list[str]:
    """The lines of a block that shows one clean line as it is."""
    shown = clean(line)
    longest = max((len(found[0]) for found in _BACKTICKS.finditer(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}sh", shown, fence]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
