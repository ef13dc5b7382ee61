"""Going on with a clean bounce of an earlier run: from what the journal holds to tracks. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf

from kumo_tui.errors import InputError
from kumo_tui.journal.records import Recorded, Request, Step
from kumo_tui.model.operation import ActState, NodeAct, Operation
from kumo_tui.model.verdict import Verdict
from kumo_tui.units import parse_remaining
from kumo_tui.watch.clean_track import CleanTrack, OthersStop, OwnStop, doubts_in

_NO_ID = ""


def resumed_clean_tracks(
    recorded: Recorded, operation: Operation, restarts: Mapping[str, int], at: float, now: datetime
) -> Mapping[str, CleanTrack]:
    """A track per node. `at` (monotonic seconds) and `now` are the same moment.

    Nothing is known of stops and queues before the node is read again: lists that were asked for earlier count as
    nothing. A clock that was set back counts as no time.
    """
    tracks = {}
    for act in operation.acts:
        standing = [request for request in recorded.stops_standing(act.node) if request.body]
        own = _not_replaced([_own(request, at, now) for request in standing if request.id])
        # Where somebody else's stop is relied on, none of ours has ever left.
        relies = act.state is ActState.ACCEPTED and not _stops(recorded, act.node)
        track = CleanTrack(
            tag=operation.tag,
            act=act,
            ledger=recorded.ledger(act.node),
            since=at,
            confirmed=not operation.waits_on(act.node),
            wanted_until=_wanted_until(operation, act.node, at, now),
            restarts=restarts[act.node],
            own=own,
            others=OthersStop(_NO_ID, at) if relies else None,
            covered=frozenset(name for request in standing for name in _names(request)),
            posted_at=at,
            over_at=min((_own(request, at, now).ends_at for request in standing if not request.id), default=inf),
            sweeps=recorded.sweeps(act.node).answered,
            unanswered=recorded.sweeps(act.node).unanswered,
            gaps=doubts_in(act.node, operation.events),
            verdict=_verdict(act, operation),
            note=act.error or "",
        )
        ruling = recorded.rulings.get(act.node)
        if ruling is not None and ruling.verdict.is_final:
            track = replace(track, verdict=ruling.verdict, own=(), others=None)
        tracks[act.node] = _with_release(track, recorded)
    return tracks


def caught_up(track: CleanTrack, recorded: Recorded, at: float, now: datetime, *, takes_over: bool) -> CleanTrack:
    """The track after what another process of ours has written down meanwhile.

    Who takes over counts nothing by readings of before: what they showed may be swept and counted already.
    """
    node, operation = track.act.node, recorded.operation
    ledger = recorded.ledger(node)
    for name, marks in track.ledger.marks.items():
        ledger = ledger.record(name, marks)
    gaps = tuple(dict.fromkeys((*doubts_in(node, operation.events), *track.gaps)))
    sweeps = max(track.sweeps, recorded.sweeps(node).answered)
    track = replace(track, ledger=ledger, sweeps=sweeps, gaps=gaps)
    if not operation.waits_on(node) and not track.confirmed:
        track = replace(track, confirmed=True, wanted_until=_wanted_until(operation, node, at, now))
    ruling = recorded.rulings.get(node)
    if ruling is not None and ruling.verdict.is_final:
        note = next((event.text for event in reversed(operation.events) if event.text.startswith(node)), "")
        words = note.partition(": ")[2]
        return replace(track, verdict=ruling.verdict, note=words, own=(), others=None, released=True)
    return _with_release(replace(track, since=at, pending={}, doubtful={}), recorded) if takes_over else track


def _wanted_until(operation: Operation, node: str, at: float, now: datetime) -> float:
    """How long new mail is caught on this node, or was to be stopped there; `at` and `now` are the same moment."""
    passed = max(0.0, (now - operation.begun_on(node)).total_seconds())
    return at + operation.duration_on(node) - passed


def _with_release(track: CleanTrack, recorded: Recorded) -> CleanTrack:
    """The track, to be released once more where an earlier run did so and did not write down what came of it."""
    node = track.act.node
    stops = _stops(recorded, node)
    needless = {stop.id for stop in stops[:-1]}
    let_go = any(
        request.node == node and request.step is Step.RELEASE and request.id not in needless
        for request in recorded.requests
    )
    if track.verdict.is_final or not stops or not let_go:
        return track
    ruling = recorded.rulings.get(node)
    verdict = ruling.verdict if ruling else track.verdict
    return replace(track, ending=True, let_go_in=verdict, verdict=verdict)


def _not_replaced(stops: Sequence[OwnStop]) -> tuple[OwnStop, ...]:
    """The stops, the oldest first, without those whose names, or criteria, a later one has: it replaced them."""
    later = [frozenset(stop.names for stop in stops[number + 1 :]) for number in range(len(stops))]
    return tuple(stop for stop, names in zip(stops, later, strict=True) if stop.names not in names)


def _stops(recorded: Recorded, node: str) -> list[Request]:
    """The stops of ours that have left for the node, whatever came of them, the oldest first."""
    return [
        request
        for request in recorded.requests
        if request.node == node and request.step is Step.STOP and request.was_written
    ]


def _verdict(act: NodeAct, operation: Operation) -> Verdict:
    if act.state is ActState.ACCEPTED:
        return Verdict.STOPPED if operation.waits_on(act.node) else Verdict.SWEEPING
    return Verdict.REJECTED if act.state is ActState.REJECTED else Verdict.UNKNOWN


def _own(request: Request, at: float, now: datetime) -> OwnStop:
    answered = request.changes[-1].at
    body = json.loads(request.body)
    left = _seconds(str(body.get("duration", ""))) - max(0.0, (now - answered).total_seconds())
    names = _names(request)
    return OwnStop(request.id or _NO_ID, at + left, bool(names), frozenset(names))


def _names(request: Request) -> tuple[str, ...]:
    names = json.loads(request.body).get("queue_names", ())
    return tuple(str(name) for name in names)


def _seconds(text: str) -> float:
    try:
        return parse_remaining(text)
    except (InputError, ValueError):
        return 0.0
