"""Answers of the simulated server, in its forms (KUMOMTA.md 1.0): JSON, plain text, empty, or a stream."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Piece:
    """Part of a streamed body; ``deflated`` is the same as raw deflate blocks where they are kept."""

    raw: bytes
    deflated: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """One answer. With ``stream`` the body is chunked and has no length."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[Piece] | None = None


@dataclass(frozen=True)
class Call:
    """One request after its body was read and decompressed. ``query`` is decoded, in order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    peer: str
    listener: str


def json_reply(value: Any) -> Reply:
    """A 200 with compact JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return Reply(200, body, "application/json")


def text_reply(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Plain text with a status."""
    return Reply(status, text.encode("utf-8", "surrogatepass"), TEXT, headers or {})


def error_reply(text: str, status: int) -> Reply:
    """A handler's own error: the text follows ``Error:``."""
    return text_reply(f"Error: {text}", status)


def timestamp(moment: datetime) -> str:
    """Write RFC 3339 UTC with ``Z`` and 0, 3, 6 or 9 fractional digits."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if moment.microsecond:
        digits = f"{moment.microsecond:06d}"
        text += f".{digits[:3] if digits.endswith('000') else digits}"
    return text + "Z"
