"""The filter of the queue table: what the operator types after `/`."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from kumo_tui.errors import InputError
from kumo_tui.model.names import Part, QueueParts

_SHORT = {"c": Part.CAMPAIGN, "t": Part.TENANT, "d": Part.DOMAIN, "r": Part.ROUTING_DOMAIN}

# How long one name may take, in seconds: a nested repeat can take longer than anybody lives.
MATCH_S = 0.01

# Up to this length of a name, an expression of few repeats, none of them of a group, is quick whatever it meets:
# only the others are timed, which costs several times the matching.
SHORT_NAME = 256
_FEW_REPEATS = 2
_RISKY = regex.compile(r"\)[*+{?]|\\[1-9gkLp]|\(\?(?![:i=!])")

_Test = Callable[[str, QueueParts], bool]


@dataclass(frozen=True)
class QueueFilter:
    """Queues whose raw name passes every word of `text`.

    Asking raises InputError where an expression takes longer than MATCH_S over one name.

    A word is a piece of the name (case does not matter), `~word` a regular expression, `part=value` an exact
    part (`campaign=promo`, short `c=promo`), and `!` before any of them turns it round. An empty text
    passes everything, and so does a `!` or `~` that nothing follows yet.
    """

    text: str
    tests: tuple[_Test, ...]
    uses_parts: bool = True
    """Whether any test looks at the parts; when none does, any parts will do."""
    parts: Mapping[Part, str] = field(default_factory=dict)
    """The parts that it wants, where it wants nothing else; empty for every other filter."""

    def passes(self, name: str, parts: QueueParts) -> bool:
        """Whether a queue of this name is shown."""
        return all(test(name, parts) for test in self.tests)

    @property
    def is_empty(self) -> bool:
        """Whether everything passes."""
        return not self.tests


def parse_filter(text: str) -> QueueFilter:
    """The filter that the text means. Raises InputError when a `~` word is not a regular expression."""
    words = [word for word in text.split() if word.strip("!~")]
    tests = tuple(map(_word_test, words))
    return QueueFilter(text.strip(), tests, any(map(_names_part, words)), _only_parts(words))


def _only_parts(words: Sequence[str]) -> Mapping[Part, str]:
    wanted: dict[Part, str] = {}
    for word in words:
        key, _equals, value = word.partition("=")
        part = _part_of(key)
        if part is None or not value or wanted.get(part, value) != value:
            return {}
        wanted[part] = value
    return wanted


def _names_part(word: str) -> bool:
    key, equals, _value = word.lstrip("!").partition("=")
    return bool(equals) and _part_of(key) is not None


def _word_test(word: str) -> _Test:
    if word.startswith("!") and len(word) > 1:
        inner = _word_test(word[1:])
        return lambda name, parts: not inner(name, parts)
    if word.startswith("~") and len(word) > 1:
        return _regex_test(word[1:])
    key, equals, value = word.partition("=")
    part = _part_of(key)
    if equals and part is not None:
        return lambda _name, parts: (parts.get(part) or "") == value
    needle = word.casefold()
    return lambda name, _parts: needle in name.casefold()


def _regex_test(source: str) -> _Test:
    try:
        with warnings.catch_warnings():
            # A future change of the syntax is nothing to write across somebody's screen.
            warnings.simplefilter("ignore")
            pattern = regex.compile(source, regex.IGNORECASE)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise InputError("filter", f"not a regular expression: {error}.", "Without ~ it is plain text.") from error
    is_quick = _is_quick(source)

    def passes(name: str, _parts: QueueParts) -> bool:
        if is_quick and len(name) <= SHORT_NAME:
            return pattern.search(name) is not None
        try:
            return pattern.search(name, timeout=MATCH_S) is not None
        except TimeoutError:
            raise too_slow() from None

    return passes


def _is_quick(source: str) -> bool:
    """Whether no short name can make the expression slow; in doubt not."""
    return sum(map(source.count, "*+{")) <= _FEW_REPEATS and not _RISKY.search(source)


def too_slow() -> InputError:
    """What is said of an expression that takes too long; the filter before it stays."""
    return InputError("filter", "the expression takes too long.", "Use fewer repeats, none in a repeated group.")


def _part_of(key: str) -> Part | None:
    if key in _SHORT:
        return _SHORT[key]
    return Part(key) if key in set(Part) else None


NO_FILTER = parse_filter("")
