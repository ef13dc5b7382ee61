"""From what went wrong with a request to one typed error, in words an operator can act on. Nowhere else."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx

from kumo_tui.errors import (
    BodyTooLarge,
    BrokenAnswer,
    ConnectionCut,
    EndpointMissing,
    NoAnswer,
    NodeError,
    NotFound,
    NotKumod,
    NotReady,
    RequestRejected,
    ServerFailed,
    TlsUntrusted,
    Unauthorized,
    Unreachable,
)
from kumo_tui.node.ssh_words import CutWithin, NotThrough
from kumo_tui.text import one_line, plural

CHECK_URL = "Check the node's URL: scheme, host and port of kumod's own HTTP listener."
ACT_UNKNOWN = "It may have been done all the same: look at the list before doing it again."
UNLISTED_UNKNOWN = "It may have been done all the same; no list of the node shows it."
CUT_READ = "It may have been restarted. If this stays, check scheme and port of its URL."
NOTHING_DONE = "Nothing was done."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as words about its failure need it.

    `address` is host:port, never credentials; `is_act` says that the request changes the node;
    `wait_s` is how long its answer was waited for; `doubt` is said where the outcome of an act is unknown.
    """

    node: str
    address: str
    method: str
    path: str
    is_act: bool = False
    wait_s: float = 0.0
    doubt: str = ACT_UNKNOWN

    @property
    def request(self) -> str:
        """`GET /metrics`: method and path without its query."""
        return f"{self.method} {self.path.partition('?')[0]}"


def from_exception(asked: Asked, error: Exception) -> NodeError:
    """The typed error of what httpx, TLS or the clock raised while a request was under way."""
    return _not_sent(asked, error) or _not_answered(asked, error)


def from_answer(asked: Asked, status: int, headers: httpx.Headers, body: bytes) -> NodeError:
    """The typed error of an answer that is not 200. kumod's are plain text (KUMOMTA.md 1.0)."""
    if 300 <= status < 400:
        return not_kumod(asked, f"{asked.request} is redirected ({status})")
    said = one_line(body.decode("utf-8", "replace"), 200).rstrip(".")
    if status in (401, 403, 407) or (status == 400 and "Authorization header" in said):
        return Unauthorized(
            asked.node,
            f"not allowed: {_heard(asked, status, said)}.",
            _next_to_let_in(status, said),
        )
    if 400 <= status < 500 and is_html(headers, body):
        return not_kumod(asked, f"{asked.request} is a web page ({status})")
    if status in (404, 405):
        return _missing(asked, status, said)
    return _failed(asked, status, said)


def _next_to_let_in(status: int, said: str) -> str:
    """What follows from the words of a refusal, which differ by version (KUMOMTA.md 6)."""
    if "Authentication Failed" in said or "Invalid Authorization" in said:
        return "Check this node's credentials in the config; the node keeps a wrong answer for 60 s."
    if "Malformed" in said:
        return "Check this node's credentials in the config: the node cannot read what they send."
    if "Trusted IP required" in said:
        return "Its version lets no login in there: trust this host, and set credentials = {} for the node."
    if "no Authorization header" in said or "Missing Authorization" in said or "<Unauthenticated>" in said:
        return "Trust this host, or give the node credentials in the config that its access rules let in."
    if status in (403, 407):
        return "kumod never answers that: a proxy in between lets this host or user not pass."
    return "Let this host or user in by the node's access rules; they are per path and method."


def broken(asked: Asked, why: str) -> BrokenAnswer:
    """An answer of status 200 that is not what kumod answers there; `why` is clean words."""
    return BrokenAnswer(
        asked.node,
        f"{asked.request}: the answer cannot be read: {why}.",
        asked.doubt if asked.is_act else CHECK_URL,
    )


def dribbled(asked: Asked, size_bytes: int, seconds: float) -> NoAnswer:
    """An answer that goes on and on, so slowly that it will not end."""
    return NoAnswer(
        asked.node,
        f"{asked.request}: only {plural(size_bytes, 'byte')} in {seconds:.0f} s: it is not waited for.",
        asked.doubt if asked.is_act else "The node, or what is between, hangs or is out of breath.",
    )


def not_kumod(asked: Asked, why: str) -> NotKumod:
    """Something else answers at the node's address; `why` is clean words."""
    return NotKumod(asked.node, f"what answers at {asked.address} is not kumod: {why}.", CHECK_URL)


