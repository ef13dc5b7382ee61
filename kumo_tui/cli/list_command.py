"""Running the program that prints a node list: without a shell, with nothing to read, for a time, up to a size."""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from threading import Event

from kumo_tui.clock import Clock
from kumo_tui.errors import ConfigError
from kumo_tui.text import one_line

TIMEOUT_S = 10.0
MOST_BYTES = 1_000_000

# So soon is noticed that nobody wants the list any more.
_LOOK_UP_S = 0.1
_KEPT_OF_ERRORS = 4096
_CHUNK = 65536


def printed_by(
    command: Sequence[str],
    environ: Mapping[str, str],
    clock: Clock,
    unwanted: Event,
    *,
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """What the program prints on its standard output.

    It runs in a session of its own, so that no key of the terminal reaches it, and is ended with whatever it
    started when it takes too long, prints too much, or is `unwanted`. Raises ConfigError, with the last line of
    its standard error.
    """
    shown = one_line(command[0], 80)
    try:
        process = subprocess.Popen(  # noqa: S603  # the operator's own program, as a list, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{shown}: cannot be run: {why}.", "Give its whole path.") from error
    try:
        printed, errors = _read(process, shown, clock, unwanted, clock.monotonic() + timeout_s, timeout_s)
    finally:
        _end(process)
    if process.returncode:
        raise ConfigError(f"{shown}: {_ended_words(process.returncode)}{_last_line(errors)}.")
    return printed


def _read(
    process: "subprocess.Popen[bytes]", shown: str, clock: Clock, unwanted: Event, due: float, timeout_s: float
) -> tuple[bytes, bytes]:
    """What it prints to its end, and the end of what it says is wrong. `due` is monotonic seconds."""
    printed, errors = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        for stream, kept in ((process.stdout, printed), (process.stderr, errors)):
            if stream is not None:
                waiting.register(stream, selectors.EVENT_READ, kept)
        while waiting.get_map() or process.poll() is None:
            left = due - clock.monotonic()
            if unwanted.is_set():
                raise ConfigError(f"{shown}: was ended with kumo-tui.")
            if left <= 0:
                raise ConfigError(f"{shown}: did not end within {timeout_s:g} s{_last_line(bytes(errors))}.")
            if not waiting.get_map():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(min(left, _LOOK_UP_S))
            for ready, _events in waiting.select(min(left, _LOOK_UP_S)) if waiting.get_map() else ():
                chunk = os.read(ready.fd, _CHUNK)
                if not chunk:
                    waiting.unregister(ready.fileobj)
                ready.data.extend(chunk)
            del errors[:-_KEPT_OF_ERRORS]
            if len(printed) > MOST_BYTES:
                raise ConfigError(f"{shown}: it printed more than {MOST_BYTES:,} bytes: that is no node list.")
    return bytes(printed), bytes(errors)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it, and what it has started and left behind in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


def _ended_words(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _last_line(errors: bytes) -> str:
    lines = [line for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {one_line(lines[-1].strip(), 160).rstrip('.')}" if lines else ""
