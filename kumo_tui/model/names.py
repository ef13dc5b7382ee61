"""Scheduled queue names, parsed exactly as the server parses them (KUMOMTA.md 4.1)."""

from enum import StrEnum
from typing import NamedTuple

# What the names of queues end in that the server makes for itself (KUMOMTA.md 2.12 and 4.1).
TRANSFER_SUFFIX = ".xfer.kumomta.internal"
_INTERNAL = (".log_hook", ".tsa.kumomta", ".kumomta.internal")


class Part(StrEnum):
    """The parts of a queue name that a directive can be matched by."""

    CAMPAIGN = "campaign"
    TENANT = "tenant"
    DOMAIN = "domain"
    ROUTING_DOMAIN = "routing_domain"

    @property
    def label(self) -> str:
        """The part's name in words."""
        return self.value.replace("_", " ")


class QueueParts(NamedTuple):
    """The parts of one queue name. None is an absent part, "" a present and empty one."""

    campaign: str | None
    tenant: str | None
    domain: str
    routing_domain: str | None

    def get(self, part: Part) -> str | None:
        """The value of one part."""
        return self[_POSITION[part]]


_POSITION = {part: position for position, part in enumerate(Part)}


def parse_name(name: str) -> QueueParts:
    """Split a queue name at the first `@`, then the first `:` of the left and the first `!` of the right.

    A campaign without tenant (`promo:@example.com`) has the tenant "", not an absent one. Names whose parts
    hold the separators do not come back the same from `format_name`: there is no escaping on the server.
    """
    left, at, right = name.partition("@")
    campaign: str | None = None
    tenant: str | None = None
    if at:
        first, colon, second = left.partition(":")
        campaign, tenant = (first, second) if colon else (None, left)
    else:
        right = name
    domain, bang, routing = right.partition("!")
    return QueueParts(campaign, tenant, domain, routing if bang else None)


def format_name(parts: QueueParts) -> str:
    """The queue name of these parts, as the server derives it from a message (KUMOMTA.md 4.1)."""
    tail = parts.domain if parts.routing_domain is None else f"{parts.domain}!{parts.routing_domain}"
    if parts.campaign is not None:
        return f"{parts.campaign}:{parts.tenant or ''}@{tail}"
    return tail if parts.tenant is None else f"{parts.tenant}@{tail}"


def is_ambiguous(name: str) -> bool:
    """Whether separators inside parts may have put the split in the wrong place (KUMOMTA.md 4.1).

    A colon in the domain is a port or an address literal and splits nothing.
    """
    left, at, right = name.partition("@")
    if not at:
        left, right = "", name
    return "@" in right or left.count(":") > 1 or "!" in left or right.count("!") > 1


def is_internal(name: str) -> bool:
    """Whether the server made the queue for itself: log hooks (webhooks among them), events for the shaping
    daemon, transfers, deferred injection, generation.

    An Everything bounce destroys these too (KUMOMTA.md 2.12).
    """
    return any(suffix in name for suffix in _INTERNAL) and parse_name(name).domain.endswith(_INTERNAL)
