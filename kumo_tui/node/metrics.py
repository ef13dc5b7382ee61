"""Reading `/metrics` as it streams in: families that nobody asked for are jumped over."""

from collections.abc import Callable
from dataclasses import replace

from kumo_tui.model.queues import EMPTY_TABLE, QueueTable
from kumo_tui.model.snapshot import Metrics
from kumo_tui.node.lines import BLOCK_BYTES, WholeLines
from kumo_tui.node.queue_series import QueueSeries
from kumo_tui.node.series import LabelledSeries, PlainSeries
from kumo_tui.node.summary import Families

_TYPE = b"# TYPE "
_HEAD = b"\n" + _TYPE
MOST_HASHES = 32


class MetricsReader:
    """Takes the body in chunks of any size and ends in `Metrics`. It never raises: what cannot be read is counted.

    Samples of `scheduled_count` are taken wherever they stand: a line feed inside a queue name tears its line and
    may forge a header, which must not hide the queues after it. Work is done in blocks of about `block_bytes`.
    `before` is the queue table of the reading before: its names are used again. `shared` gives new names as
    strings that are there already.
    """

    def __init__(
        self,
        before: QueueTable = EMPTY_TABLE,
        *,
        block_bytes: int = BLOCK_BYTES,
        shared: Callable[[list[str]], list[str]] = list,
    ) -> None:
        self._families = Families(before, shared)
        self._by_name = {series.family.encode(): series for series in self._families.all()}
        self._queue_start = self._families.queues.start.encode()
        self._lines = WholeLines(block_bytes)
        self._current: QueueSeries | LabelledSeries | PlainSeries | None = None
        self.size_bytes = 0
        self.is_kumod = False
        """Whether any family that kumod has was met."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        self.size_bytes += len(chunk)
        self._read_block(self._lines.push(chunk))

    def finish(self) -> Metrics:
        """What the body said, which must have come completely: half a body would be half a table."""
        self._read_block(self._lines.rest())
        metrics = self._families.metrics()
        return replace(metrics, bad_lines=metrics.bad_lines + self._lines.dropped, size_bytes=self.size_bytes)

    def _read_block(self, block: bytes) -> None:
        at = 0
        while at < len(block):
            if block.startswith(_TYPE, at):
                end = block.index(b"\n", at) + 1
                self._read_type(block[at:end])
            else:
                end = _next_type(block, at)
                self._read_run(block, at, end)
            at = end

    def _read_type(self, line: bytes) -> None:
        self._current = self._by_name.get(line.removeprefix(_TYPE).partition(b" ")[0].strip())
        self.is_kumod |= self._current is not None

    def _read_run(self, block: bytes, start: int, end: int) -> None:
        """Read the lines between two TYPE lines; the last may be HELP of the next family."""
        last = block.rfind(b"\n", start, end - 1) + 1 or start
        if block.startswith(b"# ", last):
            end = last
        if self._current is self._families.queues:
            self._current.read(block[start:end])
        elif block.startswith(self._queue_start, start) or block.find(b"\n" + self._queue_start, start, end) >= 0:
            self._read_mixed(block[start:end])
        elif self._current is not None:
            self._current.read(block[start:end])

    def _read_mixed(self, lines: bytes) -> None:
        """Read a run of another family, or of none, that holds samples of `scheduled_count`."""
        self.is_kumod = True
        for line in lines.removesuffix(b"\n").split(b"\n"):
            if line.startswith(self._queue_start):
                self._families.queues.read(line + b"\n")
            elif self._current is not None:
                self._current.read(line + b"\n")


def _next_type(block: bytes, at: int) -> int:
    """Where the next TYPE line starts, the end of the block without one.

    A search for one byte is many times faster, until too many names have it.
    """
    found = at
    for _try in range(MOST_HASHES):
        found = block.find(b"#", found + 1)
        if found < 0:
            return len(block)
        if block.startswith(_HEAD, found - 1):
            return found
    return block.find(_HEAD, found) + 1 or len(block)