def is_html(headers: httpx.Headers, body: bytes) -> bool:
    """Whether the answer is a web page: kumod's API never sends one."""
    return "html" in headers.get("content-type", "") or body[:200].lstrip().startswith(b"<!")


def _not_sent(asked: Asked, error: Exception) -> NodeError | None:
    if isinstance(error, NotThrough):
        return Unreachable(asked.node, error.what, error.next_step)
    if isinstance(error, httpx.ConnectError):
        return _no_connection(asked, error)
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(
            asked.node, f"{asked.address} does not take connections: timed out.", "Check host, port and firewall."
        )
    if isinstance(error, httpx.PoolTimeout):
        return Unreachable(
            asked.node, "earlier requests are still waiting for their answers.", "This one was not sent."
        )
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return RequestRejected(asked.node, f"{asked.request} cannot be sent: {_text(error)}.", NOTHING_DONE)
    return None


def _no_connection(asked: Asked, error: Exception) -> NodeError:
    causes = list(_causes(error))
    untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return TlsUntrusted(
            asked.node,
            f"the certificate of {asked.address} is not trusted: {one_line(untrusted.verify_message, 100)}.",
            "kumod makes its own certificate when it is given none: set ca_file for this node.",
        )
    return Unreachable(asked.node, *_unreachable_words(asked.address, causes))


def _unreachable_words(address: str, causes: Sequence[BaseException]) -> tuple[str, str]:
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"{address} does not speak TLS.", "Use http:// if its listener has no TLS."
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"no such host: {address}.", "Check the host name, and DNS."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{address} refuses connections.", "Is kumod running, and listening on this port?"
    return f"no connection to {address}: {_text(causes[-1])}.", "Check host, port and network."


def _not_answered(asked: Asked, error: Exception) -> NodeError:
    busy = asked.doubt if asked.is_act else "The node may be busy with a big sweep, or hang."
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer(asked.node, f"{asked.request}: silent for {asked.wait_s:g} s.", busy)
    if isinstance(error, TimeoutError):
        return NoAnswer(asked.node, f"{asked.request}: the answer does not end.", busy)
    if isinstance(error, httpx.DecodingError):
        return broken(asked, f"its compression cannot be undone ({_text(error)})")
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error):
        return not_kumod(asked, "it does not speak HTTP")
    said = f" {error.said}" if isinstance(error, CutWithin) else ""
    return ConnectionCut(
        asked.node,
        f"{asked.request}: the connection ended before the answer was complete.{said}",
        asked.doubt if asked.is_act else CUT_READ,
    )


def _missing(asked: Asked, status: int, said: str) -> NodeError:
    """404 with text speaks of an object, without text of the endpoint; 405 always of the endpoint."""
    if status == 404 and said:
        return NotFound(asked.node, f"not there: {_heard(asked, status, said)}.")
    return EndpointMissing(
        asked.node, f"does not have {asked.request} ({status}).", f"Its build is too old for it. {CHECK_URL}"
    )


def _failed(asked: Asked, status: int, said: str) -> NodeError:
    heard = _heard(asked, status, said)
    if status == 413:
        return BodyTooLarge(
            asked.node,
            f"the request is larger than the node takes: {heard}.",
            f"{NOTHING_DONE} Select fewer queues at once, or select by campaign, tenant or domain.",
        )
    if status == 503 and not asked.is_act:
        return NotReady(asked.node, f"not ready: {heard}.", "It is starting, shutting down or shedding load.")
    if status >= 500:
        return ServerFailed(
            asked.node, f"failed: {heard}.", asked.doubt if asked.is_act else "Its own log says more."
        )
    if status >= 400:
        return RequestRejected(asked.node, f"refused: {heard}.", NOTHING_DONE if asked.is_act else "")
    return broken(asked, f"status {status} instead of 200")


def _heard(asked: Asked, status: int, said: str) -> str:
    return f"{asked.request} ({status})" + (f": {said}" if said else "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        if isinstance(seen, BaseExceptionGroup):
            for each in seen.exceptions:
                yield from _causes(each)
        seen = seen.__cause__ or seen.__context__


def _text(error: BaseException) -> str:
    return one_line(str(error), 120).rstrip(".") or type(error).__name__
