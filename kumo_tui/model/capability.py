"""What a node can do, from its own OpenAPI document, and whether it has the two defects."""

import re
from dataclasses import dataclass

# The look-up that a dispatcher remembers across messages came with this release (KUMOMTA.md 2.3, 8).
DEFECTS_SINCE = "2025.05.06"

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

    @property
    def inspects_queues(self) -> bool:
        """Whether samples of a scheduled queue can be asked for."""
        return "/api/admin/inspect-sched-q/v1" in self.paths

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
