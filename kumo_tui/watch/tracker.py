"""Tracking one operation on one node: from each new list to ledger and verdict. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.clean import NO_METERS
from kumo_tui.model.directives import Directive
from kumo_tui.model.ledger import Ledger
from kumo_tui.model.operation import ActState, NodeAct
from kumo_tui.model.selector import Criteria, Everything
from kumo_tui.model.snapshot import Metrics, NodeProgress, NodeSnapshot, Timed
from kumo_tui.model.verdict import EARLY_S, Gone, Listed, Verdict, judge_gone, judge_listed
from kumo_tui.text import clean, plural
from kumo_tui.units import age_text, count_text

RATE_SPAN_S = 12.0
SETTLE_MISSES = 2
SETTLE_LEAST_S = 4.0
LATE_TOTAL_S = 1.0
LATE_LIST_S = 5.0

SENT = "sent, not answered yet"
FORGOTTEN = "not answered, and the node has restarted since: nobody knows whether it ran; its list forgets"

# Parts of the mail that stood before an act: what is left of it afterwards allows a guess at what the act did.
MOST_GONE, MOST_LEFT = 0.1, 0.9

# Lists that follow faster, as after an act, say nothing about growth.
GROWTH_SPAN_S = 1.0


@dataclass(frozen=True, eq=False)
class Track:
    """One operation on one node.

    `since` is monotonic seconds from which lists count: the POST while it is not answered, then the answer to it,
    or the moment it failed. `duration_s` is for how long the directive was placed; `ends_at` is when it should
    leave the list at the latest, `due_at` at the earliest: nobody knows at which moment of a slow answer the
    server looked at its clock. `samples` are (time, bounced) for the rate; `swept_at` is what had been bounced
    when the sweep was over; `held_before` what the node held outside its queues before the POST; `misses` counts
    lists without the tag since the POST failed; `missed_at` is the answer of the first list that an accepted
    directive was missing from; `restarts` is the node's count of restarts at the POST. A list that was asked for
    after `cancel_over_at` and still has the directive shows that our cancel of unknown outcome did not reach it.
    `count_before` is how many messages the node held in all before the POST: while its list is late, the fall of
    that is the second witness of progress (KUMOMTA.md 0). `backlog` is what waited in ready queues by the last
    reading before the POST, `retaken` once the first one after it is in it too; None until there is a reading.
    `collateral_grows` compares the last lists.
    """

    tag: str
    act: NodeAct
    ledger: Ledger
    since: float
    ends_at: float
    duration_s: float = 0.0
    restarts: int = 0
    samples: tuple[tuple[float, int], ...] = ()
    risen_at: float | None = None
    seen_at: float | None = None
    swept_at: int | None = None
    last_list: float = float("-inf")
    misses: int = 0
    missed_at: float | None = None
    due_at: float = 0.0
    held_before: int | None = None
    count_before: int | None = None
    cancelled: bool = False
    cancel_over_at: float = float("inf")
    backlog: Backlog | None = None
    retaken: bool = False
    collateral_grows: bool = False
    verdict: Verdict = Verdict.RUNNING
    note: str = ""
    is_watched: bool = True

    def unwatched(self, why: str) -> "Track":
        """The track where its node is not among those that are watched: nobody can tell what came of it."""
        verdict = self.verdict if self.verdict.is_final else Verdict.UNKNOWN
        return replace(self, is_watched=False, verdict=verdict, note=why)

    def progress(self, now: float) -> NodeProgress:
        """What the screen shows of it."""
        active = self.act.state is ActState.ACCEPTED and not self.verdict.is_final
        return NodeProgress(
            act=self.act,
            ledger=self.ledger,
            verdict=self.verdict,
            left_s=max(0.0, self.ends_at - now) if active else None,
            rate_per_s=self._rate() if active else 0.0,
            last_seen=self.seen_at,
            note=self.note,
            meters=self.backlog.meters(collateral_grows=self.collateral_grows) if self.backlog else NO_METERS,
            is_watched=self.is_watched,
        )

    def _rate(self) -> float:
        if len(self.samples) < 2:
            return 0.0
        (start, low), (end, high) = self.samples[0], self.samples[-1]
        return (high - low) / (end - start) if end > start else 0.0


def start_track(
    tag: str,
    act: NodeAct,
    ledger: Ledger,
    since: float,
    duration_s: int,
    restarts: int,
    *,
    sent_at: float | None = None,
    before: Timed[Metrics] | None = None,
) -> Track:
    """The track of an act just after its POST was answered, or failed, or while it is under way.

    `sent_at` is when the POST left; `before` the last reading of the node before that.
    """
    verdict = {
        ActState.ACCEPTED: Verdict.RUNNING,
        ActState.REJECTED: Verdict.REJECTED,
    }.get(act.state, Verdict.UNKNOWN)
    return Track(
        tag,
        act,
        ledger,
        since,
        since + duration_s,
        duration_s,
        restarts,
        risen_at=since,
        due_at=(since if sent_at is None else sent_at) + duration_s,
        held_before=before.value.held if before else None,
        count_before=before.value.message_count if before else None,
        backlog=Backlog.of_reading(before) if before else None,
        verdict=verdict,
        note=SENT if act.state is ActState.INTENT else act.error or "",
    )


def answered(track: Track, act: NodeAct) -> Track:
    """The track when its POST was answered, or failed: what a list has shown meanwhile stays."""
    if track.act.state is not ActState.INTENT:
        return track
    settled = start_track(
        track.tag, act, track.ledger, act.answered_at, round(track.duration_s), track.restarts, sent_at=track.since
    )
    return replace(
        settled,
        due_at=track.due_at,
        last_list=track.last_list,
        held_before=track.held_before,
        count_before=track.count_before,
        backlog=track.backlog,
        retaken=track.retaken,
    )


def advance(track: Track, node: NodeSnapshot, now: float) -> Track:
    """The track after one more look at the node; only a list asked for after the POST tells anything."""
    if not track.verdict.is_final:
        track = _with_witness(_with_backlog(track, node), node)
    lists = node.directives
    if lists is None or (track.verdict.is_final and not _may_turn_up(track)):
        return track
    if lists.asked_at < track.since or lists.asked_at <= track.last_list:
        return track
    entry = _entry_of(track, lists.value)
    if entry is None and (track.verdict.is_final or any(other.may_be_anyones for other in lists.value)):
        return track
    track = replace(track, last_list=lists.asked_at)
    if entry is not None:
        return _listed(track, entry, node, lists)
    if track.act.state in (ActState.UNKNOWN, ActState.INTENT):
        return _unsettled(track, node, lists)
    return _gone(track, node, lists, now)


def _with_backlog(track: Track, node: NodeSnapshot) -> Track:
    """The track after the node's ready queues were read once more, whatever is known of its list."""
    if node.metrics is None:
        return track
    is_after = node.metrics.asked_at >= track.since
    if track.backlog is None:
        return replace(track, backlog=Backlog.of(node, since_restart=True), retaken=True) if is_after else track
    if is_after and not track.retaken:
        return replace(track, backlog=track.backlog.retaken(node, sweeping=True), retaken=True)
    backlog = track.backlog.seen(node)
    return track if backlog is track.backlog else replace(track, backlog=backlog)


