"""What a clean bounce, or a stop that waits, means on the screen, in honest words (DESIGN 3, rules 11 to 15)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kumo_tui.act.going_on import catching_words
from kumo_tui.model.clean import CleanProgress
from kumo_tui.model.partial import held_nodes, waits
from kumo_tui.model.snapshot import NodeProgress, OperationStatus, Snapshot
from kumo_tui.model.tags import tagged_reason
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import and_more, clean, plural
from kumo_tui.ui.operation_words import (
    names_of,
    not_watched_words,
    only_stopped_words,
    unread_node,
    where_words,
)
from kumo_tui.ui.theme import VERDICTS
from kumo_tui.units import count_text, countdown_text, duration_text, end_text

NOTHING_KNOWN = CleanProgress()
NAMED_MOST = 3


@dataclass(frozen=True, eq=False)
class CleanSums:
    """A clean bounce over all its nodes.

    `standing` is messages per queue that stand to be swept; `stop_left_s` is the shortest time that a stop still
    stands, None when none does; `return_s` is None where nobody knows; `waits_for` are clean words of all nodes.
    """

    standing: Mapping[str, int]
    sweeps: int
    may_wait: int
    leak_at_most: int
    in_flight: int
    stop_left_s: float | None
    return_s: float | None
    ends_in_s: float | None
    waits_for: tuple[str, ...]

    @property
    def standing_total(self) -> int:
        """Messages that stand."""
        return sum(self.standing.values())


def clean_of(node: NodeProgress) -> CleanProgress:
    """What is known of a clean bounce on one node; nothing, where it was never followed."""
    return node.clean or NOTHING_KNOWN


def sums_of(status: OperationStatus, only: Collection[str] = ()) -> CleanSums:
    """The sums; of what stands and waits only where it is not over, and, where any are named, on `only` these."""
    nodes = [node for node in status.nodes if not only or node.act.node in only]
    live = [node for node in nodes if not node.verdict.is_final]
    standing: dict[str, int] = {}
    for node in live:
        for name, count in clean_of(node).standing.items():
            standing[name] = standing.get(name, 0) + count
    returns = [clean_of(node).return_s for node in live if node.meters.may_wait]
    known = [seconds for seconds in returns if seconds is not None]
    return CleanSums(
        standing=standing,
        sweeps=sum(clean_of(node).sweeps for node in nodes),
        may_wait=sum(node.meters.may_wait for node in live),
        leak_at_most=sum(node.meters.leak_at_most for node in nodes),
        in_flight=sum(node.meters.in_flight for node in nodes),
        stop_left_s=min(_given(clean_of(node).stop_left_s for node in live), default=None),
        return_s=max(known) if known and len(known) == len(returns) else None,
        ends_in_s=max(_given(clean_of(node).ends_in_s for node in live), default=None),
        waits_for=tuple(dict.fromkeys(words for node in live if (words := clean_of(node).waits_for))),
    )


def until_text(snapshot: Snapshot, left_s: float) -> str:
    """When a stop ends that has so long left, by our clock: `12:40 UTC`, with the day where it is far."""
    return f"{end_text(snapshot.taken_at + timedelta(seconds=left_s), left_s)} UTC"


def progress_words(status: OperationStatus, snapshot: Snapshot, dot: str) -> str:
    """`at least 81,302 of 92,110 +412 · 3 sweeps · next as soon as mail stands · catches new mail for 04:12`.

    `counted 81,302 of 92,110, perhaps fewer on mta2` where a node that forgot the stop may have its mail back.
    Of a stop that waits: what stands, what may come back, and until when it is stopped. So also of the nodes of a
    bounce on which it is still only a stop.
    """
    sums, progress = sums_of(status), status.ledger.progress
    if status.operation.is_waiting and not status.verdict.is_final:
        return f" {dot} ".join(_waiting_words(status, sums, snapshot))
    beyond = f" +{count_text(progress.beyond)}" if progress.beyond else ""
    lost = names_of(node for node in status.nodes if node.verdict is Verdict.LOST)
    least, doubt = ("counted", f", perhaps fewer on {lost}") if lost else ("at least", "")
    words = [f"{least} {count_text(progress.from_baseline)} of {count_text(progress.baseline)}{beyond}{doubt}"]
    words.append(plural(sums.sweeps, "sweep"))
    held = [node.act.node for node in held_nodes(status)]
    swept = [node.act.node for node in status.nodes if not node.verdict.is_final and node.act.node not in held]
    if swept and status.verdict is not Verdict.UNKNOWN:
        words.append(_next_words(sums_of(status, swept)))
    if sums.ends_in_s is not None:
        words.append(catching_words(sums.ends_in_s))
    if held:
        first, *rest = _waiting_words(status, sums_of(status, held), snapshot)
        words += [f"on {and_more(held, NAMED_MOST)} {first}", *rest]
    return f" {dot} ".join(words)


def meaning_words(status: OperationStatus, *, may_act: bool) -> str:
    """What the verdict over all nodes means and what it does not; keys are named only where one `may_act`."""
    verdict = status.verdict
    if status.fallen and verdict is not Verdict.UNKNOWN:
        held = held_nodes(status)
        elsewhere = only_stopped_words(held) if held and waits(status) else "Elsewhere it goes on."
        return f"{where_words(status.fallen)}: nothing is held there. {elsewhere}"
    if verdict in _MEANING:
        return _MEANING[verdict]
    words = _WORDED.get(verdict)
    return words(status, may_act) if words else ""


def _unknown_words(status: OperationStatus, _may_act: bool) -> str:
    if away := not_watched_words(status):
        return away
    tag = tagged_reason("", status.operation.tag).strip()
    return f"asking: looking for {tag} in the nodes' lists of stops. Nothing is swept where it is not known."


def _stopped_words(status: OperationStatus, may_act: bool) -> str:
    if not status.operation.is_waiting:
        return "what stands is bounced with the first sweep."
    return "nothing is bounced yet: b bounces it, s lets it go." if may_act else "nothing is bounced yet."


def _catching_words(status: OperationStatus, _may_act: bool) -> str:
    left = sums_of(status).ends_in_s
    how_long = "" if left is None else f" for {countdown_text(left)}"
    if status.rate_per_s > 0 and status.ledger.progress.beyond:
        return (
            f"swept; new mail keeps coming, the sender has not stopped: it is swept{how_long}, then the stop ends."
        )
    return f"all that stood is swept; new mail is stopped and swept{how_long}, then the stop ends."


def _done_words(status: OperationStatus, _may_act: bool) -> str:
    """How sure that is, as the nodes say; the node's name where they differ."""
    notes = {node.act.node: node.note for node in status.nodes if node.note}
    different = list(dict.fromkeys(notes.values()))
    if len(different) == 1 and len(notes) == len(status.nodes):
        return f"the stop is over; {different[0]}"
    return "; ".join(["the stop is over", *(f"{clean(name)}: {note}" for name, note in notes.items())])


