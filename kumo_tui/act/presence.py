"""Whether a node takes part in acts at all, whatever is wanted of it, and in words why not."""

from kumo_tui.act.rights import refusal_words
from kumo_tui.model.snapshot import SLOW_AFTER_S, NodeSnapshot
from kumo_tui.text import clean


def no_target_words(node: NodeSnapshot) -> str:
    """Why a node is no target of acts by what it is; empty where it is one."""
    name = clean(node.name)
    if node.same_as:
        return f"{name} is the same server as {clean(node.same_as)}"
    if not node.enabled:
        return f"{name} is disabled"
    return f"{name} is leaving the node list" if node.leaving else ""


def kept_out_words(node: NodeSnapshot) -> str:
    """Why nothing may be begun on a node: it refuses acts, or is read-only; empty where it may."""
    if node.takes_acts:
        return ""
    return refusal_words(node).removesuffix(".") or f"{clean(node.name)} is read-only"


def out_words(node: NodeSnapshot) -> str:
    """`mta3 takes no part: DOWN, connection refused`; empty where it answers, and its numbers are of now."""
    return "" if node.answers else f"{clean(node.name)} takes no part: {_state_words(node)}"


def unfit_words(node: NodeSnapshot) -> str:
    """The first of all these reasons; empty where nothing of the kind stands against an act there."""
    return no_target_words(node) or kept_out_words(node) or out_words(node)


def _state_words(node: NodeSnapshot) -> str:
    error = next(iter(node.errors.values()), "")
    words = clean(error).removeprefix(f"{clean(node.name)}: ").partition(". ")[0].rstrip(".")
    if not words and node.silent_s >= SLOW_AFTER_S:
        words = f"it has not answered for {int(node.silent_s)} s"
    if node.is_fresh:
        return words or "its answer comes drop by drop"
    if not node.has_data and not node.is_out:
        return words or "it was never read"
    return f"{node.state.value.upper()}, {words}" if words else node.state.value.upper()
