"""Addresses of nodes: scheme, host and port, and which of them are this machine."""

import ipaddress
from urllib.parse import urlsplit


def check_url(url: str) -> str:
    """Scheme, host and port of the node URL. Raises ValueError in words when it is none.

    The path is fixed by the server, and credentials in a URL end up in logs: both are refused. The words never
    repeat what stands before an `@`: it may be a password.
    """
    if any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError("a URL holds no blanks and no control characters")
    parts, shown = urlsplit(url), url.rpartition("@")[2]
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{shown!r} has no http:// or https:// in front")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not hold a user name or password; give the node credentials in the config")
    if not parts.hostname or not _port_of(url):
        raise ValueError(f"{shown!r} names no host and port that can be reached")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{shown!r} has a path; give scheme, host and port only")
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: nobody is in between, and compressing costs more than it saves."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_plain_http(url: str) -> bool:
    """Whether the URL leads to another machine without TLS: whoever is in between can read and change it."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _port_of(url: str) -> int:
    """The port, 80 when none is given, 0 when it is none."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return 0
    return 80 if port is None else port
