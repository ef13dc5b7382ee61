"""The rules that forbid a bounce before anything is sent (DESIGN section 3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kumo_tui.act.limits import limits_of
from kumo_tui.act.presence import kept_out_words, no_target_words, out_words
from kumo_tui.act.requests import PlannedRequest, is_too_large
from kumo_tui.act.rights import rights_of
from kumo_tui.config import Settings
from kumo_tui.model.capability import Capability
from kumo_tui.model.operation import ActState
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.snapshot import Snapshot
from kumo_tui.text import clean, one_line
from kumo_tui.units import count_text

BUILD_LENGTH = 40


def refusals(
    preview: Preview,
    snapshot: Snapshot,
    settings: Settings,
    plan: Sequence[PlannedRequest],
    *,
    partial: bool = False,
) -> Sequence[str]:
    """Every rule that stands against this bounce, one sentence each; empty when it may be confirmed.

    `partial` leaves out nodes that do not answer now.
    """
    return [
        *session_rule(preview, snapshot, settings),
        *targets_rule(preview, snapshot),
        *substance_rule(preview, renewing=renews(preview, snapshot)),
        *limit_rule(preview, snapshot, settings),
        *(() if partial else parts_rule(preview, snapshot)),
        *settled_rule(preview, snapshot),
        *_capability(preview, snapshot),
        *_size(plan),
    ]


def session_rule(preview: Preview, snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    """Nothing changes a node in a read-only session, nor a node that refuses acts."""
    yield from rights_of(settings, snapshot).refusals(node.node for node in preview.nodes)


def targets_rule(preview: Preview, snapshot: Snapshot) -> Iterator[str]:
    """What was previewed is a target still: the list of nodes changes while somebody looks at a preview."""
    for name in preview.node_names:
        node = snapshot.node(name)
        words = f"{clean(name)} is not among the nodes any more" if node is None else no_target_words(node)
        if words and name not in preview.chosen:
            yield f"{words}."


def substance_rule(preview: Preview, *, renewing: bool = False) -> Iterator[str]:
    """What matches nothing, or was never looked at, is not bounced; a live bounce of ours may be renewed."""
    if not preview.nodes:
        yield "No node was read yet: what would be hit is not known."
    elif not renewing and not preview.messages and not preview.ready_upper_bound:
        yield "Nothing matches: no mail stands in matching queues, none waits in ready queues."


def renews(preview: Preview, snapshot: Snapshot) -> bool:
    """Whether a live directive of ours has the same criteria: sent anew it catches new mail for longer.

    Nothing stands then, because it catches everything; that the criteria are spelt right is known.
    """
    ours = {act.id for status in snapshot.operations for act in status.operation.acts if act.id}
    return any(
        entry.id in ours and entry.criteria is not None and entry.criteria == preview.selector
        for node in snapshot.nodes
        if node.name in preview.node_names
        for entry in (node.directives.value if node.directives else ())
    )


def limit_rule(preview: Preview, snapshot: Snapshot, settings: Settings) -> Iterator[str]:
    """More messages than the settings allow at once are not bounced, whoever confirms it."""
    words = limits_of(settings, snapshot.profile).refusal(preview)
    if words:
        yield words


def parts_rule(preview: Preview, snapshot: Snapshot) -> Iterator[str]:
    """Every node that is meant takes part: one that cannot is left out by the operator, never by itself."""
    if preview.chosen:
        for name in preview.chosen:
            node = snapshot.node(name)
            words = f"{clean(name)} is no node here" if node is None else no_target_words(node) or out_words(node)
            if not words and node is not None and name not in preview.node_names:
                words = kept_out_words(node)
            if words:
                yield f"{words}."
        return
    out = [node for node in snapshot.targets if not node.answers]
    if len(out) < len(snapshot.targets):
        yield from (f"{out_words(node)}." for node in out)


def open_acts(nodes: Iterable[str], snapshot: Snapshot) -> Mapping[str, Sequence[str]]:
    """The operations of which nobody knows yet what became of them: by tag, on which of these nodes."""
    asked = set(nodes)
    found = {
        status.operation.tag: [
            node.act.node
            for node in status.nodes
            if node.act.node in asked and node.act.state is ActState.UNKNOWN and not node.verdict.is_final
        ]
        for status in snapshot.operations
    }
    return {tag: where for tag, where in found.items() if where}


def settled_rule(preview: Preview, snapshot: Snapshot) -> Iterator[str]:
    """What became of an act on the same node is known before the next one: else mail may be bounced twice."""
    for tag, where in open_acts((node.node for node in preview.nodes), snapshot).items():
        yield f"First, what became of {tag} on {', '.join(where)}: it is being looked for in the list there."


def plain_obstacle(selector: Selector, node: str, capability: Capability | None) -> str:
    """Why this node cannot bounce this plainly, in a sentence; empty where it can."""
    if isinstance(selector, ExactQueues) and (capability is None or not capability.exact_bounce):
        return f"{clean(node)} cannot bounce exact queues: {unlisted_words(capability)}."
    if (
        isinstance(selector, Criteria)
        and selector.routing_domain is not None
        and (capability is None or not capability.routing_domain)
    ):
        return f"{clean(node)} cannot bounce by routing domain: it would ignore it and hit more."
    return ""


def unlisted_words(capability: Capability | None) -> str:
    """Why exact names are never sent to a node: `its build (2024.11.08) does not know queue_names`."""
    if capability is None:
        return "it gives no description of itself"
    build = f" ({one_line(capability.version, BUILD_LENGTH)})" if capability.version else ""
    if "queue_names" in capability.bounce_fields and "queue_names" in capability.suspend_fields:
        return f"its build{build} does not refuse fields that it does not know"
    return f"its build{build} does not know queue_names"


def _capability(preview: Preview, snapshot: Snapshot) -> Iterator[str]:
    for node in preview.nodes:
        seen = snapshot.node(node.node)
        words = plain_obstacle(preview.selector, node.node, seen.capability if seen else None)
        if words:
            yield words


def _size(plan: Sequence[PlannedRequest]) -> Iterator[str]:
    for request in plan[:1]:
        if is_too_large(request.body):
            names = request.body.get("queue_names")
            count = count_text(len(names)) if isinstance(names, list) else "so many"
            yield f"{count} queue names are more than one request may hold (2 MiB). Bounce by criteria instead."
