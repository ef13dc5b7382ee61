"""What is wrong with a node that answers: entries of its lists that cannot be read, and who it turns out to be."""

from collections.abc import Mapping, Sequence

from kumo_tui.errors import NodeError
from kumo_tui.model.directives import Directive, Suspension
from kumo_tui.model.snapshot import MachineInfo, Timed
from kumo_tui.node.failures import CHECK_URL
from kumo_tui.text import one_line

IDENTITY = "identity"
KUMOD = "kumod"

# Behind one that shares out its requests the servers take turns.
SWAP_TOLD_S = 300.0


def unreadable(
    node: str, lists: Mapping[str, Timed[tuple[Directive, ...]] | Timed[tuple[Suspension, ...]] | None]
) -> dict[str, NodeError]:
    """What of the last lists could not be read, by their names."""
    flaws = {
        part: [entry.flaw for entry in timed.value if entry.flaw]
        for part, timed in lists.items()
        if timed is not None
    }
    return {f"{part} in part": _in_part(node, found) for part, found in flaws.items() if found}


def stranger(node: str, info: MachineInfo | None, swapped_s: float | None) -> dict[str, NodeError]:
    """That another program than kumod answers, or another server than before.

    `swapped_s` is for how many seconds it has had another node_id than before, None where it always had this one.
    """
    if info is not None and info.kind != KUMOD:
        what = f"what answers there is {one_line(info.kind, 40)}, not kumod."
        return {IDENTITY: NodeError(node, what, CHECK_URL)}
    if swapped_s is None or swapped_s >= SWAP_TOLD_S:
        return {}
    what = "another server answers at its URL than before: its node_id has changed."
    step = "Directives and totals are each server's own. Give each a URL of its own."
    return {IDENTITY: NodeError(node, what, step)}


def _in_part(node: str, found: Sequence[str]) -> NodeError:
    return NodeError(node, f"entries of the list cannot be read in full ({len(found)} of them): {found[0]}.")