def _with_witness(track: Track, node: NodeSnapshot) -> Track:
    """The track with words on how the node gets on, where only its metrics tell: its list is late."""
    metrics, lists = node.metrics, node.directives
    is_late = "directives" in node.errors and track.act.state is ActState.ACCEPTED
    if not is_late or metrics is None or metrics.asked_at < track.since:
        return track
    count = metrics.value.message_count
    if count is None or track.count_before is None or (lists is not None and lists.asked_at > metrics.asked_at):
        return track
    note = (
        f"its list is late; it holds {count_text(count)} messages in all, {count_text(track.count_before)} before"
    )
    return track if note == track.note else replace(track, note=note)


def _may_turn_up(track: Track) -> bool:
    """Whether it counts as rejected only because lists did not have it: a slow server may add it yet."""
    return track.verdict is Verdict.REJECTED and track.misses > 0


def _entry_of(track: Track, entries: Sequence[Directive]) -> Directive | None:
    """Ours by its id, else by its tag: an answer may write an id otherwise than the list."""
    by_id = next((entry for entry in entries if entry.id == track.act.id), None)
    return by_id or next((entry for entry in entries if entry.tag == track.tag), None)


def _listed(track: Track, entry: Directive, node: NodeSnapshot, lists: Timed[tuple[Directive, ...]]) -> Track:
    act, at = track.act, lists.at
    if act.state is not ActState.ACCEPTED:
        act = replace(act, state=ActState.ACCEPTED, id=entry.id, error=None, answered_at=at)
        track = replace(track, note="found in the list by its tag")
    elif act.id != entry.id:
        act = replace(act, id=entry.id)
    ledger = track.ledger.record(entry.id, entry.bounced)
    progress = ledger.progress
    rose = progress.total > track.ledger.progress.total
    risen_at = at if rose or track.risen_at is None else track.risen_at
    grew = progress.collateral > track.ledger.progress.collateral
    at_once = track.seen_at is not None and at - track.seen_at < GROWTH_SPAN_S
    due_at = max(track.due_at, lists.asked_at + entry.remaining_s)
    fresh_metrics = node.metrics is not None and node.metrics.asked_at >= track.since
    state = Listed(
        progress=progress,
        idle_s=at - risen_at,
        caught_new=track.swept_at is not None and progress.bounced > track.swept_at,
        held=node.metrics.value.held if node.metrics and fresh_metrics else None,
        held_before=track.held_before,
        is_over=track.swept_at is not None,
        troubled=bool(node.metrics and node.metrics.value.troubles),
    )
    verdict = judge_listed(state)
    over_now = track.swept_at is None and verdict is Verdict.SWEPT
    return replace(
        track,
        act=act,
        ledger=ledger,
        risen_at=risen_at,
        swept_at=progress.bounced if over_now else track.swept_at,
        seen_at=at,
        missed_at=None,
        due_at=due_at,
        ends_at=max(due_at, min(track.ends_at, at + entry.remaining_s)),
        cancelled=track.cancelled and lists.asked_at < track.cancel_over_at,
        samples=_sampled(track.samples, at, progress.bounced),
        collateral_grows=grew or (at_once and track.collateral_grows),
        verdict=verdict,
        note=_listed_note(track, verdict, node, progress.remaining),
    )


