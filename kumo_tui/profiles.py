"""Profiles in the settings: named sets of nodes, each with its marking, limits and ways to reach its nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from kumo_tui.credentials import CredentialSettings
from kumo_tui.prometheus_settings import PrometheusSettings
from kumo_tui.text import one_line
from kumo_tui.urls import check_url, is_plain_http, label_of, place_of


def check_name(name: str) -> str:
    """The name as it was written. Raises ValueError when it could not be shown, or told apart, as it is."""
    if not name.isprintable():
        raise ValueError("a name holds no control characters")
    if name != name.strip():
        raise ValueError("a name begins and ends with no blank")
    return name


Url = Annotated[str, AfterValidator(check_url)]
Seconds = Annotated[float, Field(gt=0, le=86400)]
IntervalSeconds = Annotated[float, Field(ge=0.5, le=3600)]
Messages = Annotated[int, Field(ge=0)]


class NodeSettings(BaseModel):
    """One node of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Url
    """Scheme, host and port of the node's admin HTTP listener; `ssh://user@host/127.0.0.1:8000` goes by ssh."""
    name: Annotated[str, AfterValidator(check_name)] = Field(default="", max_length=40)
    """How the node is called on screen; host:port when empty, by ssh the host that is logged in to."""
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
    enabled: bool = True
    """Read it and act on it from the start; off, it is listed only, until it is enabled on the nodes screen."""
    read_only: bool = False
    """Watch only: nothing that changes this node is offered."""
    instance: str = ""
    """How Prometheus calls it, where that is neither its host and port, its host, nor its name."""

    @property
    def label(self) -> str:
        """The node's name: as given, else host:port; by ssh the host that is logged in to."""
        return self.name or label_of(self.url)

    @model_validator(mode="after")
    def _tls_makes_sense(self) -> Self:
        """A setting that would have no effect must not look as if it had."""
        check_trust(self)
        useless = "client_cert" if self.client_cert else "ca_file" if self.ca_file else ""
        if useless and not self.url.startswith("https:"):
            raise ValueError(f"{useless} has no effect at {self.url}; it needs https")
        if self.insecure and self.url.startswith("ssh:"):
            raise ValueError(f"insecure has no effect at {self.url}; ssh verifies the host by its known_hosts")
        return self


def check_trust(given: "NodeSettings | NodeDefaults") -> None:
    """Raise ValueError where what is said of certificates contradicts itself."""
    if given.client_key is not None and given.client_cert is None:
        raise ValueError("client_key needs a client_cert")
    if given.insecure and given.ca_file is not None:
        raise ValueError("ca_file has no effect where insecure is set; give one of them")


class NodeDefaults(BaseModel):
    """How the nodes of a list kept elsewhere are reached: a list names nodes, and decides nothing about trust."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca_file: Path | None = None
    """As for a node."""
    client_cert: Path | None = None
    """As for a node."""
    client_key: Path | None = None
    """As for a node."""
    insecure: bool = False
    """As for a node."""
    allow_plain_http: bool = False
    """As for a node."""

    @model_validator(mode="after")
    def _tls_makes_sense(self) -> Self:
        check_trust(self)
        return self


class ProfileSettings(BaseModel):
    """A named set of nodes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: tuple[NodeSettings, ...] = ()
    """The nodes of the profile."""
    nodes_file: Path | None = None
    """A file that lists more nodes of the profile, read again while running."""
    nodes_command: tuple[str, ...] = ()
    """A program, with its arguments, that prints such a list; it is run without a shell."""
    nodes_every_s: Annotated[float, Field(ge=5, le=86400)] = 60.0
    """Seconds between two readings of that file or program."""
    node_defaults: NodeDefaults = NodeDefaults()
    """What holds for each node of such a list."""
    interval_s: IntervalSeconds | None = None
    """As poll.interval_s, for this profile."""
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
    prometheus: PrometheusSettings | None = None
    """Where its nodes' metrics are scraped to: what the overview is read from."""

    @property
    def has_list(self) -> bool:
        """Whether some of its nodes are in a list that is kept elsewhere."""
        return bool(self.nodes_file or self.nodes_command)

    @model_validator(mode="after")
    def _nodes_from_somewhere(self) -> Self:
        if not (self.nodes or self.has_list):
            raise ValueError("a profile needs nodes: [[profile.NAME.nodes]], nodes_file or nodes_command")
        if self.nodes_command and not self.nodes_command[0].strip():
            raise ValueError("nodes_command names no program")
        return self

    @model_validator(mode="after")
    def _each_node_once(self) -> Self:
        twice = first_twice(self.nodes)
        if twice is not None:
            # Their places in the list, for who knows the lines of the file.
            places = {"nodes": (twice.first, twice.second)}
            raise PydanticCustomError("twice", "{words}", {"words": twice.words, **places})
        return self

    @model_validator(mode="after")
    def _no_secret_in_the_clear(self) -> Self:
        for node in self.nodes_with_credentials():
            check_not_in_the_clear(node)
        return self

    def reached(self, name: str, url: str) -> NodeSettings:
        """How a node of this profile is reached: as the config has it, else as what its lists name."""
        own = next((node for node in self.nodes_with_credentials() if node.label == name), None)
        return own or self.listed(NodeSettings(url=url))

    def listed(self, node: NodeSettings) -> NodeSettings:
        """A node of a list, which says nothing of trust, with what holds for it."""
        trust: dict[str, object] = {"allow_plain_http": self.node_defaults.allow_plain_http}
        if node.url.startswith("https:"):
            trust = {key: getattr(self.node_defaults, key) for key in NodeDefaults.model_fields}
        return node.model_copy(update={**trust, "credentials": self.credentials})

    def nodes_with_credentials(self) -> tuple[NodeSettings, ...]:
        """The nodes, each with the credentials that hold for it."""
        return tuple(
            node if node.credentials is not None else node.model_copy(update={"credentials": self.credentials})
            for node in self.nodes
        )


@dataclass(frozen=True, slots=True)
class Twice:
    """Two nodes that must not be in one set: what they share, in words, and their places from 0."""

    words: str
    first: int
    second: int


def first_twice(nodes: Sequence[NodeSettings]) -> Twice | None:
    """The first two nodes of one name, or of one address however it is written; None where each is there once.

    A node that is there twice would be counted and bounced twice, the second time replacing the first.
    """
    names: dict[str, int] = {}
    servers: dict[str, int] = {}
    for place, node in enumerate(nodes):
        before = names.setdefault(node.label, place)
        if before != place:
            return Twice(f"two nodes are called {one_line(node.label, 60)!r}", before, place)
        before = servers.setdefault(place_of(node.url), place)
        if before != place:
            there = nodes[before].url
            also = "" if there == node.url else f", once as {one_line(there)}"
            return Twice(f"two nodes are one server: {one_line(node.url)}{also}", before, place)
    return None


def check_not_in_the_clear(node: NodeSettings) -> None:
    """Raise ValueError where this node's credentials could be read by whoever is in between."""
    if node.credentials is None or node.credentials.scheme is None or node.allow_plain_http:
        return
    if is_plain_http(node.url):
        raise ValueError(
            f"node {node.label}: its credentials would cross the network in the clear; use https or a "
            "tunnel, or set allow_plain_http = true for this node"
        )
