"""What earlier runs left open: gone on with on the nodes that are here, and named for the nodes that are not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from kumo_tui.journal.records import Recorded
from kumo_tui.model.operation import Mode, Operation
from kumo_tui.watch.clean_resume import resumed_clean_tracks
from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.node_watch import NodeWatch
from kumo_tui.watch.resume import missing_here, part_here, resumed_operation, resumed_tracks
from kumo_tui.watch.tracker import Track

NodeTracks = Mapping[str, Track | CleanTrack]


class Earlier:
    """The operations that the journal had open at the start, by the last look at it."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._recorded: Sequence[Recorded] = ()

    def resumed(
        self, recorded: Sequence[Recorded], nodes: Iterable[NodeWatch], at: float, now: datetime
    ) -> Iterator[tuple[Operation, NodeTracks]]:
        """Each operation that is gone on with here, the oldest first, with a track per node.

        `at` (monotonic seconds) and `now` are the same moment. Where a node is not here, its track says so.
        """
        self._recorded = tuple(recorded)
        watched = tuple(nodes)
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

    def _of(
        self, whole: Recorded, nodes: Sequence[NodeWatch], at: float, now: datetime
    ) -> tuple[Operation, NodeTracks] | None:
        urls = {node.name: node.url for node in nodes}
        record = part_here(whole, urls, self._profile)
        if record is None:
            return None
        operation = resumed_operation(record)
        restarts = {act.node: 0 for act in operation.acts}
        restarts |= {node.name: node.snapshot().restarts for node in nodes}
        resume = resumed_clean_tracks if operation.mode is Mode.CLEAN else resumed_tracks
        tracks: NodeTracks = resume(record, operation, restarts, at, now)
        missing = missing_here(record, urls)
        return operation, {
            name: _not_watched(track, missing[name], at, now) if name in missing else track
            for name, track in tracks.items()
        }


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
        told = f"{what} {verb} there until {now + timedelta(seconds=ends_at - at):%H:%M} UTC"
    return track.unwatched(f"{why}; {told}; add it again to settle it")