def _lost_words(_status: OperationStatus, may_act: bool) -> str:
    words = "the stop is gone. What stood or came back since may have gone out; nobody counted it."
    return f"{words} s stops again." if may_act else words


_WORDED: Mapping[Verdict, Callable[[OperationStatus, bool], str]] = {
    Verdict.UNKNOWN: _unknown_words,
    Verdict.STOPPED: _stopped_words,
    Verdict.CATCHING: _catching_words,
    Verdict.DONE: _done_words,
    Verdict.LOST: _lost_words,
}

_MEANING = {
    Verdict.SWEEPING: "what stands is swept, and nothing of others.",
    Verdict.RETURNING: "mail that waited in ready queues comes back at its turn, and is swept then.",
    Verdict.CANCELLED: "ended before all mail was back: what waited in ready queues may go out.",
    Verdict.RELEASED: "let go: its mail goes out at its next retry, or now where flushed. None was bounced.",
    Verdict.REJECTED: "it is not in force: nothing was stopped, nothing was bounced.",
}


def meters_words(status: OperationStatus, dot: str) -> str:
    """What it took of others (nothing) and what it may have missed, as upper bounds."""
    sums = sums_of(status)
    words = [] if status.operation.is_waiting else ["collateral 0: sweeps take only what matches"]
    since = "this program's start" if any(node.meters.since_restart for node in status.nodes) else "the stop"
    delivered = f"delivered by the ready queues concerned since {since}"
    if sums.leak_at_most:
        words.append(f"{delivered}: up to {count_text(sums.leak_at_most)}, nobody can say whose")
    else:
        words.append(f"{delivered}: 0")
    if sums.in_flight:
        words.append(f"in connections' hands at the stop: up to {count_text(sums.in_flight)}")
    return f" {dot} ".join(words)


