"""The family that lists the queues, read against the names of the reading before (KUMOMTA.md 5.4)."""

from array import array
from collections.abc import Callable, Sequence

from kumo_tui.model.queue_names import QueueNames
from kumo_tui.model.queues import EMPTY_TABLE, QueueTable
from kumo_tui.node.series import read_samples

FAMILY, LABEL = "scheduled_count", "queue"


class QueueSeries:
    """Messages by queue, in columns. Else as `LabelledSeries`: names come as they are, the last sample stands.

    A node lists its queues in the same order again, but for those that came or went. Where the next names are
    those of the reading before, its strings are taken; where they are not, the place is sought again nearby.
    `shared` gives the same names as strings that are there already.
    """

    def __init__(self, before: QueueTable = EMPTY_TABLE, shared: Callable[[list[str]], list[str]] = list) -> None:
        self.family = FAMILY
        self.start = f'{FAMILY}{{{LABEL}="'
        self.bad_lines = 0
        self._before = before.names
        self._shared = shared
        self._at = 0
        self._names: list[str] = []
        self._counts = array("q")
        self._strange: set[str] = set()
        self._strangers = 0

    def read(self, lines: bytes) -> None:
        """Take whole lines, each ended by a line feed."""
        samples = read_samples(lines, self.start)
        self.bad_lines += samples.bad_lines
        self._names.extend(self._known(samples.labels))
        # From a column to a column is copied whole; from a list, number by number.
        self._counts.extend(array("q", samples.counts))

    def table(self) -> QueueTable:
        """The table of everything that was read; the names of the reading before where they are all the same."""
        if not self._strangers and len(self._names) == len(self._before):
            return QueueTable(self._before, self._counts)
        if self._is_repeated():
            counts = dict(zip(self._names, self._counts, strict=True))
            self.bad_lines += len(self._names) - len(counts)
            return QueueTable(QueueNames(counts), array("q", counts.values()))
        return QueueTable(QueueNames(self._names), self._counts)

    def _known(self, names: list[str]) -> Sequence[str]:
        """The same names, as strings of the reading before where it had them."""
        size = len(names)
        expected = list(self._before[self._at : self._at + size])
        if expected == names:
            self._at += size
            return expected
        names = self._shared(names)
        self._strange.update(names)
        self._strangers += size
        return self._found_again(names)

    def _found_again(self, names: list[str]) -> Sequence[str]:
        begin = max(0, self._at - len(names))
        nearby = self._before[begin : self._at + 2 * len(names)]
        places = {name: place for place, name in enumerate(nearby, begin)}
        found = [places[name] for name in names if name in places]
        # Never back: what is taken in one piece must not be taken again, for each queue is counted once.
        self._at = max(self._at, max(found) + 1 if found else self._at + len(names))
        return [self._before[places[name]] if name in places else name for name in names]

    def _is_repeated(self) -> bool:
        """Whether any name came twice; names taken in one piece from a table are each different."""
        if len(self._strange) != self._strangers:
            return True
        if self._strangers in (0, len(self._names)):
            return False
        strange = self._strange
        return sum(name in strange for name in self._names) != self._strangers
