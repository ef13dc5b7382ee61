"""The text of ``scheduled_count``, kept per block of queues and written again only where a count changed."""

import zlib
from collections.abc import Iterator

from kumo_tui.sim.engine.queues import BLOCK, QueueBook
from kumo_tui.sim.web.replies import Piece


def deflate(raw: bytes) -> bytes:
    """Compress so that the result can be joined to other such pieces: raw deflate, flushed to a byte."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush(zlib.Z_FULL_FLUSH)


class ScheduledBlocks:
    """Text and compressed text per block. Reading takes the note of changed blocks from the queue book."""

    def __init__(self, book: QueueBook) -> None:
        self._book = book
        self._raw: dict[int, bytes] = {}
        self._packed: dict[int, bytes] = {}

    def pieces(self, *, packed: bool, prefix: str = "") -> Iterator[Piece]:
        """Yield the sample lines block by block; a prefix changes every line, so nothing is kept for it."""
        for block in range(-(-len(self._book.gauged) // BLOCK)):
            if prefix:
                yield Piece(self._write(block, prefix))
                continue
            if block in self._book.changed_blocks or block not in self._raw:
                self._book.changed_blocks.discard(block)
                self._raw[block] = self._write(block, "")
                self._packed.pop(block, None)
            raw = self._raw[block]
            if packed and block not in self._packed:
                self._packed[block] = deflate(raw)
            yield Piece(raw, self._packed[block] if packed else None)

    def _write(self, block: int, prefix: str) -> bytes:
        queues = self._book.gauged[block * BLOCK : (block + 1) * BLOCK]
        opening = f'{prefix}scheduled_count{{queue="'
        lines = [f'{opening}{queue.name}"}} {queue.count}\n' for queue in queues if queue is not None]
        return "".join(lines).encode("utf-8", "surrogatepass")
