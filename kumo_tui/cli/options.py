"""The global options: taken before and after the subcommand, merged into one value."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kumo_tui.config import Settings, load_settings
from kumo_tui.errors import InputError


@dataclass(frozen=True, slots=True)
class Options:
    """What was given of the global options, in one place of the command line or in both."""

    endpoints: tuple[str, ...] = ()
    profile: str | None = None
    config: Path | None = None
    read_only: bool = False
    json: bool = False
    log: Path | None = None
    low_bandwidth: bool = False

    def merged(self, later: "Options") -> "Options":
        """These and the later ones: endpoints add up, the later of two single values wins."""
        return Options(
            endpoints=(*self.endpoints, *later.endpoints),
            profile=self.profile if later.profile is None else later.profile,
            config=later.config or self.config,
            read_only=self.read_only or later.read_only,
            json=self.json or later.json,
            log=later.log or self.log,
            low_bandwidth=self.low_bandwidth or later.low_bandwidth,
        )

    def settings(self) -> Settings:
        """The settings of file and environment under these flags. Raises ConfigError."""
        settings = load_settings(self.config)
        if self.log is not None:
            log = settings.log.model_copy(update={"file": str(self.log)})
            settings = settings.model_copy(update={"log": log})
        if self.low_bandwidth:
            settings = settings.model_copy(update={"low_bandwidth": True})
        return settings.under_read_only() if self.read_only else settings


def with_global_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the global options to a command; it gets them as the argument `given` (Options)."""

    @functools.wraps(command)
    def collecting(
        *args: Any,
        endpoint: tuple[str, ...],
        profile: str | None,
        config: Path | None,
        read_only: bool,
        as_json: bool,
        log: Path | None,
        low_bandwidth: bool,
        **values: Any,
    ) -> Any:
        given = Options(endpoint, profile, config, read_only, as_json, log, low_bandwidth)
        return command(*args, given=given, **values)

    for option in reversed(_GLOBAL):
        collecting = option(collecting)
    return collecting


def not_blank(_ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """A click callback: a value of nothing but blanks is a slip, and never widens a match."""
    values = value if isinstance(value, tuple) else (value,)
    if any(isinstance(text, str) and not text.strip() for text in values):
        raise click.BadParameter("blank. Leave the option out to mean any.", param=param)
    return value


def as_usage_error(error: InputError, option: str) -> click.UsageError:
    """What is wrong with a typed value, as an error of the command line that names its option."""
    return click.UsageError(f"{option}: {error}")


_GLOBAL = (
    click.option(
        "--endpoint",
        multiple=True,
        metavar="URL",
        callback=not_blank,
        help="Admin URL of a node, as http://host:8000; repeat it for several nodes.",
    ),
    click.option("--profile", metavar="NAME", callback=not_blank, help="A profile of the config file."),
    click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The config file to read instead of the usual one.",
    ),
    click.option("--read-only", is_flag=True, help="Change nothing on any node."),
    click.option(
        "--log",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write a log for bug reports to this file; it holds no credentials.",
    ),
    click.option(
        "--low-bandwidth", is_flag=True, help="Draw less on the dashboard, for a slow link; key l switches it."
    ),
    click.option("--json", "as_json", is_flag=True, help="JSON on standard output, nothing else."),
)