def _listed_note(track: Track, verdict: Verdict, node: NodeSnapshot, missing: int) -> str:
    if verdict is Verdict.STALLED:
        troubles = node.metrics.value.troubles if node.metrics else ()
        return "; ".join(troubles) if troubles else "no total has risen; the node still holds messages"
    if missing > 0 and verdict is not Verdict.RUNNING:
        return f"{plural(missing, 'message')} of the baseline had left before it came"
    return track.note if track.note.startswith("found") else ""


def _sampled(samples: tuple[tuple[float, int], ...], at: float, bounced: int) -> tuple[tuple[float, int], ...]:
    kept = tuple(sample for sample in samples if at - sample[0] <= RATE_SPAN_S)
    return (*(kept or samples[-1:]), (at, bounced))


def _unsettled(track: Track, node: NodeSnapshot, lists: Timed[tuple[Directive, ...]]) -> Track:
    """The tag is not in the list: it never arrived, or it is over already and the list cannot tell."""
    if track.act.state is not ActState.INTENT and _restarted(track, node):
        return replace(track, verdict=Verdict.LOST, note=FORGOTTEN)
    if lists.at >= track.due_at:
        return track if track.act.state is ActState.INTENT else _expired(track, node)
    # Had it begun before this list was asked for, it would be in it: it cannot be over any sooner than this.
    track = replace(track, due_at=max(track.due_at, lists.asked_at + track.duration_s))
    if track.act.state is ActState.INTENT:
        return track
    misses = track.misses + 1
    if misses < SETTLE_MISSES or lists.at - track.since < SETTLE_LEAST_S:
        return replace(track, misses=misses)
    act = replace(track.act, state=ActState.REJECTED)
    reason = "not in the node's list after it: it was not done"
    return replace(track, act=act, misses=misses, verdict=Verdict.REJECTED, note=reason)


