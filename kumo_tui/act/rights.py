"""What this session may change on the nodes: the one place that decides it, asked by act, ui and cli alike.

A session is read-only by order (the flag --read-only, the setting, the profile), or on single nodes (their
setting, a key on the nodes screen). It finds out that it is, where nodes refuse its acts: access rules are per
path and method, and answer 401 (KUMOMTA.md 6). What was found out holds until the node takes that act, refuses
to be read too, or kumo-tui is started again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kumo_tui.act.clean_requests import SUSPEND_PATH
from kumo_tui.act.requests import BOUNCE_PATH
from kumo_tui.config import Settings
from kumo_tui.errors import Refused
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import and_more, clean

CANCEL = f"DELETE {BOUNCE_PATH}"
RELEASE = f"DELETE {SUSPEND_PATH}"

_NO_NODE: Mapping[str, str] = {}
_LIFTED = "Lift that on the nodes screen, or in the config."
_ALLOWED = "Once its access rules allow it, start kumo-tui again."
_NAMED_MOST = 2


@dataclass(frozen=True, slots=True)
class Rights:
    """Who we are on the nodes. `order` is what makes the session read-only by order, empty for nothing.

    `refused` are the acts that nodes refused, by node: act (`POST /path`) and clean words; `kept` are the nodes
    that are read-only by order; `nodes` all that count.
    """

    order: str = ""
    refused: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def may_act(self) -> bool:
        """Whether anything that changes a node may be begun in this session."""
        return not self.order and not (self.nodes and all(map(self._refuses, self.nodes)))

    def may_act_on(self, node: str) -> bool:
        """Whether anything may be begun on this node: not by order, nor where it refused one act of ours."""
        return not self.order and not self._refuses(node)

    def may_end_on(self, node: str, act: str) -> bool:
        """Whether what is ours there may be ended by this act (CANCEL, RELEASE): unless that was refused."""
        return not self.order and node not in self.kept and act not in self.refused.get(node, _NO_NODE)

    def may_end(self, operation: Operation) -> bool:
        """Whether this operation of ours may be ended on a node at least."""
        act = RELEASE if operation.mode is Mode.CLEAN else CANCEL
        return any(self.may_end_on(each.node, act) for each in operation.acts)

    @property
    def read_only_by(self) -> str:
        """Why nothing may be begun, in a few words for a head line; empty where it may."""
        if self.order or self.may_act:
            return self.order
        if len(self.nodes) > 1 and self.kept.issuperset(self.nodes):
            return "every node is read-only"
        kept = [node for node in self.nodes if node in self.kept]
        refusing = [node for node in self.nodes if node not in self.kept]
        words = [
            _of_several(kept, "is read-only", "are read-only"),
            _of_several(refusing, "refuses acts", "refuse acts"),
        ]
        return ", ".join(filter(None, words))

    def refusals(self, targets: Iterable[str]) -> Iterator[str]:
        """A sentence for what stands against acting on these nodes; none where it is allowed."""
        if self.order:
            yield f"This is a read-only session ({self.order})."
            return
        for node in targets:
            if self._refuses(node):
                yield f"{self.node_words(node)} {self._way_out(node)}"

    def node_words(self, node: str) -> str:
        """`mta1 is read-only.`, `mta1 refuses acts: POST /api/... (401): ....`; empty where it is neither."""
        if node in self.kept:
            return f"{clean(node)} is read-only."
        return _words(node, self.refused.get(node, _NO_NODE))

    def check_order(self, verb: str) -> None:
        """Raise Refused in a session that is read-only by order; `verb` is what was wanted."""
        if self.order:
            raise Refused(f"This is a read-only session ({self.order}).", f"It cannot {verb}.")

    def check_act_on(self, node: str, verb: str) -> None:
        """Raise Refused where nothing may be begun on this node."""
        self.check_order(verb)
        if self._refuses(node):
            raise Refused(self.node_words(node), self._way_out(node))

    def check_end_on(self, node: str, act: str, verb: str) -> None:
        """Raise Refused where what is ours may not be ended by this act."""
        self.check_order(verb)
        if node in self.kept:
            raise Refused(self.node_words(node), self._way_out(node))
        if not self.may_end_on(node, act):
            raise Refused(f"{clean(node)} refuses it: {self.refused[node][act]}.", _ALLOWED)

    def _refuses(self, node: str) -> bool:
        return node in self.kept or bool(self.refused.get(node))

    def _way_out(self, node: str) -> str:
        return _LIFTED if node in self.kept else _ALLOWED


def rights_of(settings: Settings, snapshot: Snapshot) -> Rights:
    """The rights of a session with these settings, by the last that its nodes said."""
    refused = {node.name: node.refused_acts for node in snapshot.nodes if refuses_acts(node)}
    kept = frozenset(node.name for node in snapshot.nodes if node.read_only)
    names = tuple(node.name for node in snapshot.members)
    return Rights(order_of(settings, snapshot.profile), refused, names, kept)


def order_of(settings: Settings, profile: str) -> str:
    """What makes a session on this profile read-only by order, in a word or two; empty for nothing."""
    if settings.read_only:
        return "--read-only" if settings.is_read_only_by_flag else "settings"
    keeping = (name for name, chosen in settings.in_force(profile).items() if chosen.read_only)
    return next((f"profile {clean(name)}" for name in keeping), "")


def refusal_words(node: NodeSnapshot) -> str:
    """What it refused, as `Rights.node_words`."""
    return _words(node.name, node.refused_acts)


def _of_several(nodes: Sequence[str], one: str, several: str) -> str:
    """`mta1, mta2 and 3 more refuse acts`; empty for none."""
    if not nodes:
        return ""
    return f"{and_more(nodes, _NAMED_MOST)} {one if len(nodes) == 1 else several}"


def _words(node: str, refused: Mapping[str, str]) -> str:
    words = next(iter(refused.values()), "")
    return f"{clean(node)} refuses acts: {words}." if words else ""


def refuses_acts(node: NodeSnapshot) -> bool:
    """Whether the node has refused an act of this session."""
    return bool(node.refused_acts)
