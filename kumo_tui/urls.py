"""Addresses of nodes: scheme, host and port, which of them are this machine, and which are reached by ssh."""

import ipaddress
import re
import shlex
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

FAR_DEFAULT = "127.0.0.1:8000"

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class SshWay:
    """How a node is reached by ssh: the machine to log in to, and the listener as seen from there.

    `host` is a name or an address, IPv6 without brackets; `port` 0 where ssh decides; `far` is host:port.
    """

    user: str
    host: str
    port: int
    far: str

    @property
    def destination(self) -> str:
        """`user@host`, as ssh takes it. It never begins with a dash."""
        return f"{self.user}@{self.host}" if self.user else self.host

    @property
    def port_option(self) -> tuple[str, ...]:
        """What tells ssh the port, where one is given."""
        return ("-p", str(self.port)) if self.port else ()

    @property
    def http_url(self) -> str:
        """The listener's URL as seen from there."""
        return f"http://{self.far}"

    @property
    def label(self) -> str:
        """The host, with its port where one is given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


def check_url(url: str) -> str:
    """Scheme, host and port of the node URL. Raises ValueError in words when it is none.

    The path is fixed by the server, and credentials in a URL end up in logs: both are refused. The words never
    repeat what stands before an `@`: it may be a password. An `ssh://` URL names the listener as its path; without
    one it is where kumod listens by default.
    """
    if any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError("a URL holds no blanks and no control characters")
    if url.startswith("ssh://"):
        return _checked_ssh(url)
    parts, shown = split_url(url), url.rpartition("@")[2]
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{shown!r} has no http://, https:// or ssh:// in front")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not hold a user name or password; give the node credentials in the config")
    if not parts.hostname or not _port_of(url):
        raise ValueError(f"{shown!r} names no host and port that can be reached")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{shown!r} has a path; give scheme, host and port only")
    return f"{parts.scheme}://{parts.netloc}"


def split_url(url: str) -> SplitResult:
    """The parts of a URL. Raises ValueError with words that do not repeat any of it, as Python's may."""
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("a URL names its host in letters, digits, dots and dashes, or in brackets") from None


def ssh_way(url: str) -> SshWay | None:
    """The way of a checked URL, or of one of its endpoints; None for one that ssh has no part in."""
    if not url.startswith("ssh://"):
        return None
    where, _, rest = url.removeprefix("ssh://").partition("/")
    user, _, place = where.rpartition("@")
    host, port = _host_and_port(place)
    number = int(port) if port and _is_port(port) else 0
    return SshWay(user, host.strip("[]"), number, rest.partition("/")[0] or FAR_DEFAULT)


def label_of(url: str) -> str:
    """What a node is called that has no name: host and port; by ssh the machine that is logged in to."""
    way = ssh_way(url)
    return urlsplit(url).netloc if way is None else way.label


def place_of(url: str) -> str:
    """The address of a checked URL in one spelling: two of the same lead to one server.

    Letter case, a trailing dot, the port that is the scheme's own, the names of this machine and who logs in
    by ssh make no difference.
    """
    way = ssh_way(url)
    parts = urlsplit(url if way is None else way.http_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    place = f"{parts.scheme}://{_one_host(parts.hostname or '')}:{port}"
    return place if way is None else f"ssh://{way.host.lower()}:{way.port}/{place}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: nobody is in between, and compressing costs more than it saves."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_plain_http(url: str) -> bool:
    """Whether the URL leads to another machine without TLS: whoever is in between can read and change it.

    By ssh that is so where the listener is on yet another machine than the one that is logged in to.
    """
    way = ssh_way(url)
    parts = urlsplit(url if way is None else way.http_url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def seen_there(url: str) -> str:
    """The URL as it is where the node is reached from: by ssh that of the listener, with the same path."""
    way = ssh_way(url)
    if way is None:
        return url
    path = url.removeprefix("ssh://").partition("/")[2].partition("/")[2]
    return f"{way.http_url}/{path}" if path else way.http_url


def typed_there(url: str, command: str) -> str:
    """A command for a POSIX shell, to be typed here: for a node behind ssh it is run on that machine."""
    way = ssh_way(url)
    if way is None:
        return command
    return shlex.join(["ssh", *way.port_option, way.destination, command])


def _checked_ssh(url: str) -> str:
    where, _, far = url.removeprefix("ssh://").partition("/")
    user, at, place = where.rpartition("@")
    if ":" in user or "@" in far:
        raise ValueError("a URL must not hold a password; ssh has its own keys and agent")
    if at and not _USER.fullmatch(user):
        raise ValueError("an ssh:// URL holds a user name that is none")
    host, port = _host_and_port(place)
    if not _is_host(host) or not _is_port(port, or_none=True):
        raise ValueError(f"'ssh://{place}' names no host and port that ssh can log in to")
    far = far.removesuffix("/") or FAR_DEFAULT
    far_host, far_port = _host_and_port(far)
    if not _is_host(far_host) or not _is_port(far_port):
        raise ValueError(
            f"{far!r} is no host and port of a listener; write ssh://[user@]host[:port]/{FAR_DEFAULT}"
        )
    return f"ssh://{user}{at}{place}/{far}"


def _host_and_port(place: str) -> tuple[str, str | None]:
    """Split at the colon that is not within brackets; the port is None where no colon is."""
    host, colon, port = place.rpartition(":")
    if not colon or "]" in port:
        return place, None
    return host, port


def _is_host(host: str) -> bool:
    if not _HOST.fullmatch(host):
        return False
    if not host.startswith("["):
        return True
    try:
        return bool(ipaddress.IPv6Address(host[1:-1]))
    except ValueError:
        return False


def _is_port(port: str | None, *, or_none: bool = False) -> bool:
    if port is None:
        return or_none
    return port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535


def _one_host(host: str) -> str:
    """The host in one spelling. Other addresses of the loopback network may be other listeners."""
    name = host.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "localhost" if name in _THIS_MACHINE else name
    mapped = getattr(address, "ipv4_mapped", None)
    return "localhost" if str(mapped or address) in _THIS_MACHINE else str(mapped or address)


def _port_of(url: str) -> int:
    """The port, 80 when none is given, 0 when it is none."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return 0
    return 80 if port is None else port
