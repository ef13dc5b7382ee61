"""The log file for bug reports: off by default, readable by its owner only, rotating, one record a line.

It holds no credentials: rooms log no headers, settings are written without their secrets. What comes from servers
is data, and cleaned. A file that cannot be written is said once and stops nothing.
"""

import errno
import json
import logging
import os
import platform
import stat
import sys
import traceback
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kumo_tui import __version__
from kumo_tui.cli.output import say, utc_text
from kumo_tui.clock import Clock
from kumo_tui.config import LogSettings, Settings
from kumo_tui.errors import KumoTuiError
from kumo_tui.text import clean

PRIVATE = 0o600
# Ours, and the event loop's: mistakes of tasks that nobody waits for end there. Not httpx's: it logs headers.
LOGGERS = ("kumo_tui", "asyncio")
TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "LANG")
MULTIPLEXERS = ("TMUX", "STY", "SSH_TTY")
LONGEST = 8000

_Failed = Callable[[BaseException | None], None]

_log = logging.getLogger(__name__)


class LogFile:
    """The log of one run, from its making to the end of its block; nothing where no file is set.

    What ends the block is logged, and that something could not be written is said.
    """

    def __init__(self, settings: LogSettings, clock: Clock) -> None:
        self._problem = ""
        self._handler: _Handler | None = None
        self._levels: dict[str, int] = {}
        if not settings.file:
            return
        path = Path(settings.file).expanduser()
        try:
            _check_regular(path)
            self._handler = _Handler(path, settings, clock, self._failed)
        except OSError as error:
            self._failed(error)
            self._say_problem()
            return
        for name in LOGGERS:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.addHandler(self._handler)
        logging.getLogger(LOGGERS[0]).setLevel(settings.level.upper())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KumoTuiError):
            _log.warning("ended: %s", error)
        elif isinstance(error, Exception):
            _log.error("ended by a mistake in kumo-tui", exc_info=error)
        else:
            _log.info("ended")
        self.end()

    def end(self) -> None:
        """Log no more, and close the file."""
        if self._handler is None:
            return
        for name, level in self._levels.items():
            logger = logging.getLogger(name)
            logger.removeHandler(self._handler)
            logger.setLevel(level)
        self._handler.close()
        self._handler = None
        self._say_problem()

    def _failed(self, error: BaseException | None) -> None:
        """Remember why, the first time; a screen that is open must not be written into."""
        if not self._problem:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            self._problem = f"kumo-tui: the log file cannot be written: {why}. The work goes on without it."

    def _say_problem(self) -> None:
        if self._problem:
            say(self._problem)


class _Handler(RotatingFileHandler):
    """Writes to a file that only its owner can read; what fails is told, and never raised."""

    def __init__(self, path: Path, settings: LogSettings, clock: Clock, failed: _Failed) -> None:
        self._failed = failed
        super().__init__(
            path,
            maxBytes=settings.max_bytes,
            backupCount=settings.keep,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self.setFormatter(_OneLine(clock))

    def _open(self) -> TextIOWrapper:
        def private(path: str, flags: int) -> int:
            descriptor = os.open(path, flags, PRIVATE)
            os.fchmod(descriptor, PRIVATE)
            return descriptor

        raw = open(self.baseFilename, f"{self.mode}b", opener=private)  # noqa: SIM115 - logging closes it
        return TextIOWrapper(raw, encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """A full disk must not write into the dashboard."""
        del record
        self._failed(sys.exc_info()[1])


class _OneLine(logging.Formatter):
    """`2026-08-04T12:01:34.120Z 4711 info node.link: mta1 GET /metrics 200 ...`: one record, one line."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        """The record in one clean line, with its traceback where it has one."""
        room = record.name.removeprefix("kumo_tui.")
        text = record.getMessage()
        if record.exc_info:
            text += f" | {_traced(record.exc_info[1])}"
        when, level = utc_text(self._clock.now()), record.levelname.lower()
        return f"{when} {record.process} {level} {room}: {_cut(text)}"


# The arguments of a program that lists nodes may hold a token.
_VEILED = ("credentials", "nodes_command")


def log_start(settings: Settings, environ: Mapping[str, str], nodes: Mapping[str, str]) -> None:
    """Log what a bug report needs of this run: versions, terminal, nodes by name with their URLs, settings."""
    if not _log.isEnabledFor(logging.INFO):
        return  # to find out the platform Python runs `uname`, which a start without a log need not wait for
    _log.info("kumo-tui %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
    terminal = {name: environ[name] for name in TERMINAL if name in environ}
    terminal |= {name: "set" for name in MULTIPLEXERS if name in environ}
    _log.info("terminal %s", json.dumps(terminal))
    _log.info("nodes %s", json.dumps(dict(nodes)))
    _log.info("settings %s", json.dumps(without_secrets(settings)))


def without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings as they may be shown: whatever has to do with a login is only said to be there."""
    values: dict[str, Any] = settings.model_dump(mode="json", exclude_defaults=True)
    shown = _veiled(values)
    assert isinstance(shown, dict)
    return shown


def _veiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "set" if key in _VEILED and inner else _veiled(inner) for key, inner in value.items()}
    return [_veiled(each) for each in value] if isinstance(value, list) else value


def _check_regular(path: Path) -> None:
    """Raise OSError for what is there and no file: to open a pipe would wait for its reader."""
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file")


def _traced(error: BaseException | None) -> str:
    """The traceback as one text: files and lines of code, no values."""
    return "".join(traceback.format_exception(error)).strip() if error is not None else ""


def _cut(text: str) -> str:
    shown = clean(text[:LONGEST].replace("\n", " | "))
    return shown if len(text) <= LONGEST else f"{shown} ... ({len(text)} characters)"
