"""The exit codes of every command: one table, fixed since the first release (DESIGN 5)."""

from collections.abc import Iterable
from enum import IntEnum

from kumo_tui.errors import JournalError, KumoTuiError, NodeError, Refused
from kumo_tui.model.operation import ActState


class Exit(IntEnum):
    """What a command says to the script that called it."""

    DONE = 0
    BROKEN = 1
    """A mistake in kumo-tui itself."""
    USAGE = 2
    """Wrong usage, or settings that do not load."""
    UNREADABLE = 3
    """No node could be read."""
    REFUSED = 4
    """A safety rule forbids it; nothing was sent."""
    REJECTED = 5
    """The server said no."""
    UNKNOWN = 6
    """Outcome unknown on at least one node, and not settled in time."""
    PARTLY = 7
    """Some nodes took part, some did not."""
    ENDED_OTHERWISE = 8
    """Followed, and it ended otherwise than done."""
    COLLATERAL = 9
    """Bounced, but with collateral."""
    HUNG_UP = 129
    """Ended because its terminal went away."""
    INTERRUPTED = 130
    """Ended with Ctrl-C."""
    TERMINATED = 143
    """Ended with SIGTERM."""


# The first that applies: what is more serious hides the rest.
_GRAVEST = (Exit.COLLATERAL, Exit.UNKNOWN, Exit.ENDED_OTHERWISE, Exit.PARTLY)


def exit_of_error(error: KumoTuiError) -> Exit:
    """The exit code of an error that ended a command."""
    if isinstance(error, Refused | JournalError):
        return Exit.REFUSED
    return Exit.UNREADABLE if isinstance(error, NodeError) else Exit.USAGE


def exit_of_reading(read: int, total: int) -> Exit:
    """The exit code after `read` of `total` nodes could be read."""
    if not read:
        return Exit.UNREADABLE
    return Exit.DONE if read == total else Exit.PARTLY


def exit_of_sending(states: Iterable[ActState], left_out: int) -> Exit:
    """The exit code after requests ended in these states and `left_out` target nodes were not asked at all."""
    seen = list(states)
    if any(state in (ActState.UNKNOWN, ActState.INTENT) for state in seen):
        return Exit.UNKNOWN
    if ActState.ACCEPTED not in seen:
        return Exit.REJECTED
    return Exit.PARTLY if left_out or ActState.REJECTED in seen else Exit.DONE


def gravest(*codes: Exit) -> Exit:
    """One code for a command that had several outcomes."""
    return next((code for code in _GRAVEST if code in codes), max(codes, default=Exit.DONE))
