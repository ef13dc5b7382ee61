"""Following an operation and printing it: lines of JSON, or of text with a last word on what may be left."""

from collections.abc import Callable

from kumo_tui.cli.exits import Exit
from kumo_tui.cli.follow import Follower, Sight, Until
from kumo_tui.cli.lines import LineWriter, end_line
from kumo_tui.cli.output import print_json, say

Emit = Callable[[Sight], None]


def emitter(*, as_json: bool) -> Emit:
    """What prints each event."""
    return (lambda sight: print_json(sight.as_json())) if as_json else LineWriter().write


async def follow_to_end(follower: Follower, until: Until, emit: Emit) -> Exit:
    """Follow so far, printing each event; what is left to say goes to standard error."""
    code, last = await follower.run(until, emit)
    last_word = end_line(code, last, is_incomplete=follower.is_incomplete)
    if last_word:
        say(last_word)
    return code
