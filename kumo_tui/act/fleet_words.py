"""What is to be said of a fleet as a whole: servers found twice, nodes that leave, parts that nobody watches."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from kumo_tui.model.snapshot import LeftBehind, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.text import and_more, clean, plural
from kumo_tui.units import end_text

NAMED_MOST = 3


def same_server_words(node: NodeSnapshot) -> str:
    """`mta2b is the same server as mta2: ...`; empty for a server that is there once."""
    if not node.same_as:
        return ""
    return f"{clean(node.name)} is the same server as {clean(node.same_as)}: it is counted and acted on once"


def clone_words(node: NodeSnapshot, snapshot: Snapshot) -> str:
    """That another server tells the id of this one, as machines of one image do; empty where none does."""
    if node.info is None or node.same_as:
        return ""
    others = [
        clean(other.name)
        for other in snapshot.servers
        if other.info is not None
        and other.info.node_id == node.info.node_id
        and other.info.online_since != node.info.online_since
    ]
    if not others:
        return ""
    told = ", ".join(others[:NAMED_MOST])
    return f"it tells the node id of {told} too, but another start: machines of one image, each counted"


def leaving_words(node: NodeSnapshot, snapshot: Snapshot) -> str:
    """Why a node that the list has no more is read yet; empty for one that is not leaving."""
    if not node.leaving:
        return ""
    tags = [
        status.operation.tag
        for status in snapshot.operations
        if any(part.act.node == node.name and not part.verdict.is_final for part in status.nodes)
    ]
    until = f"until op {', '.join(tags)} is over there" if tags else "until what was sent there is settled"
    return f"not in the node list any more: read {until}, no target of anything new"


def unwatched_words(status: OperationStatus) -> Iterator[str]:
    """What an operation has open on nodes that are not among those of this session, one line a node."""
    for part in status.nodes:
        if not part.is_watched and not part.verdict.is_final:
            yield part.note


def left_behind_words(left: LeftBehind, now: datetime) -> str:
    """`a stop of ours stands until 12:40 UTC on mta1, which is not among the nodes here: ...`."""
    what = "a stop of ours" if left.is_stop else "a bounce of ours"
    until = f"{end_text(left.until, (left.until - now).total_seconds())} UTC"
    where = and_more(left.nodes, NAMED_MOST)
    are, them = ("is", "it") if len(left.nodes) == 1 else ("are", "them")
    return f"{what} stands until {until} on {where}, which {are} not among the nodes here: add {them} to settle it"


def builds_words(nodes: Sequence[NodeSnapshot]) -> str:
    """`3 builds: 2026.06.23 on 40 nodes, 2025.05.06 on mta7`, the most common first; empty where all have one."""
    by_build: dict[str, list[str]] = {}
    for node in nodes:
        if node.version is not None:
            by_build.setdefault(node.version, []).append(clean(node.name))
    if len(by_build) < 2:
        return ""
    ordered = sorted(by_build.items(), key=lambda item: (-len(item[1]), item[0]))
    parts = [
        f"{clean(build)} on {', '.join(names) if len(names) <= NAMED_MOST else plural(len(names), 'node')}"
        for build, names in ordered
    ]
    return f"{len(by_build)} builds: {'; '.join(parts)}"
