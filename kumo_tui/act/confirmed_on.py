"""What a stop that waits becomes when it is confirmed on all of its nodes, or on some of them. Pure."""

from dataclasses import replace
from datetime import datetime

from kumo_tui.act.ports import Confirmed
from kumo_tui.model.operation import Apart, Operation
from kumo_tui.model.partial import held_nodes
from kumo_tui.model.preview import Preview
from kumo_tui.model.snapshot import OperationStatus
from kumo_tui.text import clean


def confirmed_on(operation: Operation, confirmed: Confirmed, now: datetime) -> Operation:
    """The operation as it is confirmed at `now` on the nodes of the preview.

    Confirmed for the first time, it takes over what was confirmed, and stays a stop on its other nodes, for as
    long as that was wanted there: also where it is taken to be over, for a stop may turn up late in a list. Later
    only those nodes change.
    """
    preview, checked = confirmed.preview, confirmed.checked
    duration_s, there = checked.duration_s or 0, preview.node_names
    if not operation.is_waiting:
        here = {node: Apart(node, duration_s, now, preview.digest) for node in there}
        return replace(operation, apart=tuple(here.get(each.node, each) for each in operation.apart))
    stays = [act.node for act in operation.acts if act.node not in there]
    return replace(
        operation,
        reason=checked.reason,
        ticket=checked.ticket,
        duration_s=duration_s,
        suppress_logging=checked.suppress_logging,
        digest=preview.digest,
        confirmed_at=now,
        apart=tuple(Apart(node, operation.duration_s) for node in stays),
    )


def confirmed_words(status: OperationStatus, preview: Preview, who: str) -> str:
    """The line of its timeline: by whom, on what preview, where, and where it stays only stopped."""
    by = f"by {clean(who)}, preview {preview.digest}: sweeps begin"
    if not status.operation.apart:
        return f"confirmed {by}"
    there = ", ".join(map(clean, preview.node_names))
    held = [clean(node.act.node) for node in held_nodes(status)]
    stays = f"; {', '.join(held)} {'stays' if len(held) == 1 else 'stay'} only stopped" if held else ""
    return f"confirmed on {there} {by} there{stays}"
