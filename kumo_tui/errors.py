"""The error tree: every failure says what happened, to which node, and what to do next."""


class KumoTuiError(Exception):
    """A failure with words for the operator.

    `what` is one clear sentence, `next_step` what the operator can do about it (may be empty).
    """

    def __init__(self, what: str, next_step: str = "") -> None:
        self.what = what
        self.next_step = next_step
        super().__init__(what)

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}".strip()


class ConfigError(KumoTuiError):
    """The settings do not load. `what` names file, line where known, key, and what is expected."""


class InputError(KumoTuiError):
    """A value that somebody typed cannot be taken; `field` names where it was typed."""

    def __init__(self, field: str, what: str, next_step: str = "") -> None:
        self.field = field
        super().__init__(what, next_step)


class Refused(KumoTuiError):
    """A safety rule forbids the act; nothing was sent (DESIGN section 3)."""


class JournalError(KumoTuiError):
    """The journal cannot be written or read; destructive acts are off."""


class JournalDamaged(JournalError):
    """The journal's file holds what no kumo-tui ever wrote: it may be set aside."""


class NodeError(KumoTuiError):
    """A request to one node failed.

    `outcome_unknown` says whether an act sent with that request may have been carried out all the same:
    then the act is settled by looking for its tag, never by sending it again.
    """

    outcome_unknown = False

    def __init__(self, node: str, what: str, next_step: str = "") -> None:
        self.node = node
        super().__init__(f"{node}: {what}", next_step)


class Unreachable(NodeError):
    """No connection could be made: refused, no route, no such host. Nothing was sent."""


class TlsUntrusted(NodeError):
    """The certificate could not be verified. Nothing was sent."""


class NoAnswer(NodeError):
    """The node took the request and did not answer in time."""

    outcome_unknown = True


class ConnectionCut(NodeError):
    """The connection ended before the answer was complete."""

    outcome_unknown = True


class Unauthorized(NodeError):
    """401, or 400 for a malformed Authorization header (KUMOMTA.md 6). There is never a 403."""


class EndpointMissing(NodeError):
    """404 without text, or 405: this build has no such endpoint (KUMOMTA.md 1.0)."""


class NotFound(NodeError):
    """404 with text: the object that was asked for is not there (KUMOMTA.md 1.0)."""


class RequestRejected(NodeError):
    """400, 415 or 422: the server refused to read the request. Nothing was done."""


class BodyTooLarge(NodeError):
    """413: the request is over the server's limit, 2 MiB by default. Nothing was done."""


class ServerFailed(NodeError):
    """500 and its like. For a bounce it says nothing: the directive may be live (KUMOMTA.md 1.1)."""

    outcome_unknown = True


class NotReady(NodeError):
    """503: the node is starting, shedding load or shutting down.

    A proxy in front of a node says the same of a request that it had passed on, so an act is not settled by it.
    """

    outcome_unknown = True


class BrokenAnswer(NodeError):
    """200 with a body that is not what the endpoint answers: truncated, empty, HTML, another shape."""

    outcome_unknown = True


class NotKumod(BrokenAnswer):
    """What answers there is no kumod: HTML, or metrics without a single known family."""
