"""Words for settings that do not load: file and line or environment variable, the key, what is expected."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_HEADER = re.compile(r"(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
_KEY = re.compile(r"([A-Za-z0-9_.\-\"' ]+?)\s*=")
_FIELD = re.compile(r'field "(\w+)"')

# What pydantic calls the types of this program, by its own names for the mistakes.
_EXPECTED = {
    "tuple_type": 'a list is expected, as ["one", "two"]',
    "model_type": "a table is expected",
    "dict_type": "a table is expected",
}


def explain(error: ValidationError, root: type[BaseModel], source: Path, text: str) -> str:
    """The first thing that is wrong with the settings: its place, its key, and what is expected there.

    `root` is the model of all settings, `text` what stands in the file `source`.
    """
    first = error.errors(include_url=False)[0]
    # A mistake in the name of a table is placed below that table.
    location = tuple(key for key in first["loc"] if key != "[key]")
    name = ".".join(str(key) for key in location if key != "") or "settings"
    expected = expected_words(first)
    if first["type"] == "extra_forbidden":
        expected = f"unknown key; known are {_known_keys(root, location[:-1])}"
    if first["type"] == "twice":
        expected += _both_places(location, first["ctx"]["nodes"], text)
    return f"{_where(location, source, text)}: {name}: {expected}."


def expected_words(mistake: Mapping[str, Any]) -> str:
    """What is expected instead, of one of pydantic's `errors()`, without its names for our types."""
    words: str = mistake["msg"]
    return _EXPECTED.get(mistake["type"], words.removeprefix("Value error, "))


def explain_variable(error: Exception) -> tuple[str, str]:
    """What is wrong with the variable that a section or a list could not be read from, and what to do.

    `error` is pydantic-settings' own, which names the section and not the variable.
    """
    field = _FIELD.search(str(error))
    if field is None:
        return f"{error}.", "A section or a list in one environment variable is written as JSON."
    start = f"KUMO_TUI_{field[1].upper()}"
    values = {name: value for name, value in os.environ.items() if name.upper().split("__")[0] == start}
    wrong = [name for name, value in sorted(values.items()) if not _is_json(value)]
    is_a_name = wrong == ["KUMO_TUI_PROFILE"]
    next_step = "KUMO_TUI_DEFAULT_PROFILE, or --profile, names a profile." if is_a_name else ""
    names = " or ".join(wrong) or start
    return (
        f"environment variable {names}: not JSON, as a section or a list in one variable has to be.",
        next_step,
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _both_places(location: tuple[int | str, ...], nodes: tuple[int, int], text: str) -> str:
    """Where the two nodes are: their lines where the file tells, else which ones they are in the list."""
    lines = [_line_of((*location, "nodes", place), text) for place in nodes]
    if None in lines or lines[0] == lines[1]:
        return f" (nodes {nodes[0] + 1} and {nodes[1] + 1} of its list)"
    return f" (lines {lines[0]} and {lines[1]})"


def _where(location: tuple[int | str, ...], source: Path, text: str) -> str:
    """The environment variable that set the value, else the line, else the file: the environment wins."""
    known = {name.upper() for name in os.environ}
    for length in range(len(location), 0, -1):
        variable = "KUMO_TUI_" + "__".join(str(key) for key in location[:length]).upper()
        if variable in known:
            return f"environment variable {variable}"
    line = _line_of(location, text)
    return f"{source}:{line}" if line else str(source)


def _known_keys(root: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The keys of the table at this place, following the names of profiles and the numbers of nodes."""
    kind: Any = root
    for key in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = _required(kind.model_fields[str(key)].annotation)
        else:
            inner = get_args(kind)
            kind = inner[0] if inner[-1] is Ellipsis else inner[-1]
    return ", ".join(kind.model_fields)


def _required(kind: Any) -> Any:
    """The type without its `| None`."""
    return get_args(kind)[0] if isinstance(kind, UnionType) else kind


def _line_of(location: tuple[int | str, ...], text: str) -> int | None:
    """The line that sets this key, else the line of the nearest table or list around it.

    It reads headers and `key =` lines only: where a value spans lines, its first line is named.
    """
    wanted = tuple(str(key).strip() for key in location)
    found, depth = None, 0
    for path, line in _paths(text):
        if wanted[: len(path)] == path and len(path) > depth:
            found, depth = line, len(path)
    return found


def _paths(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The path of each table header and each key of a TOML text, with its line; lists are counted from 0."""
    table: tuple[str, ...] = ()
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.fullmatch(line.strip()), _KEY.match(line.strip())
        if header is not None:
            table = _split_key(header[2])
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = (*table, str(seen[table]))
            yield table, number
        elif key is not None:
            yield (*table, *_split_key(key[1])), number


def _split_key(text: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in text.split("."))
