"""The names of a queue table, and what is derived from names alone: shared by all tables of the same queues."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import TypeVar, overload

from kumo_tui.model.filtering import QueueFilter
from kumo_tui.model.names import Part, QueueParts, parse_name

SLICE = 20_000
PAUSE_ROWS = 500

Other = TypeVar("Other")

_ANY_PARTS = QueueParts(None, None, "", None)


class QueueNames(tuple[str, ...]):
    """Raw queue names in the order of a table's rows, each once.

    What is derived is kept with them: a reading that finds the same queues as the one before derives nothing anew.
    """

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Position of each raw name."""
        if self._line is not None:
            return _Begin(self, self._line)
        return {name: position for position, name in enumerate(self)}

    @cached_property
    def parts(self) -> "PartColumns":
        """The parsed names."""
        return PartColumns(self)

    def followed_by(self, line: dict[str, int], more: Sequence[str]) -> "QueueNames":
        """These names and after them more: what was derived from these is gone on from.

        `line` holds the positions of all of them and is shared by all that follow one another: it may only grow.
        """
        after = QueueNames(self + tuple(more))
        after._line = line
        after.parts = PartColumns(after, self.parts.groupings)
        after._passed = self._passed
        return after

    def begins_with(self, earlier: Sequence[str]) -> bool:
        """Whether these names are the earlier ones, or some that followed them."""
        if earlier is self:
            return True
        is_in_line = isinstance(earlier, QueueNames) and self._line is not None and earlier._line is self._line
        return is_in_line and len(earlier) <= len(self)

    def passing(self, wanted: QueueFilter, pause: Callable[[], None] = lambda: None) -> Sequence[int]:
        """Positions of the names that pass a filter; those of the filter asked for last are kept.

        `pause` is called now and then, and may raise to give up. Raises InputError for an expression that takes
        too long.
        """
        text, passed, looked_at = self._passed
        if text != wanted.text:
            passed, looked_at = array("i"), 0
        if looked_at < len(self):
            passed = passed + self._find(wanted, looked_at, pause)
            self._passed = (wanted.text, passed, len(self))
        return passed

    def _find(self, wanted: QueueFilter, begin: int, pause: Callable[[], None]) -> "array[int]":
        """Positions, from `begin` on, of the names that pass."""
        if wanted.parts:
            rows: Sequence[int] = range(begin, len(self))
            for part, value in wanted.parts.items():
                grouping = self.parts.grouping(part)
                means = [(found or "") == value for found in grouping.values]
                rows = [row for row in rows if means[grouping.places[row]]]
            return array("i", rows)
        found, passes, split = array("i"), wanted.passes, wanted.uses_parts
        for start in range(begin, len(self), PAUSE_ROWS):
            pause()
            some = self[start : start + PAUSE_ROWS]
            found.extend(
                row
                for row, name in enumerate(some, start)
                if passes(name, parse_name(name) if split else _ANY_PARTS)
            )
        return found

    def holds(self, parts: Sequence[str | None]) -> bool:
        """Whether any queue has all of these parts, None being any; cheap for many, one after the other."""
        columns = tuple(column for column, value in enumerate(parts) if value is not None)
        pick = itemgetter(*columns)
        if columns not in self._combinations:
            self._combinations[columns] = frozenset(map(pick, self.parts))
        return pick(parts) in self._combinations[columns]

    _passed: "tuple[str, array[int], int]" = ("", array("i"), 0)
    """The filter asked for last, which is not empty, what passed it, and how many names were looked at."""

    _line: dict[str, int] | None = None
    """The positions of these names and of those that follow them, where any may."""

    @cached_property
    def _combinations(self) -> dict[tuple[int, ...], frozenset[object]]:
        """What `holds` found: the values that queues have together, by which parts were asked for."""
        return {}


class _Begin(Mapping[str, int]):
    """The positions of the first names of a line, which may have grown since."""

    def __init__(self, names: QueueNames, line: Mapping[str, int]) -> None:
        self._names = names
        self._line = line

    def __getitem__(self, name: str) -> int:
        position = self._line[name]
        if position >= len(self._names):
            raise KeyError(name)
        return position

    @overload
    def get(self, key: str, /) -> int | None: ...
    @overload
    def get(self, key: str, /, default: int | Other) -> int | Other: ...
    def get(self, key: str, /, default: object = None) -> object:
        """The position of one name; many are asked for, one after the other."""
        position = self._line.get(key)
        return position if position is not None and position < len(self._names) else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True, eq=False)
class Grouping:
    """The values that one part has in a list of names, and which of them each name has.

    `values` are distinct, in the order of their first row, None being the absence of the part; `places` holds per
    row the position of its value among them.
    """

    values: Sequence[str | None]
    places: "array[int]"

    def followed_by(self, column: Iterable[str | None]) -> "Grouping":
        """The grouping of these rows and those of this column after them."""
        known = dict(self.index)
        places = array("i", (known.setdefault(value, len(known)) for value in column))
        return Grouping(list(known), self.places + places)

    @cached_property
    def index(self) -> Mapping[str | None, int]:
        """Position of each value."""
        return {value: place for place, value in enumerate(self.values)}


class PartColumns(Sequence[QueueParts]):
    """The parts of many names. One part of all of them is a `Grouping`: small, and made once."""

    def __init__(self, names: Sequence[str], earlier: Mapping[Part, Grouping] = MappingProxyType({})) -> None:
        """`earlier` are groupings of the first of these names."""
        self._names = names
        self._groupings = dict(earlier)

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, row: int) -> QueueParts: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[QueueParts]: ...
    def __getitem__(self, row: int | slice) -> QueueParts | Sequence[QueueParts]:
        """The parts of one name, or of several."""
        return list(map(parse_name, self._names[row])) if isinstance(row, slice) else parse_name(self._names[row])

    def __iter__(self) -> Iterator[QueueParts]:
        return map(parse_name, self._names)

    @property
    def groupings(self) -> Mapping[Part, Grouping]:
        """Those that are known, of all of the names or of the first of them."""
        return self._groupings

    def grouping(self, part: Part) -> Grouping:
        """The values of one part, and which of them each name has."""
        known = self._groupings.get(part) or Grouping((), array("i"))
        size = len(known.places)
        if size < len(self._names) or not size:
            position = list(Part).index(part)
            rest = self._names[size:] if size else self._names
            known = self._groupings[part] = known.followed_by(parse_name(name)[position] for name in rest)
        return known
