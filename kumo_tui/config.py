"""Typed settings: file < environment < flags. Every key is in `config.example.toml` with its default."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from kumo_tui.config_errors import explain
from kumo_tui.credentials import CredentialSettings, holds_secret
from kumo_tui.errors import ConfigError, InputError
from kumo_tui.private_files import check_private
from kumo_tui.units import LONGEST_S, duration_text, parse_duration
from kumo_tui.urls import check_url, is_plain_http

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


def check_name(name: str) -> str:
    """The name as it was written. Raises ValueError when it could not be shown as it is."""
    if not name.isprintable():
        raise ValueError("a name holds no control characters")
    return name


Url = Annotated[str, AfterValidator(check_url)]
DurationText = Annotated[str, AfterValidator(check_duration)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
Messages = Annotated[int, Field(ge=0)]
ThemeName = Literal[
    "kumo-dark",
    "kumo-light",
    "kumo-contrast",
    "kumo-contrast-light",
    "kumo-colorblind",
    "kumo-colorblind-light",
]


class NodeSettings(BaseModel):
    """One node of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    """Scheme, host and port of the node's admin HTTP listener."""
    name: Annotated[str, AfterValidator(check_name)] = Field(default="", max_length=40)
    """How the node is called on screen; host:port when empty."""
    ca_file: Path | None = None
    """A file of CA certificates to trust instead of the system's."""
    client_cert: Path | None = None
    """A file with the certificate that is shown to the node, or to what stands before it."""
    client_key: Path | None = None
    """The certificate's private key, where it is in a file of its own; only its owner may have access."""
    insecure: bool = False
    """Do not verify the certificate. Stays visible on screen."""
    credentials: CredentialSettings | None = None
    """How to log in there; the profile's when unset, not at all when it is an empty table."""
    allow_plain_http: bool = False
    """Send the credentials over plain HTTP to another machine: whoever is in between can read them."""

    @property
    def label(self) -> str:
        """The node's name: as given, else host:port."""
        return self.name or urlsplit(self.url).netloc

    @model_validator(mode="after")
    def _tls_makes_sense(self) -> Self:
        """A setting that would have no effect must not look as if it had."""
        if self.client_key is not None and self.client_cert is None:
            raise ValueError("client_key needs a client_cert")
        if self.insecure and self.ca_file is not None:
            raise ValueError("ca_file has no effect where insecure is set; give one of them")
        useless = "client_cert" if self.client_cert else "ca_file" if self.ca_file else ""
        if useless and not self.url.startswith("https:"):
            raise ValueError(f"{useless} has no effect at {self.url}; it needs https")
        return self


class ProfileSettings(BaseModel):
    """A named set of nodes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: tuple[NodeSettings, ...] = Field(min_length=1)
    """The nodes of the profile."""
    credentials: CredentialSettings | None = None
    """How to log in to its nodes; a node's own credentials replace these."""
    production: bool = False
    """Marks the profile on screen; a bounce must be confirmed with the profile's name too."""
    read_only: bool = False
    """Watch only: nothing that changes the profile's nodes is offered."""
    name_above: Messages | None = None
    """As act.name_above, for this profile: the stricter of the two holds."""
    wait_above: Messages | None = None
    """As act.wait_above, for this profile: the stricter of the two holds."""
    refuse_above: Messages | None = None
    """As act.refuse_above, for this profile: the stricter of the two holds."""

    @model_validator(mode="after")
    def _each_node_once(self) -> Self:
        """A node that is there twice would be bounced twice, the second time replacing the first."""
        for what, values in (
            ("name", [node.label for node in self.nodes]),
            ("URL", [node.url.lower() for node in self.nodes]),
        ):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"two nodes have the {what} {twice!r}")
        return self

    @model_validator(mode="after")
    def _no_secret_in_the_clear(self) -> Self:
        for node in self.nodes_with_credentials():
            if node.credentials is None or node.credentials.scheme is None or node.allow_plain_http:
                continue
            if is_plain_http(node.url):
                raise ValueError(
                    f"node {node.label}: its credentials would cross the network in the clear; use https or a "
                    "tunnel, or set allow_plain_http = true for this node"
                )
        return self

    def nodes_with_credentials(self) -> tuple[NodeSettings, ...]:
        """The nodes, each with the credentials that hold for it."""
        return tuple(
            node if node.credentials is not None else node.model_copy(update={"credentials": self.credentials})
            for node in self.nodes
        )


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
    log: LogSettings = LogSettings()
    """The log file for bug reports."""
    profile: dict[str, ProfileSettings] = {}
    """The profiles by name."""
    _by_flag: bool = PrivateAttr(default=False)

    def under_read_only(self) -> Self:
        """These settings under the flag --read-only."""
        flagged = self.model_copy(update={"read_only": True})
        flagged._by_flag = True
        return flagged

    @property
    def is_read_only_by_flag(self) -> bool:
        """Whether it is the flag --read-only that makes them read-only."""
        return self._by_flag

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
        raise ConfigError(f"{error}.", "A section in one environment variable is written as JSON.") from error
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
