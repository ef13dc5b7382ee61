"""An offer: a node that has no part in one of our operations, and could have."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a node has no part: it said no, it forgot, it was not there when the others were sent to."""

    REFUSED = "refused"
    LOST = "lost"
    BACK = "back"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Offer:
    """To send the operation of this tag to this node as well, by a new act that an operator confirms.

    `messages` that match stand there now. `said` are clean words of the node, or about it, empty where there are
    none.
    """

    tag: str
    node: str
    why: Why
    messages: int
    said: str = ""
