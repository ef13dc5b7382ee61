"""What earlier runs left open: gone on with on the nodes that are here, and named for the nodes that are not."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf, isinf

from kumo_tui.journal.records import Recorded
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.model.snapshot import LeftBehind
from kumo_tui.units import end_text
from kumo_tui.watch.clean_resume import resumed_clean_tracks
from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.resume import missing_here, part_here, resumed_operation, resumed_tracks
from kumo_tui.watch.tracker import Track

NodeTracks = Mapping[str, Track | CleanTrack]


class Earlier:
    """The operations that the journal had open at the start, by the last look at it."""

    def __init__(self, profile: str, others: Collection[str] = ()) -> None:
        """`others` are the other profiles of the config: what is theirs is gone on with there."""
        self._profile = profile
        self._others = others
        self._recorded: Sequence[Recorded] = ()
        self._left: tuple[LeftBehind, ...] = ()

    def resumed(
        self, recorded: Sequence[Recorded], nodes: Iterable[NodeWatch], at: float, now: datetime
    ) -> Iterator[tuple[Operation, NodeTracks]]:
        """Each operation that is gone on with here, the oldest first, with a track per node.

        `at` (monotonic seconds) and `now` are the same moment. Where a node is not here, its track says so.
        """
        self._recorded = tuple(recorded)
        watched = tuple(nodes)
        urls = {node.name: node.url for node in watched}
        found_left = (self._left_of(whole, urls, at, now) for whole in self._recorded)
        self._left = tuple(left for left in found_left if left is not None)
        for whole in reversed(self._recorded):
            found = self._of(whole, watched, at, now)
            if found is not None:
                yield found

    def joined(
        self, names: Iterable[str], nodes: Iterable[NodeWatch], at: float, now: datetime
    ) -> Iterator[tuple[Operation, NodeTracks]]:
        """What is gone on with on nodes of these names, which have come only now: tracks for those alone."""
        new, watched = frozenset(names), tuple(nodes)
        for whole in reversed(self._recorded):
            found = self._of(whole, watched, at, now)
            if found is not None and new.intersection(found[1]):
                yield found

    def left_behind(self, followed: Container[str], now: datetime) -> tuple[LeftBehind, ...]:
        """What is in force now of operations that are not followed, by tag: nobody looks at their nodes."""
        return tuple(left for left in self._left if left.tag not in followed and left.until > now)

    def _left_of(self, whole: Recorded, urls: Mapping[str, str], at: float, now: datetime) -> LeftBehind | None:
        """What it has in force on nodes that are not here; None for nothing, and for what is another profile's."""
        missing = missing_here(whole, urls)
        if whole.profile in self._others or not missing:
            return None
        operation = resumed_operation(whole)
        ends = {
            name: ends_at
            for name, track in _tracks_of(whole, operation, dict.fromkeys(missing, 0), at, now).items()
            if name in missing and not track.verdict.is_final and (ends_at := _in_force_until(track)) > at
        }
        if not ends:
            return None
        until = now + timedelta(seconds=max(ends.values()) - at)
        return LeftBehind(operation.tag, tuple(ends), until, is_stop=operation.mode is Mode.CLEAN)

    def _of(
        self, whole: Recorded, nodes: Sequence[NodeWatch], at: float, now: datetime
    ) -> tuple[Operation, NodeTracks] | None:
        urls = {node.name: node.url for node in nodes}
        record = part_here(whole, urls, self._profile)
        if record is None:
            return None
        operation = resumed_operation(record)
        restarts = {node.name: node.snapshot().restarts for node in nodes}
        tracks = _tracks_of(record, operation, restarts, at, now)
        missing = missing_here(record, urls)
        return operation, {
            name: _not_watched(track, missing[name], at, now) if name in missing else track
            for name, track in tracks.items()
        }


def _tracks_of(
    recorded: Recorded, operation: Operation, restarts: Mapping[str, int], at: float, now: datetime
) -> NodeTracks:
    """Its tracks as of now; `restarts` are those that were noticed, by node."""
    known = {act.node: restarts.get(act.node, 0) for act in operation.acts}
    resume = resumed_clean_tracks if operation.mode is Mode.CLEAN else resumed_tracks
    return resume(recorded, operation, known, at, now)


def _in_force_until(track: Track | CleanTrack) -> float:
    """Until when, at the latest, something of ours may stand there (monotonic seconds)."""
    if isinstance(track, CleanTrack):
        known = [stop.ends_at for stop in track.own]
        return max(known + ([] if isinf(track.over_at) else [track.over_at]), default=-inf)
    return track.ends_at


def _not_watched(track: Track | CleanTrack, why: str, at: float, now: datetime) -> Track | CleanTrack:
    """The track on a node that is not here: what stands there, as far as it was written down."""
    if track.verdict.is_final:
        return track.unwatched(why)
    ends_at = track.stop_ends_at if isinstance(track, CleanTrack) else track.ends_at
    what = "a stop of ours" if isinstance(track, CleanTrack) else "this bounce"
    if ends_at is None:
        told = "nobody knows what stands there"
    else:
        verb = "stands" if ends_at > at else "stood"
        end = end_text(now + timedelta(seconds=ends_at - at), abs(ends_at - at))
        told = f"{what} {verb} there until {end} UTC"
    return track.unwatched(f"{why}; {told}; add it again to settle it")
