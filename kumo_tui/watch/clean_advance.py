"""What each new look at a node tells of a clean bounce there: whether it is stopped, and what stands. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kumo_tui.model.backlog import Backlog
from kumo_tui.model.directives import Suspension
from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Criteria, Selector
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.model.tags import guard_tag
from kumo_tui.model.verdict import Verdict
from kumo_tui.text import clean, plural
from kumo_tui.units import age_text
from kumo_tui.watch.clean_track import CleanTrack, OthersStop, OwnStop, read

SETTLE_MISSES = 2
SETTLE_LEAST_S = 4.0
EARLY_S = 3.0

# What comes back or arrives is swept as it comes, again and again: that is no step back.
LATER = frozenset({Verdict.RETURNING, Verdict.CATCHING})


def advance_clean(track: CleanTrack, node: NodeSnapshot, now: float) -> CleanTrack:
    """The track after one more look at the node."""
    if track.verdict.is_final and not _may_turn_up(track):
        return track
    track = _stops_seen(track, node, now)
    if track.act.state is ActState.INTENT:
        return track
    track = _mail_seen(track, node)
    return track if track.verdict.is_final else judged(track, node)


def judged(track: CleanTrack, node: NodeSnapshot) -> CleanTrack:
    """The track with the verdict and the words that follow from all that is known of it."""
    if track.act.state is ActState.UNKNOWN:
        verdict = Verdict.UNKNOWN
    elif track.let_go_in is not None:
        verdict = track.let_go_in
    elif not track.confirmed:
        verdict = Verdict.STOPPED
    elif track.verdict not in LATER and (not track.is_read or (track.standing and not track.sweeps)):
        verdict = Verdict.SWEEPING
    elif not track.return_is_complete:
        verdict = Verdict.RETURNING
    else:
        verdict = Verdict.CATCHING
    note = track.note if track.missed_at is not None else _live_note(track, verdict, node)
    return track if (verdict, note) == (track.verdict, track.note) else replace(track, verdict=verdict, note=note)


def same_stop(selector: Selector, entry: Suspension) -> bool:
    """Whether a suspension has exactly the criteria of the selector: a stop of ours would replace it."""
    return isinstance(selector, Criteria) and entry.criteria == selector


def _may_turn_up(track: CleanTrack) -> bool:
    """Whether the stop counts as rejected only because lists did not have it: a slow server may add it yet."""
    return track.verdict is Verdict.REJECTED and track.misses > 0


def _stops_seen(track: CleanTrack, node: NodeSnapshot, now: float) -> CleanTrack:
    lists = node.suspensions
    if lists is None or lists.asked_at <= track.last_list or lists.asked_at < max(track.since, track.posted_at):
        return track
    mine = tuple(entry for entry in lists.value if entry.tag == track.tag)
    others = _of_others(track, lists.value, lists.at)
    if not mine and (track.verdict.is_final or any(entry.may_be_anyones for entry in lists.value)):
        return track
    names = {stop.id: stop.names for stop in track.own}
    own = tuple(
        OwnStop(
            entry.id,
            lists.at + entry.remaining_s,
            entry.criteria is None or _is_guarded(entry),
            names.get(entry.id, frozenset()),
        )
        for entry in mine
        if entry.id not in track.stale
    )
    stale = tuple(name for name in track.stale if any(entry.id == name for entry in mine))
    relied = track.others is not None and not track.own
    covered = _still_covered(track, own)
    before, track = track, replace(track, last_list=lists.asked_at, others=others, stale=stale, covered=covered)
    if track.act.state is not ActState.ACCEPTED:
        return _settled(replace(track, own=own), lists.at)
    if own or track.released:
        return replace(track, own=own, missed_at=None, gaps=_with(track.gaps, *_new_gaps(before, own, others)))
    if others is not None:
        words = () if relied else ("somebody else's stop took the place of ours",)
        return replace(track, own=(), missed_at=None, gaps=_with(track.gaps, *words))
    return _missing(before, replace(track, own=()), node, lists.at, now)


def _new_gaps(before: CleanTrack, own: Sequence[OwnStop], others: OthersStop | None) -> Iterator[str]:
    """What may have gone out though a stop of ours stands."""
    there, known = {stop.id for stop in own}, {stop.id for stop in before.own}
    unknown = {stop.is_exact for stop in own if stop.id not in known}
    for stop in () if before.released else before.own:
        if stop.id in there:
            continue
        if stop.is_exact not in unknown:
            yield "one of our stops ended before its time"
        elif stop.is_exact:
            # A run that died may have put another in its place; no list tells of which names.
            yield "one of our stops ended, or was replaced, while no kumo-tui was looking"
    if before.others is not None and others is None and all(stop.is_exact for stop in own):
        yield "somebody else's stop ended, and queues that were new then were stopped a moment later"


def _still_covered(track: CleanTrack, listed: Sequence[OwnStop]) -> frozenset[str]:
    """The names that are stopped; once an exact stop is gone, those that are known of the others."""
    there = {stop.id for stop in listed}
    if all(stop.id in there for stop in track.own if stop.is_exact):
        return track.covered
    return frozenset().union(*(stop.names for stop in listed))


def _is_guarded(entry: Suspension) -> bool:
    return guard_tag(entry.domain) is not None


def _of_others(track: CleanTrack, entries: Sequence[Suspension], at: float) -> OthersStop | None:
    for entry in entries:
        if entry.tag != track.tag and same_stop(track.ledger.selector, entry):
            return OthersStop(entry.id, at + entry.remaining_s)
    return None


def _settled(track: CleanTrack, at: float) -> CleanTrack:
    """A stop whose POST was not answered: it is found by its tag, or it is not there."""
    if track.own:
        act = replace(track.act, state=ActState.ACCEPTED, id=track.own[0].id, error=None, answered_at=at)
        if track.act.state is ActState.INTENT:
            track = replace(track, since=at, posted_at=at)
        return replace(track, act=act, verdict=Verdict.STOPPED, misses=0, note="found in the list by its tag")
    if track.act.state is ActState.INTENT:
        return track
    misses = track.misses + 1
    if misses < SETTLE_MISSES or at - track.since < SETTLE_LEAST_S:
        return replace(track, misses=misses)
    act = replace(track.act, state=ActState.REJECTED)
    if at >= track.over_at:
        words = "its stop would be over by now, and nobody knows whether it ever stood; nothing was bounced"
        verdict = Verdict.LOST if track.confirmed else Verdict.RELEASED
        return replace(track, act=act, misses=misses, verdict=verdict, note=words)
    words = "not in the node's list after it: nothing was stopped, nothing was bounced"
    return replace(track, act=act, misses=misses, verdict=Verdict.REJECTED, note=words)


def _missing(before: CleanTrack, track: CleanTrack, node: NodeSnapshot, seen_at: float, now: float) -> CleanTrack:
    """The stop is in the list no more, and it was not we who released it."""
    ends_at = before.stop_ends_at
    missed_at = seen_at if before.missed_at is None else before.missed_at
    # What stood when it was last seen is kept for the words until it is clear what happened.
    track = replace(track, own=before.own, missed_at=missed_at, note="the stop is not in the list any more")
    if _restarted(track, node) and track.let_go_in is None:
        words = "the node has restarted and forgot the stop: what stood there goes out at its next retry"
        return _lost(track, words)
    if before.others is not None and not before.own:
        if not track.confirmed and now >= track.wanted_until:
            return _ran_out(track)
        gap = f"somebody else's stop ended{_late(ends_at, seen_at)}"
        return replace(track, own=(), missed_at=None, others=None, gaps=_with(track.gaps, gap), note=gap)
    if not track.ending and ends_at is not None and ends_at - missed_at <= EARLY_S:
        return _ran_out(track)
    if track.ending or now - missed_at < SETTLE_LEAST_S:
        # Our own release may have done it: its answer tells, and until there is one it is tried again.
        return track
    return _lost(track, "somebody released the stop: what stands there goes out at its next retry")


def _ran_out(track: CleanTrack) -> CleanTrack:
    words = "the stop's time ran out: what stands there goes out at its next retry"
    if track.confirmed:
        return _lost(track, words)
    return replace(track, own=(), gone=_ids(track), verdict=Verdict.RELEASED, note=words)


def _lost(track: CleanTrack, words: str) -> CleanTrack:
    left = sum(track.standing.values())
    waiting = track.backlog.may_wait if track.backlog else 0
    more = [f"{plural(left, 'message')} stood"] if left else []
    more += [f"up to {plural(waiting, 'message')} had not come back"] if waiting else []
    note = f"{words} ({', '.join(more)})" if more else words
    return replace(track, own=(), others=None, gone=_ids(track), verdict=Verdict.LOST, note=note, samples=())


def _ids(track: CleanTrack) -> tuple[str, ...]:
    return tuple(stop.id for stop in track.own)


def _late(ends_at: float | None, at: float) -> str:
    early = (ends_at or at) - at
    return f" {age_text(early)} before its time" if early > EARLY_S else ""


def _with(gaps: tuple[str, ...], *words: str) -> tuple[str, ...]:
    return (*gaps, *(word for word in words if word not in gaps))


def _restarted(track: CleanTrack, node: NodeSnapshot) -> bool:
    if node.restarts > track.restarts:
        return True
    before, now = track.act.online_since, node.info.online_since if node.info else None
    return before is not None and now is not None and now != before


def _mail_seen(track: CleanTrack, node: NodeSnapshot) -> CleanTrack:
    metrics = node.metrics
    if metrics is None or metrics.asked_at <= track.read_at or metrics.asked_at < track.since:
        return track
    backlog, is_taken = _backlog_seen(track, node), track.is_taken or metrics.asked_at >= track.posted_at
    returned_at = (track.returned_at or metrics.at) if is_taken and backlog.is_complete else None
    track = replace(track, backlog=backlog, is_taken=is_taken, returned_at=returned_at)
    if metrics.asked_at < track.swept_at or track.last_sweep_at > track.swept_at:
        return track
    standing = metrics.value.table.select(track.ledger.selector).nonempty().as_counts()
    if _restarted(track, node):
        # The queues of a node that has just started are empty whatever became of the sweep.
        track = replace(track, doubtful={})
    return read(track, standing, metrics.asked_at, metrics.at)


def _backlog_seen(track: CleanTrack, node: NodeSnapshot) -> Backlog:
    """The first reading under the stop counts anew: more may have come into ready queues just before it."""
    if track.backlog is None or node.metrics is None:
        return Backlog.of(node, since_restart=True)
    is_first = not track.is_taken and node.metrics.asked_at >= track.posted_at
    return track.backlog.retaken(node) if is_first else track.backlog.seen(node)


def _live_note(track: CleanTrack, verdict: Verdict, node: NodeSnapshot) -> str:
    if verdict is Verdict.UNKNOWN:
        return track.note or track.act.error or ""
    if verdict is Verdict.RETURNING and track.backlog is not None:
        troubles = node.metrics.value.troubles if node.metrics else ()
        if track.backlog.stuck:
            names = ", ".join(clean(name) for name in track.backlog.stuck[:2])
            return "; ".join((f"nothing moves in ready queue {names}: its mail does not come back", *troubles))
        return "; ".join(troubles)
    return "" if track.own or track.others is None else "stopped by somebody else's entry, which is left alone"
