"""Reads TOML tables with types, and says where a mistake is: file, key, what is expected."""

from collections.abc import Iterator, Mapping
from typing import Any

Range = tuple[float, float]


class ScenarioError(Exception):
    """A scenario that cannot be used; the text names the file, the key and what is expected there."""


class Table:
    """One table of a scenario file. Every ``take`` removes a key; ``finish`` refuses what is left."""

    def __init__(self, file: str, where: str, values: Mapping[str, Any]) -> None:
        self._file = file
        self._where = where
        self._left = dict(values)

    def error(self, key: str, expected: str) -> ScenarioError:
        """Build the error for a key: file, place, what is expected."""
        where = f"{self._where}.{key}" if self._where else key
        return ScenarioError(f"{self._file}: {where}: expected {expected}")

    def text(self, key: str, default: str | None = None) -> str:
        """Take a string."""
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            raise self.error(key, "a string")
        return value

    def maybe_text(self, key: str) -> str | None:
        """Take a string, None when absent."""
        return self.text(key) if key in self._left else None

    def number(self, key: str, default: float | None = None, *, above: float = -1e-9) -> float:
        """Take a number greater than ``above`` (by default: not negative)."""
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= above:
            raise self.error(key, "a positive number" if above == 0 else "a number, not negative")
        return float(value)

    def maybe_number(self, key: str) -> float | None:
        """Take a positive number, None when absent."""
        return self.number(key, above=0) if key in self._left else None

    def whole(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Take a whole number of ``least`` or more (by default: not negative)."""
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"a whole number, {least} or more" if least else "a whole number, not negative")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Take true or false."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise self.error(key, "true or false")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Take a list of strings."""
        value = self._left.pop(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self.error(key, "a list of strings")
        return tuple(value)

    def some_texts(self, key: str) -> tuple[str, ...]:
        """Take a list of strings that is not empty."""
        found = self.texts(key)
        if not found:
            raise self.error(key, "a list of strings, not empty")
        return found

    def span(self, key: str, default: Range) -> Range:
        """Take two numbers, the smaller first."""
        value = self._left.pop(key, default)
        good = isinstance(value, list | tuple) and len(value) == 2
        if not good or not all(isinstance(item, int | float) for item in value) or value[0] > value[1]:
            raise self.error(key, "two numbers, the smaller first")
        return float(value[0]), float(value[1])

    def counts(self, key: str) -> dict[str, int]:
        """Take a table of whole numbers."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict) or not all(isinstance(item, int) for item in value.values()):
            raise self.error(key, "a table of whole numbers")
        return value

    def table(self, key: str) -> "Table":
        """Take a table inside this one."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise self.error(key, "a table")
        return Table(self._file, self._inner(key), value)

    def maybe_table(self, key: str) -> "Table | None":
        """Take a table inside this one, None when absent."""
        return self.table(key) if key in self._left else None

    def tables(self, key: str) -> Iterator["Table"]:
        """Take the tables of a list one by one."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"a list of tables ([[{self._inner(key)}]])")
        for place, item in enumerate(value):
            yield Table(self._file, f"{self._inner(key)}[{place}]", item)

    def _inner(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def finish(self) -> None:
        """Refuse keys that nobody took."""
        if self._left:
            raise self.error(next(iter(self._left)), "no such key here")
