"""Typed settings: file < environment < flags. Every key is in `config.example.toml` with its default."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from kumo_tui.config_errors import explain, explain_variable
from kumo_tui.credentials import holds_secret
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.private_files import check_private
from kumo_tui.profiles import IntervalSeconds, Messages, ProfileSettings, Seconds, check_name
from kumo_tui.units import LONGEST_S, duration_text, parse_duration

DEFAULT_ENDPOINT = "http://127.0.0.1:8000"


def check_duration(text: str) -> str:
    """The duration as it was written. Raises ValueError in words when it is none that may ever be sent."""
    try:
        seconds = parse_duration(text)
    except InputError as error:
        raise ValueError(str(error)) from error
    if not 1 <= seconds <= LONGEST_S:
        raise ValueError(f"{text} is not between 1s and {duration_text(LONGEST_S)}")
    return text


def check_command(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command as it was written. Raises ValueError when it is none that can be run."""
    if not command or not command[0].strip() or any("\0" in word for word in command):
        raise ValueError("a command is a list of a program and its arguments")
    return command


def check_profile_name(name: str) -> str:
    """The name as it was written. Raises ValueError when nobody could choose a profile by it."""
    if not name:
        raise ValueError("the name of a profile is blank")
    return check_name(name)


ProfileName = Annotated[str, AfterValidator(check_profile_name)]
DurationText = Annotated[str, AfterValidator(check_duration)]
ThemeName = Literal[
    "kumo-dark",
    "kumo-light",
    "kumo-contrast",
    "kumo-contrast-light",
    "kumo-colorblind",
    "kumo-colorblind-light",
]


class PollSettings(BaseModel):
    """How nodes are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interval_s: IntervalSeconds = 2.0
    """Seconds between the end of one reading and the start of the next."""
    connect_timeout_s: Seconds = 5.0
    """Seconds to wait for a connection."""
    read_timeout_s: Seconds = 30.0
    """Seconds to wait for an answer when nothing explains its lateness."""
    busy_timeout_s: Seconds = 300.0
    """Seconds to wait for a node that is silent after a bounce: a big sweep silences it for minutes."""
    compress: Literal["auto", "on", "off"] = "auto"
    """Ask nodes to compress their answers; auto: all but those on this machine."""

    @property
    def is_compressed(self) -> bool | None:
        """Whether answers are asked for compressed, None where the node's address decides."""
        return None if self.compress == "auto" else self.compress == "on"


class ActSettings(BaseModel):
    """How acts are sent and settled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_timeout_s: Seconds = 30.0
    """Seconds to wait for the answer to a bounce or cancel before its outcome counts as unknown."""
    settle_s: Seconds = 60.0
    """Seconds to look for a bounce of unknown outcome in the node's list."""
    default_duration: DurationText = "5m"
    """What the form offers as duration."""
    max_duration: DurationText = "1d"
    """The longest duration that is sent."""
    max_preview_age_s: Seconds = 15.0
    """Seconds after which a preview is too old to be confirmed."""
    stop_at_collateral: bool = True
    """Cancel a plain bounce of ours by itself, on each node where it bounces mail that is not meant."""
    plain_is_exact: bool | None = None
    """Whether a plain bounce takes no other mail and misses none; unset: as the node's version tells."""
    quiet_after: DurationText = "1m"
    """A clean bounce is over before its time when the return is complete and nothing came for so long."""
    name_above: Messages = 10_000
    """A bounce of more messages than this must be confirmed with the target's name too."""
    wait_above: Messages = 100_000
    """A bounce of more messages than this can be confirmed only some seconds after it was shown."""
    refuse_above: Messages | None = None
    """A bounce of more messages than this is refused; unset: none is refused for its size."""

    @model_validator(mode="after")
    def _default_within_limit(self) -> Self:
        if parse_duration(self.default_duration) > parse_duration(self.max_duration):
            raise ValueError(f"default_duration {self.default_duration} is over max_duration {self.max_duration}")
        return self


