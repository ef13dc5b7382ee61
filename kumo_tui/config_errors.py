"""Words for settings that do not load: file and line or environment variable, the key, what is expected."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_HEADER = re.compile(r"(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
_KEY = re.compile(r"([A-Za-z0-9_.\-\"' ]+?)\s*=")


def explain(error: ValidationError, root: type[BaseModel], source: Path, text: str) -> str:
    """The first thing that is wrong with the settings: its place, its key, and what is expected there.

    `root` is the model of all settings, `text` what stands in the file `source`.
    """
    first = error.errors(include_url=False)[0]
    location = first["loc"]
    name = ".".join(str(key) for key in location) or "settings"
    expected = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        expected = f"unknown key; known are {_known_keys(root, location[:-1])}"
    if first["type"] == "twice":
        expected += _both_places(location, first["ctx"]["nodes"], text)
    return f"{_where(location, source, text)}: {name}: {expected}."


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
    wanted = tuple(str(key) for key in location)
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
