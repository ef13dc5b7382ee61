"""Mail that gathers again after a bounce has ended: how much, how fast (DESIGN 3, rule 13)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Messages in the matching queues of one node, by the reading that was answered `at` (monotonic seconds)."""

    at: float
    messages: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """What stands in matching queues more than at the end of the bounce.

    `seconds` is the time between the readings that tell it. Up to `may_be_returns` messages waited in ready queues
    at the end: so many may have come back from there, and are no new mail.
    """

    messages: int
    seconds: float
    may_be_returns: int = 0

    @property
    def per_minute(self) -> float:
        """Messages a minute."""
        return self.messages * 60 / self.seconds

    @property
    def is_new_mail(self) -> bool:
        """Whether at least some of it was sent after the end."""
        return self.messages > self.may_be_returns


def gathered(nodes: Iterable[tuple[Standing, Standing]], may_be_returns: int = 0) -> Gathered | None:
    """What has gathered over nodes, each with its reading at the end and a later one; None when nothing has."""
    readings = list(nodes)
    more = sum(now.messages - end.messages for end, now in readings)
    seconds = max((now.at - end.at for end, now in readings), default=0.0)
    return Gathered(more, seconds, may_be_returns) if more > 0 and seconds > 0 else None