def node_words(node: NodeProgress, dot: str) -> str:
    """What there is to say about one node below its figures; empty when they say it all."""
    state = clean_of(node)
    words = []
    if not node.verdict.is_final:
        if state.stop_left_s is not None and not state.stop_is_ours:
            words += [] if "somebody else" in node.note else ["stopped by somebody else's entry"]
        if node.meters.may_wait:
            words.append(return_words(node.meters.may_wait, state.return_s))
        if state.unanswered:
            covered = "the next one covers it" if state.unanswered == 1 else "the next one covers them"
            words.append(f"{plural(state.unanswered, 'sweep')} unanswered: {covered}")
        if state.waits_for:
            words.append(f"next sweep waits: {state.waits_for}")
    return f" {dot} ".join([*words, node.note] if node.note else words)


def return_words(may_wait: int, return_s: float | None) -> str:
    """`up to 2,310 still in ready queues, back in about 40s`."""
    when = "nobody knows when" if return_s is None else f"back in about {_about(return_s)}"
    return f"up to {count_text(may_wait)} still in ready queues, {when}"


def stopped_words(snapshot: Snapshot, tag: str, now: datetime, nodes: Collection[str] = ()) -> str:
    """`Stopped for 00:12, until 12:40 UTC. 142,030 stand, up to 2,310 come back.`; `now` is our wall clock.

    Where any `nodes` are named, on these alone.
    """
    status = snapshot.operation(tag)
    if status is None:
        return "Stopped; waiting for the first look at the nodes."
    sums = sums_of(status, nodes)
    if sums.stop_left_s is None:
        return f"{VERDICTS[status.verdict].word}: it is not stopped now. The bounce begins with a stop."
    since = countdown_text((now - status.operation.created_at).total_seconds())
    back = f", up to {count_text(sums.may_wait)} come back" if sums.may_wait else ""
    until = until_text(snapshot, sums.stop_left_s)
    return f"Stopped for {since}, until {until}. {count_text(sums.standing_total)} stand{back}."


def stopped_title(status: OperationStatus) -> str:
    """What is stopped, in one clean word or two: the only value of the criteria, else the whole selector."""
    described = status.operation.selector.describe()
    _part, equals, value = described.partition("=")
    return value if equals and " " not in value and "=" not in value else described


def _waiting_words(status: OperationStatus, sums: CleanSums, snapshot: Snapshot) -> Sequence[str]:
    blind = any(unread_node(node, snapshot) for node in status.nodes)
    queues = sum(1 for count in sums.standing.values() if count)
    verb = "stands" if sums.standing_total == 1 else "stand"
    words = [f"{plural(sums.standing_total, 'message')} {verb} in {plural(queues, 'queue')}"]
    if blind:
        words.append("not all nodes are read")
    if sums.may_wait:
        words.append(f"up to {count_text(sums.may_wait)} in ready queues")
    if sums.stop_left_s is not None:
        left = countdown_text(sums.stop_left_s)
        words.append(f"stopped until {until_text(snapshot, sums.stop_left_s)} ({left})")
    return words


def _next_words(sums: CleanSums) -> str:
    if sums.waits_for:
        return "next sweep waits"
    return "next sweep now" if sums.standing_total else "next as soon as mail stands"


def _about(seconds: float) -> str:
    """A duration nobody should take to the second: in minutes from two minutes on."""
    whole = max(1, round(seconds))
    return duration_text(whole if whole < 120 else 60 * round(whole / 60))


def _given(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
