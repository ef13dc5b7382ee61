"""The preview: the frozen answer to "what would this selector hit now"."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kumo_tui.model.names import Part, is_internal
from kumo_tui.model.queues import QueueTable, merge
from kumo_tui.model.selector import Selector

CAME, WENT, OWN = "came", "went", "server's own"


@dataclass(frozen=True, eq=False)
class NodePreview:
    """What the selector hits on one node.

    `matched` holds matching queues with at least one message; `node_messages` is everything scheduled there.
    `ready_waiting` messages wait in `ready_queues` ready queues: nobody can say whose they are, so each of
    them may match (KUMOMTA.md 0). `at` is monotonic seconds of the reading.
    """

    node: str
    matched: QueueTable
    node_messages: int
    ready_waiting: int
    ready_queues: int
    at: float


@dataclass(frozen=True, eq=False)
class Preview:
    """What the selector hits on the target nodes, frozen. `growth_per_min` is net growth lately, in messages.

    `chosen` are the names of the nodes that were chosen, empty for all targets.
    """

    selector: Selector
    nodes: tuple[NodePreview, ...]
    growth_per_min: float | None = None
    chosen: tuple[str, ...] = ()

    @property
    def node_names(self) -> tuple[str, ...]:
        """The names of the nodes that take part."""
        return tuple(node.node for node in self.nodes)

    @cached_property
    def matched(self) -> QueueTable:
        """Matching queues summed over the nodes, largest first."""
        return merge(node.matched for node in self.nodes).largest_first()

    @property
    def queues(self) -> int:
        """How many queues match and hold mail."""
        return len(self.matched)

    @property
    def messages(self) -> int:
        """Messages standing in them."""
        return self.matched.total

    @property
    def ready_upper_bound(self) -> int:
        """Messages in ready queues of the target nodes: up to so many may match as well."""
        return sum(node.ready_waiting for node in self.nodes)

    @property
    def ready_queues(self) -> int:
        """How many ready queues hold them."""
        return sum(node.ready_queues for node in self.nodes)

    @property
    def node_messages(self) -> int:
        """All scheduled messages of the target nodes."""
        return sum(node.node_messages for node in self.nodes)

    def distinct(self, part: Part) -> int:
        """How many different values of a part the matching queues have."""
        return len(self.matched.distinct(part))

    @cached_property
    def internal(self) -> tuple[str, ...]:
        """The server's own queues among the matching ones, largest first."""
        return tuple(name for name in self.matched.names if is_internal(name))

    def age_s(self, now: float) -> float:
        """Seconds since the oldest reading in it."""
        return now - min((node.at for node in self.nodes), default=now)

    @cached_property
    def digest(self) -> str:
        """12 hex digits over selector, nodes, queues and counts: two previews with one digest are the same."""
        hasher = hashlib.sha256(repr_selector(self.selector).encode("utf-8", "surrogatepass"))
        for node in self.nodes:
            hasher.update(f"\0{node.node}\0{node.ready_waiting}".encode())
            for name, count in sorted(node.matched):
                hasher.update(f"\0{name}\0{count}".encode("utf-8", "surrogatepass"))
        return hasher.hexdigest()[:12]


class Drift(NamedTuple):
    """How one preview differs from an earlier one: queues that came, queues that went, messages more."""

    appeared: Sequence[str]
    vanished: Sequence[str]
    messages: int

    @property
    def is_none(self) -> bool:
        """Whether nothing moved."""
        return not self.appeared and not self.vanished and not self.messages


@dataclass(frozen=True, eq=False)
class Hit:
    """The queues of `preview`, by raw name; `moved` are those that came and went between `before` and it."""

    preview: Preview
    before: Preview | None = None
    moved: Drift | None = None

    def names(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """All raw names in the order in which they are shown, and what there is to say of some."""
        words = dict.fromkeys(self.preview.internal, OWN)
        if self.moved is not None:
            words |= {**dict.fromkeys(self.moved.appeared, CAME), **dict.fromkeys(self.moved.vanished, WENT)}
        first = [*(self.moved.appeared if self.moved else ()), *(self.moved.vanished if self.moved else ())]
        noted = dict.fromkeys([*first, *self.preview.internal])
        return [*noted, *(name for name in self.preview.matched.names if name not in noted)], words

    def messages_of(self, name: str) -> int:
        """Messages of a queue; of one that went, those that it had."""
        now = self.preview.matched.messages_of(name)
        if now is not None or self.before is None:
            return now or 0
        return self.before.matched.messages_of(name) or 0


def drift(old: Preview, new: Preview) -> Drift:
    """What moved between two previews of one selector."""
    before, after = old.matched.index, new.matched.index
    return Drift(
        [name for name in new.matched.names if name not in before],
        [name for name in old.matched.names if name not in after],
        new.messages - old.messages,
    )


def repr_selector(selector: Selector) -> str:
    """A text that is the same for equal selectors only."""
    names = getattr(selector, "names", None)
    return repr(sorted(names)) if names is not None else repr(selector)
