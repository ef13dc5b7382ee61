"""What is known of an operation's surroundings: its meters, and the state of a clean bounce (KUMOMTA.md 0)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Meters:
    """What a bounce, plain or clean, may have missed or taken with it on one node, in messages; upper bounds.

    `in_flight` is what connections held in their hands when the act began. `leak_at_most` is what the ready queues
    concerned have delivered since. `may_wait` is what waited there at the act and may wait still.
    `collateral_grows` says whether the last reading showed more collateral than the one before. `ready_queues` is
    how many ready queues are concerned; `since_restart` says that they were first read after the act, so that what
    was delivered before is not counted.
    """

    in_flight: int = 0
    leak_at_most: int = 0
    may_wait: int = 0
    collateral_grows: bool = False
    ready_queues: int = 0
    since_restart: bool = False


NO_METERS = Meters()


def summed(meters: Iterable[Meters]) -> Meters:
    """The meters of several nodes together; one that was read late makes the sum so."""
    parts = list(meters)
    return Meters(
        in_flight=sum(part.in_flight for part in parts),
        leak_at_most=sum(part.leak_at_most for part in parts),
        may_wait=sum(part.may_wait for part in parts),
        collateral_grows=any(part.collateral_grows for part in parts),
        ready_queues=sum(part.ready_queues for part in parts),
        since_restart=any(part.since_restart for part in parts),
    )


@dataclass(frozen=True, eq=False)
class CleanProgress:
    """A clean bounce on one node. Raw queue names.

    `stop_left_s` is how long the mail is stopped from now on, None when no stop stands; `stop_is_ours` whether
    that is our own entry, and not one of somebody else that is relied on; `stop_ids` are our own entries.
    `standing` is messages per matching queue at the last reading that counts. `sweeps` were answered,
    `unanswered` were not. `return_s` is how long what still waits in ready queues needs at today's rate, None
    when nothing does or nobody knows. `ends_in_s` is how long new mail is still caught. `waits_for` says in clean
    words why the next sweep does not leave, empty when nothing holds it.
    """

    stop_left_s: float | None = None
    stop_is_ours: bool = True
    stop_ids: tuple[str, ...] = ()
    standing: Mapping[str, int] = field(default_factory=dict)
    sweeps: int = 0
    unanswered: int = 0
    return_s: float | None = None
    ends_in_s: float | None = None
    waits_for: str = ""

    @property
    def standing_total(self) -> int:
        """Messages that stand in matching queues, to be swept next."""
        return sum(self.standing.values())
