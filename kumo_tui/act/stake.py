"""What is at stake in a plain bounce: whether it is exact here, why, and what it may cost (KUMOMTA.md 0)."""

from collections.abc import Sequence
from dataclasses import dataclass

from kumo_tui.config import Settings
from kumo_tui.model.capability import remembers_lookups
from kumo_tui.model.feeders import NOT_KNOWN, Feeders, NodeFeeders
from kumo_tui.model.preview import NodePreview, Preview
from kumo_tui.model.selector import Criteria, Everything, Selector
from kumo_tui.model.snapshot import NodeSnapshot, Snapshot
from kumo_tui.text import clean, one_line, plural

NAME_LENGTH = 60
VERSION_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Stake:
    """What a plain bounce may take or miss. Words are clean text without a full stop.

    `why` says why it is exact, or why not; `price` what it may cost, empty where it is exact. At most
    `waiting_bound` messages, which wait in `ready_queues` ready queues, may be meant. `is_traced` says that every
    target node told which queues feed its ready queues.
    """

    plain_is_exact: bool
    why: str
    price: str
    waiting_bound: int
    ready_queues: int
    is_traced: bool


def stake_of(preview: Preview, snapshot: Snapshot, settings: Settings, feeders: Feeders | None = None) -> Stake:
    """The stake of a plain bounce of this preview. Pure; `feeders` is None where no node was asked for them.

    It is exact for Everything, on versions without the two defects (`act.plain_is_exact` overrides what they
    say), and on a node that told all feeders where only matching queues feed every ready queue that this mail may
    come to.
    """
    told = {node.node: (feeders or {}).get(node.node, NOT_KNOWN) for node in preview.nodes}
    waiting = [_waiting(node, preview.selector, told[node.node]) for node in preview.nodes]
    messages, queues = sum(count for count, _ in waiting), sum(count for _, count in waiting)
    doubts = _doubts(preview, snapshot, settings.act.plain_is_exact, told)
    return Stake(
        plain_is_exact=not doubts,
        why=_in_doubt(doubts) if doubts else _proof(preview, snapshot, settings.act.plain_is_exact),
        price=_price(messages, queues) if doubts else "",
        waiting_bound=messages,
        ready_queues=queues,
        is_traced=bool(told) and all(node.complete for node in told.values()),
    )


def _waiting(node: NodePreview, selector: Selector, told: NodeFeeders) -> tuple[int, int]:
    """Messages that wait on a node and may be meant, and the ready queues that hold them."""
    if not told.complete:
        return node.ready_waiting, node.ready_queues
    fed = told.fed_by(selector)
    counts = [told.by_ready_queue[name].ready_count for name, is_fed in fed.items() if is_fed]
    return sum(counts), sum(1 for count in counts if count)


def _doubts(preview: Preview, snapshot: Snapshot, override: bool | None, told: Feeders) -> Sequence[str]:
    """Why a plain bounce is not proven exact, one sentence for each node in doubt."""
    if isinstance(preview.selector, Everything) or override is True:
        return ()
    if not preview.nodes:
        return ("no node was read",)
    doubts = []
    for node in preview.nodes:
        seen = snapshot.node(node.node)
        defects = _defects(seen, node.node, override)
        if defects:
            missing = _unproven(node, preview.selector, told[node.node], seen)
            doubts += [f"{defects}{missing}"] if missing is not None else []
    return doubts


def _defects(node: NodeSnapshot | None, name: str, override: bool | None) -> str:
    """That a node has the two defects, or counts as having them; "" when its version has not."""
    versions = _versions(node)
    if override is False:
        return f"{clean(name)} counts as having the two defects (act.plain_is_exact is false)"
    if not versions:
        return f"{clean(name)} does not tell its version, which counts as having the two defects"
    worst = next((version for version in versions if remembers_lookups(version)), None)
    return f"{clean(name)} runs {one_line(worst, VERSION_LENGTH)}, which has the two defects" if worst else ""


def _versions(node: NodeSnapshot | None) -> Sequence[str]:
    """What a node says of its version; its two sources differ for a moment when it is upgraded."""
    if node is None:
        return ()
    found = (node.info.version if node.info else None, node.capability.version if node.capability else None)
    return [version for version in found if version is not None]


def _unproven(node: NodePreview, selector: Selector, told: NodeFeeders, seen: NodeSnapshot | None) -> str | None:
    """What the feeders of a node leave in doubt, as the end of a sentence; None when they prove it exact."""
    if not told.complete:
        could = seen is not None and seen.capability is not None and seen.capability.inspects_ready
        return "; what feeds its ready queues is not known" if could else ""
    concerned = _concerned(selector, told)
    if not concerned:
        return "; this mail feeds none of its ready queues now"
    fed = {name: told.by_ready_queue[name].scheduled_queue_names for name in concerned}
    shared = next((name for name in concerned if not all(map(selector.matches, fed[name]))), None)
    if shared is not None:
        return f"; other queues feed {one_line(shared, NAME_LENGTH)}"
    known = frozenset[str]().union(*fed.values())
    if not known.issuperset(node.matched.names):
        return "; some of this mail feeds none of its ready queues now"
    return None


def _concerned(selector: Selector, told: NodeFeeders) -> Sequence[str]:
    """The ready queues that this mail goes through, and those that it may come to while a directive is active.

    A selector that leaves the domain open also matches queues that appear later, for other sites: they go through
    the other ready queues of the same egress sources.
    """
    fed = [name for name, is_fed in told.fed_by(selector).items() if is_fed]
    if not isinstance(selector, Criteria) or selector.domain is not None:
        return fed
    sources = {told.by_ready_queue[name].egress_source for name in fed}
    return [name for name, ready in told.by_ready_queue.items() if ready.egress_source in sources]


def _in_doubt(doubts: Sequence[str]) -> str:
    more = len(doubts) - 1
    return doubts[0] + (f"; {plural(more, 'more node')} {'is' if more == 1 else 'are'} in doubt" if more else "")


def _proof(preview: Preview, snapshot: Snapshot, override: bool | None) -> str:
    if isinstance(preview.selector, Everything):
        return "EVERYTHING: nothing is not meant"
    if override is True:
        return "act.plain_is_exact is true in the settings"
    if any(_defects(snapshot.node(node.node), node.node, override) for node in preview.nodes):
        return "every queue that feeds the ready queues concerned matches"
    return "this version has not the two defects"


def _price(messages: int, queues: int) -> str:
    if not messages:
        return (
            "nothing waits in ready queues now, but one matching message that becomes due between the look and "
            "the POST is enough: a plain bounce may then take other queues' mail, and may miss ours"
        )
    wait = "waits" if messages == 1 else "wait"
    return (
        f"{plural(messages, 'message')} {wait} in {plural(queues, 'ready queue')} now; a plain bounce may take "
        "other queues' mail among them, and may miss ours"
    )
