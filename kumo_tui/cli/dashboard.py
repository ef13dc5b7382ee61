"""Opening the dashboard: the only place that imports Textual, and only when a terminal is there."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module

from kumo_tui.cli.compose import Call, House, opened
from kumo_tui.cli.lasting import lasting
from kumo_tui.cli.locale_text import draws_ascii
from kumo_tui.cli.loop import run_loop
from kumo_tui.clock import Clock
from kumo_tui.config import Settings
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.watch.overview import OverviewWatch
from kumo_tui.watch.overview_missing import MissingOverview

APP = "kumo_tui.ui.app"

LookAt = Callable[[str], Awaitable[None]]
"""Looks whether the dashboard can be opened on a profile, by its name. Raises KumoTuiError."""

# Read by Textual when it is imported. The dashboard is used over slow links: no animation, few frames.
TEXTUAL_ENVIRONMENT = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "30"}

# How long a thread that sorts and filters may keep the interpreter from a key, in seconds: a key passes through a
# dozen turns of the event loop, and each of them may wait so long (Python's own 5 ms come to 100 ms).
TURN_S = 0.0005


def check_terminal(call: Call) -> None:
    """Raise InputError where no dashboard can be drawn, or JSON is wanted of it."""
    if call.options.json:
        raise InputError("dashboard", "the dashboard has no --json.", "`kumo-tui status --json` has.")
    if not call.surroundings.is_terminal():
        raise InputError(
            "dashboard",
            "the dashboard needs a terminal on standard input and output.",
            "In scripts and pipes use `kumo-tui status --json`.",
        )
    term = call.surroundings.environ.get("TERM", "")
    if term in ("", "dumb"):
        raise InputError(
            "dashboard",
            f"TERM is {term or 'not set'}: the dashboard cannot be drawn there.",
            "Set TERM to what your terminal is (xterm-256color), or use `kumo-tui status` and `kumo-tui watch`.",
        )


@dataclass(frozen=True, slots=True)
class Left:
    """How a dashboard was left: its exit code, and the profile that is wanted next, empty for none.

    `low_bandwidth` says whether it drew little, for a slow link.
    """

    code: int
    profile: str = ""
    low_bandwidth: bool = False


def open_dashboard(house: House, look_at: LookAt | None = None, words: str = "") -> Left:
    """Run the dashboard until it is quit, or left for another profile.

    While it runs it goes on with every confirmed clean bounce by itself. SIGTERM and hang-up end it without
    asking: the terminal is given back, and stops stand until their own end. `look_at` looks whether it could be
    opened on another profile; `words` are said at first.
    """
    load_dashboard()
    from kumo_tui.ui.app import KumoTuiApp  # noqa: PLC0415  # Textual is slow to import; see the module

    settings = house.settings.model_copy(update={"ascii": draws_ascii(house.settings, os.environ)})
    overview = overview_of(house)
    if isinstance(overview, MissingOverview):
        words = f"{words} The overview cannot be read: v says why.".strip()
    app = KumoTuiApp(
        house.watcher,
        house.acts,
        settings,
        house.clock,
        house.past,
        overview=overview,
        look_at=look_at,
        words=words,
    )

    async def show() -> Left:
        async with opened(house):
            if house.refresh is not None:
                house.refresh.start()
            await app.run_async(mouse=settings.mouse)
        return Left(app.return_code or 0, app.chosen, app.settings.low_bandwidth)

    return run_loop(show())


def overview_of(house: House) -> OverviewWatch | MissingOverview | None:
    """The overview of a dashboard. One that cannot be had says why: it keeps nobody from watching the nodes."""
    profile = house.settings.profile.get(house.target.profile)
    if profile is None or profile.prometheus is None:
        return None
    try:
        return house.overview()
    except ConfigError as error:
        return MissingOverview(profile.prometheus.url, error)


def choose_profile(settings: Settings, clock: Clock, look_at: LookAt, words: str) -> str | None:
    """Let one of the profiles be chosen, before any node is asked; None when it was left without."""
    load_dashboard()
    from kumo_tui.ui.choosing import ChoosingApp  # noqa: PLC0415  # as above

    settings = settings.model_copy(update={"ascii": draws_ascii(settings, os.environ)})
    app = ChoosingApp(settings, clock, look_at, words)

    async def show() -> str | None:
        await app.run_async(mouse=settings.mouse)
        return app.chosen

    return run_loop(show())


def load_dashboard() -> None:
    """Import Textual and what is drawn with it, once, and before the nodes of a profile are watched.

    What is there by then lasts as long as the process: so would all that was read of a profile that was left.
    """
    _prepare_textual()
    if APP not in sys.modules:
        with lasting():
            import_module(APP)


def _prepare_textual() -> None:
    for name, value in TEXTUAL_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    sys.setswitchinterval(TURN_S)
