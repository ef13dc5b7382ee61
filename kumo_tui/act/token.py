"""The typed confirmation: what must be typed, and whether it was (DESIGN 3, rules 7 and 8)."""

from kumo_tui.act.limits import Limits
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import Snapshot


def confirm_token(preview: Preview, snapshot: Snapshot, limits: Limits) -> str:
    """What the operator must type: the number of messages, and before it the target's name where more is at stake.

    On a production profile, above the limit of names, and for Everything, the name of the profile (of the node,
    when the profile has none) comes first: `prod 183220`; for Everything that word before it: `EVERYTHING prod
    183220`. Digits are written without separators.
    """
    demands = limits.demands(preview, production=snapshot.production)
    words = [str(preview.messages)]
    if demands.name:
        words.insert(0, target_name(snapshot))
    if demands.everything:
        words.insert(0, "EVERYTHING")
    return " ".join(words)


def target_name(snapshot: Snapshot) -> str:
    """What the whole target is called: the profile, or the only node where there is no profile."""
    if snapshot.profile:
        return snapshot.profile
    return snapshot.targets[0].name if len(snapshot.targets) == 1 else f"{len(snapshot.targets)} nodes"


def is_confirmed(typed: str, token: str) -> bool:
    """Whether the typed text is the token, to the byte: no trimming, no other case, no separators."""
    return typed == token