def _expired(track: Track, node: NodeSnapshot) -> Track:
    """Over before anybody could look: the last word is what its queues held before, and what they hold now."""
    metrics = node.metrics
    if metrics is None or metrics.asked_at < track.due_at:
        return replace(track, note="it would be over by now; its queues are read next")
    stood = sum(track.ledger.baseline.values())
    stands = metrics.value.table.select(track.ledger.selector).total
    note = expired_words(stood, stands, metrics.at - track.due_at)
    return replace(track, verdict=Verdict.EXPIRED, note=note)


def expired_words(stood: int, stands: int, late_s: float) -> str:
    """What the queues say of an act that nobody could look for: messages before it, and `late_s` after its end."""
    if not stood or MOST_GONE * stood < stands < MOST_LEFT * stood:
        told = "nobody can tell whether it ran"
    elif stands >= MOST_LEFT * stood:
        told = "it most probably took nothing"
    else:
        told = "it most probably ran, or the mail was delivered"
    return (
        f"over before it could be looked for; {count_text(stood)} stood in its queues before, "
        f"{count_text(stands)} stand there {age_text(max(0.0, late_s))} after its end: {told}"
    )


def _gone(track: Track, node: NodeSnapshot, lists: Timed[tuple[Directive, ...]], now: float) -> Track:
    missed_at = lists.at if track.missed_at is None else track.missed_at
    twin = _twin(track, lists.value)
    state = Gone(
        early_s=track.due_at - missed_at,
        restarted=_restarted(track, node),
        cancelled=track.cancelled,
        replaced_by=twin.id if twin else None,
    )
    unexplained = state.early_s > EARLY_S and not (state.cancelled or state.restarted)
    if unexplained and now - missed_at < SETTLE_LEAST_S:
        # After a restart the list is empty at once, while the node does not tell yet since when it is online.
        return replace(track, missed_at=missed_at, note="not in the list any more")
    verdict = judge_gone(state)
    note = _gone_note(track, verdict, twin, unread_s=lists.asked_at - track.ends_at)
    return replace(track, verdict=verdict, note=note, samples=(), collateral_grows=False)


def _restarted(track: Track, node: NodeSnapshot) -> bool:
    if node.restarts > track.restarts:
        return True
    before, now = track.act.online_since, node.info.online_since if node.info else None
    return before is not None and now is not None and now != before


def _twin(track: Track, entries: Sequence[Directive]) -> Directive | None:
    """An entry with the same criteria. For Everything, one without criteria, which may be an exact list."""
    selector = track.ledger.selector
    if isinstance(selector, Criteria):
        return next((entry for entry in entries if entry.criteria == selector), None)
    if isinstance(selector, Everything):
        return next((entry for entry in entries if entry.is_criteria_free), None)
    return None


def _gone_note(track: Track, verdict: Verdict, twin: Directive | None, unread_s: float) -> str:
    if verdict is Verdict.LOST:
        return "the node has restarted and forgot it; mail not yet bounced is back in its queues"
    if verdict is Verdict.REPLACED:
        return f"replaced by {clean(twin.id[:8])}, {twin.scope_text()}" if twin else ""
    if verdict is Verdict.CANCELLED and not track.cancelled:
        return "left the list early: cancelled by somebody else"
    return "; ".join(_done_words(track, unread_s)) if verdict is Verdict.DONE else ""


def _done_words(track: Track, unread_s: float) -> Iterator[str]:
    """What is not known of a directive whose time is over; its list was not read for `unread_s` after that."""
    if track.seen_at is None:
        yield "never seen in the list; its totals are not known"
    elif track.ends_at - track.seen_at > LATE_TOTAL_S:
        yield f"at least: totals last read {age_text(track.ends_at - track.seen_at)} before its end"
    if isinstance(track.ledger.selector, Everything) and unread_s > LATE_LIST_S:
        # A server bounces on for an expired match-all until its list is read (KUMOMTA.md 0.11).
        till = f"not read until {age_text(unread_s)} after its end"
        yield f"{till}: it may have bounced new mail all that time, uncounted"
