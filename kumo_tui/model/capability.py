"""What a node can do, from its own OpenAPI document, and whether it has the two defects."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kumo_tui.model.names import Part

# The look-up that a dispatcher remembers across messages came with this release (KUMOMTA.md 2.3, 8).
DEFECTS_SINCE = "2025.05.06"

NOT_ITS_OWN = "its description is not of the version that it runs"
TWO_VERSIONS = "What needs a description is not done there. Is there more than one kumod behind its URL?"

_RELEASE = re.compile(r"(\d{4}\.\d{2}\.\d{2})(-|$)")


@dataclass(frozen=True, slots=True)
class Capability:
    """A node's description reduced to what decides which acts are offered (KUMOMTA.md 8).

    `bounce_is_strict` says whether the bounce request forbids unknown fields; `paths` are the endpoints.
    """

    version: str
    bounce_fields: frozenset[str]
    bounce_is_strict: bool
    suspend_fields: frozenset[str]
    paths: frozenset[str]

    def describes(self, version: str | None) -> bool:
        """Whether this can be the description of a node that says it runs this version; None says nothing.

        It cannot between two answers of an upgrade, nor where two kumods answer under one URL.
        """
        return version is None or version == self.version

    @property
    def exact_bounce(self) -> bool:
        """Whether exact queue names may be sent in a bounce: listed, and unknown fields are forbidden."""
        return "queue_names" in self.bounce_fields and self.bounce_is_strict

    @property
    def exact_stop(self) -> bool:
        """Whether exact queue names may be sent in a stop: the field is listed (never forbids unknown)."""
        return "queue_names" in self.suspend_fields

    @property
    def routing_domain(self) -> bool:
        """Whether a bounce may be narrowed by routing domain; older builds ignore it."""
        return "routing_domain" in self.bounce_fields

    def can_stop(self, parts: Iterable[Part]) -> bool:
        """Whether a stop may be narrowed by all of these parts.

        Only parts that the node lists: it drops others silently and stops more than was meant (KUMOMTA.md 1.2).
        The routing domain is never one of them: no build's suspension has it.
        """
        known = {Part.CAMPAIGN, Part.TENANT, Part.DOMAIN} & self.suspend_fields
        return bool(known) and known.issuperset(parts)

    @property
    def inspects_queues(self) -> bool:
        """Whether samples of a scheduled queue can be asked for."""
        return "/api/admin/inspect-sched-q/v1" in self.paths

    @property
    def inspects_ready(self) -> bool:
        """Whether the node says which scheduled queues feed a ready queue; no release does so far."""
        return "/api/admin/inspect-ready-q/v1" in self.paths

    @property
    def can_flush(self) -> bool:
        """Whether waiting mail can be made due now."""
        return "/api/admin/rebind/v1" in self.paths

    @property
    def has_machine_info(self) -> bool:
        """Whether the node tells since when it is online."""
        return "/api/machine-info" in self.paths

    @property
    def remembers_lookups(self) -> bool:
        """Whether a plain bounce may take other queues' mail or miss some; unknown versions count as such."""
        return remembers_lookups(self.version)


def remembers_lookups(version: str | None) -> bool:
    """Whether this version has the two defects (KUMOMTA.md 2.3); None and odd versions count as such."""
    release = _RELEASE.match(version or "")
    return release is None or release[1] >= DEFECTS_SINCE
