"""Whether the terminal takes UTF-8, by the locale: with any other one the dashboard draws ASCII only."""

import sys
from collections.abc import Mapping

from kumo_tui.config import Settings

# What Python puts into LC_CTYPE where the locale is C, or is not installed (PEP 538).
_COERCED = "C.UTF-8"
_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")


def is_utf8(encoding: str) -> bool:
    """Whether text of this encoding can show the program's glyphs."""
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def speaks_utf8(environ: Mapping[str, str], *, coerced: bool | None = None) -> bool:
    """Whether the locale is a UTF-8 one.

    Python pretends so where it is C; `coerced` tells whether it may have, None: as this Python started.
    """
    name = next((environ[key] for key in _VARIABLES if environ.get(key)), "")
    may_be_coerced = sys.flags.utf8_mode == 1 if coerced is None else coerced
    if may_be_coerced and not environ.get("LC_ALL") and environ.get("LC_CTYPE") == _COERCED:
        return environ.get("PYTHONUTF8") == "1"
    return is_utf8(name.partition(".")[2].partition("@")[0] or name)


def draws_ascii(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether to draw ASCII characters only: as the settings say, else by the locale."""
    return not speaks_utf8(environ) if settings.ascii is None else settings.ascii
