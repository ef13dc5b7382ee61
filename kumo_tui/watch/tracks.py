"""What is followed: a track per operation and node, found by its node as fast as by its key."""

from collections.abc import Iterator, Mapping

from kumo_tui.watch.clean_track import CleanTrack
from kumo_tui.watch.tracker import Track

Key = tuple[str, str]


class Tracks(Mapping[Key, Track | CleanTrack]):
    """Tracks by the tag of the operation and the name of the node. None is ever taken out, only replaced."""

    def __init__(self) -> None:
        self._tracks: dict[Key, Track | CleanTrack] = {}
        self._keys: dict[str, dict[Key, None]] = {}

    def __getitem__(self, key: Key) -> Track | CleanTrack:
        return self._tracks[key]

    def __setitem__(self, key: Key, track: Track | CleanTrack) -> None:
        self._tracks[key] = track
        self._keys.setdefault(key[1], {})[key] = None

    def __iter__(self) -> Iterator[Key]:
        return iter(self._tracks)

    def __len__(self) -> int:
        return len(self._tracks)

    def on(self, node: str) -> Mapping[Key, Track | CleanTrack]:
        """What is followed on a node, in the order in which it was begun: as it is now."""
        found = ((key, self._tracks[key]) for key in self._keys.get(node, ()))
        return {key: track for key, track in found if track.is_watched}

    def open_on(self, node: str) -> Mapping[Key, Track | CleanTrack]:
        """The same, but for what has ended there."""
        return {key: track for key, track in self.on(node).items() if not track.verdict.is_final}
