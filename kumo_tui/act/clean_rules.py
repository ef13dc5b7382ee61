"""The rules that forbid a clean bounce, or a stop, before anything is sent (DESIGN section 3)."""

from collections.abc import Container, Iterable, Iterator, Sequence

from kumo_tui.act.draft import Checked
from kumo_tui.act.due import needs_names
from kumo_tui.act.requests import PlannedRequest, is_too_large
from kumo_tui.act.rules import (
    limit_rule,
    parts_rule,
    session_rule,
    settled_rule,
    substance_rule,
    targets_rule,
    unlisted_words,
)
from kumo_tui.config import Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.operation import Mode
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria, Everything, ExactQueues, Selector
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.text import clean, one_line
from kumo_tui.units import count_text


def clean_refusals(
    preview: Preview,
    snapshot: Snapshot,
    settings: Settings,
    stops: Sequence[PlannedRequest],
    *,
    partial: bool = False,
    stop_only: bool = False,
) -> Sequence[str]:
    """Every rule that stands against it, one sentence each; `stops` are the stops as they would leave.

    `partial` leaves out nodes that cannot be read. A stop alone may be placed before its mail is there, and has
    no limit: it destroys nothing.
    """
    parts = () if partial else tuple(parts_rule(preview, snapshot))
    return [
        *session_rule(preview, snapshot, settings),
        *targets_rule(preview, snapshot),
        *_scope(preview),
        *(() if stop_only else substance_rule(preview)),
        *(() if stop_only else limit_rule(preview, snapshot, settings)),
        *parts,
        *settled_rule(preview, snapshot),
        *_twice(preview, snapshot, stop_only=stop_only),
        *_capability(preview, snapshot, _silent(snapshot) if parts else (), stop_only=stop_only),
        *_size(stops),
    ]


def _scope(preview: Preview) -> Iterator[str]:
    if isinstance(preview.selector, Everything):
        yield "EVERYTHING is never stopped nor swept: bounce it plainly, nothing of it is not meant."


def _twice(preview: Preview, snapshot: Snapshot, *, stop_only: bool) -> Iterator[str]:
    """A second stop of the same criteria would take the place of the first: go on with that one."""
    for status in holding(preview.selector, preview.node_names, snapshot):
        operation = status.operation
        live = [node.act.node for node in status.nodes if not node.verdict.is_final]
        swept = [name for name in live if not operation.waits_on(name)]
        if not stop_only and not set(swept) & set(preview.node_names):
            continue
        free = [name for name in preview.node_names if name not in live]
        waiting = [name for name in live if name not in swept] if swept else []
        parts = [f" on {_names(swept or live)}"] if free or waiting else []
        parts += [f" only stopped on {_names(waiting)}"] if waiting else []
        parts += [f" not on {_names(free)}"] if free else []
        doing = "sweeps this" if swept else "holds this stopped"
        way = f"bounce it on {_names(waiting)} alone" if waiting and not stop_only else "go on with it"
        yield f"Operation {operation.tag} {doing} already{','.join(parts)}: {way}, or end it first."


def same_words_rule(preview: Preview, checked: Checked, snapshot: Snapshot) -> Iterator[str]:
    """What is confirmed on further nodes of an operation is the same there: it has one reason."""
    for status in holding(preview.selector, preview.node_names, snapshot):
        operation = status.operation
        if not set(preview.node_names) & operation.held:
            continue
        if checked.reason != operation.reason:
            reason = one_line(operation.reason, 120)
            yield f'Operation {operation.tag} has the reason "{reason}" on other nodes: give the same here.'
        if checked.suppress_logging != operation.suppress_logging:
            logs = "without delivery logs" if operation.suppress_logging else "with delivery logs"
            yield f"Operation {operation.tag} bounces {logs} on other nodes: do the same here."


def _names(nodes: Iterable[str]) -> str:
    return ", ".join(map(clean, nodes))


def holding(selector: Selector, nodes: Iterable[str], snapshot: Snapshot) -> Sequence[OperationStatus]:
    """Our own operations that stop and sweep just this mail, not over yet on one of these nodes at least."""
    names = set(nodes)
    return [
        status
        for status in snapshot.operations
        if status.operation.mode is Mode.CLEAN
        and status.operation.selector == selector
        and any(node.act.node in names and not node.verdict.is_final for node in status.nodes)
    ]


def _silent(snapshot: Snapshot) -> Sequence[str]:
    """The nodes that do not answer: where that is said, what they can do is no second reason against them."""
    return [node.name for node in snapshot.targets if not node.answers]


def _capability(preview: Preview, snapshot: Snapshot, but: Container[str], *, stop_only: bool) -> Iterator[str]:
    selector = preview.selector
    for node in preview.nodes:
        if node.node in but:
            continue
        seen = snapshot.node(node.node)
        words = clean_obstacle(selector, node.node, seen.capability if seen else None, stop_only=stop_only)
        if words:
            yield words
        elif needs_names(selector) and isinstance(selector, Criteria) and not preview.matched.names:
            yield f"{node.node}: a routing domain is stopped by the names of its queues, and none is listed now."


def clean_obstacle(
    selector: Selector, node: str, capability: Capability | None, *, stop_only: bool = False
) -> str:
    """Why this node cannot stop this, and sweep it, in a sentence; empty where it can.

    Of EVERYTHING nothing is said: it is never stopped, whatever a node can do.
    """
    if isinstance(selector, Everything):
        return ""
    name = clean(node)
    if capability is None:
        return f"{name} gives no description of itself: not known what it can stop. Bounce plainly."
    if needs_names(selector):
        if not capability.exact_stop or not (stop_only or capability.exact_bounce):
            what = "exact queues" if isinstance(selector, ExactQueues) else "a routing domain"
            return f"{name} cannot stop {what}: {unlisted_words(capability)}. A plain bounce has its price."
    elif isinstance(selector, Criteria) and not capability.can_stop(selector.given()):
        return f"{name} cannot stop {selector.describe()}: it would ignore a part and stop more."
    return ""


def _size(stops: Sequence[PlannedRequest]) -> Iterator[str]:
    for request in stops:
        if is_too_large(request.body):
            names = request.body.get("queue_names")
            count = count_text(len(names)) if isinstance(names, list) else "so many"
            yield f"{count} queue names are more than one stop may hold (2 MiB). Stop by criteria instead."
            return
