"""A tunnel to a node's listener: the system's own ssh forwards a private socket to it, and is watched."""

import asyncio
import logging
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from kumo_tui.clock import Clock
from kumo_tui.model.snapshot import Timed
from kumo_tui.node.company import Company
from kumo_tui.node.ssh_command import (
    DEFAULT_COMMAND,
    explaining,
    forwarding,
    found_program,
    is_ours_alone,
    quiet_environment,
    tie_to_parent,
)
from kumo_tui.node.ssh_process import SshProcess, printed
from kumo_tui.node.ssh_words import WORDLESS, NotThrough, next_step, spoken
from kumo_tui.node.tunnel_folder import TunnelFolder
from kumo_tui.text import one_line
from kumo_tui.urls import SshWay

# Connecting, jumping and logging in are waited for so many times as long as for one connection.
OPENING = 3

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
DOUBLINGS = 5

LOOK_S = 0.02

_log = logging.getLogger(__name__)


class Tunnel:
    """One forwarding by ssh, opened by the first request that wants it and again after it ended, with pauses.

    The pause after an end is 1 s, doubled each time up to 30 s; one that held longer than that begins anew.
    `connect_s` is how long ssh may take for a connection. `command` is ssh, or what the operator has in its place.
    """

    def __init__(
        self,
        way: SshWay,
        *,
        clock: Clock,
        connect_s: float,
        command: Sequence[str] = DEFAULT_COMMAND,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.way = way
        self._clock = clock
        self._connect_s = connect_s
        self._command = tuple(command)
        self._environ = quiet_environment(environ)
        self._folder: TunnelFolder | None = None
        self._ssh: SshProcess | None = None
        self._explained = ""
        self._up_since: float | None = None
        self._opening: asyncio.Task[None] | None = None
        self._ends = 0
        self._next_at = 0.0
        self._last_words = ""
        self._is_closed = False

    @property
    def socket(self) -> Path:
        """Where the tunnel begins. Only after `up`."""
        assert self._folder is not None
        return self._folder.socket

    @property
    def complaint(self) -> Timed[str] | None:
        """What ssh said last in the tunnel that stands, and when; None where it was silent since it stands."""
        ssh = self._ssh
        if ssh is None or self._up_since is None or not ssh.lines or ssh.said_at is None:
            return None
        return Timed(ssh.lines[-1], ssh.said_at)

    async def up(self) -> SshProcess:
        """The ssh that forwards now. Raises NotThrough: nothing was sent.

        One opening serves all who wait for it, and goes on when one of them does not wait any longer.
        """
        if self._ssh is not None and self._ssh.is_over:
            self._take_end(self._ssh)
        if self._ssh is None or self._up_since is None:
            if self._opening is None:
                self._refuse_too_early()
                self._opening = asyncio.create_task(self._open())
            await asyncio.wait({self._opening})
        if self._ssh is None:
            self._refuse_if_closed()
            raise self._not_through()
        return self._ssh

    def refusal(self, line: str) -> NotThrough:
        """The error of a request that did not get through, in a line of ssh."""
        return NotThrough(spoken(line, self.way), next_step(line, self.way, self._command))

    @property
    def is_ours_alone(self) -> bool:
        """Whether ssh forwards nothing but this tunnel, so that no channel which fails is somebody else's."""
        return is_ours_alone(self._explained)

    async def aclose(self) -> None:
        """End ssh and remove the socket. Nothing is opened any more."""
        self._is_closed = True
        try:
            if self._opening is not None:
                self._opening.cancel()
                await asyncio.gather(self._opening, return_exceptions=True)
        finally:
            await self._end()

    async def _end(self) -> None:
        try:
            if self._ssh is not None:
                await self._ssh.stop()
        finally:
            self._ssh = None
            if self._folder is not None:
                self._folder.remove()

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise NotThrough("ssh: the tunnel is closed.", "")

    def _refuse_too_early(self) -> None:
        self._refuse_if_closed()
        if self._clock.monotonic() < self._next_at:
            raise self._not_through()

    def _not_through(self) -> NotThrough:
        line = self._last_words
        left_s = max(1, math.ceil(self._next_at - self._clock.monotonic()))
        step = next_step(line, self.way, self._command)
        return NotThrough(spoken(line, self.way), f"Next try in {left_s} s. {step}")

    async def _open(self) -> None:
        """Open it, or note why not."""
        try:
            async with Company.here().openings.turn(self._clock):
                ssh = await self._started()
                if ssh is not None:
                    await self._stands(ssh)
        finally:
            self._opening = None

    async def _started(self) -> SshProcess | None:
        if found_program(self._command, self._environ) is None:
            self._note_end(f"{one_line(self._command[0], 80)}: no such program", self._clock.monotonic())
            return None
        try:
            self._folder = self._folder or TunnelFolder()
            self.socket.unlink(missing_ok=True)
            tie = tie_to_parent(self._environ)
            if tie and await printed([*tie, "true"], self._environ) is None:
                tie = []
            asking = explaining(self._command, self.way, self.socket, self._connect_s)
            self._explained = await printed(asking, self._environ) or ""
            argv = forwarding(self._command, self.way, self.socket, self._connect_s, self._explained)
            self._ssh = await SshProcess.start([*tie, *argv], self._environ, self._clock)
        except OSError as error:
            self._note_end(f"it cannot be started: {error.strerror or error}", self._clock.monotonic())
            return None
        return self._ssh

    async def _stands(self, ssh: SshProcess) -> None:
        """Wait until the socket is there: ssh makes it when it is logged in."""
        patience_s = OPENING * self._connect_s
        give_up_at = self._clock.monotonic() + patience_s
        while not ssh.is_over and self._clock.monotonic() < give_up_at:
            is_there = self.socket.exists()
            # It can be seen a moment before it listens.
            await self._clock.sleep(LOOK_S)
            if is_there and not ssh.is_over:
                self._up_since = self._clock.monotonic()
                # What was said until now, greetings among it, tells nothing about what comes.
                ssh.lines.clear()
                _log.info("ssh %s: the tunnel to %s stands", self.way.destination, self.way.far)
                return
        words = ssh.end_words
        if not ssh.is_over:
            await ssh.stop()
            words = words or f"no way through within {patience_s:.0f} s: timed out"
        self._take_end(ssh, words)

    def _take_end(self, ssh: SshProcess, words: str = "") -> None:
        """Note that this one is over, and when."""
        over_at = self._clock.monotonic() if ssh.over_at is None else ssh.over_at
        held_s = 0.0 if self._up_since is None else over_at - self._up_since
        if held_s >= LONGEST_PAUSE_S:
            self._ends = 0
        self._ssh = self._up_since = None
        self._note_end(words or ssh.end_words or WORDLESS, over_at)

    def _note_end(self, words: str, at: float) -> None:
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._ends, DOUBLINGS))
        self._ends += 1
        self._next_at = at + pause_s
        self._last_words = words
        _log.warning("ssh %s: %s", self.way.destination, words)


async def ssh_words(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """Which ssh a command runs: its file, and the version that it tells."""
    program = found_program(command, environ)
    if program is None:
        return f"{one_line(command[0], 80)}, which is no program here"
    version = one_line((await printed([*command, "-V"], quiet_environment(environ)) or "").strip(), 80)
    return f"{one_line(program, 200)} ({version or 'it does not tell its version'})"
