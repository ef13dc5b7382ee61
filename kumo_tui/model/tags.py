"""Tags: how a directive of ours is found again in a node's list (DESIGN 3, rules 2 and 4)."""

import re

GUARD_SUFFIX = ".kumo-tui-guard.invalid"
TAG_LENGTH = 6

_REASON_TAG = re.compile(r"\s*\[kt:([0-9A-F]{4,12})\]\s*\Z")
_GUARD = re.compile(r"kt-([0-9a-f]{4,12})" + re.escape(GUARD_SUFFIX))
_RULE_HASH = re.compile(r"\(rule_hash=[^)]*\)\s*$")


def tagged_reason(reason: str, tag: str) -> str:
    """The reason as it is sent: the operator's words, then the tag: `bad link [kt:7F3A2C]`."""
    return f"{reason.strip()} [kt:{tag}]"


def reason_tag(reason: str) -> str | None:
    """The tag at the end of a reason that kumo-tui wrote, None in all others."""
    found = _REASON_TAG.search(reason)
    return found[1] if found else None


def untagged(reason: str) -> str:
    """The operator's words of a reason, without the tag."""
    return _REASON_TAG.sub("", reason).strip()


def guard_domain(tag: str) -> str:
    """The domain that goes with exact queue names, so that a server that ignores them matches nothing.

    It also makes the entry recognisable in the list, and different from every other (KUMOMTA.md 0.4).
    """
    return f"kt-{tag.lower()}{GUARD_SUFFIX}"


def guard_tag(domain: str | None) -> str | None:
    """The tag of a guard domain, None when the domain is not one of ours."""
    found = _GUARD.fullmatch(domain) if domain else None
    return found[1].upper() if found else None


def is_automation(reason: str) -> bool:
    """Whether KumoMTA's traffic shaping automation made the entry (KUMOMTA.md 2.10)."""
    return _RULE_HASH.search(reason) is not None
