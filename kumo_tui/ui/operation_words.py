"""What an operation's state means, in honest words (DESIGN 3, rules 11 to 14)."""

from collections.abc import Iterable

from kumo_tui.act.guardian import cancelled_by_itself
from kumo_tui.act.requests import BOUNCE_PATH, PlannedRequest, bounce_body
from kumo_tui.model.directives import misses_new_mail
from kumo_tui.model.operation import Operation
from kumo_tui.model.selector import Criteria
from kumo_tui.model.snapshot import NodeProgress, NodeSnapshot, OperationStatus, Snapshot
from kumo_tui.model.tags import tagged_reason
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import and_more, plural
from kumo_tui.ui.theme import VERDICTS, Glyphs
from kumo_tui.units import count_text, countdown_text, duration_text

NAMED_MOST = 3


def progress_words(status: OperationStatus, snapshot: Snapshot, dot: str) -> str:
    """`81,302 of 92,110 +412 · 2,310/s · done in 4s · matches new mail for 04:12`.

    While a node where it is in force cannot be read the totals are a lower bound, and nothing is known of a rate.
    """
    progress = status.ledger.progress
    beyond = f" +{count_text(progress.beyond)}" if progress.beyond else ""
    is_blind = any(unread_node(node, snapshot) or not node.is_watched for node in status.nodes)
    least = "at least " if is_blind else ""
    words = [f"{least}{count_text(progress.from_baseline)} of {count_text(progress.baseline)}{beyond}"]
    if status.rate_per_s >= 0.5 and not is_blind:
        words.append(f"{count_text(round(status.rate_per_s))}/s")
    if status.eta_s is not None and not is_blind:
        words.append(f"done in {duration_text(max(1, round(status.eta_s)))}")
    if status.left_s is not None:
        words.append(f"matches new mail for {countdown_text(status.left_s)}")
    return f" {dot} ".join(words)


def why_words(operation: Operation) -> str:
    """`reason: bad link #4711   by eve   preview 73d4c6934bf9`: the digest of what was confirmed, once it was."""
    preview = f"   preview {operation.digest}" if operation.digest and not operation.is_waiting else ""
    return f"reason: {operation.reason}   by {operation.who}{preview}"


def unread_node(progress: NodeProgress, snapshot: Snapshot) -> NodeSnapshot | None:
    """The node, when the last poll could not read it although the operation is not over there."""
    node = snapshot.node(progress.act.node)
    return node if node is not None and not node.is_fresh and not progress.verdict.is_final else None


def names_of(nodes: Iterable[NodeProgress]) -> str:
    """The clean names of these nodes; of many, how many more there are."""
    return and_more([node.act.node for node in nodes], NAMED_MOST)


def where_words(nodes: Iterable[NodeProgress]) -> str:
    """`LOST on mta2, mta4 and 7 more, REJECTED on mta3`: each verdict once, with its nodes."""
    by_verdict: dict[Verdict, list[NodeProgress]] = {}
    for node in nodes:
        by_verdict.setdefault(node.verdict, []).append(node)
    return ", ".join(f"{verdict.value.upper()} on {names_of(those)}" for verdict, those in by_verdict.items())


def only_stopped_words(nodes: Iterable[NodeProgress]) -> str:
    """Of nodes on which a bounce that is confirmed elsewhere is only a stop: what that means."""
    return f"Only stopped on {names_of(nodes)}: nothing is bounced there before you confirm it there too."


def not_watched_words(status: OperationStatus) -> str:
    """What keeps an operation from being whole: it is unknown on nodes that this session does not have.

    Empty where that is not all that is unknown of it.
    """
    unknown = [node for node in status.nodes if node.verdict is Verdict.UNKNOWN]
    if status.verdict is not Verdict.UNKNOWN or any(node.is_watched for node in unknown):
        return ""
    where = names_of(unknown)
    elsewhere = (
        "" if all(node.verdict.is_final for node in status.nodes if node.is_watched) else "; there it goes on"
    )
    return f"not settled on {where}, not in the config any more: what the others tell is below{elsewhere}."


def collateral_words(status: OperationStatus) -> str:
    """`3 queues of others: 152 messages not meant`, and what stops it; empty while there is none.

    Where it was cancelled because of them, where and how many it were there.
    """
    progress = status.ledger.progress
    if not progress.collateral:
        return ""
    cancelled = cancelled_by_itself(status.operation)
    if cancelled:
        elsewhere = [] if status.verdict.is_final else ["elsewhere it goes on"]
        return "; ".join([*cancelled, *elsewhere])
    queues = plural(progress.collateral_queues, "queue")
    words = f"{queues} of others: {plural(progress.collateral, 'message')} not meant"
    return words if status.verdict.is_final else f"{words}; a cancel stops more of it"


