"""Prometheus in the settings: where a profile's nodes are scraped to, and how it is asked."""

import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kumo_tui.credentials import CredentialSettings
from kumo_tui.urls import check_url, is_loopback, is_plain_http, split_url, ssh_way

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_MATCHER = re.compile(rf'\s*({_LABEL.pattern})\s*(=~|!~|!=|=)\s*("(?:[^"\\\x00-\x1f\x7f]|\\[abfnrtv\\"])*")\s*')
_PATH = re.compile(r"(/[A-Za-z0-9_.~-]+)*/?")
_TENANT = re.compile(r"[A-Za-z0-9!\-_.*'()|]{0,150}")


def check_base_url(url: str) -> str:
    """The URL before `/api/v1`, which may have a path as `https://mimir/prometheus`.

    Raises ValueError in words when it is none.
    """
    parts = split_url(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url.rpartition('@')[2]!r} has no http:// or https:// in front")
    if parts.query or parts.fragment:
        raise ValueError("a URL with a query is none that /api/v1 can follow")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise ValueError("the path of the URL holds more than letters, digits, dots, dashes and slashes")
    return check_url(f"{parts.scheme}://{parts.netloc}") + parts.path.rstrip("/")


def check_matchers(text: str) -> str:
    """Label matchers, as `job="kumomta",dc=~"eu-.+"`, written the one way that cannot leave its braces.

    Raises ValueError in words for anything else.
    """
    found, at = [], 0
    while at < len(text.rstrip()):
        matcher = _MATCHER.match(text, at)
        if matcher is None or (matcher.end() < len(text) and text[matcher.end()] != ","):
            raise ValueError('label matchers are expected, as job="kumomta" or dc=~"eu-.+",env="prod"')
        if matcher[1] == "__name__":
            raise ValueError("__name__ cannot be matched: which metrics are read is not for the config to say")
        found.append(f"{matcher[1]}{matcher[2]}{matcher[3]}")
        at = matcher.end() + 1
    return ",".join(found)


def check_label(name: str) -> str:
    """The name of a label as it was written. Raises ValueError when it is none."""
    if not _LABEL.fullmatch(name):
        raise ValueError("the name of a label holds letters, digits and underscores only")
    return name


def check_tenant(name: str) -> str:
    """The tenant as it was written. Raises ValueError when no header could carry it."""
    if not _TENANT.fullmatch(name):
        raise ValueError("a tenant holds letters, digits and !-_.*'()| only")
    return name


def instance_names(name: str, url: str, given: str = "") -> tuple[str, ...]:
    """What Prometheus may call a node, the likeliest first: as configured, else host and port, host, name.

    By ssh the host is the listener's, or the one that is logged in to where the listener is on that one.
    """
    if given:
        return (given,)
    way = ssh_way(url)
    parts = urlsplit(url if way is None else way.http_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    netloc = parts.netloc
    if way is not None and is_loopback(host):
        host = way.host
        netloc = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return tuple(dict.fromkeys((netloc, f"{host}:{port}", host, name)))


class PrometheusSettings(BaseModel):
    """What a profile's overview is read from: Prometheus, VictoriaMetrics, Thanos or Mimir."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(check_base_url)]
    """Scheme, host and port, and the path before /api/v1 where there is one."""
    match: Annotated[str, AfterValidator(check_matchers)] = ""
    """Label matchers that select the nodes' metrics, put into every query."""
    instance_label: Annotated[str, AfterValidator(check_label)] = "instance"
    """The label that tells the nodes apart."""
    tenant: Annotated[str, AfterValidator(check_tenant)] = ""
    """Sent as X-Scope-OrgID, for a Mimir of several tenants."""
    credentials: CredentialSettings | None = None
    """How to log in there; the nodes' credentials are never sent to it."""
    ca_file: Path | None = None
    """A file of CA certificates to trust instead of the system's."""
    insecure: bool = False
    """Do not verify the certificate. Stays visible on the overview."""
    allow_plain_http: bool = False
    """Send the credentials over plain HTTP to another machine: whoever is in between can read them."""
    every_s: Annotated[float, Field(ge=1, le=3600)] = 15.0
    """Seconds between two readings while the overview is open."""
    timeout_s: Annotated[float, Field(ge=0.5, le=300)] = 10.0
    """Seconds to wait for an answer."""
    metrics_every_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    """Read each node's own metrics only so often in the background; 0: at each poll."""

    @model_validator(mode="after")
    def _safe(self) -> Self:
        """A setting without effect must not look as if it had one, and a secret does not travel in the clear."""
        if self.insecure and self.ca_file is not None:
            raise ValueError("ca_file has no effect where insecure is set; give one of them")
        if self.ca_file is not None and not self.url.startswith("https:"):
            raise ValueError(f"ca_file has no effect at {self.url}; it needs https")
        has_secret = self.credentials is not None and self.credentials.scheme is not None
        if has_secret and is_plain_http(self.url) and not self.allow_plain_http:
            raise ValueError(
                "its credentials would cross the network in the clear; use https, or set allow_plain_http = true"
            )
        return self
