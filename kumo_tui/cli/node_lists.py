"""Node lists that are kept elsewhere, in a file or by a program: what they hold, and what is wrong with them.

A list is taken whole or not at all: an act must not silently miss a node because its line could not be read.
"""

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from kumo_tui.cli.list_command import MOST_BYTES, printed_by
from kumo_tui.clock import Clock
from kumo_tui.config_errors import expected_words
from kumo_tui.errors import ConfigError
from kumo_tui.profiles import NodeSettings, ProfileSettings, check_not_in_the_clear, first_twice
from kumo_tui.text import one_line, plural

MOST_NODES = 1000

_BLANKS = re.compile(r"[ \t]+")
_FORMAT = "A line of a list is URL [NAME]; # begins a comment."


class _Entry(BaseModel):
    """One node of a list. What says whom to trust is not among its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str
    name: str = ""
    enabled: bool = True
    read_only: bool = False
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A node, and where it is listed, as `/etc/prod.nodes:3`."""

    node: NodeSettings
    where: str


@dataclass(frozen=True)
class ListReader:
    """Reads the nodes of a profile, those of its lists too.

    `unwanted`, once set, ends the reading: nobody waits for it any more.
    """

    environ: Mapping[str, str]
    clock: Clock
    unwanted: Event = field(default_factory=Event)

    def nodes_of(self, profile: ProfileSettings) -> tuple[NodeSettings, ...]:
        """Every node of the profile, each with the credentials that hold for it, those of the config first.

        Raises ConfigError, with the place of what is wrong, for a list that cannot be had, that is empty, or in
        which one entry cannot be taken, also because the same node stands elsewhere.
        """
        if not profile.has_list:
            return profile.nodes_with_credentials()
        own = enumerate(profile.nodes_with_credentials(), start=1)
        found = [Listed(node, f"node {place} of the config") for place, node in own]
        if profile.nodes_file is not None:
            path = profile.nodes_file.expanduser()
            found += _of_list(parse_list(_content(path), one_line(str(path), 200)), profile)
        if profile.nodes_command:
            raw = printed_by(profile.nodes_command, self.environ, self.clock, self.unwanted)
            found += _of_list(parse_list(raw, one_line(profile.nodes_command[0], 80)), profile)
        twice = first_twice([listed.node for listed in found])
        if twice is not None:
            places = f"{found[twice.second].where}, and {found[twice.first].where}"
            raise ConfigError(f"{places}: {twice.words}.", "Name each node once.")
        return tuple(listed.node for listed in found)


def _of_list(entries: Sequence[Listed], profile: ProfileSettings) -> Iterator[Listed]:
    """The entries as nodes of the profile. None gets a secret over a line that others read."""
    for entry in entries:
        node = profile.listed(entry.node)
        try:
            check_not_in_the_clear(node)
        except ValueError as error:
            raise ConfigError(f"{entry.where}: {error}.") from error
        yield Listed(node, entry.where)


def parse_list(raw: bytes, source: str) -> list[Listed]:
    """The nodes of a list: lines `URL [NAME]`, or a JSON array of objects.

    `source` is how the list is called in words. Raises ConfigError that names the line, or the entry.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source}: not UTF-8 text.", _FORMAT) from error
    is_json = text.lstrip().startswith("[")
    entries = list(_json_entries(text, source) if is_json else _line_entries(text, source))
    if not entries:
        raise ConfigError(f"{source}: it lists no node.", _FORMAT)
    if len(entries) > MOST_NODES:
        raise ConfigError(f"{source}: it lists {plural(len(entries), 'node')}, more than {MOST_NODES:,}.")
    return [Listed(_node(entry, where), where) for where, entry in entries]


def _content(path: Path) -> bytes:
    """What stands in the file. One that could be anybody's, or is none, decides nothing about where acts go."""
    shown = one_line(str(path), 200)
    try:
        # A pipe that nobody writes to would be waited for.
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(opened).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigError(f"{shown}: no file.")
            if mode & stat.S_IWOTH:
                raise ConfigError(f"{shown}: everybody may write it.", f"Type: chmod o-w {shown}")
            raw = b""
            # One read may give less than there is, and half a list is not to be had.
            while len(raw) <= MOST_BYTES and (piece := os.read(opened, MOST_BYTES + 1 - len(raw))):
                raw += piece
        finally:
            os.close(opened)
    except FileNotFoundError as error:
        raise ConfigError(f"{shown}: no such file.") from error
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}.") from error
    if len(raw) > MOST_BYTES:
        raise ConfigError(f"{shown}: more than {MOST_BYTES:,} bytes: that is no node list.")
    return raw


def _line_entries(text: str, source: str) -> Iterator[tuple[str, _Entry]]:
    for number, line in enumerate(text.split("\n"), start=1):
        # Only at blanks: whatever else is invisible stays in its word, which is refused for it.
        where, words = f"{source}:{number}", _BLANKS.sub(" ", line.removesuffix("\r")).strip(" ").split(" ")
        comment = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
        kept = [word for word in words[:comment] if word]
        if len(kept) > 2:
            raise ConfigError(f"{where}: more than a URL and a name.", _FORMAT)
        if kept:
            yield where, _Entry(url=kept[0], name=kept[1] if len(kept) > 1 else "")


def _json_entries(text: str, source: str) -> Iterator[tuple[str, _Entry]]:
    try:
        values = json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{source}: not JSON: {one_line(str(error), 160)}.") from error
    for number, value in enumerate(values, start=1):
        where = f"{source}, entry {number}"
        try:
            yield where, _Entry.model_validate(value)
        except ValidationError as error:
            raise ConfigError(f"{where}: {_first_words(error)}.") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key is given twice")
    return values


def _node(entry: _Entry, where: str) -> NodeSettings:
    try:
        return NodeSettings(**entry.model_dump())
    except ValidationError as error:
        raise ConfigError(f"{where}: {_first_words(error)}.") from error


def _first_words(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    words = expected_words(first)
    if first["type"] == "extra_forbidden":
        words = f"unknown key; known are {', '.join(_Entry.model_fields)}"
    if first["type"] == "model_type":
        words = 'an object is expected, as {"url": "http://mta1:8000", "name": "mta1"}'
    return one_line(f"{key}: {words}" if key else words, 200)