def collateral_mark(status: OperationStatus, signs: Glyphs) -> str:
    """The sign before these words: `✗` once it was cancelled because of them, else a warning."""
    cancelled = VERDICTS[Verdict.CANCELLED].mark(signs.ascii_only)
    return f"{cancelled if cancelled_by_itself(status.operation) else signs.warning} "


def meters_words(status: OperationStatus, dot: str) -> str:
    """`collateral 0 · may have leaked up to 12 (delivered by 3 ready queues since) · up to 210 still wait there`.

    Empty until a list showed the directive: nothing is known of it.
    """
    if all(node.last_seen is None for node in status.nodes):
        return ""
    meters = status.meters
    words = [f"collateral {count_text(status.ledger.progress.collateral)}"]
    if meters.collateral_grows:
        words[0] += ", growing"
    if meters.ready_queues:
        since = "since the first look" if meters.since_restart else "since"
        queues = plural(meters.ready_queues, "ready queue")
        words.append(f"may have leaked up to {count_text(meters.leak_at_most)} (delivered by {queues} {since})")
    if meters.in_flight:
        start = "at the first look" if meters.since_restart else "at the start"
        words.append(f"in flight {start}: up to {count_text(meters.in_flight)}")
    if meters.may_wait:
        verb = "may wait there still" if status.verdict.is_final else "still wait there"
        words.append(f"up to {count_text(meters.may_wait)} {verb}")
    selector = status.operation.selector
    if isinstance(selector, Criteria) and misses_new_mail(selector):
        words.append("new mail is not caught, and not counted")
    return f" {dot} ".join(words)


def verdict_words(status: OperationStatus, snapshot: Snapshot) -> str:
    """What the verdict over all nodes means and what it does not."""
    verdict, left = status.verdict, countdown_text(status.left_s or 0)
    if away := not_watched_words(status):
        return away
    if verdict is Verdict.UNKNOWN:
        tag = tagged_reason("", status.operation.tag).strip()
        return f"asking: looking for {tag} in the nodes' lists. It is never sent again by itself."
    if status.fallen:
        return f"{where_words(status.fallen)}: nothing is caught there. Elsewhere it goes on."
    if verdict in (Verdict.SWEPT, Verdict.CATCHING):
        return f"{_CATCHING[verdict]} for {left}.{_waiting_words(status, snapshot)}"
    if verdict is Verdict.DONE and status.operation.tag in snapshot.gathered:
        return "its time is over."
    return _MEANING[verdict]


_CATCHING = {
    Verdict.SWEPT: "the queues are swept; still catching new mail",
    Verdict.CATCHING: "swept; new mail keeps coming and is bounced, the sender has not stopped. It goes on",
}

_MEANING = {
    Verdict.RUNNING: "the queues look empty at once; their mail is bounced one by one.",
    Verdict.STALLED: "no total rises, mail is still held.",
    Verdict.DONE: "its time is over. If this mail gathers again, the sender has not stopped.",
    Verdict.LOST: "the node restarted and forgot it. Nothing is sent again by itself.",
    Verdict.CANCELLED: "it matches no new mail; mail already taken from its queues still bounces, uncounted.",
    Verdict.REPLACED: "the same criteria were sent again: a new entry took over, these totals stand still.",
    Verdict.EXPIRED: "it would be over before its list could be read: nobody knows whether it ran.",
    Verdict.REJECTED: "it is not in force: nothing was bounced.",
    Verdict.PARTIAL: "it was done on some nodes only.",
}


def sent_requests(operation: Operation, snapshot: Snapshot) -> tuple[PlannedRequest, ...]:
    """The requests of an operation, as they were sent to the nodes of this snapshot."""
    body = bounce_body(
        operation.selector,
        operation.reason,
        operation.duration_s,
        operation.tag,
        suppress_logging=operation.suppress_logging,
    )
    nodes = [node for act in operation.acts if (node := snapshot.node(act.node)) is not None]
    return tuple(PlannedRequest("bounce", node.name, "POST", f"{node.url}{BOUNCE_PATH}", body) for node in nodes)


def _waiting_words(status: OperationStatus, snapshot: Snapshot) -> str:
    targets = [snapshot.node(progress.act.node) for progress in status.nodes]
    waiting = sum(node.metrics.value.ready_waiting for node in targets if node is not None and node.metrics)
    if not waiting:
        return ""
    return f" Up to {count_text(waiting)} wait in ready queues: what matches bounces only when its turn comes."
