"""The totals in a bounce list, one number for each queue ever bounced: read piece by piece where they are many."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from kumo_tui.node.aside import LARGE_BYTES
from kumo_tui.node.series import COUNT_LIMIT

PAIRS_AT_ONCE = 4000

# Of two quotes that stand like this neither is inside a string: there they would be escaped.
_OPENING = re.compile(rb'"bounced"\s*+:\s*+\{\s*+')
_PAIR = rb'"(?:[^"\\]++|\\.)*+"\s*+:\s*+\d++\s*+'
_LAST = re.compile(rb"(?:%b)?+\}" % _PAIR, re.DOTALL)
_TOTALS = TypeAdapter(dict[str, Annotated[int, Field(ge=0, lt=COUNT_LIMIT, strict=True)]])


def pairs_of(at_once: int) -> re.Pattern[bytes]:
    """So many pairs of name and number, at most, each with the comma after it."""
    return re.compile(rb"(?:%b,\s*+){0,%d}+" % (_PAIR, at_once), re.DOTALL)


_PAIRS = pairs_of(PAIRS_AT_ONCE)


class Lifted(NamedTuple):
    """A bounce list without its totals: in `body` each object of them is `{"<its number>":0}`."""

    body: bytes
    totals: Sequence[Mapping[str, int]]

    def totals_of(self, placeholder: Mapping[str, int]) -> Mapping[str, int]:
        """The totals that stood where this stands."""
        return next((self.totals[int(number)] for number in placeholder), {})


def lift_totals(body: bytes, least_bytes: int = LARGE_BYTES) -> Lifted | None:
    """The list with its totals apart; None where it is small, or the totals are not what kumod writes."""
    if len(body) < least_bytes:
        return None
    kept: list[bytes] = []
    totals: list[Mapping[str, int]] = []
    at = 0
    while opening := _OPENING.search(body, at):
        found = _read_object(body, opening.end())
        if found is None:
            return None
        kept += [body[at : opening.start()], b'"bounced":{"%d":0}' % len(totals)]
        totals.append(found[0])
        at = found[1]
    return Lifted(b"".join([*kept, body[at:]]), totals)


def _read_object(body: bytes, at: int) -> tuple[Mapping[str, int], int] | None:
    """The totals of the object whose inside begins there, and where it ends."""
    totals: dict[str, int] = {}
    while True:
        pairs = _PAIRS.match(body, at)
        end = pairs.end() if pairs else at
        last = _LAST.match(body, end)
        text = body[at:end].rstrip().removesuffix(b",") if last is None else body[at : last.end() - 1]
        try:
            totals.update(_TOTALS.validate_json(b"{%b}" % text))
        except ValidationError:
            return None
        if last is not None:
            return totals, last.end()
        if end == at:
            return None
        at = end
