"""From chunks of any size to blocks of whole lines, in bounded memory."""

from collections.abc import AsyncGenerator, AsyncIterator

LINE_BYTES = 64 * 1024
BLOCK_BYTES = 64 * 1024


async def in_blocks(chunks: AsyncIterator[bytes], block_bytes: int = BLOCK_BYTES) -> AsyncGenerator[bytes]:
    """The same bytes, so many at a time or a few more."""
    held, size = list[bytes](), 0
    async for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= block_bytes:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


class WholeLines:
    """Gathers chunks until there is a block worth of whole lines.

    Lines over LINE_BYTES are dropped and counted in `dropped`, wherever the chunks are cut; no more than
    `block_bytes` and one chunk are held.
    """

    def __init__(self, block_bytes: int = BLOCK_BYTES) -> None:
        self.dropped = 0
        self._block_bytes = block_bytes
        self._chunks: list[bytes] = []
        self._held = 0
        self._in_long_line = False

    def push(self, chunk: bytes) -> bytes:
        """Whole lines that have come together, each ended by a line feed; empty while they are gathered."""
        self._chunks.append(chunk)
        self._held += len(chunk)
        return self._cut() if self._held >= self._block_bytes else b""

    def rest(self) -> bytes:
        """What is left at the end of the body; its last line may lack the line feed."""
        self._chunks.append(b"\n")
        return self._cut()

    def _cut(self) -> bytes:
        *earlier, last = self._chunks
        cut = last.rfind(b"\n") + 1
        if not cut:
            earlier, last = [], b"".join(self._chunks)
            cut = last.rfind(b"\n") + 1
        lines, tail = b"".join([*earlier, last[:cut]]), last[cut:]
        if self._in_long_line:
            lines = lines[lines.find(b"\n") + 1 :]
            tail = tail if cut else b""
            self._in_long_line = not cut
        if len(tail) > LINE_BYTES:
            self._in_long_line = True
            self.dropped += 1
            tail = b""
        self._chunks, self._held = [tail], len(tail)
        return self._without_long_lines(lines)

    def _without_long_lines(self, lines: bytes) -> bytes:
        """The lines without those over LINE_BYTES: each of these stands across a multiple of LINE_BYTES."""
        kept, copied = [], 0
        for at in range(LINE_BYTES, len(lines), LINE_BYTES):
            if at < copied:
                continue
            start, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
            if end - start > LINE_BYTES:
                kept.append(lines[copied:start])
                copied = end + 1
                self.dropped += 1
        return b"".join([*kept, lines[copied:]]) if kept else lines
