"""The names of a queue table, and what is derived from names alone: shared by all tables of the same queues."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import overload

from kumo_tui.model.filtering import QueueFilter
from kumo_tui.model.names import Part, QueueParts, parse_name

SLICE = 20_000
PAUSE_ROWS = 500

_ANY_PARTS = QueueParts(None, None, "", None)


class QueueNames(tuple[str, ...]):
    """Raw queue names in the order of a table's rows, each once.

    What is derived is kept with them: a reading that finds the same queues as the one before derives nothing anew.
    """

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Position of each raw name."""
        return {name: position for position, name in enumerate(self)}

    @cached_property
    def parts(self) -> "PartColumns":
        """The parsed names."""
        return PartColumns(self)

    def passing(self, wanted: QueueFilter, pause: Callable[[], None] = lambda: None) -> Sequence[int]:
        """Positions of the names that pass a filter; those of the filter asked for last are kept.

        `pause` is called now and then, and may raise to give up. Raises InputError for an expression that takes
        too long.
        """
        if self._passed[0] != wanted.text:
            self._passed = (wanted.text, self._find(wanted, pause))
        return self._passed[1]

    def _find(self, wanted: QueueFilter, pause: Callable[[], None]) -> Sequence[int]:
        if wanted.parts:
            rows: Sequence[int] = range(len(self))
            for part, value in wanted.parts.items():
                grouping = self.parts.grouping(part)
                means = [(found or "") == value for found in grouping.values]
                rows = [row for row in rows if means[grouping.places[row]]]
            return array("i", rows)
        found, passes, split = array("i"), wanted.passes, wanted.uses_parts
        for start in range(0, len(self), PAUSE_ROWS):
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

    _passed: tuple[str, Sequence[int]] = ("", ())
    """The filter asked for last, which is not empty, and what passed it."""

    @cached_property
    def _combinations(self) -> dict[tuple[int, ...], frozenset[object]]:
        """What `holds` found: the values that queues have together, by which parts were asked for."""
        return {}


@dataclass(frozen=True, eq=False)
class Grouping:
    """The values that one part has in a list of names, and which of them each name has.

    `values` are distinct, in the order of their first row, None being the absence of the part; `places` holds per
    row the position of its value among them.
    """

    values: Sequence[str | None]
    places: "array[int]"

    @classmethod
    def of(cls, column: Iterable[str | None]) -> "Grouping":
        """The grouping of this column."""
        known: dict[str | None, int] = {}
        places = array("i", (known.setdefault(value, len(known)) for value in column))
        return cls(list(known), places)

    @cached_property
    def index(self) -> Mapping[str | None, int]:
        """Position of each value."""
        return {value: place for place, value in enumerate(self.values)}


class PartColumns(Sequence[QueueParts]):
    """The parts of many names. One part of all of them is a `Grouping`: small, and made once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._groupings: dict[Part, Grouping] = {}

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

    def grouping(self, part: Part) -> Grouping:
        """The values of one part, and which of them each name has."""
        known = self._groupings.get(part)
        if known is None:
            position = list(Part).index(part)
            known = self._groupings[part] = Grouping.of(parse_name(name)[position] for name in self._names)
        return known
