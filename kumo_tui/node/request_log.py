"""What is logged of each request: never a header, never a body that was sent; of an error what the node says."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from kumo_tui.clock import Clock
from kumo_tui.errors import NodeError
from kumo_tui.node.failures import Asked
from kumo_tui.text import one_line

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Noted:
    """One request under way: its response, once there is one."""

    response: httpx.Response | None = None


@contextlib.contextmanager
def logged(asked: Asked, clock: Clock) -> Iterator[Noted]:
    """Log one request when it is over: node, method, path, status, bytes on the wire, seconds."""
    noted, began = Noted(), clock.monotonic()
    try:
        yield noted
    except NodeError as error:
        _tell(logging.WARNING, asked, noted, clock.monotonic() - began, str(error))
        raise
    except asyncio.CancelledError:
        _tell(logging.INFO, asked, noted, clock.monotonic() - began, "given up")
        raise
    _tell(logging.INFO, asked, noted, clock.monotonic() - began, "")


def log_refusal(asked: Asked, status: int, body: bytes) -> None:
    """Log what a node said with a status that is not 200."""
    said = one_line(body.decode("utf-8", "replace"))
    _log.warning("%s %s %d: %s", asked.node, asked.request, status, said)


def _tell(level: int, asked: Asked, noted: Noted, seconds: float, words: str) -> None:
    response = noted.response
    status = "no answer" if response is None else f"{response.status_code} {response.num_bytes_downloaded} B"
    tail = f" {words}" if words else ""
    _log.log(level, "%s %s %s %s %.3f s%s", asked.node, asked.method, asked.path, status, seconds, tail)
