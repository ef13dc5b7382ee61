"""Typed settings: file < environment < flags. Every key is in `config.example.toml` with its default."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kumo_tui.errors import ConfigError, InputError
from kumo_tui.units import parse_duration

DEFAULT_ENDPOINT = "http://127.0.0.1:8000"


def check_url(url: str) -> str:
    """The node URL without a trailing slash. Raises ValueError in words when it is none.

    The path is fixed by the server, and credentials in a URL end up in logs: both are refused.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{_without_credentials(url)!r} has no http:// or https:// in front")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not hold a user name or password")
    if not parts.hostname or _port_of(url) is None:
        raise ValueError(f"{url!r} names no host and port that can be reached")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{url!r} has a path; give scheme, host and port only")
    return url.rstrip("/")


def _port_of(url: str) -> int | None:
    try:
        return urlsplit(url).port or 80
    except ValueError:
        return None


def _without_credentials(url: str) -> str:
    return url.rpartition("@")[2]


def check_duration(text: str) -> str:
    """The duration as it was written. Raises ValueError in words when it is none (`units.parse_duration`)."""
    try:
        parse_duration(text)
    except InputError as error:
        raise ValueError(str(error)) from error
    return text


Url = Annotated[str, AfterValidator(check_url)]
DurationText = Annotated[str, AfterValidator(check_duration)]
Seconds = Annotated[float, Field(gt=0, le=86400)]


class NodeSettings(BaseModel):
    """One node of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    """Scheme, host and port of the node's admin HTTP listener."""
    name: str = Field(default="", max_length=40)
    """How the node is called on screen; host:port when empty."""
    ca_file: Path | None = None
    """A file of CA certificates to trust instead of the system's."""
    insecure: bool = False
    """Do not verify the certificate. Stays visible on screen."""

    @property
    def label(self) -> str:
        """The node's name: as given, else host:port."""
        return self.name or urlsplit(self.url).netloc


class ProfileSettings(BaseModel):
    """A named set of nodes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: tuple[NodeSettings, ...] = Field(min_length=1)
    """The nodes of the profile."""
    production: bool = False
    """Marks the profile on screen; a bounce must be confirmed with the profile's name too."""


class PollSettings(BaseModel):
    """How nodes are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interval_s: Annotated[float, Field(ge=0.5, le=3600)] = 2.0
    """Seconds between the end of one reading and the start of the next."""
    connect_timeout_s: Seconds = 5.0
    """Seconds to wait for a connection."""
    read_timeout_s: Seconds = 30.0
    """Seconds to wait for an answer when nothing explains its lateness."""
    busy_timeout_s: Seconds = 300.0
    """Seconds to wait for a node that is silent after a bounce: a big sweep silences it for minutes."""


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


class Settings(BaseSettings):
    """All settings. Environment variables are `KUMO_TUI_` and the key, `__` between its levels."""

    model_config = SettingsConfigDict(
        env_prefix="KUMO_TUI_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    default_profile: str = ""
    """The profile to use when no --profile is given; the only one when there is one, empty otherwise."""
    read_only: bool = False
    """Watch only: nothing that changes a node is offered."""
    theme: str = "kumo-dark"
    """kumo-dark or kumo-light."""
    ascii: bool = False
    """Draw with ASCII characters only."""
    mouse: bool = False
    """Take the mouse; off leaves selecting and copying to the terminal."""
    poll: PollSettings = PollSettings()
    act: ActSettings = ActSettings()
    profile: dict[str, ProfileSettings] = {}

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

    Raises ConfigError that names file, line where possible, key, and what is expected.
    """
    source = path if path is not None else config_path()
    text = _read(source, must_exist=path is not None or "KUMO_TUI_CONFIG" in os.environ)
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}.") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError(_explain(error, source, text)) from error


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


def _explain(error: ValidationError, source: Path, text: str) -> str:
    first = error.errors(include_url=False)[0]
    keys = [str(key) for key in first["loc"]]
    name = ".".join(keys) or "settings"
    expected = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        expected = f"unknown key; {_known_keys(keys[:-1])}"
    line = _line_of(keys, text)
    where = f"{source}:{line}" if line else str(source)
    variable = "KUMO_TUI_" + "__".join(keys).upper()
    if line is None and variable in os.environ:
        where = f"environment variable {variable}"
    return f"{where}: {name}: {expected}."


def _known_keys(path: list[str]) -> str:
    model: type[BaseModel] = Settings
    for key in path:
        model = _SECTIONS.get(key, model)
    return "known are " + ", ".join(model.model_fields)


_SECTIONS: Mapping[str, type[BaseModel]] = {
    "poll": PollSettings,
    "act": ActSettings,
    "profile": ProfileSettings,
    "nodes": NodeSettings,
}


def _line_of(keys: list[str], text: str) -> int | None:
    """The line that sets this key, found by its name and the table header before it."""
    wanted = [key for key in keys if not key.isdigit()]
    if not wanted:
        return None
    table: list[str] = []
    found = None
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = [part.strip(" \"'") for part in stripped.strip("[] ").split(".")]
            if table == wanted:
                found = found or number
        elif stripped.partition("=")[0].strip(" \"'") == wanted[-1] and table == wanted[:-1]:
            return number
        elif wanted[-1] in stripped and stripped.partition("=")[0].strip() in wanted[:-1]:
            found = found or number
    return found
