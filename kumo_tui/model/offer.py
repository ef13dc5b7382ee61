"""An offer: a node that has no part in one of our operations, and could have."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a node has no part: it said no, it forgot, it was not there when the others were sent to.

    Of one that is HELD the operation is only a stop there: it is confirmed there too, and no act of its own.
    """

    REFUSED = "refused"
    LOST = "lost"
    BACK = "back"
    JOINED = "joined"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Offer:
    """To bring the operation of this tag to this node as well, by what an operator confirms.

    `messages` that match stand there now. `said` are clean words of the node, or about it, empty where there are
    none.
    """

    tag: str
    node: str
    why: Why
    messages: int
    said: str = ""
