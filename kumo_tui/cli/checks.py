"""Checks of the doctor: what one is, and those of the program itself, the terminal and the settings."""

import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kumo_tui import __version__
from kumo_tui.act.rights import order_of
from kumo_tui.cli.locale_text import is_utf8, speaks_utf8
from kumo_tui.cli.options import Options
from kumo_tui.config import Settings, config_path
from kumo_tui.errors import ConfigError
from kumo_tui.text import one_line, plural

LEAST_COLUMNS, LEAST_LINES = 80, 24

# The generation of Textual that the dashboard is made for.
TEXTUAL = "8."

_PREFIX = "KUMO_TUI_"
_NO_SETTINGS = frozenset({"CONFIG"})


class Health(StrEnum):
    """How a check came out. WARNING works, and somebody should know of it."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: what was looked at (`area`, and which node), what was found, what to do about it."""

    area: str
    health: Health
    what: str
    next_step: str = ""
    node: str | None = None


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What the terminal says of itself. `size` is columns and lines, None where nothing tells."""

    is_terminal: bool
    term: str
    colour_term: str
    no_colour: bool
    encoding: str
    size: tuple[int, int] | None


def look_at_terminal(environ: Mapping[str, str], *, is_terminal: bool) -> TerminalFacts:
    """The facts of the terminal on standard output."""
    try:
        found = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        size = (found.columns, found.lines)
    except (OSError, ValueError):
        size = None
    return TerminalFacts(
        is_terminal=is_terminal,
        term=environ.get("TERM", ""),
        colour_term=environ.get("COLORTERM", ""),
        no_colour=bool(environ.get("NO_COLOR")),
        encoding=(sys.stdout.encoding or "ascii") if speaks_utf8(environ) else "ASCII",
        size=size,
    )


def check_program() -> Iterator[Check]:
    """The versions of what runs here."""
    python = f"kumo-tui {__version__}, Python {platform.python_version()}"
    try:
        textual = importlib.metadata.version("textual")
    except importlib.metadata.PackageNotFoundError:
        yield Check("program", Health.WARNING, f"{python}, no Textual: no dashboard.", "Install kumo-tui again.")
        return
    if textual.startswith(TEXTUAL):
        yield Check("program", Health.OK, f"{python}, Textual {textual}")
    else:
        words = f"{python}, Textual {textual}: the dashboard is made for {TEXTUAL}x."
        yield Check("program", Health.WARNING, words, f"Install Textual {TEXTUAL}x.")


def check_terminal_facts(facts: TerminalFacts, *, ascii_only: bool | None) -> Iterator[Check]:
    """Whether the dashboard can be drawn here, and how well; `ascii_only` as the settings have it."""
    if not facts.is_terminal:
        words = "standard input or output is no terminal: the dashboard cannot open like this."
        yield Check("terminal", Health.WARNING, words, "In scripts and pipes use `kumo-tui status --json`.")
    if facts.term in ("", "dumb"):
        words = f"TERM is {one_line(facts.term) or 'not set'}: the dashboard cannot be drawn."
        yield Check("terminal", Health.WARNING, words, "Set TERM to what your terminal is, as xterm-256color.")
    else:
        yield Check("terminal", Health.OK, f"TERM {one_line(facts.term, 40)}, {_colours(facts)}")
    if is_utf8(facts.encoding) or ascii_only:
        words = "ASCII characters only, by the settings" if ascii_only else "UTF-8"
        yield Check("terminal", Health.OK, words)
    elif ascii_only is None:
        words = "ASCII characters only: the locale is not UTF-8."
        yield Check("terminal", Health.OK, words, "Set LANG to a UTF-8 locale, or `ascii = false`, for more.")
    else:
        words = f"characters are {one_line(facts.encoding, 40)}, not UTF-8: glyphs will be wrong."
        yield Check("terminal", Health.WARNING, words, "Set LANG to a UTF-8 locale, or leave `ascii` out.")
    if facts.size is not None:
        yield _size(*facts.size)


def check_settings(options: Options, environ: Mapping[str, str]) -> tuple[Settings | None, list[Check]]:
    """The settings, None when they do not load, and what is to be said of them."""
    path = options.config or config_path(environ)
    try:
        settings = options.settings()
    except ConfigError as error:
        return None, [Check("config", Health.FAILED, error.what, error.next_step)]
    there = one_line(str(path)) if path.exists() else f"no {one_line(str(path))}: the defaults hold"
    profiles = f", {plural(len(settings.profile), 'profile')}" if settings.profile else ""
    order = order_of(settings, options.profile or settings.default_profile)
    read_only = f", read-only ({order})" if order else ""
    checks = [Check("config", Health.OK, f"{there}{profiles}{read_only}")]
    for name in unknown_variables(environ):
        words = f"{one_line(name, 60)} is no setting: it has no effect."
        checks.append(Check("config", Health.WARNING, words, "Check its spelling."))
    return settings, checks


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """The variables that are called like a setting of ours and are none."""
    known = {name.upper() for name in Settings.model_fields} | _NO_SETTINGS
    ours = (name for name in environ if name.startswith(_PREFIX))
    return sorted(name for name in ours if name.removeprefix(_PREFIX).partition("__")[0] not in known)


def _colours(facts: TerminalFacts) -> str:
    if facts.no_colour:
        return "no colours (NO_COLOR)"
    if facts.colour_term in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256" in facts.term else "few colours"


def _size(columns: int, lines: int) -> Check:
    if columns >= LEAST_COLUMNS and lines >= LEAST_LINES:
        return Check("terminal", Health.OK, f"{columns}x{lines}")
    words = f"{columns}x{lines} is small: screens are made for {LEAST_COLUMNS}x{LEAST_LINES} and more."
    return Check("terminal", Health.WARNING, words, "Make the window larger.")
