"""What a clean bounce has to do next on one node. Pure: from what is known to one step, or none."""

from dataclasses import dataclass
from enum import StrEnum

from kumo_tui.model.operation import ActState
from kumo_tui.model.selector import Criteria, ExactQueues, Selector
from kumo_tui.model.snapshot import NodeSnapshot
from kumo_tui.watch.clean_end import is_finished
from kumo_tui.watch.clean_track import NEVER, CleanTrack

SWEEP_EVERY_S = 2.0
EXTEND_BEFORE_S = 300.0
STOP_SLACK_S = 900
RELIED_BEFORE_S = 20.0
RETRY_S = 2.0


class Step(StrEnum):
    """One thing to do on a node."""

    SWEEP = "sweep"
    EXTEND = "extend"
    COVER = "cover"
    TIDY = "tidy"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is due. `names` are the raw queue names for an exact stop, empty for one by criteria."""

    step: Step
    names: tuple[str, ...] = ()


def needs_names(selector: Selector) -> bool:
    """Whether a stop must name its queues: a suspension has no routing domain (KUMOMTA.md 1.2)."""
    return isinstance(selector, ExactQueues) or (
        isinstance(selector, Criteria) and selector.routing_domain is not None
    )


def due(track: CleanTrack, node: NodeSnapshot, now: float, *, quiet_s: float, cap_s: float) -> Due | None:
    """The next step, None while there is nothing to do or something is not clear yet.

    Nothing is done before the node's list of stops was read once: after a start nobody knows what stands there.
    `quiet_s` is how long nothing may have come before it is over early; `cap_s` how long a stop is held at most.
    """
    if track.verdict.is_final or track.act.state is not ActState.ACCEPTED:
        return None
    if now < track.hold_until or track.last_list == NEVER:
        return None
    if track.ending or is_finished(track, now, quiet_s):
        return Due(Step.RELEASE)
    if track.missed_at is not None:
        return None
    if track.stale:
        return Due(Step.TIDY)
    stop = _stop_due(track, node, now, cap_s)
    if stop is not None and stop.names and not _takes_names(node):
        # What it listed once, before another build perhaps, is not what it lists now (DESIGN 3, rule 2).
        stop = None
    return stop or _sweep_due(track, node, now)


def _takes_names(node: NodeSnapshot) -> bool:
    return node.capability is not None and node.capability.exact_stop


def _stop_due(track: CleanTrack, node: NodeSnapshot, now: float, cap_s: float) -> Due | None:
    selector, ends = track.ledger.selector, track.stop_ends_at
    by_name = needs_names(selector)
    if now - track.posted_at < RETRY_S or track.last_list < track.posted_at:
        # A stop whose answer did not come may stand all the same: the list tells, before another one leaves.
        return None
    if ends is None:
        return Due(Step.COVER, _matching(track, node) if by_name else ())
    if not track.own:
        runs_out = ends - now < RELIED_BEFORE_S
        return Due(Step.COVER, _matching(track, node)) if runs_out and _matching(track, node) else None
    is_exact = all(stop.is_exact for stop in track.own)
    if track.confirmed and ends - now < EXTEND_BEFORE_S and now - track.since < cap_s:
        return Due(Step.EXTEND, _matching(track, node) if is_exact else ())
    if is_exact and not by_name and track.others is None:
        # Named queues held the mail until somebody else's stop of the same criteria was over.
        return Due(Step.COVER)
    new = _new_names(track, node, now) if by_name else ()
    return Due(Step.COVER, new) if new else None


def _new_names(track: CleanTrack, node: NodeSnapshot, now: float) -> tuple[str, ...]:
    """The names that no stop of ours holds yet; what shows after the time is over is not meant any more."""
    if track.confirmed and now >= track.wanted_until:
        return ()
    return tuple(name for name in _matching(track, node) if name not in track.covered)


def _sweep_due(track: CleanTrack, node: NodeSnapshot, now: float) -> Due | None:
    if not track.confirmed or not track.standing or not track.is_read or not node.is_fresh:
        return None
    return Due(Step.SWEEP) if now - track.last_sweep_at >= SWEEP_EVERY_S else None


def _matching(track: CleanTrack, node: NodeSnapshot) -> tuple[str, ...]:
    selector = track.ledger.selector
    if isinstance(selector, ExactQueues):
        return tuple(sorted(selector.names))
    return tuple(node.table.select(selector).names)
