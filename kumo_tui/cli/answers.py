"""What `bounce` prints: the preview of a dry run, the answers of the nodes, a refusal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kumo_tui.act.blast import blast_words, new_mail_words, node_shares
from kumo_tui.act.caution import Caution
from kumo_tui.act.requests import PlannedRequest
from kumo_tui.act.stake import Stake
from kumo_tui.act.taking_part import absences, taking_part_words
from kumo_tui.act.token import target_name
from kumo_tui.cli.follow import Sight
from kumo_tui.cli.output import print_table, print_text, rounded, say, shown_name
from kumo_tui.model.directives import misses_new_mail
from kumo_tui.model.names import Part
from kumo_tui.model.operation import ActState, Mode, NodeAct
from kumo_tui.model.preview import Preview
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import OperationStatus, Snapshot
from kumo_tui.text import plural
from kumo_tui.units import age_text, count_text, duration_text

TOP = 10

# What is said of a node that accepted nothing of ours, because nothing was sent.
RELIED = "somebody else's stop holds this mail, which is relied on and left alone"


def refused_json(words: str) -> dict[str, Any]:
    """The object of a bounce that was refused: nothing was sent."""
    return {
        "operation": None,
        "refused": words,
        "nodes": [],
        "baseline": None,
        "collateral": None,
        "leak_at_most": None,
    }


def preview_json(preview: Preview, snapshot: Snapshot, stake: Stake) -> dict[str, Any]:
    """The preview of `bounce --dry-run --json` (DESIGN 5)."""
    return {
        "queues": preview.queues,
        "messages": preview.messages,
        "node_messages": preview.node_messages,
        "tenants": preview.distinct(Part.TENANT),
        "campaigns": preview.distinct(Part.CAMPAIGN),
        "domains": preview.distinct(Part.DOMAIN),
        "ready_upper_bound": stake.waiting_bound,
        "exact_when_plain": stake.plain_is_exact,
        "digest": preview.digest,
        "age_s": rounded(preview.age_s(snapshot.at)),
        "nodes": [
            {"node": node.node, "messages": node.matched.total, "queues": len(node.matched)}
            for node in preview.nodes
        ],
        "absent": [{"node": each.node, "why": each.text} for each in absences(preview, snapshot)],
        "top": [{"name": name, "messages": messages} for name, messages in preview.matched.top(TOP)],
        "internal": [
            {"name": name, "messages": preview.matched.messages_of(name) or 0} for name in preview.internal
        ],
    }


def requests_json(plan: Sequence[PlannedRequest]) -> list[dict[str, Any]]:
    """The requests as they would leave."""
    return [
        {
            "step": request.step,
            "node": request.node,
            "method": request.method,
            "url": request.url,
            "body": dict(request.body),
        }
        for request in plan
    ]


def answer_json(status: OperationStatus, left_out: Sequence[NodeAct], sight: Sight) -> dict[str, Any]:
    """The object of `bounce --yes --json`.

    Collateral and leak are None until a node was read after the act; a clean bounce has no collateral.
    """
    measured = any(node.last_seen is not None for node in status.nodes)
    is_clean = status.operation.mode is Mode.CLEAN
    baseline = status.ledger.baseline
    return {
        "operation": status.operation.tag,
        "refused": None,
        "nodes": [
            {"node": act.node, "state": act.state.value, "id": act.id, "error": act.error}
            for act in _final_acts(status, left_out)
        ],
        "baseline": {"queues": len(baseline), "messages": sum(baseline.values())},
        "collateral": sight.collateral if measured or is_clean else None,
        "leak_at_most": sight.leak_at_most if measured else None,
    }


def print_preview(
    preview: Preview,
    snapshot: Snapshot,
    plan: Sequence[PlannedRequest],
    cautions: Sequence[Caution],
    duration_s: int,
) -> None:
    """The preview, its cautions and the requests, for people."""
    share, *parts = blast_words(preview, target_name(snapshot), len(snapshot.servers))
    shares = node_shares(preview)
    print_text(
        f"{preview.selector.describe()}: would bounce {plural(preview.messages, 'message')} in "
        f"{plural(preview.queues, 'queue')}, {share}{f' ({shares})' if shares else ''}: {', '.join(parts)}"
    )
    print_text(f"and {_new_mail(preview, duration_s)}")
    print_text(f"digest {preview.digest}, data {age_text(preview.age_s(snapshot.at))} old")
    if len(snapshot.nodes) > 1:
        print_text(f"on {taking_part_words(preview, snapshot)}")
    top = preview.matched.top(TOP)
    if top:
        rows = [(count_text(messages), shown_name(name)) for name, messages in top]
        print_table(("MESSAGES", "QUEUE"), rows, right=frozenset({0}))
    if preview.queues > len(top):
        print_text(f"and {plural(preview.queues - len(top), 'queue')} more")
    if preview.internal:
        print_text("the server's own queues among them:")
        own = [(count_text(preview.matched.messages_of(name) or 0), shown_name(name)) for name in preview.internal]
        print_table(("MESSAGES", "QUEUE"), own, right=frozenset({0}))
    for caution in cautions:
        print_text(_caution_line(caution))
    print_requests(plan)


def print_requests(plan: Sequence[PlannedRequest]) -> None:
    """The requests as they would leave, for people."""
    for request in plan:
        print_text(f"{request.node}: {request.method} {request.url} {request.json_text()}")


def say_cautions(cautions: Sequence[Caution]) -> None:
    """The cautions on standard error."""
    for caution in cautions:
        say(_caution_line(caution))


def print_answer(status: OperationStatus, left_out: Sequence[NodeAct], *, is_followed: bool) -> None:
    """What each node said, and how to go on, for people."""
    operation, baseline = status.operation, status.ledger.baseline
    print_text(
        f"operation {operation.tag}: {operation.selector.describe()}, "
        f"{plural(sum(baseline.values()), 'message')} in {plural(len(baseline), 'queue')}, "
        f"new mail for {duration_text(operation.duration_s)}"
    )
    acts = _final_acts(status, left_out)
    for act in acts:
        print_text(f"{act.node} {act.state.value}: {act.id or act.error or RELIED}")
    if not is_followed and any(act.state is not ActState.REJECTED for act in acts):
        print_text(f"follow it with: kumo-tui watch {operation.tag}")


def _final_acts(status: OperationStatus, left_out: Sequence[NodeAct]) -> list[NodeAct]:
    """The act of each node; one that was settled says what the lists told, not what the request met.

    Where it is only a stop, what the node accepted was that, and no bounce.
    """
    settled = {node.act.node: node.note for node in status.nodes if node.act.state is ActState.REJECTED}
    acts = [
        replace(act, error=settled.get(act.node) or act.error)
        for act in status.operation.acts
        if act.node not in status.operation.held
    ]
    return [*acts, *left_out]


def _new_mail(preview: Preview, duration_s: int) -> str:
    """What comes on top of what stands now."""
    selector = preview.selector
    if isinstance(selector, Criteria) and misses_new_mail(selector):
        return "no new mail when it is plain: all four parts are given"
    unknown = "" if preview.growth_per_min is not None else " (one look does not tell how much comes)"
    return f"{new_mail_words(preview, duration_s)}{unknown}"


def _caution_line(caution: Caution) -> str:
    return f"{'CAUTION' if caution.serious else 'note'}: {caution.text}"
