"""How often nodes are read, and why less often than it is set."""

import math

from kumo_tui.model.snapshot import Arriving, NodeSnapshot, Snapshot
from kumo_tui.text import plural
from kumo_tui.watch.pace import STRETCH, UNATTENDED_S


def every_text(seconds: float) -> str:
    """`2s`, `0.5s`, `12s`: an interval, whole seconds from 10 on, so that it does not change with every poll."""
    return f"{math.ceil(seconds - 0.05)}s" if seconds >= 10 else f"{round(seconds, 1):g}s"


def why_slower(node: NodeSnapshot, snapshot: Snapshot) -> str:
    """Why this node is read less often than it is set; empty where it is not."""
    if (node.every_s or 0.0) <= snapshot.interval_s:
        return ""
    if 0 < (node.every_s or 0.0) <= node.metrics_every_s:
        return "by metrics_every_s"
    reading_s = node.reading_s or 0.0
    if reading_s * STRETCH < (node.every_s or 0.0):
        is_unseen = not snapshot.attended and (node.every_s or 0.0) <= UNATTENDED_S
        return "not in focus" if is_unseen else f"{plural(len(snapshot.members), 'node')} to read"
    return f"a reading takes {reading_s:.1f} s" if reading_s < 10 else f"a reading takes {reading_s:.0f} s"


def pace_words(node: NodeSnapshot, snapshot: Snapshot) -> str:
    """`every 2s`, `every 12s: a reading takes 1.2 s`; empty before the first reading."""
    if node.every_s is None:
        return ""
    why = why_slower(node, snapshot)
    return f"every {every_text(node.every_s)}{': ' if why else ''}{why}"


def slowest(snapshot: Snapshot) -> NodeSnapshot | None:
    """The node that is read least often, None where all are read as often as it is set."""
    slower = [node for node in snapshot.members if (node.every_s or 0.0) > snapshot.interval_s]
    return max(slower, key=lambda node: node.every_s or 0.0, default=None)


def drops_words(arriving: Arriving) -> str:
    """An answer that comes drop by drop, which is neither silence nor an answer."""
    return f"answers drop by drop: {plural(arriving.size_bytes, 'byte')} in {arriving.seconds:.0f} s"
