"""Going on with operations of an earlier run: from what the journal holds to tracks. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from kumo_tui.journal.records import Recorded, Request, RequestState, Step
from kumo_tui.model.operation import ActState, Mode, NodeAct, Operation
from kumo_tui.text import clean
from kumo_tui.watch.tracker import Track, start_track

# What lies further ahead than this was written before the wall clock was set back.
SET_BACK_S = 2.0

_MOVED, _GONE = "at another address now", "not in the config any more"

DIED = "kumo-tui ended before the answer came"


def part_here(recorded: Recorded, urls: Mapping[str, str], profile: str) -> Recorded | None:
    """What of it is to be gone on with here: all of it, or the part of it on nodes that are watched now.

    All of it where it is of this profile, and a node of it is here at least: a node that is not was taken out of
    the list, and `missing_here` names it. Of an operation of other nodes, or of another profile's, a plain bounce
    is followed on the nodes that both have, and a clean one, which is swept as it was confirmed, on all its nodes
    or not at all. None when nothing is.
    """
    if profile and recorded.profile == profile:
        is_here = len(missing_here(recorded, urls)) < len(recorded.operation.acts)
        return recorded if is_here else None
    if recorded.operation.mode is Mode.CLEAN:
        return recorded if belongs_here(recorded, urls, profile) else None
    missing = missing_here(recorded, urls)
    acts = tuple(act for act in recorded.operation.acts if act.node not in missing)
    here = {act.node for act in acts}
    requests = tuple(request for request in recorded.requests if request.node in here)
    part = replace(recorded, operation=replace(recorded.operation, acts=acts), requests=requests)
    return part if acts and belongs_here(part, urls, profile) else None


def missing_here(recorded: Recorded, urls: Mapping[str, str]) -> Mapping[str, str]:
    """The nodes of it that are not watched now, by name or by URL, each with clean words that say so."""
    sent = [*recorded.requests, *(sweeps.last for sweeps in recorded.swept.values() if sweeps.last is not None)]
    elsewhere = {request.node for request in sent if not _went_here(request, urls)}
    return {
        act.node: f"{clean(act.node)} is {_MOVED if act.node in urls else _GONE}"
        for act in recorded.operation.acts
        if act.node not in urls or act.node in elsewhere
    }


def belongs_here(recorded: Recorded, urls: Mapping[str, str], profile: str) -> bool:
    """Whether its targets are watched now, by name, and every request of it went to them, by URL.

    One that only relied on somebody else's stop has sent nothing: there the profile must be the same, for the name
    of a node alone may be that of another fleet.
    """
    sent = [request for request in recorded.requests if request.url]
    sent += [sweeps.last for sweeps in recorded.swept.values() if sweeps.last is not None]
    return (
        (bool(sent) or recorded.profile == profile)
        and all(act.node in urls for act in recorded.operation.acts)
        and all(_went_here(request, urls) for request in sent)
    )


def _went_here(request: Request, urls: Mapping[str, str]) -> bool:
    return request.node in urls and (not request.url or request.url.startswith(f"{urls[request.node]}/"))


def resumed_operation(recorded: Recorded) -> Operation:
    """The operation, an intent without an answer being UNKNOWN now: it is settled by its tag, never sent again."""
    operation = recorded.operation
    for act in operation.acts:
        if act.state is ActState.INTENT:
            operation = operation.with_act(replace(act, state=ActState.UNKNOWN, error=DIED))
    return operation


def resumed_tracks(
    recorded: Recorded, operation: Operation, restarts: Mapping[str, int], at: float, now: datetime
) -> Mapping[str, Track]:
    """A track per node. `at` (monotonic seconds) and `now` are the same moment.

    A clock that was set back counts as no time; nobody knows how much passed then, and it may be over at any
    moment. Final verdicts stay. Whether totals rise is looked at anew:
    nobody watched meanwhile.
    """
    tracks = {}
    for act in operation.acts:
        request = _request_of(recorded, act)
        sent_at, answered_at = (
            at - max(0.0, (now - moment).total_seconds())
            for moment in (request.changes[0].at, request.changes[-1].at)
        )
        track = start_track(
            operation.tag,
            act,
            recorded.ledger(act.node),
            answered_at,
            operation.duration_s,
            restarts[act.node],
            sent_at=sent_at,
        )
        if (request.changes[0].at - now).total_seconds() > SET_BACK_S:
            track = replace(track, due_at=at)
        ruling = recorded.rulings.get(act.node)
        if ruling is not None and ruling.verdict.is_final:
            track = replace(track, verdict=ruling.verdict)
        if _was_cancelled(recorded, act):
            # Whether it arrived is told by the first list from now on: what is still in it was not cancelled.
            track = replace(track, cancelled=True, cancel_over_at=at)
        tracks[act.node] = replace(track, risen_at=at)
    return tracks


def _was_cancelled(recorded: Recorded, act: NodeAct) -> bool:
    """Whether a run of ours sent a cancel of this directive, or was about to, and was not refused."""
    return act.id is not None and any(
        request.node == act.node
        and request.step is Step.CANCEL
        and request.id == act.id
        and request.state is not RequestState.REJECTED
        for request in recorded.requests
    )


def _request_of(recorded: Recorded, act: NodeAct) -> Request:
    return next(
        request for request in recorded.requests if request.node == act.node and request.step is Step.BOUNCE
    )
