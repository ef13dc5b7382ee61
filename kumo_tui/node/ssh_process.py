"""One ssh at work: started without a terminal, listened to, and ended with everything that it started."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from kumo_tui.clock import Clock
from kumo_tui.node.ssh_words import NEVER_OPENED, telling
from kumo_tui.text import one_line

KEPT_LINES = 20
LINE_BYTES = 4096
LINE_SHOWN = 300

# How long what it started may go on writing once it is gone itself.
LAST_WORDS_S = 0.5
ENDING_S = 2.0
PRINTING_S = 5.0


async def printed(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """All that a command prints, which is to end at once; None when it fails, or does not."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(PRINTING_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said.decode("utf-8", "replace") if process.returncode == 0 else None


class SshProcess:
    """A running ssh. `lines` are its newest words, clean; `never_opened` counts channels that did not open.

    `said_at` is when the last of these lines came, monotonic seconds; None before the first.
    `over_at` is when it ended, monotonic seconds; None while it runs.
    """

    def __init__(self, process: asyncio.subprocess.Process, stream: asyncio.StreamReader, clock: Clock) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.said_at: float | None = None
        self.never_opened = 0
        self.over_at: float | None = None
        self._clock = clock
        self._process = process
        self._stream = stream
        self._news = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, argv: Sequence[str], environ: Mapping[str, str], clock: Clock) -> "SshProcess":
        """Start it in a session of its own: no terminal to ask or write on, no Ctrl-C. Raises OSError."""
        theirs, write_end = os.pipe()
        stream = asyncio.StreamReader()
        pipe = os.fdopen(theirs, "rb", 0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), pipe
        )
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=write_end,
                env=dict(environ),
                start_new_session=True,
            )
        except BaseException:
            transport.close()
            raise
        finally:
            os.close(write_end)
        started = cls(process, stream, clock)
        started._listening = asyncio.create_task(started._listen(transport))
        return started

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.over_at is not None

    @property
    def end_words(self) -> str:
        """The line that tells most of how it ended or does not get on; empty when it said nothing."""
        return telling([line for line in self.lines if NEVER_OPENED not in line])

    @property
    def channel_words(self) -> str:
        """What it said last of a channel that did not open; empty when all did."""
        return telling([line for line in self.lines if NEVER_OPENED in line][-1:])

    async def heard(self, wanted: Callable[[], bool], within_s: float) -> None:
        """Return when this holds, it is over, or the time is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not (wanted() or self.is_over):
                    self._news.clear()
                    await self._news.wait()

    async def stop(self) -> None:
        """End it, and what it started, and wait until it is gone."""
        try:
            self._signal(signal.SIGTERM)
            async with asyncio.timeout(ENDING_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
        except BaseException:
            self._signal(signal.SIGKILL)
            raise
        if self._listening is not None:
            await self._listening

    async def _listen(self, transport: asyncio.ReadTransport) -> None:
        reading = asyncio.create_task(self._read())
        try:
            await self._process.wait()
            await asyncio.wait({reading}, timeout=LAST_WORDS_S)
        finally:
            reading.cancel()
            transport.close()
            self.over_at = self._clock.monotonic()
            self._news.set()

    async def _read(self) -> None:
        rest = b""
        while piece := await self._stream.read(LINE_BYTES):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._take(line)
            rest = rest[:LINE_BYTES]
        self._take(rest)

    def _take(self, raw: bytes) -> None:
        line = one_line(raw.decode("utf-8", "replace").strip(), LINE_SHOWN)
        if line:
            self.lines.append(line)
            self.said_at = self._clock.monotonic()
            self.never_opened += NEVER_OPENED in line
            self._news.set()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)