class SshSettings(BaseModel):
    """How nodes behind ssh are reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: Annotated[tuple[str, ...], AfterValidator(check_command)] = ("ssh",)
    """The ssh to run, with options of its own; it is run without a shell."""


class LogSettings(BaseModel):
    """The log file for bug reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = ""
    """The log's file; nothing is logged when it is empty."""
    level: Literal["debug", "info", "warning"] = "info"
    """The least that is logged."""
    max_bytes: Annotated[int, Field(ge=10_000, le=1_000_000_000)] = 1_000_000
    """A file that would grow past this many bytes is set aside and a new one begun."""
    keep: Annotated[int, Field(ge=1, le=100)] = 3
    """How many files that were set aside are kept."""


class Settings(BaseSettings):
    """All settings. Environment variables are `KUMO_TUI_` and the key, `__` between its levels."""

    model_config = SettingsConfigDict(
        env_prefix="KUMO_TUI_", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    default_profile: str = ""
    """The profile to use when no --profile is given; the only one when there is one, empty otherwise."""
    read_only: bool = False
    """Watch only: nothing that changes a node is offered."""
    theme: ThemeName = "kumo-dark"
    """kumo-dark or kumo-light; kumo-contrast or kumo-colorblind, for light grounds with -light after it."""
    ascii: bool | None = None
    """Draw with ASCII characters only; unset: where the locale is not UTF-8."""
    low_bandwidth: bool = False
    """Draw less, for a slow link: no colours, fewer columns, no bars, every 5 s at most."""
    mouse: bool = False
    """Take the mouse; off leaves selecting and copying to the terminal."""
    journal: str = ""
    """The journal's file; `journal.db` in the platform's state folder for kumo-tui when it is empty."""
    poll: PollSettings = PollSettings()
    """How nodes are read."""
    act: ActSettings = ActSettings()
    """How acts are sent and settled."""
    ssh: SshSettings = SshSettings()
    """How nodes behind ssh are reached."""
    log: LogSettings = LogSettings()
    """The log file for bug reports."""
    profile: dict[ProfileName, ProfileSettings] = {}
    """The profiles by name."""
    _by_flag: bool = PrivateAttr(default=False)
    _bound_by: tuple[str, ...] = PrivateAttr(default=())

    def under_read_only(self) -> Self:
        """These settings under the flag --read-only."""
        flagged = self.model_copy(update={"read_only": True})
        flagged._by_flag = True
        return flagged

    @property
    def is_read_only_by_flag(self) -> bool:
        """Whether it is the flag --read-only that makes them read-only."""
        return self._by_flag

    def bound_by(self, profiles: Sequence[str]) -> Self:
        """These settings for nodes that are in these profiles and are asked for by another name."""
        bound = self.model_copy()
        bound._bound_by = tuple(profiles)
        return bound

    def in_force(self, profile: str) -> Mapping[str, ProfileSettings]:
        """The profiles that a session on this one must heed, by name.

        They are itself, and every one that has some of its nodes: they are what they are by whatever name.
        """
        return {name: self.profile[name] for name in (profile, *self._bound_by) if name in self.profile}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over what `load_settings` read from the file; no dotenv, no secrets folder."""
        return (env_settings, init_settings)


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """The config file: KUMO_TUI_CONFIG, else `config.toml` in the platform's place for kumo-tui."""
    named = environ.get("KUMO_TUI_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("kumo-tui") / "config.toml"


def load_settings(path: Path | None = None) -> Settings:
    """Settings of this file, or of the default one where it exists, under the environment's.

    Raises ConfigError that names file, line where possible, key, and what is expected; also for a file with a
    secret in it that others than its owner have access to.
    """
    source = path if path is not None else config_path()
    text = _read(source, must_exist=path is not None or bool(os.environ.get("KUMO_TUI_CONFIG")))
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}.") from error
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(explain(error, Settings, source, text)) from error
    except SettingsError as error:
        raise ConfigError(*explain_variable(error)) from error
    if holds_secret(values):
        check_private(source)
    return settings


def _read(source: Path, *, must_exist: bool) -> str:
    try:
        return source.read_text("utf-8")
    except FileNotFoundError as error:
        if not must_exist:
            return ""
        raise ConfigError(f"{source}: no such file.", "Check --config or KUMO_TUI_CONFIG.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source}: not UTF-8 text.") from error
    except OSError as error:
        raise ConfigError(f"{source}: cannot be read: {error.strerror}.") from error
