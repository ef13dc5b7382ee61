"""What a node can do, and whether a plain bounce is exact there, in words: for doctor and dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass

from kumo_tui.model.capability import DEFECTS_SINCE, Capability, remembers_lookups
from kumo_tui.model.names import Part

NO_DESCRIPTION = "it has no description of its own: exact queue names are never sent to it."

_DEFECTS = "a plain bounce may take other queues' mail and miss some here"


def abilities(capability: Capability) -> Mapping[str, bool]:
    """What the program can make use of, and whether it is there."""
    return {
        "exact bounce": capability.exact_bounce,
        "exact stop": capability.exact_stop,
        "stop by criteria": capability.can_stop((Part.CAMPAIGN, Part.TENANT, Part.DOMAIN)),
        "samples of a queue": capability.inspects_queues,
        "flush (rebind)": capability.can_flush,
        "start time (machine-info)": capability.has_machine_info,
    }


def can_words(capability: Capability) -> str:
    """`exact bounce, exact stop, samples of a queue`; never empty."""
    can = [name for name, there in abilities(capability).items() if there]
    return ", ".join(can) or "bounce by criteria only"


def cannot_words(capability: Capability) -> str:
    """The same of what is missing; empty when nothing is."""
    return ", ".join(name for name, there in abilities(capability).items() if not there)


def feeders_words(capability: Capability) -> str:
    """Whether the node tells whose mail waits in its ready queues (KUMOMTA.md 0)."""
    if capability.inspects_ready:
        return "it tells which queues feed a ready queue"
    return "it does not tell which queues feed a ready queue; no release so far does"


@dataclass(frozen=True, slots=True)
class PlainBounce:
    """Whether a plain bounce is exact on a node, why, and what follows; `by_setting`: the operator says so."""

    is_exact: bool
    why: str
    next_step: str = ""
    by_setting: bool = False


def plain_bounce(
    version: str | None, capability: Capability | None, plain_is_exact: bool | None = None
) -> PlainBounce:
    """Whether a plain bounce is exact on this version (KUMOMTA.md 0); `plain_is_exact` is that setting."""
    if plain_is_exact is not None:
        sure = "exact" if plain_is_exact else "not exact"
        words = f"a plain bounce counts as {sure}, by the setting act.plain_is_exact"
        return PlainBounce(plain_is_exact, words, by_setting=True)
    if not remembers_lookups(version):
        return PlainBounce(True, f"a plain bounce is exact: its version is older than {DEFECTS_SINCE}")
    why = f"{_DEFECTS}: releases since {DEFECTS_SINCE} and unknown ones have that defect."
    if capability is None:
        return PlainBounce(False, why, "Whether it can stop mail is not known.")
    if capability.can_stop((Part.CAMPAIGN,)):
        return PlainBounce(False, why, "Bounce clean there, as is the default.")
    return PlainBounce(False, why, "It has no stops, so no clean bounce either.")
