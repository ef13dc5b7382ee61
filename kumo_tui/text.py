"""Safe text: what strings from a server may look like on a screen (DESIGN section 3, rule 9).

Queue names and reasons come from mail headers of customers: they may hold escape sequences, line breaks,
bidirectional controls and zero-width characters. They are cleaned here, once; the raw value is kept for the API.
"""

import re
from collections.abc import Sequence

# Characters that count as printable and show nothing: two names that differ by one of them look the same.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def clean(raw: str) -> str:
    """The text as it may be shown: every character that is not printable becomes a visible escape.

    Control characters (C0, DEL, C1), format characters (bidirectional, zero-width), separators other than the
    space, fillers that show nothing, surrogates and unassigned code points are shown as `\\x1b`, `\\u202e` or
    `\\U000e0001`.
    """
    if not is_altered(raw):
        return raw
    return "".join(_escape(ord(char)) if is_altered(char) else char for char in raw)


def is_altered(raw: str) -> bool:
    """Whether the shown form differs from the raw one; such names are flagged."""
    return not raw.isprintable() or (not raw.isascii() and _INVISIBLE.search(raw) is not None)


def one_line(raw: str, limit: int = 300) -> str:
    """Clean text cut to `limit` characters, for error texts that hold a piece of a server's answer."""
    text = clean(raw.strip()[: limit + 1].replace("\n", " "))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plural(count: int, noun: str) -> str:
    """`1 queue`, `412 queues`, `1,204 messages`: count with thousands separators and its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def and_more(names: Sequence[str], most: int) -> str:
    """`mta1, mta2 and 3 more`: so many of these names, cleaned, and how many are left."""
    shown = ", ".join(map(clean, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
