"""Operations: acts that an operator confirmed, and what became of them on each node."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kumo_tui.model.selector import Selector


class ActState(StrEnum):
    """What is known about one request of an operation to one node."""

    INTENT = "intent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NodeAct:
    """One operation on one node.

    `id` is the server's id once accepted; `error` says in clean text why it was rejected or is unknown.
    `online_since` is the node's start as known at the POST, to notice a restart. `answered_at` is monotonic
    seconds of the answer or of its failure, 0.0 before.
    """

    node: str
    state: ActState
    id: str | None = None
    error: str | None = None
    online_since: datetime | None = None
    answered_at: float = 0.0


def joined_reason(words: str, ticket: str | None) -> str:
    """The operator's words with the ticket behind them, as nodes, lists and logs show them."""
    return " ".join(part for part in (words, ticket) if part)


class Mode(StrEnum):
    """How an operation bounces: one POST with a duration, or stop and sweeps (KUMOMTA.md 0)."""

    PLAIN = "plain"
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an operation's timeline: wall-clock time and clean text."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A node of a clean bounce that was not confirmed together with the others.

    `confirmed_at` is when it was confirmed there too, on a preview of this `digest`; None while it is only a
    stop there. `duration_s` is whole seconds, of this node alone: as in `Operation`.
    """

    node: str
    duration_s: int
    confirmed_at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One act of an operator. `tag` names it everywhere: on screen, in the reason, in the guard domain.

    `reason` is the operator's words as they are sent: with the ticket behind them, without the tag. `ticket` is
    that ticket, None where none was given apart from the words. `duration_s` is whole seconds: how long new mail
    is caught, or, of a stop that nobody confirmed as a bounce, how long it was wanted. `confirmed_at` is when a
    clean bounce was confirmed; None for such a stop, and for every plain bounce. `apart` are nodes that were not
    confirmed then: on those that are `held` it is still only a stop.

    `not_chosen` are raw names of nodes that could have taken part and that the operator left out; `missed` of
    those that could not take part when it was sent.
    """

    tag: str
    selector: Selector
    reason: str
    duration_s: int
    suppress_logging: bool
    who: str
    created_at: datetime
    digest: str
    acts: tuple[NodeAct, ...]
    events: tuple[Event, ...] = ()
    mode: Mode = Mode.PLAIN
    confirmed_at: datetime | None = None
    ticket: str | None = None
    apart: tuple[Apart, ...] = ()
    not_chosen: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()

    @property
    def bare_reason(self) -> str:
        """The operator's words without the ticket that was joined to them (see `joined_reason`)."""
        return self.reason.removesuffix(f" {self.ticket}") if self.ticket else self.reason

    @property
    def is_waiting(self) -> bool:
        """Whether it is a stop that waits for a decision: nothing of it may be swept."""
        return self.mode is Mode.CLEAN and self.confirmed_at is None

    @property
    def held(self) -> frozenset[str]:
        """The nodes of a confirmed clean bounce on which it is still only a stop."""
        return frozenset(each.node for each in self.apart if each.confirmed_at is None)

    def waits_on(self, node: str) -> bool:
        """Whether nobody confirmed it as a bounce on this node: nothing may be swept there."""
        return self.is_waiting or node in self.held

    def begun_on(self, node: str) -> datetime:
        """The moment from which its duration counts on this node."""
        apart = self._apart_on(node)
        confirmed_at = self.confirmed_at if apart is None else apart.confirmed_at
        return confirmed_at or self.created_at

    def duration_on(self, node: str) -> int:
        """How long new mail is caught on this node, or how long the stop there was wanted: whole seconds."""
        apart = self._apart_on(node)
        return self.duration_s if apart is None else apart.duration_s

    def act_on(self, node: str) -> NodeAct | None:
        """The act on one node, None when the node was no target."""
        return next((act for act in self.acts if act.node == node), None)

    def with_act(self, act: NodeAct) -> "Operation":
        """The operation with one node's act replaced."""
        return replace(self, acts=tuple(act if old.node == act.node else old for old in self.acts))

    def with_event(self, at: datetime, text: str) -> "Operation":
        """The operation with one more line in its timeline."""
        return replace(self, events=(*self.events, Event(at, text)))

    def _apart_on(self, node: str) -> Apart | None:
        return next((each for each in self.apart if each.node == node), None)
