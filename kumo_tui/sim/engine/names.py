"""The server's own reading of a scheduled queue's name (KUMOMTA.md 4.1)."""

from typing import NamedTuple


class QueueParts(NamedTuple):
    """The parts of a name; ``None`` is absent, ``""`` is present and empty."""

    campaign: str | None
    tenant: str | None
    domain: str
    routing_domain: str | None


def parse(name: str) -> QueueParts:
    """Split at the first ``@``; left of it at the first ``:``; right of it at the first ``!``."""
    left, at, right = name.partition("@")
    campaign: str | None = None
    tenant: str | None = None
    if at:
        before, colon, after = left.partition(":")
        campaign, tenant = (before, after) if colon else (None, left)
    else:
        right = name
    domain, bang, routing = right.partition("!")
    return QueueParts(campaign, tenant, domain, routing if bang else None)


def compose(campaign: str | None, tenant: str | None, domain: str, routing_domain: str | None) -> str:
    """Write a name from parts as the server derives it for a message; nothing is escaped."""
    right = domain if routing_domain is None else f"{domain}!{routing_domain}"
    if campaign is not None:
        return f"{campaign}:{tenant or ''}@{right}"
    return right if tenant is None else f"{tenant}@{right}"
